"""What the kernels here read and write: the problem in few wide arrays, the State's own arrays, and scratch space.

Few arrays, as the time to compile a kernel grows with how many it is handed.
"""

from typing import Final, NamedTuple

import numpy as np

from solver.compiled import NEVER, BoolArray, Compiled, FloatArray, IntArray, service_of
from solver.improve.arrays import NO_LIMIT, Arrays, SmallArray
from solver.improve.state import RELOADS, State

MOST_BREAKS: Final = 6
"""Breaks of one shift that are planned; a shift with more must not be under way when the others fall due."""

FREE: Final = -NO_LIMIT
"""A bound on a start that binds nothing: the visit is tied to none."""

LOCATION, SETUP, FINISH_BY, DUE, HAS_DUE, AWAY_FROM, WINDOWS, WINDOWS_END, LINKS, LINKS_END, SPREAD = range(11)
"""Columns of `stop`."""
LATE, AWAY, BUFFER = range(3)
"""Columns of `stop_rate`: units per second."""
OPEN, CLOSE, PROMISED = range(3)
"""Columns of `window`; PROMISED: NO_LIMIT where no buffer is to be kept."""
PERSON, START, END, HARD_END, FROM, TO, MAX_VISITS, MAX_TRAVEL, AT_START, BREAKS, BREAKS_END = range(11)
"""Columns of `shift`; TO -1: the day ends at the last stop."""
EARLIEST, LATEST, SECONDS, PAID, OPTIONAL = range(5)
"""Columns of `rest`."""
OWN, OWN_END, MIN_REST, MAX_DUTY, COUNTED = range(5)
"""Columns of `person`."""
TRAVEL, DUTY_RATE, OVERTIME, METRE = range(4)
"""Columns of `person_rate`."""
KIND, MEMBERS, MEMBERS_END, MIN_GAP, MAX_GAP = range(5)
"""Columns of `link`."""

STOPS, SERVICE, LEGS, EARLY, STARTS, TRIAL, SHIFTED, RESTS, TRIAL_RESTS, BUFFERS = range(10)
"""Rows of `along`: per stop of the route timed last (LEGS and RESTS: per leg)."""
LOWER, EARLIEST_START, RISES, LOG_VISIT, LOG_EARLIEST, LOG_START, KEPT_START, KEPT_EARLIEST = range(8)
"""Rows of `visitwise`."""
DEPART, BACK, DRIVEN, METRES, DUTY, TARDINESS, SUMS = range(7)
"""Columns of `old` and `kept`, places in `sums` and `trial_sums`."""
TOUCHED, TOUCHES, MEMBER_OF, SHIFT_RISES = range(4)
"""Rows of `shiftwise`."""
LOGGED, TOUCH_COUNT, QUEUE_FIRST, QUEUE_SIZE, WORST = range(5)
"""Places in `size`."""
CLOCK, LEFT, LAST = range(3)
"""Rows of `on_leg`."""


class Ties(NamedTuple):
    """Belongs to one State, whose arrays it holds. n visits, m warehouses, s shifts, t technicians, l links."""

    simple: bool  # nothing costs but travel and being late: the earliest starts are the best
    overtime: bool  # overtime costs
    visits: int
    tardiness_rate: float
    imbalance_rate: float
    spread_percent: int
    buffer_percent: int
    has_metres: bool
    seconds: SmallArray
    metres: SmallArray
    speed: IntArray  # (bands, 2) from, percent
    stop: IntArray  # (n + m, ...)
    stop_rate: FloatArray  # (n + m, 3)
    window: IntArray  # (windows, 3)
    service: IntArray  # (n + m, t)
    bonus_of: FloatArray  # (n, t)
    allowed: BoolArray  # (n, s)
    shift: IntArray  # (s, ...)
    rest: IntArray  # (breaks, 5)
    person: IntArray  # (t, 5)
    person_rate: FloatArray  # (t, 4)
    own: IntArray  # shifts by technician, in time order
    link: IntArray  # (l, 5)
    member: IntArray  # visits by link
    of_visit: IntArray  # links by visit
    # of the State
    after: IntArray
    before: IntArray
    shift_of: IntArray
    first: IntArray
    last: IntArray
    counts: IntArray
    start: IntArray
    cost: FloatArray
    bonus: FloatArray
    depart: IntArray
    back: IntArray
    driven: IntArray
    metres_of: IntArray
    duty: IntArray
    tardiness: IntArray
    begin: IntArray
    finish: IntArray
    stores: IntArray
    store_stop: IntArray
    store_place: IntArray
    # scratch
    along: IntArray  # (10, stops)
    visitwise: IntArray  # (8, n + m)
    shiftwise: IntArray  # (4, s)
    sums: IntArray  # (2, SUMS) of the route timed last; of the trial
    amount: FloatArray  # (1,) the bonus of the route timed last
    ready: IntArray  # (stops, sets of breaks) earliest second to leave
    taken: IntArray  # (stops, sets of breaks) the set before
    on_leg: IntArray  # (3, sets of breaks)
    queue: IntArray  # a ring of visits or shifts
    queued: BoolArray
    size: IntArray
    old: IntArray  # (s, SUMS) touched shifts as they were
    old_cost: FloatArray  # (s, 2)
    kept: IntArray  # (SUMS, s) the times remembered
    kept_cost: FloatArray  # (2, s)


def table_for(compiled: Compiled, arrays: Arrays, state: State) -> Ties:
    """The problem laid out for timing what is in this State; kernels take its `handle`."""
    n, s = arrays.visits, len(arrays.start)
    size = n + RELOADS + 2
    breaks = min(int(np.diff(arrays.break_from).max(initial=0)), MOST_BREAKS)

    def zeros(*shape: int) -> IntArray:
        return np.zeros(shape, dtype=np.int64)

    costs = compiled.problem.costs
    return Ties(
        simple=is_simple(arrays, compiled),
        overtime=bool(arrays.overtime_rate.any()),
        visits=n,
        tardiness_rate=arrays.tardiness_rate,
        imbalance_rate=arrays.imbalance_rate,
        spread_percent=compiled.problem.travel.spread_percent,
        buffer_percent=costs.buffer_percent if costs.buffer_per_hour else 0,
        has_metres=arrays.has_metres,
        seconds=arrays.seconds,
        metres=arrays.metres,
        speed=_columns(arrays.speed_from, arrays.speed),
        stop=_stops(compiled, arrays),
        stop_rate=_stop_rates(compiled, arrays),
        window=_columns(arrays.window_open, arrays.window_close, _promised(compiled, arrays)),
        service=arrays.service,
        bonus_of=arrays.bonus,
        allowed=arrays.allowed,
        shift=_shifts(arrays),
        rest=_columns(
            arrays.break_earliest,
            arrays.break_latest,
            arrays.break_seconds,
            arrays.break_paid,
            arrays.break_optional,
        ),
        person=_columns(arrays.own_from[:-1], arrays.own_from[1:], arrays.min_rest, arrays.max_duty, arrays.counted),
        person_rate=np.column_stack(
            (arrays.travel_rate, arrays.duty_rate, arrays.overtime_rate, arrays.metre_rate)
        ).reshape(-1, 4),
        own=arrays.own,
        link=_columns(
            arrays.link_kind, arrays.link_from[:-1], arrays.link_from[1:], arrays.link_min_gap, arrays.link_max_gap
        ),
        member=arrays.link_visit,
        of_visit=arrays.of_visit,
        after=state.after,
        before=state.before,
        shift_of=state.shift_of,
        first=state.first,
        last=state.last,
        counts=state.count,
        start=state.start,
        cost=state.cost,
        bonus=state.bonus,
        depart=state.depart,
        back=state.back,
        driven=state.driven,
        metres_of=state.metres,
        duty=state.duty,
        tardiness=state.tardiness,
        begin=state.begin,
        finish=state.finish,
        stores=state.stores,
        store_stop=state.store_stop,
        store_place=state.store_place,
        along=zeros(10, size),
        visitwise=zeros(8, n + len(arrays.stock)),
        shiftwise=zeros(4, s),
        sums=zeros(2, SUMS),
        amount=np.zeros(1),
        ready=zeros(size if breaks else 1, 1 << breaks),
        taken=zeros(size if breaks else 1, 1 << breaks),
        on_leg=zeros(3, 1 << breaks),
        queue=zeros(n + s + 1),
        queued=np.zeros(n + s, dtype=np.bool_),
        size=zeros(5),
        old=zeros(s, SUMS),
        old_cost=np.zeros((s, 2)),
        kept=zeros(SUMS, s),
        kept_cost=np.zeros((2, s)),
    )


def is_simple(arrays: Arrays, compiled: Compiled) -> bool:
    """Whether the earliest starts are the best ones: no warehouse, nothing costs but travel and being late."""
    return not (
        len(arrays.break_earliest)
        or len(arrays.stock)
        or len(arrays.speed)
        or arrays.duty_rate.any()
        or arrays.away_rate.any()
        or arrays.imbalance_rate
        or (arrays.max_duty < NO_LIMIT).any()
        or arrays.min_rest.any()
        or (compiled.problem.costs.buffer_per_hour and compiled.problem.costs.buffer_percent)
    )


def _columns(*columns: IntArray | BoolArray) -> IntArray:
    return np.ascontiguousarray(np.stack([column.astype(np.int64) for column in columns], axis=1))


def _stops(compiled: Compiled, arrays: Arrays) -> IntArray:
    m = len(arrays.stock)
    none = np.zeros(m, dtype=np.int64)
    spread = [visit.spread for visit in compiled.problem.visits]
    return _columns(
        arrays.location,
        arrays.setup,
        arrays.finish_by,
        arrays.due,
        arrays.has_due,
        arrays.away_from,
        arrays.window_from[:-1],
        arrays.window_from[1:],
        np.concatenate((arrays.of_visit_from[:-1], none)),
        np.concatenate((arrays.of_visit_from[1:], none)),
        np.concatenate((np.array(spread, dtype=np.int64), none)),
    )


def _stop_rates(compiled: Compiled, arrays: Arrays) -> FloatArray:
    rates = [service_of(compiled, v, 0).buffer_rate if len(compiled.crews) else 0 for v in range(arrays.visits)]
    buffer = np.concatenate((np.array(rates, dtype=np.float64), np.zeros(len(arrays.stock))))
    return np.ascontiguousarray(np.column_stack((arrays.late_rate, arrays.away_rate, buffer)))


def _promised(compiled: Compiled, arrays: Arrays) -> IntArray:
    """Per window the close that was promised."""
    found = np.full(len(arrays.window_open), NEVER, dtype=np.int64)
    for v, closes in enumerate(compiled.promised):
        first = arrays.window_from[v]
        found[first : first + len(closes)] = closes
    return found


def _shifts(arrays: Arrays) -> IntArray:
    return _columns(
        arrays.technician,
        arrays.start,
        arrays.end,
        arrays.hard_end,
        arrays.start_location,
        arrays.end_location,
        arrays.max_visits,
        arrays.max_travel,
        arrays.at_start,
        arrays.break_from[:-1],
        arrays.break_from[1:],
    )
