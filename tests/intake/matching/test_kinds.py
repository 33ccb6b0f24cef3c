"""Which kind of equipment a report is about, and what is wrong with it, for other kinds than lifts and boilers."""

from typing import Final

import pytest

from dispatch.intake.facts.said import Field
from dispatch.intake.matching import record_of
from dispatch.intake.matching.lexicon import concepts_of, kinds_of
from tests.intake.matching.heldout import phrases

RIGHT: Final = 0.95
"""Share of the held-out phrases that were right, kind and symptom both, when they were first looked at: 57 of 60."""


def test_kind_and_symptom_are_known_in_three_languages() -> None:
    wrong = [said for kind, concept, said in phrases() if kinds_of(said) != {kind} or concept not in concepts_of(said)]
    assert len(wrong) <= (1 - RIGHT) * len(phrases()), wrong


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("detector de humo", "burnt"),
        ("Rauchmelder", "burnt"),
        ("hay escarcha", "burnt"),
        ("se va a echar a perder la carne", "leak"),
        ("water on the floor of the cold room", "hot_water"),
        ("el aire acondicionado tira puro calor", "heating"),
        ("alarma de incendio", "intercom"),
        ("my car is trapped behind the gate", "trapped"),
    ],
)
def test_words_that_look_like_others_do_not_mean_them(said: str, wrong: str) -> None:
    assert wrong not in concepts_of(said)


def test_a_door_alone_says_no_kind_where_the_units_or_other_words_do() -> None:
    door: dict[str, list[str]] = {Field.SYMPTOM: ["La puerta no cierra"]}
    assert record_of(door).kinds == {"lift", "door"}
    assert record_of(door, units={"lift": 1, "boiler": 1}).kinds == {"lift"}
    assert record_of(door, units={"garage gate": 1}).kinds == {"door"}
    assert record_of(door, units={"cold room": 1}).kinds == frozenset()
    assert record_of({Field.SYMPTOM: ["La puerta de la cámara de frío no cierra"]}).kinds == {"cold_room"}


def test_a_symptom_means_what_it_can_mean_at_the_equipment() -> None:
    said: dict[str, list[str]] = {Field.SYMPTOM: ["demasiado calor"]}
    assert record_of({**said, Field.EQUIPMENT_KIND: ["boiler"]}).concepts == {"thermostat"}
    assert record_of({**said, Field.EQUIPMENT_KIND: ["cold room"]}).concepts == {"temperature"}
