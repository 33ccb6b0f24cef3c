"""Service time: the instants within a contract's hours, and when so many minutes of them are over.

An instant is service time when the wall clock of the zone stands within one of that weekday's spans. Where clocks are
put forward, the hour that is skipped is no service time; where they are put back, the hour that comes twice counts
twice. Spans are half-open; one that closes at 00:00 lasts until midnight.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

FURTHEST: Final = timedelta(days=5 * 366)
"""So far ahead a deadline is looked for; hours that never come have none."""

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """Service hours of one weekday, Monday is 0; local time, half-open, `closes` 00:00 is midnight at its end."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the clock stands still; `ends_at` None: it still does."""

    starts_at: datetime
    ends_at: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A clock that ran. `at`: when its time is over; None: never, as it stands still, or as there are no hours.

    counted: the intervals in which it ran. used: their length in all. paused_since: set while it stands still.
    """

    at: datetime | None
    counted: tuple[Interval, ...]
    used: timedelta
    paused_since: datetime | None


def run(start: datetime, length: timedelta, hours: Sequence[Span], zone: ZoneInfo, pauses: Sequence[Pause]) -> Run:
    """The clock that starts at `start` and takes `length` of service time outside the pauses."""
    counted: list[Interval] = []
    used = timedelta(0)
    still = min((pause.starts_at for pause in pauses if pause.ends_at is None), default=None)
    for interval in service_time(hours, zone, start):
        if still is not None and interval[0] >= still:
            break
        for begins, ends in _outside(interval, pauses):
            taken = min(ends - begins, length - used)
            counted.append((begins, begins + taken))
            used += taken
            if used == length:
                return Run(begins + taken, tuple(counted), used, None)
    return Run(None, tuple(counted), used, still)


def service_time(hours: Sequence[Span], zone: ZoneInfo, start: datetime) -> Iterator[Interval]:
    """The intervals of service time from `start` on, in UTC, in order, without overlaps; may touch each other."""
    start = start.astimezone(UTC)
    if not hours:
        return
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < start + FURTHEST:
        for piece in _even_pieces(zone, day):
            for begins, ends in _within(hours, zone, piece):
                if ends > start:
                    yield max(begins, start), ends
        day += _DAY


def _even_pieces(zone: ZoneInfo, day: datetime) -> list[Interval]:
    """The day (of UTC) cut where the zone's offset changes; a zone changes it once a day at most."""
    end = day + _DAY
    before = _offset(zone, day)
    if _offset(zone, end) == before:
        return [(day, end)]
    low, high = day, end
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return [(day, high), (high, end)] if high < end else [(day, end)]


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def _within(hours: Sequence[Span], zone: ZoneInfo, piece: Interval) -> list[Interval]:
    offset = _offset(zone, piece[0])
    first, last = (instant.replace(tzinfo=None) + offset for instant in piece)
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    found: list[tuple[datetime, datetime]] = []
    while midnight < last:
        for span in hours:
            if span.weekday == midnight.weekday():
                begins = max(first, datetime.combine(midnight, span.opens))
                ends = min(last, _closing(midnight, span))
                if begins < ends:
                    found.append((begins, ends))
        midnight += _DAY
    return [((a - offset).replace(tzinfo=UTC), (b - offset).replace(tzinfo=UTC)) for a, b in _united(found)]


def _closing(midnight: datetime, span: Span) -> datetime:
    return midnight + _DAY if span.closes == time(0) else datetime.combine(midnight, span.closes)


def _united(intervals: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    united: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted(intervals):
        if united and begins <= united[-1][1]:
            united[-1] = (united[-1][0], max(ends, united[-1][1]))
        else:
            united.append((begins, ends))
    return united


def _outside(interval: Interval, pauses: Sequence[Pause]) -> list[Interval]:
    left = [interval]
    for pause in pauses:
        left = [rest for each in left for rest in _without(each, pause)]
    return left


def _without(interval: Interval, pause: Pause) -> list[Interval]:
    begins, ends = interval
    resumes = pause.ends_at or ends
    if pause.starts_at >= ends or resumes <= begins:
        return [interval]
    return [(a, b) for a, b in ((begins, pause.starts_at), (resumes, ends)) if a < b]
