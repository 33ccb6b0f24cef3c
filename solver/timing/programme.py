"""The exact times of one route, by a dynamic programme over its stops.

For each set of breaks taken so far, the least cost of starting a stop at each second, as a piecewise linear function
of that second (after Hashimoto, Ibaraki, Imahori and Yagiura 2006, "The vehicle routing problem with flexible time
windows and traveling times"). Several windows, lateness, staying near a previous start, overtime, paid and unpaid
breaks and a flexible departure all enter as pieces. The functions hold duty as if it were paid from second 0 until the
departure and taken back, so that waiting is free in them; it is paid at the return.
"""

import numpy as np

from solver.compiled import NEVER, FloatArray, IntArray
from solver.jit import lean
from solver.timing.pieces import clip, hinge, merge, reach, tilt
from solver.timing.work import (
    AT_START,
    AWAY_FROM,
    AWAY_RATE,
    BEFORE,
    BREAK_FROM,
    BUFFER,
    BUFFER_RATE,
    DEPART_BY,
    DRIVE,
    DUE,
    DUTY_RATE,
    END,
    FINISH_BY,
    LATE_RATE,
    LATEST,
    LATEST_BREAK,
    OPEN,
    OVERTIME_RATE,
    OWED,
    READY_FROM,
    REST_SECONDS,
    REST_UNPAID,
    SECONDS,
    STATES,
    STEP_FROM,
    TAIL,
    WINDOW_FROM,
    WINDOW_TO,
    TimingWork,
)

MARGIN = 8
"""Pieces beyond twice those of a function that what is made of it may need."""


@lean
def look_back(
    work: TimingWork, window_open: IntArray, window_close: IntArray, stops: IntArray, k: int, high: int
) -> bool:
    """Notes per stop the latest start that leaves time for what follows, and the least time from it to the return.

    False when some stop has no such start. Reads DRIVE and SECONDS of the legs.
    """
    leg, stop = work.leg, work.stop
    leg[k, LATEST] = high
    leg[k, TAIL] = 0
    for i in range(k - 1, -1, -1):
        row = stops[i]
        latest = min(leg[i + 1, LATEST] - leg[i + 1, DRIVE], stop[row, FINISH_BY]) - leg[i, SECONDS]
        w = stop[row, WINDOW_TO] - 1
        while w >= stop[row, WINDOW_FROM] and window_open[w] > latest:
            w -= 1
        if w < stop[row, WINDOW_FROM]:
            return False
        leg[i, LATEST] = min(latest, window_close[w])
        leg[i, TAIL] = leg[i + 1, TAIL] + leg[i + 1, DRIVE] + leg[i, SECONDS]
    return True


@lean
def programme(
    work: TimingWork,
    window_open: IntArray,
    window_close: IntArray,
    shift: int,
    stops: IntArray,
    k: int,
    low: int,
    high: int,
    bound: float,
) -> tuple[float, int, int, int]:
    """(cost, return, breaks taken, departures from) of the best times that leave from `low` on and are back by `high`.

    Infinite cost: none below `bound`. NaN: there is not the room. Needs `look_back` first.
    """
    leave_by = leaves_by(work, shift, low, high)
    best, back, taken, begin = np.inf, low, low, low
    earliest = low
    while earliest <= leave_by:
        last = border(work, shift, earliest, leave_by)
        cost, at, sets = run(work, window_open, window_close, shift, stops, k, earliest, last, min(best, bound))
        if np.isnan(cost):
            return cost, 0, 0, low
        if cost < best:
            best, back, taken, begin = cost, at, sets, earliest
        earliest = last + 1
    return best, back, taken, begin


@lean
def leaves_by(work: TimingWork, shift: int, low: int, high: int) -> int:
    """The latest departure that makes sense."""
    last = low if work.duty[shift, AT_START] else high
    return int(min(work.leg[0, LATEST] - work.leg[0, DRIVE], last))


@lean
def border(work: TimingWork, shift: int, earliest: int, leave_by: int) -> int:
    """Until when those leaving from `earliest` on owe the same breaks, `leave_by` at the latest."""
    last = leave_by
    for b in range(_breaks_from(work, shift), _breaks_after(work, shift)):
        latest = work.rest[b, LATEST_BREAK]
        if work.rest[b, OWED] and earliest <= latest < last:
            last = latest
    return last


@lean
def _breaks_from(work: TimingWork, shift: int) -> int:
    return int(work.duty[shift, BREAK_FROM])


@lean
def _breaks_after(work: TimingWork, shift: int) -> int:
    count, sets = 0, work.duty[shift, STATES]
    while 1 << count < sets:
        count += 1
    return int(work.duty[shift, BREAK_FROM]) + count


@lean
def _note_debts(work: TimingWork, shift: int, depart: int) -> None:
    """Notes per set of breaks taken until when who left at `depart` owes no other and may start or be back."""
    first, after = _breaks_from(work, shift), _breaks_after(work, shift)
    for taken in range(work.duty[shift, STATES]):
        by = NEVER
        for b in range(first, after):
            latest = work.rest[b, LATEST_BREAK]
            if work.rest[b, OWED] and latest >= depart and not taken >> (b - first) & 1:
                by = min(by, latest)
        work.owes_by[taken] = by


@lean
def run(
    work: TimingWork,
    window_open: IntArray,
    window_close: IntArray,
    shift: int,
    stops: IntArray,
    k: int,
    earliest: int,
    last: int,
    bound: float,
) -> tuple[float, int, int]:
    """(cost, return, breaks taken) of the best departure in `earliest..last`, within which the same breaks fall due.

    Leaves in `work.span` the functions of every stop: row `i * sets + taken` is of the start of the stop before leg i.
    """
    leg, span, bounds, line = work.leg, work.span, work.bounds, work.line
    rate, overtime, end = work.duty_rate[shift, DUTY_RATE], work.duty_rate[shift, OVERTIME_RATE], work.duty[shift, END]
    sets = work.duty[shift, STATES]
    _note_debts(work, shift, earliest)
    for taken in range(sets):
        span[taken, 0] = span[taken, 1] = 0
    bounds[0, 0], bounds[0, 1] = earliest, last
    line[0, 0], line[0, 1] = -rate * earliest, -rate
    span[0, 1] = 1
    # Not the literals 1 and 0: numba would compile everything below once more for them.
    at, gone, room = span[0, 1], span[0, 0], len(bounds)
    for i in range(k):
        row = stops[i]
        alive = False
        for taken in range(sets):
            until = min(leg[i, LATEST], work.owes_by[taken] - leg[i, SECONDS])
            begin, at = _arrive(work, shift, i, taken, gone, work.stop[row, OPEN], until, at)
            if at < 0:
                return np.nan, 0, 0
            if begin < at:
                windows = work.stop[row, WINDOW_TO] - work.stop[row, WINDOW_FROM]
                if at + (at - begin) + 2 * windows + MARGIN > room:
                    return np.nan, 0, 0
                if windows > 1:
                    begin, at = _in_windows(work, window_open, window_close, i, row, begin, at)
                elif work.stop_rate[row, BUFFER_RATE] > 0.0:
                    at = _before_close(work, i, row, work.stop[row, WINDOW_FROM], begin, at)
                at = _priced(work, row, begin, at)
                if _least_ahead(bounds, line, begin, at, rate, leg[i, TAIL], overtime, end) >= bound:
                    at = begin
            span[(i + 1) * sets + taken, 0] = begin
            span[(i + 1) * sets + taken, 1] = at
            alive |= begin < at
        if not alive:
            return np.inf, 0, 0
        gone = leg[i, SECONDS]
    return _home(work, shift, k, gone, at)


@lean
def _arrive(
    work: TimingWork, shift: int, i: int, taken: int, gone: int, opens: int, until: int, at: int
) -> tuple[int, int]:
    """Writes the least cost of being ready at stop i with these breaks taken, from row `at` on: its span; -1: no room.

    gone: seconds from the start at the stop before until it is left.
    """
    leg, span, step, bounds, line = work.leg, work.span, work.step, work.bounds, work.line
    sets, ways = work.duty[shift, STATES], work.duty[shift, STEP_FROM] + taken
    rate = work.duty_rate[shift, DUTY_RATE]
    begin = at
    for way in range(work.step_from[ways], work.step_from[ways + 1]):
        source = i * sets + step[way, BEFORE]
        first, after = span[source, 0], span[source, 1]
        if first == after or max(step[way, READY_FROM], opens) > until:
            continue
        if at + 2 * (after - first) + MARGIN > len(bounds):
            return at, -1
        seconds = gone + leg[i, DRIVE] + step[way, REST_SECONDS]
        extra = -rate * step[way, REST_UNPAID]
        ready_from = max(step[way, READY_FROM], opens)
        new = reach(bounds, line, first, after, at, step[way, DEPART_BY] - gone, seconds, extra, ready_from, until)
        if new == at:
            continue
        if begin < at:
            if new + 2 * (new - begin) + MARGIN > len(bounds):
                return at, -1
            begin, at = new, merge(bounds, line, begin, at, at, new, new)
        else:
            at = new
    return begin, at


@lean
def _in_windows(
    work: TimingWork, window_open: IntArray, window_close: IntArray, i: int, row: int, begin: int, after: int
) -> tuple[int, int]:
    """Writes the part of the last function within the windows of stop i, `row`, after it: its span."""
    at = after
    for w in range(work.stop[row, WINDOW_FROM], work.stop[row, WINDOW_TO]):
        first = at
        at = clip(work.bounds, work.line, begin, after, after, at, window_open[w], window_close[w])
        if work.stop_rate[row, BUFFER_RATE] > 0.0:
            at = _before_close(work, i, row, w, first, at)
    return after, at


@lean
def _before_close(work: TimingWork, i: int, row: int, w: int, begin: int, at: int) -> int:
    """Adds what starts within the buffer before the window's close cost to the last function; the row after it."""
    border = work.promised[w] - work.leg[i, BUFFER]
    return hinge(work.bounds, work.line, begin, at, border, work.stop_rate[row, BUFFER_RATE])


@lean
def _priced(work: TimingWork, row: int, begin: int, at: int) -> int:
    """Adds lateness and the distance from the previous start to the last function; the row after it."""
    bounds, line = work.bounds, work.line
    late, away = work.stop_rate[row, LATE_RATE], work.stop_rate[row, AWAY_RATE]
    if late > 0.0:
        at = hinge(bounds, line, begin, at, work.stop[row, DUE], late)
    if away > 0.0:
        tilt(bounds, line, begin, at, work.stop[row, AWAY_FROM], away)
        at = hinge(bounds, line, begin, at, work.stop[row, AWAY_FROM], 2.0 * away)
    return at


@lean
def _least_ahead(
    bounds: IntArray, line: FloatArray, begin: int, after: int, rate: float, tail: int, overtime: float, end: int
) -> float:
    """A bound from below on the cost of a route whose start at a stop costs so much; infinite for an empty function."""
    if begin == after:
        return np.inf
    least = np.inf
    for j in range(begin, after):
        value = line[j, 0] + rate * bounds[j, 0]
        least = min(least, value, value + (line[j, 1] + rate) * (bounds[j, 1] - bounds[j, 0]))
    return float(least + rate * tail + overtime * max(0, bounds[begin, 0] + tail - end))


@lean
def _home(work: TimingWork, shift: int, k: int, gone: int, at: int) -> tuple[float, int, int]:
    """(cost, return, breaks taken) of the cheapest return."""
    leg, bounds, line = work.leg, work.bounds, work.line
    rate, overtime, end = work.duty_rate[shift, DUTY_RATE], work.duty_rate[shift, OVERTIME_RATE], work.duty[shift, END]
    best, back, sets_taken = np.inf, 0, 0
    for taken in range(work.duty[shift, STATES]):
        begin, after = _arrive(work, shift, k, taken, gone, -NEVER, min(leg[k, LATEST], work.owes_by[taken]), at)
        if after < 0:
            return np.nan, 0, 0
        for j in range(begin, after):
            low, high = bounds[j, 0], bounds[j, 1]
            for t in (low, min(max(low, end), high), high):
                cost = line[j, 0] + line[j, 1] * (t - low) + rate * t + overtime * max(0, t - end)
                if cost < best:
                    best, back, sets_taken = cost, t, taken
    return best, back, sets_taken
