"""What a whole route costs as a function of the second at which one of its stops starts: exact.

The functions of `solver.timing.programme` say what leads up to a start. These say what follows from it: the same
programme from the return backwards, over mirrored seconds x = -t, where waiting again never costs and goes on upwards.
"""

import numpy as np

from solver.compiled import FloatArray, IntArray
from solver.improve.arrays import Arrays
from solver.jit import lean
from solver.timing.cost import NO_TIMES, first_pass
from solver.timing.pieces import clip, hinge, merge, put, reach, tilt
from solver.timing.programme import MARGIN, border, leaves_by, look_back, run
from solver.timing.work import (
    AWAY_FROM,
    AWAY_RATE,
    BEFORE,
    BUFFER,
    BUFFER_RATE,
    DEPART_BY,
    DRIVE,
    DUE,
    DUTY_RATE,
    END,
    HARD_END,
    LATE_RATE,
    LATEST,
    OPEN,
    OVERTIME_RATE,
    READY_FROM,
    REST_SECONDS,
    REST_UNPAID,
    SECONDS,
    START,
    STATES,
    STEP_FROM,
    WINDOW_FROM,
    WINDOW_TO,
    TimingWork,
)


@lean
def cost_by_start(
    arrays: Arrays,
    work: TimingWork,
    back: TimingWork,
    shift: int,
    route: IntArray,
    k: int,
    stop: int,
    begin: int,
    finish: int,
    extra: float,
    bounds: IntArray,
    line: FloatArray,
    first: int,
    at: int,
) -> tuple[int, int]:
    """Adds to the function `first..at`, as the lesser of both, what the route costs by the start of its stop: its span.

    bounds, line: where that function is, and is written anew. extra: units added. -1: there is not the room.
    """
    low, high = max(begin, work.duty[shift, START]), min(finish, work.duty[shift, HARD_END])
    opens, closes = arrays.window_open, arrays.window_close
    known, _ = first_pass(arrays.seconds, arrays.service, opens, closes, shift, route, k, low, high, work)
    if known == NO_TIMES or not look_back(work, opens, closes, route, k, high):
        return first, at
    sets, leave_by = work.duty[shift, STATES], leaves_by(work, shift, low, high)
    earliest = low
    while earliest <= leave_by:
        last = border(work, shift, earliest, leave_by)
        work.span[: (k + 1) * sets] = 0
        back.span[: (k + 1) * sets] = 0
        cost, _, _ = run(work, opens, closes, shift, route, k, earliest, last, np.inf)
        if np.isnan(cost):
            return first, -1
        if cost < np.inf:
            free = _run_back(work, back, opens, closes, shift, route, k, stop, earliest)
            if free < 0:
                return first, -1
            first, at = _met(work, back, shift, stop, free, extra, bounds, line, first, at)
            if at < 0:
                return first, -1
        earliest = last + 1
    return first, at


@lean
def _run_back(
    work: TimingWork,
    back: TimingWork,
    opens: IntArray,
    closes: IntArray,
    shift: int,
    route: IntArray,
    k: int,
    stop: int,
    earliest: int,
) -> int:
    """Writes into `back` what follows from the start of each stop after `stop`, and of the return: the next free row.

    Row `i * sets + taken` of its spans is of the start of stop i with these breaks taken before.
    """
    at = _returns(work, back, shift, k, earliest)
    for i in range(k - 1, stop, -1):
        row = route[i]
        for taken in range(work.duty[shift, STATES]):
            latest = min(work.leg[i, LATEST], work.owes_by[taken] - work.leg[i, SECONDS])
            if max(work.stop[row, OPEN], earliest) > latest:
                continue
            begin, after = _onward(work, back, shift, i, taken, -latest, -max(work.stop[row, OPEN], earliest), at)
            if after < 0 or after + 4 * (after - begin) + 4 * MARGIN > len(back.bounds):
                return -1
            start = at = after
            for w in range(work.stop[row, WINDOW_TO] - 1, work.stop[row, WINDOW_FROM] - 1, -1):
                piece = at
                at = clip(back.bounds, back.line, begin, after, start, at, -closes[w], -opens[w])
                if work.stop_rate[row, BUFFER_RATE] > 0.0:
                    due = work.promised[w] - work.leg[i, BUFFER]
                    at = _late(back, piece, at, due, work.stop_rate[row, BUFFER_RATE])
                if at + (at - start) + MARGIN > len(back.bounds):
                    return -1
            at = _late(back, start, at, work.stop[row, DUE], work.stop_rate[row, LATE_RATE])
            if work.stop_rate[row, AWAY_RATE] > 0.0:
                rate = work.stop_rate[row, AWAY_RATE]
                tilt(back.bounds, back.line, start, at, -work.stop[row, AWAY_FROM], rate)
                at = hinge(back.bounds, back.line, start, at, -work.stop[row, AWAY_FROM], 2.0 * rate)
            back.span[i * work.duty[shift, STATES] + taken, 0] = start
            back.span[i * work.duty[shift, STATES] + taken, 1] = at
    return at


@lean
def _late(back: TimingWork, begin: int, at: int, due: int, rate: float) -> int:
    """Adds `rate` per second after `due`, which in mirrored seconds is before it; the row after the function."""
    if rate == 0.0:
        return at
    tilt(back.bounds, back.line, begin, at, -due, rate)
    return hinge(back.bounds, back.line, begin, at, -due, rate)


@lean
def _returns(work: TimingWork, back: TimingWork, shift: int, k: int, earliest: int) -> int:
    """Writes what returning at each second costs, per set of breaks taken; the next free row."""
    rate, overtime = work.duty_rate[shift, DUTY_RATE], work.duty_rate[shift, OVERTIME_RATE]
    sets, at = work.duty[shift, STATES], back.span[0, 0]
    for taken in range(sets):
        latest = min(work.leg[k, LATEST], work.owes_by[taken])
        if latest < earliest:
            continue
        begin = at
        at = put(back.bounds, back.line, begin, at, -latest, -earliest, rate * latest, -rate)
        at = _late(back, begin, at, work.duty[shift, END], overtime)
        back.span[k * sets + taken, 0] = begin
        back.span[k * sets + taken, 1] = at
    return int(at)


@lean
def _onward(
    work: TimingWork, back: TimingWork, shift: int, i: int, taken: int, earliest: int, latest: int, at: int
) -> tuple[int, int]:
    """Writes what follows the mirrored start of stop i, from what follows that of the next: its span; -1: no room."""
    sets, step = work.duty[shift, STATES], work.step
    gone, rate = work.leg[i, SECONDS], work.duty_rate[shift, DUTY_RATE]
    begin = at
    for later in range(sets):
        source = (i + 1) * sets + later
        first, after = back.span[source, 0], back.span[source, 1]
        if first == after or later & taken != taken:
            continue
        ways = work.duty[shift, STEP_FROM] + later
        for way in range(work.step_from[ways], work.step_from[ways + 1]):
            if step[way, BEFORE] != taken:
                continue
            if at + 2 * (after - first) + MARGIN > len(back.bounds):
                return at, -1
            seconds = gone + work.leg[i + 1, DRIVE] + step[way, REST_SECONDS]
            extra = -rate * step[way, REST_UNPAID]
            from_ = max(earliest, gone - step[way, DEPART_BY])
            if from_ > latest:
                continue
            ready = -step[way, READY_FROM]
            new = reach(back.bounds, back.line, first, after, at, ready, seconds, extra, from_, latest)
            if new == at:
                continue
            if begin < at:
                if new + 2 * (new - begin) + MARGIN > len(back.bounds):
                    return at, -1
                begin, at = new, merge(back.bounds, back.line, begin, at, at, new, new)
            else:
                at = new
    return begin, at


@lean
def _met(
    work: TimingWork,
    back: TimingWork,
    shift: int,
    stop: int,
    free: int,
    extra: float,
    bounds: IntArray,
    line: FloatArray,
    first: int,
    at: int,
) -> tuple[int, int]:
    """Adds to the function `first..at`, as the lesser of both, what leads up to the stop and what follows: its span."""
    sets = work.duty[shift, STATES]
    for taken in range(sets):
        span = (stop + 1) * sets + taken
        i, i_after = work.span[span, 0], work.span[span, 1]
        if i == i_after:
            continue
        earliest, latest = -work.bounds[i_after - 1, 1], -work.bounds[i, 0]
        j, j_after = _onward(work, back, shift, stop, taken, earliest, latest, free)
        if j_after < 0 or at + 4 * (i_after - i + j_after - j + at - first) + MARGIN > len(bounds):
            return first, -1
        new = _sum(work, back, i, i_after, j, j_after, extra, bounds, line, at)
        if new > at and at > first:
            first, at = new, merge(bounds, line, first, at, at, new, new)
        elif new > at:
            first, at = at, new
    return first, at


@lean
def _sum(
    work: TimingWork,
    back: TimingWork,
    i: int,
    i_after: int,
    j: int,
    j_after: int,
    extra: float,
    bounds: IntArray,
    line: FloatArray,
    at: int,
) -> int:
    """Writes the sum of a function of seconds and one of mirrored seconds; the row after it."""
    begin = at
    j_at = j_after - 1
    while i < i_after and j_at >= j:
        low = max(work.bounds[i, 0], -back.bounds[j_at, 1])
        high = min(work.bounds[i, 1], -back.bounds[j_at, 0])
        if low <= high:
            value = work.line[i, 0] + work.line[i, 1] * (low - work.bounds[i, 0])
            value += back.line[j_at, 0] + back.line[j_at, 1] * (-low - back.bounds[j_at, 0])
            at = put(bounds, line, begin, at, low, high, value + extra, work.line[i, 1] - back.line[j_at, 1])
        if work.bounds[i, 1] <= -back.bounds[j_at, 0]:
            i += 1
        else:
            j_at -= 1
    return at
