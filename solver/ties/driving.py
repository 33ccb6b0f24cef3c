"""Driving under speed bands, and the windows of stops, for kernels.

Driving is counted in hundredths of a second at full speed, so that every number stays whole (Ichoua, Gendreau and
Potvin, "Vehicle dispatching with time-dependent travel times", EJOR 144, 2003). speed: (bands, 2) from, percent.
"""

from typing import Final

from solver.compiled import IntArray
from solver.improve.arrays import NO_LIMIT
from solver.jit import jit
from solver.ties.compiler import inner
from solver.ties.table import CLOSE, OPEN, WINDOWS, WINDOWS_END

FULL: Final = 100
ENDLESS: Final = 1 << 60


@jit
def driven_by(speed: IntArray, leaves: int, left: int) -> int:
    """The first second by which `left` hundredths of driving are done by who takes them up at `leaves`."""
    low, percent = leaves, FULL
    for band in range(len(speed)):
        begins = speed[band, 0]
        if begins > low:
            room = percent * (begins - low)
            if left <= room:
                break
            left -= room
            low = begins
        percent = speed[band, 1]
    return low + (left + percent - 1) // percent


@jit
def done_between(speed: IntArray, start: int, end: int) -> int:
    """Hundredths of driving done from `start` to `end`; nothing when `end` is not later."""
    total = 0
    low, percent = start, FULL
    for band in range(len(speed)):
        begins = speed[band, 0]
        if begins >= end:
            break
        if begins > low:
            total += percent * (begins - low)
            low = begins
        percent = speed[band, 1]
    return total + percent * (end - low) if end > low else total


@inner
def arrival(speed: IntArray, leaves: int, seconds: int) -> int:
    """When a leg of so many seconds of the matrix ends."""
    return leaves + seconds if len(speed) == 0 else driven_by(speed, leaves, seconds * FULL)


@inner
def departure(speed: IntArray, arrives: int, seconds: int) -> int:
    """The last departure from which such a leg ends by `arrives`."""
    if len(speed) == 0:
        return arrives - seconds
    high, left = arrives, seconds * FULL
    for band in range(len(speed) - 1, -1, -1):
        begins, percent = speed[band, 0], speed[band, 1]
        if begins < high:
            if left <= percent * (high - begins):
                return int(high - (left + percent - 1) // percent)
            left -= percent * (high - begins)
            high = begins
    return high - (left + FULL - 1) // FULL


@inner
def opening(stops: IntArray, window: IntArray, stop: int, instant: int) -> int:
    """The first second from `instant` on at which the stop may start; NO_LIMIT: there is none."""
    for w in range(stops[stop, WINDOWS], stops[stop, WINDOWS_END]):
        if instant <= window[w, CLOSE]:
            return int(max(instant, window[w, OPEN]))
    return NO_LIMIT


@inner
def closing(stops: IntArray, window: IntArray, stop: int, instant: int) -> int:
    """The last second up to `instant` at which the stop may start; -NO_LIMIT: there is none."""
    for w in range(stops[stop, WINDOWS_END] - 1, stops[stop, WINDOWS] - 1, -1):
        if instant >= window[w, OPEN]:
            return int(min(instant, window[w, CLOSE]))
    return -NO_LIMIT
