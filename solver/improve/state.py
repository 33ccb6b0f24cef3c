"""A plan while it is searched: routes as linked lists of visits, and what insertions need to know of each."""

from typing import NamedTuple

import numpy as np

from solver.compiled import FloatArray, IntArray
from solver.improve.arrays import Arrays

RELOADS = 3
"""Warehouse stops of one route at the most; more than three on one day is no day's work."""


class State(NamedTuple):
    """n visits, s shifts, t technicians, m warehouses, p parts. Warehouse stops are not in the lists: `store_*` place them."""

    after: IntArray  # (n,) the next visit of the route, -1: none
    before: IntArray  # (n,) the visit before, -1: none
    shift_of: IntArray  # (n,) -1: left out
    first: IntArray  # (s,) -1: empty
    last: IntArray  # (s,)
    count: IntArray  # (s,) visits
    # per visit in its route, warehouse stops and breaks left aside: bounds from both sides
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
        used=zeros(t, p),
        drawn=zeros(m, p),
        draws=zeros(s, m, p) if arrays.finite else zeros(0, 0, 0),
    )


class Work(NamedTuple):
    """Scratch space of one chain. `stops`: the route being priced, warehouse stops included."""

    stops: IntArray
    starts: IntArray
    best_stops: IntArray


def work_for(arrays: Arrays) -> Work:
    """Room for the longest route."""
    size = arrays.visits + RELOADS + 2
    return Work(*(np.zeros(size, dtype=np.int64) for _ in range(3)))
