"""A plan while it is searched: routes as linked lists of visits, and what insertions need to know of each."""

from typing import NamedTuple

import numpy as np

from solver.compiled import BoolArray, FloatArray, IntArray
from solver.held import held
from solver.improve.arrays import Arrays
from solver.timing.work import TimingWork, timing_work

RELOADS = 3
"""Warehouse stops of one route at the most; more than three on one day is no day's work."""
REMEMBERED = 64
"""Routes remembered for each visit, a power of two; see `memory`."""


class State(NamedTuple):
    """n visits, s shifts, t technicians, m warehouses, p parts.

    Warehouse stops are not in the lists: `store_*` place them.
    """

    after: IntArray  # (n,) the next visit of the route, -1: none
    before: IntArray  # (n,) the visit before, -1: none
    shift_of: IntArray  # (n,) -1: left out
    first: IntArray  # (s,) -1: empty
    last: IntArray  # (s,)
    count: IntArray  # type: ignore[assignment]  # (s,) visits; tuple.count is not missed
    # per visit in its route, warehouse stops and breaks left aside: bounds from both sides
    lead_seconds: IntArray  # (n,) driven to it from the stop before
    lead_metres: IntArray  # (n,)
    ready: IntArray  # (n,) earliest second to leave it
    latest: IntArray  # (n,) latest start that lets the rest be done
    head_seconds: IntArray  # (n,) least duration from leaving the start place to the end of this service
    head_open: IntArray  # (n,) earliest departure with that duration
    head_close: IntArray  # (n,) latest departure
    tail_seconds: IntArray  # (n,) the same from the start of this service to the return
    tail_open: IntArray
    tail_close: IntArray
    start: IntArray  # (n,) start as timed
    # per route
    cost: FloatArray  # (s,) units, all but the technician's fixed cost
    driven: IntArray  # (s,) seconds
    metres: IntArray  # (s,)
    bonus: FloatArray  # (s,) units
    duty: IntArray  # (s,) seconds, unpaid breaks apart
    tardiness: IntArray  # (s,) largest, seconds
    depart: IntArray  # (s,)
    back: IntArray  # (s,)
    begin: IntArray  # (s,) earliest departure, with the rest after the shift before
    finish: IntArray  # (s,) latest return, with the rest before the next shift
    stores: IntArray  # (s,) warehouse stops of the route
    store_stop: IntArray  # (s, RELOADS) stop index
    store_place: IntArray  # (s, RELOADS) place in the order of all stops
    legs: IntArray  # (s, 3) seconds, or somewhat more, of the longest drive between visits, the first drive, the last
    hull_seconds: IntArray  # (s,) least duration with breaks, soft costs and warehouse stops left aside
    hull_back: IntArray  # (s,) the return then
    short: BoolArray  # (s,) its visits lack parts or tools unless it stops at a warehouse
    plain: BoolArray  # (s,) no breaks, and no visit whose cost depends on its start
    mark: IntArray  # (s,) a number by which the route is known, see `memory`
    # plan
    used: IntArray  # (t, p) parts needed by the technician's visits
    drawn: IntArray  # (m, p) parts loaded from warehouses
    draws: IntArray  # (s, m, p) the same by route; (0, 0, 0) when all stock is unlimited


def empty_state(arrays: Arrays) -> State:
    """No visit planned."""
    n, s, t = arrays.visits, len(arrays.start), len(arrays.fixed)
    m, p = arrays.stock.shape

    def minus(size: int) -> IntArray:
        return np.full(size, -1, dtype=np.int64)

    def zeros(*shape: int) -> IntArray:
        return np.zeros(shape, dtype=np.int64)

    return State(
        after=minus(n),
        before=minus(n),
        shift_of=minus(n),
        first=minus(s),
        last=minus(s),
        count=zeros(s),
        lead_seconds=zeros(n),
        lead_metres=zeros(n),
        ready=zeros(n),
        latest=zeros(n),
        head_seconds=zeros(n),
        head_open=zeros(n),
        head_close=zeros(n),
        tail_seconds=zeros(n),
        tail_open=zeros(n),
        tail_close=zeros(n),
        start=zeros(n),
        cost=np.zeros(s),
        driven=zeros(s),
        metres=zeros(s),
        bonus=np.zeros(s),
        duty=zeros(s),
        tardiness=zeros(s),
        depart=zeros(s),
        back=zeros(s),
        begin=arrays.start.copy(),
        finish=arrays.hard_end.copy(),
        stores=zeros(s),
        store_stop=zeros(s, RELOADS),
        store_place=zeros(s, RELOADS),
        legs=zeros(s, 3),
        hull_seconds=zeros(s),
        hull_back=zeros(s),
        short=np.zeros(s, dtype=np.bool_),
        plain=np.ones(s, dtype=np.bool_),
        mark=zeros(s),
        used=zeros(t, p),
        drawn=zeros(m, p),
        draws=zeros(s, m, p) if arrays.finite else zeros(0, 0, 0),
    )


class Work(NamedTuple):
    """Scratch space of one chain."""

    timing: TimingWork
    level: IntArray  # (RELOADS + 1, stops) the route being priced, and with one more warehouse stop each
    branch: IntArray  # (RELOADS + 1, 5) where the search for warehouse stops stands
    has: IntArray  # (p,) parts in the van, as far as looked at
    has_stamp: IntArray  # (p,)
    option: IntArray  # (m * stops,) places of a first warehouse stop
    option_cost: FloatArray  # (m * stops,) bounds on the cost with them
    chosen: IntArray  # (stops,) the stops of the cheapest way to fetch what lacks
    size: IntArray  # (1,) how many they are
    lacking: IntArray  # (2,) part and tool of the first lack, -1: not that
    sums: IntArray  # (4,) of the route priced last: seconds driven, metres, least duration, its departure
    bonus: FloatArray  # (1,) its bonus
    seen: IntArray  # (s,) stamps of shifts looked at
    stamp: IntArray  # (1,)
    tried: IntArray  # (s,) stamps of kinds of empty shifts tried
    trial: IntArray  # (1,)
    empty: IntArray  # (s,) the first empty shift of each kind
    empties: IntArray  # (1,) how many
    found: IntArray  # (2,) the best place: shift, and the visit before
    at: IntArray  # (1,) the best place of the route looked at: the visit before
    guess: FloatArray  # (n + s,) estimated rises of the places that are to be priced exactly
    guess_shift: IntArray  # (n + s,)
    guess_place: IntArray  # (n + s,)
    guesses: IntArray  # (1,)
    # what an iteration changed
    touched: IntArray  # (s,) shifts changed
    touches: IntArray  # (1,) how many
    kept: IntArray  # (n,) their visits as they were, one route after the other
    kept_from: IntArray  # (s + 1,)
    kept_row: IntArray  # (s, fields) their whole numbers
    kept_cost: FloatArray  # (s, 2) their cost and bonus
    kept_draws: IntArray  # (s, m, p) what they load, where stock is limited
    waiting: IntArray  # (n,) visits to be put in
    waits: IntArray  # (1,) how many
    key: FloatArray  # (n,) by which the waiting are sorted
    mine: BoolArray  # (s,) whether this chain may change the shift, see `sharing`
    my_visit: BoolArray  # (n,) whether it may move the visit
    memory: FloatArray  # (n, REMEMBERED, 4) the mark of a route, least rise, place; see `memory`


def work_for(arrays: Arrays) -> Work:
    """Room for the longest route and for every change of one iteration."""
    n, s, p = arrays.visits, len(arrays.start), arrays.van.shape[1]
    size, m = n + RELOADS + 2, len(arrays.complete)

    def zeros(*shape: int) -> IntArray:
        return np.zeros(shape, dtype=np.int64)

    return Work(
        timing=held(timing_work(arrays, size)),
        level=zeros(RELOADS + 1, size),
        branch=zeros(RELOADS + 1, 5),
        has=zeros(p),
        has_stamp=zeros(p),
        option=zeros(m * size),
        option_cost=np.zeros(m * size),
        chosen=zeros(size),
        size=zeros(1),
        lacking=zeros(2),
        sums=zeros(4),
        bonus=np.zeros(1),
        seen=zeros(s),
        stamp=zeros(1),
        tried=zeros(s),
        trial=zeros(1),
        empty=zeros(s),
        empties=zeros(1),
        found=zeros(2),
        at=zeros(1),
        guess=np.zeros(2 * n + s + 1),
        guess_shift=zeros(2 * n + s + 1),
        guess_place=zeros(2 * n + s + 1),
        guesses=zeros(1),
        touched=zeros(s),
        touches=zeros(1),
        kept=zeros(n),
        kept_from=zeros(s + 1),
        kept_row=zeros(s, 9 + 2 * RELOADS),
        kept_cost=np.zeros((s, 2)),
        kept_draws=zeros(s, *arrays.stock.shape) if arrays.finite else zeros(0, 0, 0),
        waiting=zeros(n),
        waits=zeros(1),
        key=np.zeros(n),
        mine=np.ones(s, dtype=np.bool_),
        my_visit=np.ones(n, dtype=np.bool_),
        memory=np.zeros((n, REMEMBERED, 4)),
    )
