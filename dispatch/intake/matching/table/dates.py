"""Days and moments as files write them: 1908-12-09, 19081209, 9.12.08, 12/09/1908 5:30 pm, 9 de diciembre de 1908."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from dispatch.intake.matching.text import fold

_YEAR_FIRST: Final = re.compile(r"^\s*(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?!\d)|^\s*(\d{4})(\d\d)(\d\d)(?!\d)")
_YEAR_LAST: Final = re.compile(r"^\s*(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4}|\d{2})(?!\d)")
_DAY_NAMED: Final = re.compile(r"^\s*(\d{1,2})[^a-z\d]*(?:de )?([a-z]{3,})[^a-z\d]*(?:del? )?(\d{4}|\d{2})(?!\d)")
_NAMED_DAY: Final = re.compile(r"^\s*([a-z]{3,})[^a-z\d]*(\d{1,2})[^\d]+(\d{4}|\d{2})(?!\d)")
_TIME: Final = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*([ap])?")
_MONTHS: Final = {
    name: month
    for month, names in enumerate(
        (
            "jan ene",
            "feb",
            "mar",
            "apr abr",
            "may mai",
            "jun",
            "jul",
            "aug ago",
            "sep set",
            "oct okt",
            "nov",
            "dec dez dic",
        ),
        1,
    )
    for name in names.split()
}
CENTURY: Final = 30
"""Years of two digits up to this one are of this century."""
LAST_MONTH: Final = 12


def date_of(text: str, *, month_first: bool = False) -> str:
    """A day as eight digits, year first; of what is no day, the digits before any time of the day.

    month_first: 12/09/1908 is 9 December. A number above 12 is no month, whatever the file writes elsewhere.
    """
    plain = fold(text)
    if hit := _YEAR_FIRST.match(plain):
        year, month, day = (part for part in hit.groups() if part)
        return f"{year}{month:0>2}{day:0>2}"
    if hit := _YEAR_LAST.match(plain):
        one, other, year = hit.groups()
        swapped = int(one) <= LAST_MONTH and (month_first or int(other) > LAST_MONTH)
        day, month = (other, one) if swapped else (one, other)
        return f"{_full(year)}{month:0>2}{day:0>2}"
    for pattern, places in ((_DAY_NAMED, (1, 2)), (_NAMED_DAY, (2, 1))):
        hit = pattern.match(plain)
        if hit and hit[places[1]][:3] in _MONTHS:
            return f"{_full(hit[3])}{_MONTHS[hit[places[1]][:3]]:02}{hit[places[0]]:0>2}"
    return "".join(re.findall(r"\d+", plain.split("t")[0].split(" ")[0]))


def moment_of(text: str, *, month_first: bool = False) -> datetime | None:
    """A moment, in UTC where nobody says otherwise, at midnight where no time stands there; None for what is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        day, time = date_of(text, month_first=month_first), _TIME.search(fold(text))
        hour, minute, second = (int(part or 0) for part in time.groups()[:3]) if time else (0, 0, 0)
        if time and time[4]:
            hour = hour % 12 + (12 if time[4] == "p" else 0)
        try:
            moment = datetime(int(day[:4]), int(day[4:6]), int(day[6:8]), hour, minute, second, tzinfo=UTC)
        except ValueError:
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def is_month_first(texts: Iterable[str], region: str) -> bool:
    """Whether the month comes first: as in most days that can only be read one way; else as the country writes."""
    hits = [hit for text in texts if (hit := _YEAR_LAST.match(text))]
    days = sum(int(hit[1]) > LAST_MONTH for hit in hits)
    months = sum(int(hit[2]) > LAST_MONTH for hit in hits)
    return region == "US" if days == months else months > days


def _full(year: str) -> str:
    if len(year) == 4:
        return year
    return f"{20 if int(year) <= CENTURY else 19}{year}"
