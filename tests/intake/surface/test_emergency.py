"""Whether words say that somebody is in danger."""

import pytest

from dispatch.intake.triage import is_emergency
from tests.intake.surface.phrases import DANGEROUS, HARMLESS


def test_dangers_are_known_in_three_languages() -> None:
    assert [phrase for phrase in DANGEROUS if is_emergency(phrase) is None] == []


def test_harmless_words_and_denials_are_none() -> None:
    assert {phrase: reason for phrase in HARMLESS if (reason := is_emergency(phrase)) is not None} == {}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Hay dos personas atrapadas", "a person is trapped"),
        ("Es riecht nach Gas", "gas is smelt or escapes"),
        ("Smoke in the machine room", "fire or smoke"),
        ("Gotea agua sobre el tablero", "water near electricity"),
        ("The CO alarm went off", "carbon monoxide"),
        ("Un técnico quedó inconsciente", "somebody is hurt"),
    ],
)
def test_the_reason_is_said(said: str, reason: str) -> None:
    assert is_emergency(said) == reason


def test_a_denial_ends_where_another_danger_is_named() -> None:
    assert is_emergency("Nobody is trapped, but there is smoke") == "fire or smoke"
    assert is_emergency("No hay humo. Hay una persona atrapada.") == "a person is trapped"
    assert is_emergency("nobody trapped\nstrong smell of gas") == "gas is smelt or escapes"


@pytest.mark.parametrize("said", ["", "   ", "\n", "?!", "x" * 20_000, "no " * 3000, "trapped" * 500])
def test_odd_texts_are_read_too(said: str) -> None:
    assert is_emergency(said) is None


def test_case_accents_and_apostrophes_do_not_matter() -> None:
    assert is_emergency("PERSONA ATRAPADA") == is_emergency("persóna atrapáda") == "a person is trapped"
    assert is_emergency("WE CAN\N{RIGHT SINGLE QUOTATION MARK}T GET OUT") == "a person is trapped"
