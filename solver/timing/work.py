"""What the timing kernels read beside `Arrays`, packed for the cache, and the space they work in."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from solver.compiled import FloatArray, IntArray
from solver.improve.arrays import Arrays
from solver.problem import Break
from solver.timing.rests import choices, steps

PIECES: Final = 1 << 20
"""Pieces there is room for: memory is only taken up by those ever used, a few hundred for a route of twenty stops."""

LOCATION, SETUP, OPEN, CLOSE, FINISH_BY, DUE, AWAY_FROM, WINDOW_FROM, WINDOW_TO, HAS_DUE, SPREAD = range(11)
"""Columns of `TimingWork.stop`."""
LATE_RATE, AWAY_RATE, BUFFER_RATE = 0, 1, 2
"""Columns of `TimingWork.stop_rate`, units per second."""
TECHNICIAN, START, END, HARD_END, START_LOCATION, END_LOCATION, AT_START, STATES, BREAK_FROM, UNPAID, STEP_FROM = range(
    11
)
"""Columns of `TimingWork.duty`. STATES: sets of breaks; UNPAID: seconds of unpaid breaks; STEP_FROM: in `step_from`."""
DUTY_RATE, OVERTIME_RATE = 0, 1
"""Columns of `TimingWork.duty_rate`, units per second."""
BEFORE, DEPART_BY, READY_FROM, REST_SECONDS, REST_UNPAID, CHOICE = range(6)
"""Columns of `TimingWork.step`."""
LATEST_BREAK, OWED = 0, 1
"""Columns of `TimingWork.rest`. OWED: 1 when it is not optional."""
DRIVE, SECONDS, LATEST, TAIL, BUFFER = range(5)
"""Columns of `TimingWork.leg`, one row per stop and one for the return."""
DEPART, RETURN, ON_DUTY, TARDINESS, DEPART_FROM, RETURN_BY = range(6)
"""Entries of `TimingWork.times`."""


class TimingWork(NamedTuple):
    """One thread's tables and scratch space for one `Arrays`. Times in seconds, rates in units per second."""

    stop: IntArray  # (n + m, 11)
    stop_rate: FloatArray  # (n + m, 3)
    promised: IntArray  # (windows,) closes that were promised
    duty: IntArray  # (s, 11)
    duty_rate: FloatArray  # (s, 2)
    rest: IntArray  # (breaks, 2)
    step_from: IntArray  # steps into the set of breaks b of a shift begin at step_from[STEP_FROM + b]
    step: IntArray  # (steps, 6) a leg, by the breaks taken on it; the choice is that of `rests.choices`
    leg: IntArray  # (longest route + 1, 5)
    owes_by: IntArray  # (most sets,) per set of breaks taken until when no other is owed
    span: IntArray  # ((longest route + 1) * most sets, 2) the pieces of each function
    bounds: IntArray  # (pieces, 2) first and last second of each piece
    line: FloatArray  # (pieces, 2) units at the first second, units per second
    spread_percent: int  # standard deviation of a leg, in percent
    buffer_percent: int  # hundredths of a standard deviation in the buffer (`solver.buffers`); 0: there is none
    # of the route timed last
    starts: IntArray  # (longest route,)
    taken: IntArray  # (longest route + 1,) the choice of breaks on each leg, 0: none
    times: IntArray  # (6,)


def timing_work(arrays: Arrays, longest: int = 0, pieces: int = PIECES) -> TimingWork:
    """Tables and space for routes of these arrays; longest: stops of the longest route, 0: every stop there is.

    Routes with a warehouse stop more than once need `longest` beyond the number of visits. The tables are copies:
    changed arrays need a new work.
    """
    size = (longest or len(arrays.location) + 8) + 1
    duty, step_from, step = _duties(arrays)
    sets, technician = int(duty[:, STATES].max(initial=1)), arrays.technician
    return TimingWork(
        stop=_stops(arrays),
        stop_rate=_rates(arrays.late_rate, arrays.away_rate, arrays.buffer_rate),
        promised=arrays.window_promised,
        duty=duty,
        duty_rate=_rates(arrays.duty_rate[technician], arrays.overtime_rate[technician]),
        rest=_table(arrays.break_latest, ~arrays.break_optional),
        step_from=step_from,
        step=step,
        leg=np.zeros((size, 5), dtype=np.int64),
        owes_by=np.zeros(sets, dtype=np.int64),
        span=np.zeros((size * sets, 2), dtype=np.int64),
        bounds=np.zeros((pieces, 2), dtype=np.int64),
        line=np.zeros((pieces, 2)),
        spread_percent=arrays.spread_percent,
        buffer_percent=arrays.buffer_percent,
        starts=np.zeros(size, dtype=np.int64),
        taken=np.zeros(size, dtype=np.int64),
        times=np.zeros(6, dtype=np.int64),
    )


def breaks_of(arrays: Arrays, shift: int) -> tuple[Break, ...]:
    """The breaks that a shift may take, in the order of its bits; shifts with the same breaks have equal ones."""
    first, after = int(arrays.break_from[shift]), int(arrays.break_from[shift + 1])
    return tuple(
        Break(
            id=str(b - first),
            earliest=int(arrays.break_earliest[b]),
            latest=int(arrays.break_latest[b]),
            duration=int(arrays.break_seconds[b]),
            paid=bool(arrays.break_paid[b]),
            optional=bool(arrays.break_optional[b]),
        )
        for b in range(first, after)
    )


def _stops(arrays: Arrays) -> IntArray:
    first, after = arrays.window_from[:-1], arrays.window_from[1:]
    columns = (arrays.location, arrays.setup, arrays.open, arrays.close, arrays.finish_by, arrays.due)
    return _table(*columns, arrays.away_from, first, after, arrays.has_due, arrays.spread)


def _duties(arrays: Arrays) -> tuple[IntArray, IntArray, IntArray]:
    """(the shifts, `step_from`, `step`), the steps once for all shifts of the same breaks."""
    known: dict[tuple[Break, ...], int] = {}
    begins: list[int] = [0]
    rows: list[tuple[int, ...]] = []
    breaks = [breaks_of(arrays, s) for s in range(len(arrays.start))]
    for rests in breaks:
        if rests not in known:
            known[rests] = len(begins) - 1
            orders = choices(rests)
            for ways in steps(rests):
                rows += [(before, *orders[number][2:], number) for before, number in ways]
                begins.append(len(rows))
    duty = _table(
        arrays.technician,
        arrays.start,
        arrays.end,
        arrays.hard_end,
        arrays.start_location,
        arrays.end_location,
        arrays.at_start,
        np.array([1 << len(rests) for rests in breaks], dtype=np.int64),
        arrays.break_from[:-1],
        np.array([sum(0 if b.paid else b.duration for b in rests) for rests in breaks], dtype=np.int64),
        np.array([known[rests] for rests in breaks], dtype=np.int64),
    )
    return duty, np.array(begins, dtype=np.int64), np.array(rows, dtype=np.int64).reshape(len(rows), 6)


def _table(*columns: npt.NDArray[Any]) -> IntArray:
    return np.ascontiguousarray(np.stack([column.astype(np.int64) for column in columns], axis=1))


def _rates(*columns: FloatArray) -> FloatArray:
    return np.ascontiguousarray(np.stack(columns, axis=1))
