"""The least cost of one route's times: quick answers where they are exact, else the whole programme."""

import numpy as np

from solver.buffers import buffer_of, leg_spread, with_variance
from solver.compiled import IntArray
from solver.improve.arrays import FAR, Arrays, SmallArray
from solver.jit import lean
from solver.timing.programme import look_back, programme
from solver.timing.work import (
    AT_START,
    AWAY_RATE,
    BREAK_FROM,
    BUFFER,
    BUFFER_RATE,
    CLOSE,
    DRIVE,
    DUE,
    DUTY_RATE,
    END,
    END_LOCATION,
    FINISH_BY,
    HARD_END,
    LATE_RATE,
    LATEST_BREAK,
    LOCATION,
    OPEN,
    OVERTIME_RATE,
    OWED,
    SECONDS,
    SETUP,
    SPREAD,
    START,
    START_LOCATION,
    STATES,
    TECHNICIAN,
    UNPAID,
    WINDOW_FROM,
    WINDOW_TO,
    TimingWork,
)

NO_TIMES, EXACT, AT_LEAST = 0, 1, 2
"""What a first pass has found: that there are no times, the least cost, or a bound from below on it."""


@lean
def route_cost(
    arrays: Arrays,
    shift: int,
    stops: IntArray,
    k: int,
    begin: int,
    finish: int,
    bound: float,
    work: TimingWork,
) -> float:
    """The least cost of times for the stops `stops[:k]` of the shift, in this order; infinite when not below `bound`.

    Units: duty, overtime, lateness, distance from previous starts; driving, metres, bonuses and limits on counts and
    driving are the caller's. Leaves at `begin` at the earliest and is back at `finish` at the latest, within the
    shift's own bounds; takes what breaks are owed. A route that needs more than `PIECES` counts as impossible.
    stops: visits 0..n-1, warehouses n..n+m-1. No stops cost 0.
    """
    low = max(begin, work.duty[shift, START])
    high = min(finish, work.duty[shift, HARD_END])
    known, cost = first_pass(
        arrays.seconds, arrays.service, arrays.window_open, arrays.window_close, shift, stops, k, low, high, work
    )
    if known == NO_TIMES or cost >= bound:
        return np.inf
    if known == EXACT:
        return cost
    if not look_back(work, arrays.window_open, arrays.window_close, stops, k, high):
        return np.inf
    cost = programme(work, arrays.window_open, arrays.window_close, shift, stops, k, low, high, bound)[0]
    return cost if cost < bound else np.inf


@lean
def first_pass(
    seconds: SmallArray,
    service: IntArray,
    window_open: IntArray,
    window_close: IntArray,
    shift: int,
    stops: IntArray,
    k: int,
    low: int,
    high: int,
    work: TimingWork,
) -> tuple[int, float]:
    """(what is found, cost) in one go along the route; notes each leg's driving and service on the way.

    Starts everything as early as possible, breaks left aside, and at the same time follows the least duration and the
    departures that have it (after Vidal, Crainic, Gendreau and Prins 2013, "A hybrid genetic algorithm with adaptive
    diversity management for a large class of vehicle routing problems with time-windows").
    """
    leg, stop, rates = work.leg, work.stop, work.stop_rate
    technician, place = work.duty[shift, TECHNICIAN], work.duty[shift, START_LOCATION]
    if low > high or (work.duty[shift, AT_START] and low > work.duty[shift, START]):
        return NO_TIMES, np.inf
    if k == 0:
        return EXACT, 0.0
    clock, spent, idle = low, 0, 0
    first, last = low, low if work.duty[shift, AT_START] else high
    late, lates, aways, several, unsure, variance = 0.0, False, False, False, False, 0
    for i in range(k):
        row = stops[i]
        here = stop[row, LOCATION]
        drive, takes = int(seconds[place, here]), service[row, technician]
        if here != place:
            takes += stop[row, SETUP]
        if drive >= FAR:
            return NO_TIMES, np.inf
        leg[i, DRIVE] = drive
        leg[i, SECONDS] = takes
        place = here
        opens, closes = stop[row, OPEN], min(stop[row, CLOSE], stop[row, FINISH_BY] - takes)
        spent += drive
        clock = max(clock + drive, opens)
        if stop[row, WINDOW_TO] - stop[row, WINDOW_FROM] > 1:
            several = True
            w = stop[row, WINDOW_FROM]
            while clock > window_close[w] and w < stop[row, WINDOW_TO] - 1:
                w += 1
            clock = max(clock, window_open[w])
        if clock > closes:
            return NO_TIMES, np.inf
        wait = max(0, opens - spent - last)
        first = max(first, opens - spent) - wait
        last = min(last, closes - spent)
        idle += wait
        spent += wait + takes
        if rates[row, LATE_RATE] > 0.0:
            lates = True
            late += rates[row, LATE_RATE] * max(0, clock - stop[row, DUE])
        if work.buffer_percent > 0:
            variance = with_variance(variance, leg_spread(drive, work.spread_percent))
            leg[i, BUFFER] = buffer_of(variance, work.buffer_percent)
            variance = with_variance(variance, stop[row, SPREAD])
            if rates[row, BUFFER_RATE] > 0.0:
                lates = True
                if stop[row, WINDOW_TO] - stop[row, WINDOW_FROM] > 1:
                    unsure = True
                else:
                    late += _within_buffer(work, i, row, clock)
        aways |= rates[row, AWAY_RATE] > 0.0
        clock += takes
    drive = 0
    if work.duty[shift, END_LOCATION] >= 0:
        drive = int(seconds[place, work.duty[shift, END_LOCATION]])
    leg[k, DRIVE] = drive
    leg[k, SECONDS] = 0
    spent += drive
    clock += drive
    if drive >= FAR or clock > high:
        return NO_TIMES, np.inf
    rate, overtime = work.duty_rate[shift, DUTY_RATE], work.duty_rate[shift, OVERTIME_RATE]
    least = rate * max(spent - idle, spent - work.duty[shift, UNPAID])
    cost = least + overtime * max(0, clock - work.duty[shift, END]) + late
    if aways or unsure or (several and rate > 0.0) or least < rate * spent:
        return AT_LEAST, cost
    if rate == 0.0:
        first = low
    elif lates and _lateness(work, stops, k, first) > late:
        return AT_LEAST, cost
    if work.duty[shift, STATES] > 1 and _owes(work, shift, first, clock):
        return AT_LEAST, cost
    return EXACT, cost


@lean
def _lateness(work: TimingWork, stops: IntArray, k: int, clock: int) -> float:
    """Lateness of who leaves at `clock` and starts each stop, of one window, as early as possible."""
    late = 0.0
    for i in range(k):
        row = stops[i]
        clock = max(clock + work.leg[i, DRIVE], work.stop[row, OPEN])
        late += work.stop_rate[row, LATE_RATE] * max(0, clock - work.stop[row, DUE])
        late += _within_buffer(work, i, row, clock)
        clock += work.leg[i, SECONDS]
    return late


@lean
def _within_buffer(work: TimingWork, i: int, row: int, clock: int) -> float:
    """What starting stop i, of one window, at `clock` within the buffer before its close costs."""
    if work.stop_rate[row, BUFFER_RATE] == 0.0:
        return 0.0
    border = work.promised[work.stop[row, WINDOW_FROM]] - work.leg[i, BUFFER]
    return float(work.stop_rate[row, BUFFER_RATE] * max(0, clock - border))


@lean
def _owes(work: TimingWork, shift: int, depart: int, back: int) -> bool:
    """Whether some break is owed by who leaves and is back then."""
    count, b = 1, work.duty[shift, BREAK_FROM]
    while count < work.duty[shift, STATES]:
        if work.rest[b, OWED] and depart <= work.rest[b, LATEST_BREAK] < back:
            return True
        count, b = 2 * count, b + 1
    return False
