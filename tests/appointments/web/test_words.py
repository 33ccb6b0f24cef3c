"""Everything that customers read stands in the catalogues, in each language, and nothing beside them."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from api.pages.customer_render import MESSAGES, templates
from api.pages.customer_visitor import Problem
from dispatch.appointments.links.guest_view import AppointmentView, Coming, GuestView
from dispatch.appointments.words import LANGUAGES, best_language, day, in_words, spoken, window, words
from dispatch.appointments.words.catalogues import FOLDER
from tests.appointments.web.catalogue import TEMPLATES, said

PLACE = re.compile(r"%\(\w+\)[sd]")


def _catalogue(language: str) -> Catalog:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_there_and_none_that_nobody_says(language: str) -> None:
    kept = {message.id for message in _catalogue(language) if message.id}
    assert kept == said()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_translated_with_the_same_places(language: str) -> None:
    for message in _catalogue(language):
        if not message.id:
            continue
        one = message.id if isinstance(message.id, str) else message.id[1]
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(strings), message.id
        assert not message.fuzzy
        assert sorted(PLACE.findall(strings[-1])) == sorted(PLACE.findall(one)), message.id
        if language != "en":
            assert strings[-1] != one, message.id


class _Texts(HTMLParser):
    """What people and screen readers read of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("aria-label", "title", "placeholder", "alt")]


class _Marked(NullTranslations):
    """Says each text between brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{PLACE.sub('§', message)}⟧"


def _pages() -> Iterator[tuple[str, dict[str, Any]]]:
    nine = datetime(2026, 3, 2, 9, tzinfo=UTC)
    coming = tuple(Coming("§", nine, *each) for each in ((False, False), (True, False), (False, True)))
    common = (date(2026, 3, 2), time(8), time(10), "America/Santiago", True, True, coming, True)
    kept = AppointmentView(1, (1,), False, None, *common)
    held = AppointmentView(2, (2,), True, nine, *common)
    states = [(False, False, True, (kept, held)), (True, True, False, ()), (False, False, False, ())]
    slot = {"id": "s", "day": 1, "key": "k", "value": "v", "words": "§"}
    for question in ("phone", "house_number"):
        for cancelled, done, choosing, appointments in states:
            view = GuestView("§", "§", "§", "§", "America/Santiago", cancelled, done, appointments, choosing)
            yield "customer.html", {"view": view, "choosing": choosing, "question": question, "heading": "§"}
        for template in ("customer_change.html", "customer_cancel.html", "customer_details.html"):
            yield template, {"appointment": kept, "question": question, "days": [{"name": "§", "slots": [slot]}]}
    yield "customer_change.html", {"appointment": kept, "question": "phone", "days": []}
    yield "customer_message.html", {"heading": "§", "message": "§"}


GIVEN: dict[str, Any] = {
    "language": "en",
    "company": "§",
    "phone": "§",
    "phone_link": "1",
    "languages": (("en", "§"), ("es", "§")),
    "problems": [Problem("slot", "§"), Problem("", "§")],
    "token": "t",
    "form_token": "f",
    "may_act": True,
    "why_not": "§",
    "done": "§",
    "said": {"attending": "", "notes": "", "why": ""},
    "chosen": "",
    "days": [],
    "next_day": "2026-03-09",
    "is_later": True,
    "query": "",
}


def test_no_text_of_a_template_escapes_the_catalogue() -> None:
    marked = templates(_Marked())
    marked.filters |= dict.fromkeys(("day_in", "clock_of", "window_to"), lambda *_: "§")
    used = set()
    for phone in ("§", None):
        for name, values in _pages():
            reader = _Texts()
            source = marked.get_template(name).render({**GIVEN, "phone": phone, **values})
            reader.feed(source)
            used.add(name)
            rest = [re.sub(r"⟦[^⟧]*⟧|[§·,()\s]", "", text) for text in reader.found]
            assert [text for text in rest if text] == [], name
    assert used | {"customer_base.html"} == {each.name for each in TEMPLATES.glob("customer*.html")}


def test_messages_of_failures_are_in_the_catalogue() -> None:
    assert {text for pair in MESSAGES.values() for text in pair} <= {each for each in said() if isinstance(each, str)}


@pytest.mark.parametrize(
    ("tag", "expected"), [("es-CL", "es"), ("ES", "es"), ("es_MX", "es"), ("de", "en"), ("", "en"), (None, "en")]
)
def test_the_nearest_language(tag: str | None, expected: str) -> None:
    assert spoken(tag) == expected


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("es-CL,es;q=0.9,en;q=0.8", "es"),
        ("de,en;q=0.5", "en"),
        ("fr", "en"),
        ("en;q=0.2,es;q=0.3", "es"),
        ("es;q=x", "en"),
    ],
)
def test_what_a_browser_likes_best(accepted: str, expected: str) -> None:
    assert best_language(accepted) == expected


def test_days_and_windows() -> None:
    assert day(date(2026, 3, 2), "en") == "Monday, March 2"
    assert day(date(2026, 3, 2), "es") == "Lunes 2 de marzo"
    assert window(time(8), time(10, 30)).replace("\u2060", "") == "08:00–10:30"
    assert in_words("es-CL")("Save") == "Guardar"
    assert words("es").ngettext("You can try once more.", "You can try %(count)d more times.", 1).startswith("Puede")
