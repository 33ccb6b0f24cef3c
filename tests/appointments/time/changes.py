"""Each change of the clocks in a zone within some years, found by looking."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

ZONES = (
    "America/Santiago",
    "America/Punta_Arenas",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/Berlin",
    "Europe/London",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
)


class Change(NamedTuple):
    """The clocks of a zone go from one distance from UTC to another at an instant."""

    zone: str
    at: datetime
    before: timedelta
    after: timedelta

    @property
    def is_gap(self) -> bool:
        """Whether the clocks skip a time, or else show one twice."""
        return self.after > self.before

    @property
    def length(self) -> timedelta:
        """How much they skip, or show twice."""
        return abs(self.after - self.before)

    @property
    def first(self) -> datetime:
        """The first local time that they skip or show twice."""
        return self.at.replace(tzinfo=None) + min(self.before, self.after)

    @property
    def days(self) -> set[date]:
        """The local days that are longer or shorter by it, in whole or in part."""
        return {self.first.date(), (self.first + self.length - timedelta(seconds=1)).date()}


@cache
def changes(zone: str, first: int = 2025, last: int = 2035) -> tuple[Change, ...]:
    """All changes in these years."""
    rules = ZoneInfo(zone)

    def offset(at: datetime) -> timedelta:
        return at.astimezone(rules).utcoffset() or timedelta()

    found = []
    day, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    while day < end:
        after = day + timedelta(days=1)
        if offset(day) != offset(after):
            low, high = day, after
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle -= timedelta(microseconds=middle.microsecond)
                low, high = (middle, high) if offset(middle) == offset(day) else (low, middle)
            found.append(Change(zone, high, offset(day), offset(after)))
        day = after
    return tuple(found)
