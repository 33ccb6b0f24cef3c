"""Routes that hang together, timed for the Python side: sequences of visits in, `TimedRoute`s out."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf
from threading import Lock

import numpy as np

from solver.buffers import buffers
from solver.compiled import PER_HOUR, Compiled, Service, service_of, within_buffer
from solver.improve.arrays import arrays_of
from solver.improve.state import empty_state
from solver.ties.handle import handle
from solver.ties.kernels import break_order, detailed, link_allows, retime
from solver.ties.table import BACK, DEPART, DRIVEN, LEGS, MOST_BREAKS, RESTS, STARTS, table_for
from solver.timing.planner import TimedRoute
from solver.timing.rests import NO_REST, Rests
from solver.timing.schedule import Schedule
from solver.timing.supplies import Lack, Loads, Stock, Stops, supplied

Fixed = tuple[Stops, Loads]
"""A route's stops in order, and what is loaded at its warehouse stops."""


def hangs_together(compiled: Compiled) -> bool:
    """Whether some routes cannot be timed one by one: links, rests, limits of duty over shifts, or speeds."""
    problem = compiled.problem
    people = problem.technicians
    limits = any(person.min_rest or person.max_duty is not None for person in people)
    return bool(problem.links or problem.travel.speed or limits)


class Joint:
    """Times routes of one compiled problem together. Threads may share it; they take turns."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        arrays = arrays_of(compiled)
        self._state = empty_state(arrays)
        self._table = table_for(compiled, arrays, self._state)
        self._ties = handle(self._table)
        self._lock = Lock()
        self._fixed: dict[int, Fixed] = {}
        self._order = np.zeros(MOST_BREAKS + 1, dtype=np.int64)

    def routes(
        self,
        wanted: Mapping[int, Fixed],
        others: Mapping[int, int] | None = None,
        known: Sequence[TimedRoute | None] = (),
    ) -> dict[int, TimedRoute] | None:
        """The used routes of these shifts, timed together; None when no times keep all bounds, or links forbid them.

        others: for visits in no wanted route, the shift that does them: links look at the technicians alone.
        known: per shift a route that is taken again when it has the same stops at the same times.
        """
        with self._lock:
            try:
                self._write(wanted, others or {})
                return self._timed([shift for shift, (stops, _) in wanted.items() if stops], known)
            finally:
                self._clear()

    def _timed(self, shifts: Sequence[int], known: Sequence[TimedRoute | None]) -> dict[int, TimedRoute] | None:
        rows = np.array(shifts, dtype=np.int64)
        visits = [int(v) for v in np.flatnonzero(self._state.shift_of >= 0)]
        if not all(link_allows(self._ties, v, int(self._state.shift_of[v])) for v in visits):
            return None
        if not retime(self._ties, rows, len(rows)):
            return None
        found: dict[int, TimedRoute] = {}
        for shift in shifts:
            old = known[shift] if known else None
            if old is not None and self._is_still(shift, old):
                found[shift] = old
                continue
            if detailed(self._ties, shift) == inf:
                return None
            found[shift] = self._route(shift, *self._fixed[shift])
        return found

    def _is_still(self, shift: int, old: TimedRoute) -> bool:
        """Whether the route as now timed is the old one. Who has a warehouse stop or a break is looked at in full."""
        state, times = self._state, old.schedule
        if (old.stops, old.loads) != self._fixed[shift] or len(old.visits) < len(old.stops):
            return False
        if any(rests.order for rests in times.rests) or state.depart[shift] != times.depart:
            return False
        return bool(state.back[shift] == times.return_ and state.start[list(old.visits)].tolist() == list(times.starts))

    def _write(self, wanted: Mapping[int, Fixed], others: Mapping[int, int]) -> None:
        state, visits = self._state, len(self._state.after)
        self._fixed = dict(wanted)
        for visit, shift in others.items():
            state.shift_of[visit] = shift
        for shift, (stops, _) in wanted.items():
            row = [stop for stop in stops if stop >= 0]
            for place, visit in enumerate(row):
                state.before[visit] = row[place - 1] if place else -1
                state.after[visit] = row[place + 1] if place + 1 < len(row) else -1
                state.shift_of[visit] = shift
            if row:
                state.first[shift], state.last[shift], state.count[shift] = row[0], row[-1], len(row)
            places = [place for place, stop in enumerate(stops) if stop < 0]
            state.stores[shift] = len(places)
            for i, place in enumerate(places):
                state.store_stop[shift, i], state.store_place[shift, i] = visits + ~stops[place], place

    def _clear(self) -> None:
        state = self._state
        state.shift_of[:] = state.after[:] = state.before[:] = -1
        for shift in self._fixed:
            state.first[shift] = state.last[shift] = -1
            state.count[shift] = state.stores[shift] = 0

    def _route(self, shift: int, stops: Stops, loads: Loads) -> TimedRoute:
        """The route that was timed last, cost in whole units (the kernels' are exact only below 2^53)."""
        compiled, along, sums = self.compiled, self._table.along, self._table.sums[0]
        duty = compiled.duties[shift]
        crew = compiled.crews[duty.technician]
        services = [self._service(stop, duty.technician) for stop in stops]
        places = [duty.start_location, *(service.location for service in services)]
        legs = list(pairwise(places))
        if duty.end_location >= 0:
            legs.append((places[-1], duty.end_location))
        metres = sum(compiled.metres.item(*leg) for leg in legs)
        seconds = tuple(
            s.seconds + (s.setup if s.location != here else 0) for here, s in zip(places, services, strict=False)
        )
        drives: tuple[int, ...] = tuple(along[LEGS, : len(stops) + 1].tolist())
        times = self._schedule(shift, services, seconds, drives)
        bonus = sum(compiled.bonus[stop].of(duty.technician) for stop in stops if stop >= 0)
        travel = int(sums[DRIVEN])
        return TimedRoute(
            shift=shift,
            visits=tuple(stop for stop in stops if stop >= 0),
            stops=stops,
            loads=loads,
            cost=crew.travel_rate * travel + crew.metre_rate * metres + bonus + times.cost,
            travel=travel,
            metres=metres,
            drives=drives,
            seconds=seconds,
            schedule=times,
        )

    def _service(self, stop: int, technician: int) -> Service:
        return self.compiled.stores[~stop].service if stop < 0 else service_of(self.compiled, stop, technician)

    def _schedule(
        self, shift: int, services: Sequence[Service], seconds: Sequence[int], drives: Sequence[int]
    ) -> Schedule:
        along, sums, count = self._table.along, self._table.sums[0], len(services)
        starts: tuple[int, ...] = tuple(along[STARTS, :count].tolist())
        bits: list[int] = along[RESTS, : count + 1].tolist()
        depart, back = int(sums[DEPART]), int(sums[BACK])
        leaves = [depart, *(start + stay for start, stay in zip(starts, seconds, strict=True))]
        rests = tuple(self._rests(shift, *leg) for leg in zip(leaves, drives, bits, strict=True))
        free = schedule_bounds(self.compiled, shift, sum(bits), depart)
        found = Schedule(0, depart, back, starts, rests, *free)
        return found._replace(cost=schedule_cost(self.compiled, shift, services, drives, found))

    def _rests(self, shift: int, leaves: int, drive: int, bits: int) -> Rests:
        if not bits:
            return NO_REST
        count = break_order(self._ties, shift, leaves, drive, bits, self._order)
        return rests_in_order(self.compiled, shift, self._order[:count].tolist())


def rests_in_order(compiled: Compiled, shift: int, order: Sequence[int]) -> Rests:
    """These breaks of the shift taken in this order on one leg."""
    found = NO_REST
    for b in order:
        rest = compiled.duties[shift].breaks[b]
        found = Rests(
            order=(*found.order, b),
            bits=found.bits | 1 << b,
            depart_by=min(found.depart_by, rest.latest - found.seconds),
            ready_from=max(found.ready_from, rest.earliest) + rest.duration,
            seconds=found.seconds + rest.duration,
            unpaid=found.unpaid + (0 if rest.paid else rest.duration),
        )
    return found


def schedule_bounds(compiled: Compiled, shift: int, taken: int, depart: int) -> tuple[int, int]:
    """(earliest departure, latest return) between which no break falls due that is not among `taken` (bits)."""
    duty = compiled.duties[shift]
    owed = [b.latest for i, b in enumerate(duty.breaks) if not b.optional and not taken >> i & 1]
    first = max([duty.start, *(latest + 1 for latest in owed if latest < depart)])
    return first, min([duty.hard_end, *(latest for latest in owed if latest >= depart)])


def schedule_cost(
    compiled: Compiled, shift: int, services: Sequence[Service], drives: Sequence[int], times: Schedule
) -> int:
    """Units of a route's times: duty, overtime, lateness, starts within buffers, distance from previous starts."""
    duty, costs = compiled.duties[shift], compiled.problem.costs
    crew = compiled.crews[duty.technician]
    cost = crew.duty_rate * duty_seconds(times) + crew.overtime_rate * max(0, times.return_ - duty.end)
    spreads = np.array([service.spread for service in services], dtype=np.int64)
    legs = np.array(drives[: len(services)], dtype=np.int64)
    kept = [0] * len(services)
    if costs.buffer_percent and costs.buffer_per_hour:
        kept = buffers(spreads, legs, compiled.problem.travel.spread_percent, costs.buffer_percent).tolist()
    for service, start, buffer in zip(services, times.starts, kept, strict=True):
        cost += service.late_rate * max(0, start - service.due) + service.away_rate * abs(start - service.away_from)
        cost += service.buffer_rate * within_buffer(service, start, buffer)
    return cost


def duty_seconds(times: Schedule) -> int:
    """Seconds on duty, unpaid breaks taken off."""
    return times.return_ - times.depart - sum(rests.unpaid for rests in times.rests)


def tardiness(compiled: Compiled, route: TimedRoute) -> int:
    """Seconds by which the route's latest visit starts after it was due."""
    visits = zip(route.stops, route.schedule.starts, strict=True)
    return max((start - int(compiled.due[v]) for v, start in visits if v >= 0), default=0)


def shared_cost(compiled: Compiled, routes: Iterable[TimedRoute | None]) -> int:
    """Units that belong to no route: for the largest tardiness and for imbalance."""
    costs, used = compiled.problem.costs, [route for route in routes if route is not None]
    total = 0
    if costs.max_tardiness_per_hour:
        total += PER_HOUR * costs.max_tardiness_per_hour * max([0, *(tardiness(compiled, route) for route in used)])
    if costs.imbalance_per_hour:
        duty = {t: 0 for t, crew in enumerate(compiled.crews) if crew.shifts}
        for route in used:
            duty[compiled.duties[route.shift].technician] += duty_seconds(route.schedule)
        total += PER_HOUR * costs.imbalance_per_hour * (max(duty.values(), default=0) - min(duty.values(), default=0))
    return total


def timed_routes(compiled: Compiled, sequences: Mapping[int, Stops]) -> dict[int, TimedRoute] | None:
    """All these routes timed together (visits, and ~warehouses where they stop); None when they cannot be.

    sequences: shift -> its stops in order. What is loaded is what later visits need beyond what the van has.
    """
    fixed: dict[int, Fixed] = {}
    stock: Stock = tuple(store.stock for store in compiled.stores)
    for crew in compiled.crews:
        van = crew.van
        for shift in crew.shifts:
            stops = sequences.get(shift, ())
            loads = supplied(compiled, crew, stops, van, stock)
            if isinstance(loads, Lack):
                return None
            fixed[shift] = (stops, loads)
            van = van_after(compiled, van, stops)
            stock = stock_after(stock, loads)
    return Joint(compiled).routes(fixed)


def van_after(compiled: Compiled, van: tuple[int, ...], stops: Iterable[int]) -> tuple[int, ...]:
    """What a van still has after these visits; what it lacked was loaded on the way and used up."""
    left = list(van)
    for stop in stops:
        for part, count in compiled.parts_of[stop] if stop >= 0 else ():
            left[part] -= count
    return tuple(max(0, count) for count in left)


def stock_after(stock: Stock, loads: Loads) -> Stock:
    """What the warehouses have left after these loads."""
    left = [None if row is None else list(row) for row in stock]
    for store, load in loads:
        row = left[store]
        for part, count in load:
            if row is not None:
                row[part] -= count
    return tuple(None if row is None else tuple(row) for row in left)
