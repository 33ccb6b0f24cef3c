"""What a local date and time mean: the instant at which the clocks of a zone show them.

A time that the clocks skip is refused, and the next one that they show is named. Of a time that they show twice the
first is meant, unless the second is asked for: whoever comes then is on time by either reading of the clock.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatch.errors import Fault, Invalid


class NeverShown(Invalid):
    """A local time that the clocks of its zone skip. `next_shown`: the first one after it that they do show."""

    def __init__(self, local: datetime, time_zone: str, next_shown: datetime) -> None:
        message = (
            f"{local:%Y-%m-%d %H:%M} does not exist in {time_zone}: the clocks are put forward there. "
            f"The next possible time is {next_shown:%Y-%m-%d %H:%M}."
        )
        super().__init__(message, (Fault("/local_from", message),))
        self.next_shown = next_shown


@dataclass(frozen=True, slots=True)
class Readings:
    """The instants at which the clocks of a zone show a local time: one; two, the earlier first; or none.

    next_shown: the local time itself; where there is none, the first one after it that the clocks do show.
    """

    instants: tuple[datetime, ...]
    next_shown: datetime

    @property
    def is_twice(self) -> bool:
        """Whether somebody has to be asked which one is meant, or the rule says so."""
        return len(self.instants) == 2


def zone_named(time_zone: str) -> tzinfo:
    """The zone of this IANA name.

    Raises Invalid for a name that is no zone.
    """
    try:
        return ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"the time zone {time_zone!r} is not known; use an IANA name, for example America/Santiago"
        raise Invalid(message, (Fault("/time_zone", message),)) from error


def readings(local: datetime, zone: tzinfo) -> Readings:
    """All instants at which the clocks of the zone show a naive local time."""
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    shown = tuple(dict.fromkeys(each for each in (early, late) if _shown(each, zone) == local))
    return Readings(shown, local if shown else _shown(_change(late, early, zone), zone))


def instant_of(local_date: date, wall: time, time_zone: str, *, second: bool = False) -> datetime:
    """The instant, in UTC, at which the clocks there show this. second: the later one, if they show it twice.

    Raises NeverShown for a time that they skip, Invalid for a zone that is none or a time that has one of its own.
    """
    local = datetime.combine(local_date, wall)
    if local.tzinfo is not None:
        message = f"{wall.isoformat()} has a distance from UTC; give the time as the clocks show it, such as 09:00"
        raise Invalid(message, (Fault("/local_from", message),))
    found = readings(local, zone_named(time_zone))
    if not found.instants:
        raise NeverShown(local, time_zone, found.next_shown)
    return found.instants[-1 if second else 0]


def instant_or_next(local_date: date, wall: time, time_zone: str) -> datetime:
    """As `instant_of`, but a time that the clocks skip means the moment at which they do so.

    For what was said before the clocks were known to skip it, and for windows that a day is cut into.
    """
    try:
        return instant_of(local_date, wall, time_zone)
    except NeverShown as error:
        return instant_of(error.next_shown.date(), error.next_shown.time(), time_zone)


def span_of(local_date: date, local_from: time, local_by: time, time_zone: str) -> tuple[datetime, datetime]:
    """The instants from and by which something was promised; one that ends at 00:00, or before it begins, ends on the
    next day.

    Never raises for skipped times, which mean the moment of the change: what was said stays said.
    """
    ends = local_date + timedelta(days=local_by <= local_from)
    opens, closes = (
        instant_or_next(local_date, local_from, time_zone),
        instant_or_next(ends, local_by, time_zone),
    )
    return opens, max(opens, closes)


def _shown(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The instant between two, to the second, from which on the zone has another distance from UTC."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)
