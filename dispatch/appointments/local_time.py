"""Local dates and times of appointments: what they mean, and the arrival windows that a local day is cut into."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dispatch.errors import Invalid
from dispatch.promises.local_time import (
    NeverShown,
    Readings,
    instant_of,
    instant_or_next,
    readings,
    span_of,
    zone_named,
)

__all__ = [
    "LocalWindow",
    "NeverShown",
    "Readings",
    "day_windows",
    "instant_of",
    "instant_or_next",
    "readings",
    "span_of",
    "window_of",
    "zone_named",
]


@dataclass(frozen=True, slots=True)
class LocalWindow:
    """An arrival window as it is said, and the instants that it means, both included."""

    local_date: date
    local_from: time
    local_by: time
    time_zone: str
    opens_at: datetime
    closes_at: datetime


def window_of(local_date: date, local_from: time, local_by: time, time_zone: str) -> LocalWindow:
    """The window that somebody asks for; a `local_by` at or before `local_from` is on the next day.

    Raises NeverShown when it begins or ends at a time that the clocks skip.
    """
    ends = local_date + timedelta(days=local_by <= local_from)
    opens_at = instant_of(local_date, local_from, time_zone)
    closes_at = instant_of(ends, local_by, time_zone)
    return LocalWindow(local_date, local_from, local_by, time_zone, opens_at, closes_at)


def day_windows(
    local_date: date, time_zone: str, width: timedelta, *, first: time = time.min, last: time = time.min
) -> tuple[LocalWindow, ...]:
    """The windows, `width` long by the clock, that the local day from `first` to `last` (00:00: its end) is cut into.

    They touch, and together last exactly as long as that part of the day: an hour that the clocks skip shortens the
    window it falls into (which begins or ends where the clocks do show a time), one that comes twice lengthens it.

    Raises Invalid for a width of less than a minute.
    """
    if width < timedelta(minutes=1):
        raise Invalid(f"windows of {width} are too narrow; use at least one minute")
    result: list[LocalWindow] = []
    zone = zone_named(time_zone)
    for begins, ends in _cuts(local_date, width, first, last):
        opens_at = instant_or_next(begins.date(), begins.time(), time_zone)
        closes_at = instant_or_next(ends.date(), ends.time(), time_zone)
        if closes_at > opens_at:
            said = [each.astimezone(zone) for each in (opens_at, closes_at)]
            result.append(LocalWindow(said[0].date(), said[0].time(), said[1].time(), time_zone, opens_at, closes_at))
    return tuple(result)


def _cuts(local_date: date, width: timedelta, first: time, last: time) -> Iterator[tuple[datetime, datetime]]:
    begins = datetime.combine(local_date, first)
    end = datetime.combine(local_date + timedelta(days=last <= first), last)
    while begins < end:
        ends = min(begins + width, end)
        yield begins, ends
        begins = ends
