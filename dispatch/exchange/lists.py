"""Lists in one cell: skills with levels, parts with counts, opening hours, windows, breaks."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

from db.models import Preference
from dispatch.exchange.cells import BadCell, Moment, Whole, read_day, read_time
from dispatch.exchange.texts import join_list, split_list

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Level(NamedTuple):
    """A skill at a level, perhaps until a day."""

    skill: str
    level: int
    until: date | None = None


class Count(NamedTuple):
    """So many of a part."""

    part: str
    quantity: int


class Hours(NamedTuple):
    """A span of a weekday (Monday is 0), half-open; `closes` 00:00 is the end of the day."""

    weekday: int
    opens: time
    closes: time


class Span(NamedTuple):
    """From one local time to another, both included; text once it is placed in a zone, for writing."""

    opens: Any
    closes: Any


class Pause(NamedTuple):
    """A break: where it may start, how long it is."""

    span: Span
    seconds: int
    paid: bool
    optional: bool


class Regard(NamedTuple):
    """What is said of a technician, and the saving when preferred."""

    preference: Preference
    technician: str
    saving: int = 0


@dataclass(frozen=True, slots=True)
class Levels:
    """Skills with levels from 1 to 5."""

    hint: str = "skills with levels like lift:3; boiler:2 until 2027-01-31"

    def read(self, text: str) -> list[Level]:
        """The skills."""
        found = []
        for item in split_list(text):
            match = re.fullmatch(r"(.+?)\s*:\s*(\d{1,3})(?:\s+until\s+(\S+))?", item)
            if not match:
                raise BadCell(f"has {item!r}, which is no skill with a level", "write skills like lift:3")
            until = read_day(match[3]) if match[3] else None
            found.append(Level(match[1], Whole(1, 5).read(match[2]), until))
        return found

    def write(self, value: list[Level]) -> str:
        """The skills in one text."""
        return join_list(f"{s}:{level}" + (f" until {until}" if until else "") for s, level, until in value)


@dataclass(frozen=True, slots=True)
class Counts:
    """Parts with quantities."""

    hint: str = "parts with quantities like P-100 x2; P-7 x1"

    def read(self, text: str) -> list[Count]:
        """The parts; without a quantity it is one."""
        found = []
        for item in split_list(text):
            match = re.fullmatch(r"(.+?)\s+[x×]\s*(\d{1,6})", item)
            found.append(Count(match[1], Whole(1, 100_000).read(match[2])) if match else Count(item, 1))
        return found

    def write(self, value: list[Count]) -> str:
        """The parts in one text."""
        return join_list(f"{part} x{quantity}" for part, quantity in value)


@dataclass(frozen=True, slots=True)
class Regards:
    """Technicians, and what is said of them."""

    hint: str = "technicians like only T-01; never T-02; preferred T-03 saves 500"

    def read(self, text: str) -> list[Regard]:
        """The technicians; what a preferred one saves is in the smallest unit of the currency."""
        found = []
        for item in split_list(text):
            match = re.fullmatch(r"(only|never|preferred)\s+(.+?)(?:\s+saves\s+(\d{1,9}))?", item)
            if not match or (match[3] and match[1] != "preferred"):
                raise BadCell(f"has {item!r}, which says nothing of a technician", f"write {self.hint}")
            found.append(Regard(Preference(match[1]), match[2], int(match[3] or 0)))
        return found

    def write(self, value: list[Regard]) -> str:
        """The technicians in one text."""
        return join_list(
            f"{preference} {technician}" + (f" saves {saving}" if saving else "")
            for preference, technician, saving in value
        )


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Opening hours by weekday."""

    hint: str = "hours like mon-fri 08:00-17:00; sat 09:00-12:00"

    def read(self, text: str) -> list[Hours]:
        """The spans, in the order of the week."""
        found = [hours for item in split_list(text) for hours in _hours(item)]
        return sorted(set(found))

    def write(self, value: list[Hours]) -> str:
        """The spans in one text."""
        days: dict[int, list[str]] = {}
        for weekday, opens, closes in sorted(value):
            days.setdefault(weekday, []).append(f"{_clock(opens)}-{_clock(closes)}")
        return join_list(f"{WEEKDAYS[day]} {', '.join(spans)}" for day, spans in days.items())


@dataclass(frozen=True, slots=True)
class Windows:
    """Times in which something may start."""

    hint: str = "windows like 2026-03-31 08:00 to 2026-03-31 12:00"

    def read(self, text: str) -> list[Span]:
        """The windows, not yet placed in a zone."""
        return [read_span(item) for item in split_list(text)]

    def write(self, value: list[Span]) -> str:
        """The windows in one text."""
        return join_list(f"{opens} to {closes}" for opens, closes in value)


@dataclass(frozen=True, slots=True)
class Pauses:
    """Breaks of a shift."""

    hint: str = "breaks like 2026-03-31 12:00 to 2026-03-31 13:30, 30 min, unpaid, optional"

    def read(self, text: str) -> list[Pause]:
        """The breaks, not yet placed in a zone."""
        found = []
        for item in split_list(text):
            span, length, *words = [word.strip() for word in item.split(",")] + [""]
            match = re.fullmatch(r"(\d{1,5}) (min|s)", length)
            if not match or set(words) - {"", "unpaid", "paid", "optional"}:
                raise BadCell(f"has {item!r}, which is no break", f"write {self.hint}")
            seconds = int(match[1]) * (60 if match[2] == "min" else 1)
            found.append(Pause(read_span(span), seconds, "unpaid" not in words, "optional" in words))
        return found

    def write(self, value: list[Pause]) -> str:
        """The breaks in one text."""
        return join_list(_pause(pause) for pause in value)


def read_span(text: str) -> Span:
    """A window written like 2026-03-31 08:00 to 2026-03-31 12:00.

    Raises BadCell.
    """
    opens, to, closes = text.partition(" to ")
    if not to:
        raise BadCell(f"has {text!r}, which is no window", f"write {Windows().hint}")
    span = Span(Moment().read(opens.strip()), Moment().read(closes.strip()))
    naive = [isinstance(end, datetime) and end.tzinfo is None for end in span]
    if naive[0] == naive[1] and span.closes < span.opens:
        raise BadCell(f"has {text!r}, which closes before it opens", "swap the two times")
    return span


def _pause(pause: Pause) -> str:
    length = f"{pause.seconds // 60} min" if pause.seconds % 60 == 0 else f"{pause.seconds} s"
    words = [f"{pause.span.opens} to {pause.span.closes}", length]
    return ", ".join(words + ["unpaid"] * (not pause.paid) + ["optional"] * pause.optional)


def _clock(value: time) -> str:
    return value.isoformat("seconds" if value.second else "minutes")


def _hours(item: str) -> list[Hours]:
    days, _, spans = item.partition(" ")
    first, _, last = days.lower().partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS or not spans.strip():
        raise BadCell(f"has {item!r}, which is no weekday with hours", f"write {WeeklyHours().hint}")
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    weekdays = range(start, end + 1) if start <= end else [*range(start, 7), *range(end + 1)]
    found = []
    for span in spans.split(","):
        opens, dash, closes = span.strip().partition("-")
        if not dash:
            raise BadCell(f"has {span.strip()!r}, which is no span of time", "write it like 08:00-17:00")
        times = read_time(opens.strip()), read_time("00:00" if closes.strip() == "24:00" else closes.strip())
        if times[1] <= times[0] and times[1] != time(0):
            raise BadCell(f"has {span.strip()!r}, which closes before it opens", "split it at midnight")
        found += [Hours(day, *times) for day in weekdays]
    return found
