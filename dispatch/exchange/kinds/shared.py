"""Columns that several kinds share."""

from datetime import time
from typing import Any, Final

from db.models import Territory
from dispatch.exchange.book import Book
from dispatch.exchange.cells import Choice, Day, Duration, Number, Text, Whole, Words, YesNo
from dispatch.exchange.columns import At, Column, Link
from dispatch.exchange.lists import WEEKDAYS, Hours, WeeklyHours

__all__ = [
    "At",
    "Choice",
    "Column",
    "Day",
    "Duration",
    "Link",
    "Number",
    "Territory",
    "Text",
    "Whole",
    "Words",
    "YesNo",
]

MONEY: Final = Whole(0, 10**12)
"""Smallest units of the currency: cents, pesos."""

EMAIL: Final = Text(254, r"[^@\s]+@[^@\s]+", "an e-mail address")
PHONE: Final = Text(32, r"[+(\d][\d ()/.-]+", "a telephone number")
COUNTRY: Final = Text(2, r"[A-Z]{2}", "a country as two capitals, like CL")
LANGUAGE: Final = Text(16, r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language like es or es-CL")
LATITUDE: Final = Number(-90, 90)
LONGITUDE: Final = Number(-180, 180)


def words(name: str, text: str) -> Column:
    """A column with several words."""
    return Column(name=name, cell=Words(), empty=[], help=text)


def money(name: str, text: str = "in the smallest unit of the currency") -> Column:
    """A column with an amount."""
    return Column(name=name, cell=MONEY, empty=0, help=text)


class OpeningHours(Column):
    """Opening hours that are kept as a document: {"mon": [["08:00", "17:00"], ...], ...}."""

    def pull(self, row: Any, _book: Book) -> Any:
        """The spans, or None for always open."""
        return [
            Hours(WEEKDAYS.index(day), time.fromisoformat(opens), time.fromisoformat(closes.replace("24:00", "00:00")))
            for day, spans in row.opening_hours.items()
            for opens, closes in spans
        ] or None

    def push(self, row: Any, value: Any, _book: Book) -> None:
        """Keep the spans."""
        document: dict[str, list[list[str]]] = {}
        for weekday, opens, closes in value:
            ends = "24:00" if closes == time(0) else closes.isoformat("minutes")
            document.setdefault(WEEKDAYS[weekday], []).append([opens.isoformat("minutes"), ends])
        if row.opening_hours != document:
            row.opening_hours = document


OPENING_HOURS: Final = OpeningHours(name="opening_hours", cell=WeeklyHours(), empty=(), help="empty: always open")
