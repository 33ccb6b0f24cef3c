"""The rules of a time zone as a calendar file carries them (VTIMEZONE, RFC 5545 3.6.5), for the years it needs."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from dispatch.appointments.local_time import zone_named

DAY: Final = timedelta(days=1)
SECOND: Final = timedelta(seconds=1)


def vtimezone(time_zone: str, first: datetime, last: datetime) -> Timezone:
    """The zone's rules from a year before the first instant to a year after the last.

    Each change of the clocks is told by itself, at the local time before it, as the standard wants it.
    """
    made = Timezone()
    made.add("tzid", time_zone)
    for at in _changes(time_zone, first.year - 1, last.year + 1):
        made.add_component(_observance(zone_named(time_zone), at))
    return made


def _observance(zone: tzinfo, at: datetime) -> TimezoneStandard | TimezoneDaylight:
    before, after = (at - SECOND).astimezone(zone), at.astimezone(zone)
    made = TimezoneDaylight() if after.dst() else TimezoneStandard()
    # The onset is written as the clocks would have shown it, had they not changed.
    made.add("dtstart", at.replace(tzinfo=None) + _offset(before))
    made.add("tzoffsetfrom", _offset(before))
    made.add("tzoffsetto", _offset(after))
    made.add("tzname", after.tzname() or "")
    return made


@lru_cache(maxsize=64)
def _changes(time_zone: str, first_year: int, last_year: int) -> tuple[datetime, ...]:
    """The beginning of the first year, and each instant until the end of the last at which the clocks change."""
    zone = zone_named(time_zone)
    start, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    found, day = [start], start
    while day < end:
        if _rules(day, zone) != _rules(day + DAY, zone):
            found.append(_change(day, zone))
        day += DAY
    return tuple(found)


def _change(low: datetime, zone: tzinfo) -> datetime:
    rules, high = _rules(low, zone), low + DAY
    while high - low > SECOND:
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _rules(middle, zone) == rules else (low, middle)
    return high


def _rules(at: datetime, zone: tzinfo) -> tuple[timedelta, str | None]:
    local = at.astimezone(zone)
    return _offset(local), local.tzname()


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()
