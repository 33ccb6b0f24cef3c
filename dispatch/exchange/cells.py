"""What one cell may hold: how it is read, and how it is written. A cell arrives as trimmed text."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from dispatch.exchange.texts import join_list, split_list, unprintable

Written = str | int | float | date | None
"""What goes into a file."""


class BadCell(Exception):
    """A cell cannot be taken: what is wrong, and what to do about it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem = problem
        self.remedy = remedy


class Cell(Protocol):
    """One way to write a value in a cell."""

    @property
    def hint(self) -> str:
        """What may be written, for people."""
        ...

    def read(self, text: str) -> Any:
        """The value of a cell that is not empty.

        Raises BadCell.
        """
        ...

    def write(self, value: Any) -> Written:
        """What goes into the file for a value that is not None."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Text up to `limit` characters, matching `pattern` when there is one."""

    limit: int = 200
    pattern: str | None = None
    hint: str = "text"

    def read(self, text: str) -> str:
        """The text itself."""
        if len(text) > self.limit:
            raise BadCell(f"has {len(text)} characters", f"shorten it to {self.limit}")
        if unprintable(text):
            raise BadCell("holds a control character", "remove it")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise BadCell(f"is not {self.hint}", f"write {self.hint}")
        return text

    def write(self, value: str) -> str:
        """The text itself."""
        return value


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `low` to `high`, both included."""

    low: int = 0
    high: int = 2**31 - 1

    @property
    def hint(self) -> str:
        """The range."""
        return f"a whole number from {self.low} to {self.high}" if self.high < 2**31 - 1 else "a whole number"

    def read(self, text: str) -> int:
        """The number; a fraction of zero, as spreadsheets like to add, is taken off."""
        if not re.fullmatch(r"[+-]?\d{1,15}(?:[.,]0{1,2})?", text):
            raise BadCell("is not a whole number", "write digits only, without separators")
        return int(_within(int(re.split(r"[.,]", text)[0]), self.low, self.high))

    def write(self, value: int) -> int:
        """The number."""
        return value


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal number from `low` to `high`, both included; the decimal mark is a point or a comma."""

    low: float
    high: float

    @property
    def hint(self) -> str:
        """The range."""
        return f"a number from {self.low:g} to {self.high:g}"

    def read(self, text: str) -> float:
        """The number."""
        if not re.fullmatch(r"[+-−]?\d{1,15}(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?", text):
            raise BadCell("is not a number", "write digits with one decimal point or comma, and no other separators")
        return _within(float(text.replace(",", ".").replace("−", "-")), self.low, self.high)

    def write(self, value: float) -> float:
        """The number."""
        return float(value)


@dataclass(frozen=True, slots=True)
class YesNo:
    """yes or no."""

    hint: str = "yes or no"

    def read(self, text: str) -> bool:
        """True for yes, true and 1; False for no, false and 0."""
        found = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(text.lower())
        if found is None:
            raise BadCell("is neither yes nor no", "write yes or no")
        return found

    def write(self, value: bool) -> str:
        """yes or no."""
        return "yes" if value else "no"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of an enumeration."""

    values: type[StrEnum]

    @property
    def hint(self) -> str:
        """All values."""
        return "one of " + ", ".join(member.value for member in self.values)

    def read(self, text: str) -> StrEnum:
        """The member; capitals, spaces and hyphens do not matter."""
        try:
            return self.values(re.sub(r"[\s-]+", "_", text.lower()))
        except ValueError:
            raise BadCell("is not known", f"write {self.hint}") from None

    def write(self, value: StrEnum) -> str:
        """The value."""
        return value.value


_DAY: Final = r"(\d{4})-(\d{1,2})-(\d{1,2})"
_DOTTED: Final = r"(\d{1,2})\.(\d{1,2})\.(\d{4})"
_SLASHED: Final = r"\d{1,2}/\d{1,2}/\d{4}"


def read_day(text: str) -> date:
    """A day as 2026-03-31 or 31.3.2026.

    Raises BadCell; also for 3/4/2026, which is read differently in different countries.
    """
    iso, dotted = re.fullmatch(_DAY, text), re.fullmatch(_DOTTED, text)
    if re.fullmatch(_SLASHED, text):
        raise BadCell("may be day/month or month/day", "write 2026-03-31, or say --dates dmy or --dates mdy")
    if not iso and not dotted:
        raise BadCell("is not a date", "write it like 2026-03-31")
    year, month, day = iso.groups() if iso else reversed(dotted.groups()) if dotted else ()
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise BadCell("is not in the calendar", "write a day that exists, like 2026-03-31") from None


def read_time(text: str) -> time:
    """A time of day as 8:30 or 08:30:15.

    Raises BadCell.
    """
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?", text)
    try:
        if found:
            hours, minutes, seconds, fraction = found.groups()
            return time(int(hours), int(minutes), int(seconds or 0), int((fraction or "").ljust(6, "0")))
    except ValueError:
        pass
    raise BadCell("is not a time of day", "write it like 08:30")


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar."""

    hint: str = "a date like 2026-03-31"

    def read(self, text: str) -> date:
        """The day; a midnight that a spreadsheet added is taken off."""
        return read_day(re.sub(r"[ T]00:00(:00)?$", "", text))

    def write(self, value: date) -> date:
        """The day."""
        return value


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and time, local to the row's territory unless it names its distance from UTC."""

    hint: str = "a local date and time like 2026-03-31 08:30, or with the distance from UTC: 2026-03-31 08:30-03:00"

    def read(self, text: str) -> datetime:
        """An aware datetime when a distance from UTC is given, else one without a zone, still to be placed."""
        match = re.fullmatch(r"(\S+?)(?:[ T](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?))? ?(Z|[+-]\d{2}:?\d{2})?", text)
        if not match:
            raise BadCell("is not a date and time", "write it like 2026-03-31 08:30")
        day, clock, offset = match.groups()
        local = datetime.combine(read_day(day), read_time(clock or "00:00"))
        return datetime.fromisoformat(f"{local.isoformat()}{offset}") if offset else local

    def write(self, value: str) -> str:
        """The text that the column made of it."""
        return value


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time; inside, seconds."""

    hint: str = "hours and minutes like 1:30, or minutes like 90"

    def read(self, text: str) -> int:
        """Seconds."""
        clock = re.fullmatch(r"(\d{1,4}):(\d{2})(?::(\d{2}))?", text)
        if clock and int(clock[2]) < 60 and int(clock[3] or 0) < 60:
            return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
        minutes = re.fullmatch(r"(\d{1,6})(?:[.,]0{1,2})?(?: ?min)?", text)
        if not minutes:
            raise BadCell("is not a length of time", f"write {self.hint}")
        return int(minutes[1]) * 60

    def write(self, value: int) -> str:
        """Hours, minutes, and seconds when there are any."""
        minutes, seconds = divmod(value, 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")


@dataclass(frozen=True, slots=True)
class Words:
    """Several texts, separated by semicolons."""

    hint: str = "texts separated by semicolons"

    def read(self, text: str) -> list[str]:
        """The texts."""
        return [Text(100).read(word) for word in split_list(text)]

    def write(self, value: list[str]) -> str:
        """The texts in one."""
        return join_list(value)


def _within(value: float, low: float, high: float) -> float:
    if value < low:
        raise BadCell(f"is below {low:g}", f"write {low:g} or more")
    if value > high:
        raise BadCell(f"is above {high:g}", f"write {high:g} or less")
    return value


def place(local: datetime, zone: Any) -> datetime:
    """The instant a local time means in a zone; an aware one stays what it is.

    Raises BadCell for a local time that the zone skips, or has twice.
    """
    if local.tzinfo is not None:
        return local
    early, late = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early
    problem = "never was" if _skipped(early) else "was twice"
    raise BadCell(
        f"{problem} in {zone.key}, where clocks changed", f"add the distance from UTC, like {_with_offset(early)}"
    )


def local_text(instant: datetime, zone: Any) -> str:
    """An instant as `place` reads it back: local, with its distance from UTC only where that is needed."""
    local = instant.astimezone(zone)
    plain = local.replace(tzinfo=None)
    timespec = "auto" if local.microsecond else "seconds" if local.second else "minutes"
    early, late = plain.replace(tzinfo=zone, fold=0), plain.replace(tzinfo=zone, fold=1)
    text = plain.isoformat(" ", timespec)
    return text if early.utcoffset() == late.utcoffset() else f"{text}{_offset(local)}"


def _offset(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _with_offset(local: datetime) -> str:
    return f"{local.replace(tzinfo=None).isoformat(' ', 'minutes')}{_offset(local)}"


def _skipped(early: datetime) -> bool:
    return early.astimezone(UTC).astimezone(early.tzinfo).replace(tzinfo=None, fold=0) != early.replace(tzinfo=None)
