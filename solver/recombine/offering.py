"""Sequences of visits offered to others who could drive them: the same order of visits as columns of other shifts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from solver.compiled import NEVER, BoolArray, Compiled, FloatArray, IntArray
from solver.recombine.column import Column, column_of
from solver.timing.planner import Planner


class Offer(NamedTuple):
    """A sequence for a shift. `worse`: an estimate of the units it costs more there than where it comes from."""

    worse: float
    shift: int
    visits: tuple[int, ...]


def offered(compiled: Compiled, planner: Planner, columns: Sequence[Column], limit: int) -> list[Column]:
    """The columns' sequences as columns of other shifts, those first that look cheapest; at most `limit` are timed.

    Shifts between which a sequence cannot tell share one timing. Each is timed as the first of its technician's
    shifts, with the warehouses full.
    """
    stock = tuple(store.stock for store in compiled.stores)
    sorts = _sorts(compiled)
    timed: dict[tuple[object, ...], Column | None] = {}
    found = []
    for offer in sorted(_offers(compiled, columns)):
        technician = compiled.duties[offer.shift].technician
        visits = offer.visits
        work = tuple(compiled.duration[list(visits), technician].tolist())
        key = (sorts[offer.shift], visits, work, tuple(compiled.bonus[visit].of(technician) for visit in visits))
        if key not in timed and len(timed) < limit:
            route = planner.route(offer.shift, visits, compiled.crews[technician].van, stock)
            timed[key] = None if route is None else column_of(compiled, route)
        column = timed.get(key)
        if column is not None:
            found.append(column._replace(shift=offer.shift))
    return found


def _sorts(compiled: Compiled) -> list[object]:
    """Per shift, all that timing sees of it but what depends on the visits."""
    found: list[object] = []
    for duty in compiled.duties:
        breaks = tuple(replace(rest, id="") for rest in duty.breaks)
        crew = compiled.crews[duty.technician]._replace(fixed=0, shifts=())
        found.append((duty._replace(technician=0, breaks=breaks), crew))
    return found


def _offers(compiled: Compiled, columns: Sequence[Column]) -> Iterator[Offer]:
    """Each sequence for each other shift that may serve its visits and is long enough."""
    seen = {(column.shift, column.visits) for column in columns}
    cheapest: dict[tuple[int, ...], Column] = {}
    for column in columns:
        other = cheapest.get(column.visits)
        if column.visits and (other is None or column.cost < other.cost):
            cheapest[column.visits] = column
    fleet = Fleet(compiled)
    for visits, column in cheapest.items():
        cost, able = fleet.driving(visits)
        for shift in np.flatnonzero(able).tolist():
            if (shift, visits) not in seen:
                yield Offer(float(cost[shift] - cost[column.shift]), shift, visits)


class Fleet:
    """All shifts at once, for estimates."""

    def __init__(self, compiled: Compiled) -> None:
        duties = compiled.duties
        self._compiled = compiled
        self._end = np.array([duty.end_location for duty in duties], dtype=np.int64)
        self._hours = np.array([duty.hard_end - duty.start for duty in duties], dtype=np.int64)
        self._most_travel = np.array([duty.max_travel for duty in duties], dtype=np.int64)
        self._most_visits = np.array([duty.max_visits for duty in duties], dtype=np.int64)

    def driving(self, visits: tuple[int, ...]) -> tuple[FloatArray, BoolArray]:
        """(shifts,) units of driving there, through and home, of duty without waiting, and of preferences; whether
        the shift can do it at all, as far as skills, hours, driving and the number of visits go."""
        compiled, number = self._compiled, list(visits)
        owner = compiled.technician_of
        seconds, metres = self._way(compiled.seconds, visits), self._way(compiled.metres, visits)
        spent = seconds + compiled.duration[number].sum(axis=0)[owner]
        travel, duty, metre = compiled.rates[:, owner]
        cost = travel * seconds + metre * metres + duty * spent + compiled.bonus_estimate[number].sum(axis=0)[owner]
        able = compiled.allowed[number].all(axis=0) & (spent <= self._hours) & (seconds < NEVER)
        return cost, able & (seconds <= self._most_travel) & (len(visits) <= self._most_visits)

    def _way(self, matrix: IntArray, visits: tuple[int, ...]) -> IntArray:
        places = self._compiled.location[list(visits)]
        inside = matrix[places[:-1], places[1:]].sum()
        home = np.where(self._end >= 0, matrix[places[-1], self._end], 0)
        way: IntArray = matrix[self._compiled.start_location, places[0]] + inside + home
        return way
