"""The arrival windows of a day that a group of visits may be offered, before anybody is asked who could come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from dispatch.appointments.local_time import LocalWindow, day_windows
from dispatch.appointments.offering.asking import Asked
from dispatch.appointments.offering.day_books import DayBook
from dispatch.appointments.offering.offers import Withheld
from dispatch.appointments.offering.reasons import Why
from dispatch.planning.day.horizon import Span
from dispatch.planning.day.windows import meet
from solver.problem import Visit as Wanted
from solver.problem import Window

QUARTER: Final = timedelta(minutes=15)
"""What opening hours and wishes cut off a window is rounded to this, and nothing shorter is offered."""


@dataclass(frozen=True, slots=True)
class DayWindow:
    """A window that may be asked for. seconds: of the day, both included."""

    local: LocalWindow
    seconds: Window


def windows_of(day: DayBook, minutes: int) -> tuple[LocalWindow, ...]:
    """The windows in which somebody is on duty, so many minutes long, cut at multiples of that from local midnight."""
    if day.starts_at is None or day.ends_at is None:
        return ()
    if minutes not in day.cut:
        day.cut[minutes] = tuple(_on_duty(day, timedelta(minutes=minutes), day.starts_at, day.ends_at))
    return day.cut[minutes]


def _on_duty(day: DayBook, width: timedelta, start: datetime, end: datetime) -> Iterator[LocalWindow]:
    horizon, zone = day.horizon, day.rows.territory.time_zone
    found = day_windows(horizon.local_date, zone, width)
    if end > horizon.ends_at:
        found += day_windows(horizon.local_date + timedelta(days=1), zone, width, last=time(12))
    return (window for window in found if window.closes_at > start and window.opens_at < end)


def allowed(
    day: DayBook, asked: Asked, visits: Sequence[Wanted], found: Sequence[LocalWindow], earliest: datetime
) -> tuple[list[DayWindow], list[Withheld]]:
    """What of the windows the visits' own times leave, and why nothing is left of others; earliest: none opens before.

    A window that the site's opening hours or the customer's wishes cut is offered as far as they go.
    """
    open_to_all = _common(day, visits)
    kept: list[DayWindow] = []
    withheld: list[Withheld] = []
    for window in found:
        span = window.opens_at, window.closes_at
        if window.opens_at < earliest:
            message = f"it begins before {day.horizon.local(earliest):%Y-%m-%d %H:%M}; the notice would be too short"
            withheld.append(Withheld(*span, Why.NOTICE, message))
            continue
        pieces = [span] if open_to_all is None else _pieces(span, open_to_all)
        piece = max(pieces, key=lambda piece: piece[1] - piece[0], default=None)
        if piece is None:
            withheld.append(Withheld(*span, *why_not(day, asked, window)))
        else:
            kept.append(_cut(day, window, piece))
    return kept, withheld


def why_not(day: DayBook, asked: Asked, window: LocalWindow) -> tuple[Why, str]:
    """Why nothing of a window is left by the visits' own times."""
    earliest = asked.earliest_at
    if earliest is not None and window.closes_at - QUARTER < earliest:
        since = f"{day.horizon.local(earliest):%Y-%m-%d %H:%M}"
        if asked.waits_for_parts:
            return Why.PARTS, f"the parts are there from {since} on"
        return Why.NOT_YET, f"the visit may be from {since} on"
    ends = min((visit.finish_by for visit in asked.visits if visit.finish_by is not None), default=None)
    if ends is not None and window.opens_at + timedelta(seconds=asked.seconds) > ends:
        return Why.TOO_LATE, f"the visit must be over by {day.horizon.local(ends):%Y-%m-%d %H:%M}"
    length = timedelta(seconds=max(visit.duration_seconds for visit in asked.visits))
    hours = day.horizon.open_spans(asked.site.opening_hours, window.closes_at + length)
    starts = (
        None if hours is None else [(opens, closes - length) for opens, closes in hours if closes - opens >= length]
    )
    if starts is not None and not _pieces((window.opens_at, window.closes_at), starts):
        return Why.CLOSED, f"{asked.site.name} is closed then, or for too short a time"
    return Why.WINDOW, "the visit itself may not start then"


def _common(day: DayBook, visits: Sequence[Wanted]) -> list[Span] | None:
    """When all the visits may start; None: at any time."""
    common: list[Span] | None = None
    for visit in visits:
        if visit.windows:
            own = [(day.horizon.instant(opens), day.horizon.instant(closes)) for opens, closes in visit.windows]
            common = own if common is None else meet(common, own)
    return common


def _pieces(span: Span, spans: Sequence[Span]) -> list[Span]:
    """What the spans leave of one, in whole quarters of an hour where they cut it."""
    found = []
    for opens, closes in meet([span], spans):
        start = opens if opens == span[0] else _up(opens)
        end = closes if closes == span[1] else _down(closes)
        if end - start >= QUARTER:
            found.append((start, end))
    return found


def _cut(day: DayBook, window: LocalWindow, piece: Span) -> DayWindow:
    horizon = day.horizon
    seconds = horizon.seconds(piece[0]), horizon.seconds(piece[1])
    if piece == (window.opens_at, window.closes_at):
        return DayWindow(window, seconds)
    start, end = horizon.local(piece[0]), horizon.local(piece[1])
    return DayWindow(LocalWindow(start.date(), start.time(), end.time(), window.time_zone, *piece), seconds)


def _down(instant: datetime) -> datetime:
    return instant - timedelta(minutes=instant.minute % 15, seconds=instant.second, microseconds=instant.microsecond)


def _up(instant: datetime) -> datetime:
    down = _down(instant)
    return instant if down == instant else down + QUARTER
