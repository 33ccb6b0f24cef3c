"""Routes in buckets of time, forwards: the least cost of being ready to leave a stop within each bucket.

Bucket k of `step` seconds holds the seconds from `start + k * step` on. Whoever is in a bucket counts as being there at
whichever of its seconds serves the cost, so costs are never too great; with a step of one second they are exact.
"""

from typing import Final

import numpy as np

from solver.bound.pauses import BITS, BY, PAID, READY, SECONDS
from solver.bound.sheet import (
    AWAY,
    BEFORE,
    DRIVE,
    DUE,
    FINISH,
    HOME_DRIVE,
    HOME_PRICE,
    LATE,
    LATEST,
    OWED,
    PRICE,
    ROAD,
    TAKEN_FROM,
    WORK,
    Sheet,
)
from solver.compiled import IntArray
from solver.jit import jit

NONE: Final = 1 << 60
"""Units that stand for "not possible"."""


@jit
def start_in(sheet: Sheet, i: int, j: int, low: int, high: int, rest: int, window: int) -> tuple[int, int, int, int]:
    """(earliest start, latest start, extra units, from when on the next window counts) of service at j in this window.

    Node i is left within `low..high`, with the breaks of row `rest`. No start when the earliest is after the latest.
    """
    work = sheet.legs[WORK, i, j]
    ahead = sheet.legs[DRIVE, i, j] + sheet.rests[rest, SECONDS]
    ready = sheet.rests[rest, READY]
    close = min(sheet.windows[window, 1], sheet.nodes[j, FINISH] - work, sheet.last - work)
    opens = max(sheet.windows[window, 0], ready)
    by = min(high, sheet.rests[rest, BY])
    until = min(by, close - ahead)
    if low > until or opens > close:
        return 1, 0, 0, low
    first = max(low + ahead, opens)
    last = max(until + ahead, opens)
    extra = sheet.duty * (max(0, opens - until - ahead) + sheet.rests[rest, PAID])
    extra += sheet.nodes[j, LATE] * max(0, first - sheet.nodes[j, DUE])
    extra += sheet.nodes[j, AWAY] * max(0, first - sheet.nodes[j, BEFORE])
    return first, last, extra, until + 1


@jit
def home_cost(sheet: Sheet, i: int, settled: int, low: int, high: int) -> int:
    """Least units from leaving node i within `low..high`, with these breaks settled, to the end of the route."""
    if sheet.nodes[i, HOME_DRIVE] >= ROAD:
        return NONE
    best = NONE
    for rest in range(sheet.rest_from[settled], sheet.rest_from[settled + 1]):
        by = min(high, sheet.rests[rest, BY])
        ahead = sheet.nodes[i, HOME_DRIVE] + sheet.rests[rest, SECONDS]
        back = max(low + ahead, sheet.rests[rest, READY])
        if low > by or back > sheet.last or _owes(sheet, settled | sheet.rests[rest, BITS], back):
            continue
        waits = max(0, sheet.rests[rest, READY] - by - ahead)
        cost = sheet.nodes[i, HOME_PRICE] + sheet.duty * (waits + sheet.rests[rest, PAID])
        best = min(best, cost + sheet.overtime * max(0, back - sheet.end))
    return best


@jit
def _owes(sheet: Sheet, settled: int, back: int) -> bool:
    """Whether who is back at `back` should have taken a break that is not settled."""
    for b in range(len(sheet.breaks)):
        if sheet.breaks[b, OWED] and not (settled >> b) & 1 and back > sheet.breaks[b, LATEST]:
            return True
    return False


@jit
def settled_by(sheet: Sheet, leaves: int) -> int:
    """Breaks (as bits) that who leaves the start place then does not owe."""
    bits = 0
    for b in range(len(sheet.breaks)):
        if sheet.breaks[b, OWED] and sheet.breaks[b, LATEST] < leaves:
            bits |= 1 << b
    return bits


@jit
def possible(sheet: Sheet, settled: int, low: int, high: int) -> bool:
    """Whether anyone on the way within `low..high` can have settled just these breaks and still be back in time."""
    for b in range(len(sheet.breaks)):
        if (settled >> b) & 1:
            if high < sheet.breaks[b, TAKEN_FROM]:
                return False
        elif sheet.breaks[b, OWED] and low > sheet.breaks[b, LATEST]:
            return False
    return True


@jit
def buckets(sheet: Sheet, step: int) -> int:
    """How many buckets of so many seconds the shift has."""
    return (sheet.last - sheet.start) // step + 1


def widened(sheet: Sheet, step: int, most: int) -> int:
    """The step, doubled until the shift has at most so many buckets."""
    while buckets(sheet, step) > most:
        step *= 2
    return step


@jit
def lead(sheet: Sheet, j: int, step: int, ready: IntArray) -> int:
    """Fill `ready` (breaks settled, bucket) for a route that goes to j first; its least value."""
    ready[:] = NONE
    count = 1 if sheet.at_start else buckets(sheet, step)
    least = NONE
    for k in range(count):
        low = sheet.start + k * step
        high = low if sheet.at_start else min(low + step - 1, sheet.last)
        early, late = settled_by(sheet, low), settled_by(sheet, high)
        least = min(least, _go(sheet, sheet.legs.shape[1] - 1, j, (low, high), early, 0, step, ready))
        if late != early:
            least = min(least, _go(sheet, sheet.legs.shape[1] - 1, j, (low, high), late, 0, step, ready))
    return least


@jit
def advance(sheet: Sheet, i: int, j: int, step: int, before: IntArray, ready: IntArray) -> int:
    """Fill `ready` (breaks settled, bucket) for j after i, where `before` is the same for i; its least value."""
    ready[:] = NONE
    least = NONE
    for settled in range(before.shape[0]):
        for k in range(before.shape[1]):
            if before[settled, k] < NONE:
                low = sheet.start + k * step
                span = (low, min(low + step - 1, sheet.last))
                least = min(least, _go(sheet, i, j, span, settled, before[settled, k], step, ready))
    return least


@jit
def _go(
    sheet: Sheet, i: int, j: int, span: tuple[int, int], settled: int, cost: int, step: int, ready: IntArray
) -> int:
    """Enter in `ready` what leaving i within the span, at this cost so far, comes to at j; the least of it."""
    least = NONE
    if sheet.legs[DRIVE, i, j] >= ROAD:
        return least
    for rest in range(sheet.rest_from[settled], sheet.rest_from[settled + 1]):
        low = span[0]
        after = settled | sheet.rests[rest, BITS]
        for window in range(sheet.window_from[j], sheet.window_from[j + 1]):
            first, last, extra, low = start_in(sheet, i, j, low, span[1], rest, window)
            if first > last:
                continue
            value = cost + sheet.legs[PRICE, i, j] + extra
            work = sheet.legs[WORK, i, j] - sheet.start
            for k in range((first + work) // step, (last + work) // step + 1):
                ready[after, k] = min(ready[after, k], value)
            least = min(least, value)
    return least


@jit
def ending(sheet: Sheet, i: int, step: int, ready: IntArray) -> int:
    """Least units of a whole route that ends after i, where `ready` holds what it costs to leave i."""
    best = NONE
    for settled in range(ready.shape[0]):
        for k in range(ready.shape[1]):
            if ready[settled, k] < best:
                low = sheet.start + k * step
                home = home_cost(sheet, i, settled, low, min(low + step - 1, sheet.last))
                best = min(best, ready[settled, k] + home)
    return best


@jit
def route_cost(sheet: Sheet, nodes: IntArray, step: int) -> int:
    """Least units of the route over these nodes in this order; parts and tools are not looked at."""
    settles = 1 << len(sheet.breaks)
    ready = np.empty((settles, buckets(sheet, step)), dtype=np.int64)
    after = np.empty_like(ready)
    lead(sheet, nodes[0], step, ready)
    for place in range(1, len(nodes)):
        advance(sheet, nodes[place - 1], nodes[place], step, ready, after)
        ready, after = after, ready
    return ending(sheet, nodes[-1], step, ready)
