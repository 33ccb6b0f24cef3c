"""The times behind the least cost of a route, found from the return backwards."""

import numpy as np

from solver.compiled import IntArray
from solver.improve.arrays import Arrays
from solver.jit import lean
from solver.timing.cost import NO_TIMES, first_pass
from solver.timing.programme import border, leaves_by, look_back, programme, run
from solver.timing.work import (
    BEFORE,
    CHOICE,
    DEPART,
    DEPART_BY,
    DEPART_FROM,
    DRIVE,
    DUE,
    DUTY_RATE,
    HARD_END,
    HAS_DUE,
    ON_DUTY,
    READY_FROM,
    REST_SECONDS,
    REST_UNPAID,
    RETURN,
    RETURN_BY,
    SECONDS,
    START,
    STATES,
    STEP_FROM,
    TARDINESS,
    TimingWork,
)


@lean
def route_times(
    arrays: Arrays, shift: int, stops: IntArray, k: int, begin: int, finish: int, work: TimingWork
) -> float:
    """The least cost, as `route_cost`; leaves the times in `work`: starts, taken, times, and legs' DRIVE and SECONDS.

    Among times of the same cost the earliest return and the earliest starts are taken, and then the latest departure.
    Infinite, and `work` is left without meaning, when there are none; NaN when the work's pieces are too few.
    """
    low = max(begin, work.duty[shift, START])
    high = min(finish, work.duty[shift, HARD_END])
    opens, closes = arrays.window_open, arrays.window_close
    known, _ = first_pass(arrays.seconds, arrays.service, opens, closes, shift, stops, k, low, high, work)
    if known == NO_TIMES or k == 0 or not look_back(work, opens, closes, stops, k, high):
        return 0.0 if k == 0 else np.inf
    cost, back, taken, depart = programme(work, opens, closes, shift, stops, k, low, high, np.inf)
    if cost < np.inf:
        if work.bounds[0, 0] != depart:  # a later interval of departures was tried last
            last = border(work, shift, depart, leaves_by(work, shift, low, high))
            run(work, opens, closes, shift, stops, k, depart, last, np.inf)
        work.times[DEPART_FROM] = depart
        work.times[RETURN] = back
        work.times[RETURN_BY] = min(high, work.owes_by[taken])
        _trace(work, shift, stops, k, taken)
    return cost


@lean
def _trace(work: TimingWork, shift: int, stops: IntArray, k: int, taken: int) -> None:
    """Follows the functions from the return backwards and notes the times."""
    reached, unpaid, tardiness = work.times[RETURN], 0, 0
    for i in range(k, -1, -1):
        gone = work.leg[i - 1, SECONDS] if i else 0
        reached, way = _departed(work, shift, i, taken, reached, gone)
        taken = work.step[way, BEFORE]
        work.taken[i] = work.step[way, CHOICE]
        unpaid += work.step[way, REST_UNPAID]
        if i:
            work.starts[i - 1] = reached
            row = stops[i - 1]
            if work.stop[row, HAS_DUE]:
                tardiness = max(tardiness, reached - work.stop[row, DUE])
    reached = work.starts[0] - work.leg[0, DRIVE] - work.step[way, REST_SECONDS]
    work.times[DEPART] = min(work.bounds[0, 1], work.step[way, DEPART_BY], reached)
    work.times[ON_DUTY] = work.times[RETURN] - work.times[DEPART] - unpaid
    work.times[TARDINESS] = tardiness


@lean
def _departed(work: TimingWork, shift: int, i: int, taken: int, reached: int, gone: int) -> tuple[int, int]:
    """(start at the stop before leg i, or departure; the step taken) of the cheapest way to be ready then."""
    span, step, bounds, line = work.span, work.step, work.bounds, work.line
    sets, rate = work.duty[shift, STATES], work.duty_rate[shift, DUTY_RATE]
    ways = work.duty[shift, STEP_FROM] + taken
    best, at, chosen = np.inf, reached, work.step_from[ways]
    for way in range(work.step_from[ways], work.step_from[ways + 1]):
        if step[way, READY_FROM] > reached:
            continue
        by = min(step[way, DEPART_BY] - gone, reached - work.leg[i, DRIVE] - step[way, REST_SECONDS] - gone)
        source = i * sets + step[way, BEFORE]
        extra = -rate * step[way, REST_UNPAID]
        for j in range(span[source, 0], span[source, 1]):
            if bounds[j, 0] > by:
                break
            last = min(bounds[j, 1], by)
            value = line[j, 0] + extra
            end = value + line[j, 1] * (last - bounds[j, 0])
            if min(value, end) < best:
                best = min(value, end)
                at = last if end < value else bounds[j, 0]
                chosen = way
    return at, chosen
