"""How long a leg takes when it is interrupted by breaks and when speed changes during the day.

Work is counted in hundredths of a second of driving at full speed, so that every number stays an integer.
Speed bands after Ichoua, Gendreau and Potvin, "Vehicle dispatching with time-dependent travel times", EJOR 144, 2003.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from solver.problem import UNREACHABLE, Travel
from solver.referee.case import Leg
from solver.solution import Stop

FULL = 100
Bands = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Driven:
    """What a leg comes to: `arrive` at its end, `seconds` driven, and the places of breaks that begin too late.

    `seconds` is None when no road leads there.
    """

    arrive: int
    seconds: int | None
    metres: int
    late_breaks: tuple[int, ...]


def drive(travel: Travel, leg: Leg, stops: Sequence[Stop], leaves: int, driven: bool) -> Driven:
    """Drive the leg from `leaves` on; its breaks stand where the route says they begin and end."""
    needed = int(travel.seconds[leg.origin, leg.destination]) if driven else 0
    if needed == UNREACHABLE:
        ends = max([leaves, *(stops[i].depart for i in leg.breaks)])
        return Driven(ends, None, 0, ())
    clock, left, seconds, late = leaves, needed * FULL, 0, []
    for i in leg.breaks:
        done_at = finish(travel.speed, clock, left)
        if stops[i].arrive > done_at:
            late.append(i)
        paused = min(stops[i].arrive, done_at)
        left = max(0, left - work(travel.speed, clock, paused))
        seconds += max(0, paused - clock)
        clock = stops[i].depart
    arrive = finish(travel.speed, clock, left)
    metres = int(travel.metres[leg.origin, leg.destination]) if driven and travel.metres is not None else 0
    return Driven(arrive, seconds + arrive - clock, metres, tuple(late))


def work(speed: Bands, start: int, end: int) -> int:
    """The driving done from `start` to `end`; nothing when `end` is not later."""
    return sum(percent * (min(high, end) - low) for low, high, percent in _bands(speed, start) if low < end)


def finish(speed: Bands, start: int, left: int) -> int:
    """The first second by which `left` of driving is done, when it is taken up at `start`."""
    for low, high, percent in _bands(speed, start):
        if left <= percent * (high - low):
            return low - (-left // percent)
        left -= percent * (high - low)
    raise AssertionError("the last band has no end")


def _bands(speed: Bands, start: int) -> Iterator[tuple[int, int, int]]:
    """(from, to, percent) of the bands from `start` on; full speed before the first, no end to the last."""
    low, percent = start, FULL
    for begins, next_percent in speed:
        if begins > low:
            yield low, begins, percent
            low = begins
        percent = next_percent
    yield low, 1 << 62, percent
