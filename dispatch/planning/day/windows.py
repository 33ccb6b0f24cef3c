"""When the service of a visit may start: its own windows within the site's opening hours, on the day.

Service must start and end while the site is open. Bounds are instants, both ends included.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dispatch.planning.day.horizon import Horizon, Span


def service_windows(
    wanted: Sequence[Span],
    opening: Sequence[Span] | None,
    length: timedelta,
    earliest: datetime | None,
    until: datetime,
) -> tuple[Span, ...] | None:
    """The windows for the start of a service of this length; None: any time, (): no time at all.

    wanted: the visit's windows, () for any time; opening: when the site is open, None for always. earliest: not before.
    until: when the day's shifts are over; only needed to bound `earliest`.
    """
    starts = None if opening is None else [(opens, closes - length) for opens, closes in opening]
    spans = list(wanted) if wanted else None
    spans = starts if spans is None else (spans if starts is None else meet(spans, starts))
    if earliest is not None:
        later = [(earliest, until)]
        spans = later if spans is None else meet(spans, later)
    return None if spans is None else apart([span for span in spans if span[0] <= span[1]])


def meet(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """What two lists of spans have in common, single instants included."""
    common = [(max(a[0], b[0]), min(a[1], b[1])) for a in first for b in second]
    return sorted(span for span in common if span[0] <= span[1])


def apart(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in order, those that overlap or touch (no whole second between them) made one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1] + timedelta(seconds=1):
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def in_seconds(spans: Sequence[Span], horizon: Horizon, last: int) -> tuple[tuple[int, int], ...]:
    """The windows in seconds of the day, without those that open after `last` or close before second 0."""
    seconds = [(horizon.seconds(start), horizon.seconds(end)) for start, end in spans]
    return tuple((start, end) for start, end in seconds if start <= last and end >= 0)
