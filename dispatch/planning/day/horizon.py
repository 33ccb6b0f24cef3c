"""Local days and the optimiser's seconds.

Second 0 is the local midnight that begins the day. Seconds are elapsed time, so a day on which the clocks change has
23 or 25 hours of them, and 09:00 is not always second 32,400.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatch.errors import Fault, Invalid

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Horizon:
    """One local day in a zone."""

    local_date: date
    zone: ZoneInfo

    @classmethod
    def of(cls, local_date: date, time_zone: str) -> "Horizon":
        """The day in the zone of this IANA name.

        Raises Invalid for a name that is no zone.
        """
        try:
            return cls(local_date, ZoneInfo(time_zone))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            message = f"the time zone {time_zone!r} is not known; use an IANA name, for example America/Santiago"
            raise Invalid(message, (Fault("/time_zone", message),)) from error

    @cached_property
    def starts_at(self) -> datetime:
        """The instant of second 0."""
        return self.at(time.min)

    @cached_property
    def ends_at(self) -> datetime:
        """The instant at which the next local day begins."""
        return self.at(time.min, days=1)

    def at(self, clock: time, days: int = 0) -> datetime:
        """The instant at which the clocks show `clock` on the day `days` after this one.

        An hour that the clocks skip is read as if they had not; of one that comes twice, the first is meant.
        """
        local = datetime.combine(self.local_date + timedelta(days=days), clock, tzinfo=self.zone)
        return local.astimezone(UTC)

    def seconds(self, instant: datetime) -> int:
        """Whole seconds from the start of the day to the instant; negative before it."""
        return int((instant - self.starts_at).total_seconds())

    def instant(self, seconds: int) -> datetime:
        """The instant of a second."""
        return self.starts_at + timedelta(seconds=seconds)

    def local(self, instant: datetime) -> datetime:
        """The instant as the clocks show it here."""
        return instant.astimezone(self.zone)

    def open_spans(self, hours: Mapping[str, Any], until: datetime | None = None) -> tuple[Span, ...] | None:
        """When something with these opening hours is open, from the start of the day to `until` (the day's end).

        hours: {"mon": [["08:00", "17:00"], ...], ...}; a span that ends at or before its start ends on the next day.
        None for always open ({}). Spans that touch are joined.
        """
        if not hours:
            return None
        until = until or self.ends_at
        spans: list[Span] = []
        for days in range(-1, (until - self.starts_at).days + 2):
            weekday = WEEKDAYS[(self.local_date + timedelta(days=days)).weekday()]
            spans.extend(self._span(opens, closes, days) for opens, closes in hours.get(weekday, ()))
        return joined([span for span in spans if span[1] > self.starts_at and span[0] < until])

    def _span(self, opens: str, closes: str, days: int) -> Span:
        start, end = clock_time(opens), clock_time(closes)
        return self.at(start, days), self.at(end, days + (end <= start))


def clock_time(text: str) -> time:
    """A time of day written HH:MM; 24:00 is midnight at the end.

    Raises Invalid for anything else.
    """
    try:
        return time.min if text == "24:00" else time.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no time of day; write HH:MM, for example 08:00") from error


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in time order, those that touch or overlap made one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)
