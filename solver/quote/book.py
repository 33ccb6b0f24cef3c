"""The routes there are, kept ready for questions about one more visit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from threading import RLock
from typing import Final

import numpy as np

from solver.compiled import NEVER, Compiled, FloatArray, IntArray
from solver.compiling import compile_problem
from solver.improve.arrays import arrays_of
from solver.problem import UNREACHABLE, Duration, IntMatrix, Pinned, Problem, Travel, Visit
from solver.quote.kernels import AFTER, FIRST, FROM, LAST, ROUTE, timing_costs
from solver.quote.stock import Vans
from solver.solution import Route, StopKind
from solver.timing.supplies import reloads
from solver.timing.work import timing_work

GUESTS: Final = 2
"""Visits that may be asked about at once: those of two technicians who start together."""
UNKNOWN: Final = ""
"""Stands for all parts that neither visits nor vans nor warehouses name, which only unlimited warehouses have."""
SPARE: Final = 8
"""Stops beyond the longest route for which there is room at first."""


class NotQuotable(ValueError):
    """The problem or the visit asks for something that quotes cannot price; the message says what."""


class Book:
    """One problem's routes with all that a quote needs. Threads may share it; they take turns.

    The visits of the problem that are in no route are nobody's. A visit that a link ties to another one's start is held
    at its present start; all others may move within their windows, in the order they have.
    """

    def __init__(self, problem: Problem, routes: Iterable[Route] = ()) -> None:
        """routes: at most one per shift; others of the problem's shifts are empty.

        Raises NotQuotable when the problem has what quotes cannot price.
        """
        _require_quotable(problem)
        routes = list(routes)
        self.problem = problem
        self.lock = RLock()
        self.compiled = compile_problem(_with_guests(problem, _tied(problem, routes)))
        self.arrays = arrays_of(self.compiled)
        self._make_room(len(self.arrays.location) + SPARE)
        self.guest: Final = len(problem.visits)
        self.place: Final = len(problem.travel.seconds)
        self.people = tuple(replace(technician, shifts=()) for technician in problem.technicians)
        self.shifts = [shift for technician in problem.technicians for shift in technician.shifts]
        self.visit_index = {visit.id: v for v, visit in enumerate(problem.visits)}
        self.store_index = {store.id: len(self.compiled.windows) + w for w, store in enumerate(problem.warehouses)}
        count = len(self.shifts)
        self.stops: list[tuple[int, ...]] = [()] * count
        self.routes: list[Route | None] = [None] * count
        self.counts: IntArray = np.zeros(count, dtype=np.int64)  # visits
        self.limits: IntArray = np.zeros((count, 3), dtype=np.int64)
        self.now: FloatArray = np.zeros(count)  # units of driving and times, infinite when the route breaks a rule
        tools = {tool for visit in self.compiled.problem.visits for tool in visit.tools}
        self.tools = {tool: i for i, tool in enumerate(sorted(tools))}
        self.vans = Vans(self.compiled)
        self._otherwise: dict[int, tuple[tuple[int, ...], ...]] = {}
        self._tours: tuple[IntArray, IntArray] | None = None
        for route in routes:
            self._enter(self.compiled.shift_index[route.shift], route)
        self._refresh(range(len(problem.technicians)))

    def update(self, shift: str, route: Route | None) -> None:
        """Replaces the route of one shift (None: it has none any more)."""
        with self.lock:
            index = self.compiled.shift_index[shift]
            self._enter(index, route)
            self._refresh([int(self.arrays.technician[index])])

    def tours(self) -> tuple[IntArray, IntArray]:
        """(the present route of every shift, as the kernels' tours; all their stops one after the other)."""
        if self._tours is None:
            lengths = [len(stops) for stops in self.stops]
            ends = np.cumsum(lengths, dtype=np.int64)
            tours = np.zeros((len(lengths), 5), dtype=np.int64)
            tours[:, ROUTE] = np.arange(len(lengths))
            tours[:, AFTER] = ends
            tours[:, FROM] = ends - lengths
            tours[:, FIRST] = [self._first_place(stops) for stops in self.stops]
            tours[:, LAST] = lengths
            self._tours = tours, np.array([stop for stops in self.stops for stop in stops], dtype=np.int64)
        return self._tours

    def otherwise(self, shift: int) -> tuple[tuple[int, ...], ...]:
        """The shift's visits with its warehouse stops chosen in every way there is, as rows of stops."""
        if shift not in self._otherwise:
            visits = tuple(stop for stop in self.stops[shift] if stop < len(self.compiled.windows))
            self._otherwise[shift] = tuple(dict.fromkeys(self.reloaded(self.compiled, shift, visits)))
        return self._otherwise[shift]

    def reloaded(self, compiled: Compiled, shift: int, visits: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """These visits in this order with the warehouse stops they need, in every way there is, as rows of stops."""
        crew, count = compiled.crews[int(self.arrays.technician[shift])], len(compiled.windows)
        for stops, _ in reloads(compiled, crew, visits, self.vans.van(shift), self.vans.stock(shift)):
            yield tuple(stop if stop >= 0 else count + ~stop for stop in stops)

    def _enter(self, shift: int, route: Route | None) -> None:
        stops = () if route is None else tuple(self._stop(stop.kind, stop.id) for stop in route.stops)
        self.stops[shift] = tuple(stop for stop in stops if stop >= 0)
        self.counts[shift] = sum(stop < self.guest for stop in stops if stop >= 0)
        self.routes[shift] = route if self.stops[shift] else None
        loads = [] if route is None else [s.load for s in route.stops if s.kind is StopKind.WAREHOUSE]
        self.vans.enter(shift, self.stops[shift], loads)
        self._tours = None
        self._otherwise.clear()
        if len(self.stops[shift]) + SPARE > len(self.work.leg):
            self._make_room(2 * len(self.stops[shift]) + SPARE)

    def _make_room(self, longest: int) -> None:
        """Makes the kernels' scratch space, for routes of so many stops."""
        self.work = timing_work(self.arrays, longest=longest)
        self.back = timing_work(self.arrays, longest=longest)
        self.room: IntArray = np.zeros(longest + 1, dtype=np.int64)

    def _stop(self, kind: StopKind, name: str) -> int:
        if kind is StopKind.BREAK:
            return -1
        return self.visit_index[name] if kind is StopKind.VISIT else self.store_index[name]

    def _refresh(self, technicians: Iterable[int]) -> None:
        """Works out anew what these technicians' routes leave room for, and what they cost now."""
        tours, stops = self.tours()
        shifts = [s for t in technicians for s in self.compiled.crews[t].shifts]
        for t in {int(self.arrays.technician[s]) for s in shifts}:
            self._limit(t)
            self.vans.follow(t)
        mine, cost = tours[shifts], np.zeros((len(shifts), 2))
        timing_costs(self.arrays, self.work, mine, stops, self.limits, self.room, cost)
        self.now[shifts] = cost.sum(axis=1)

    def _limit(self, technician: int) -> None:
        """Notes the earliest departure, latest return and most duty of each shift beside the technician's others."""
        arrays = self.arrays
        own = self.compiled.crews[technician].shifts
        duty = {s: self._duty(s) for s in own}
        for i, s in enumerate(own):
            before = [route.return_ for u in own[:i] if (route := self.routes[u]) is not None]
            after = [route.depart for u in own[i + 1 :] if (route := self.routes[u]) is not None]
            rest = int(arrays.min_rest[technician])
            self.limits[s, 0] = max([int(arrays.start[s]), *(back + rest for back in before)])
            self.limits[s, 1] = min([int(arrays.hard_end[s]), *(depart - rest for depart in after)])
            most = int(arrays.max_duty[technician])
            self.limits[s, 2] = NEVER if most >= NEVER else most - sum(duty[u] for u in own if u != s)

    def _duty(self, shift: int) -> int:
        route = self.routes[shift]
        if route is None:
            return 0
        unpaid = {rest.id for rest in self.compiled.duties[shift].breaks if not rest.paid}
        breaks = [stop for stop in route.stops if stop.kind is StopKind.BREAK and stop.id in unpaid]
        return route.return_ - route.depart - sum(stop.depart - stop.start for stop in breaks)

    def _first_place(self, stops: Sequence[int]) -> int:
        """The first place a visit may take without moving one that is pinned to its place in the order."""
        pinned = [i for i, stop in enumerate(stops) if stop < self.guest and self.arrays.pinned_order[stop] >= 0]
        return pinned[-1] + 1 if pinned else 0


def _require_quotable(problem: Problem) -> None:
    if problem.travel.speed:
        raise NotQuotable("travel.speed changes the speed by time of day, which quotes cannot price: leave it out")
    for name in ("max_tardiness_per_hour", "imbalance_per_hour"):
        if value := getattr(problem.costs, name):
            raise NotQuotable(f"costs.{name} is {value}, which quotes cannot price: make it 0")


def _tied(problem: Problem, routes: Sequence[Route]) -> dict[str, Pinned]:
    """The present shift and start of each visit that a link ties to another's start."""
    tied = {name for link in problem.links if link.kind in ("same_start", "precedes") for name in link.visits}
    return {
        stop.id: Pinned(route.shift, stop.start)
        for route in routes
        for stop in route.stops
        if stop.kind is StopKind.VISIT and stop.id in tied
    }


def _with_guests(problem: Problem, held: Mapping[str, Pinned]) -> Problem:
    """The problem with one more place, and visits in wait for those asked about, which need everything there is."""
    parts = {UNKNOWN, *(part for visit in problem.visits for part in visit.parts)}
    parts |= {part for technician in problem.technicians for part in technician.van_stock}
    parts |= {part for store in problem.warehouses for part in store.stock or ()}
    tools = {tool for visit in problem.visits for tool in visit.tools}
    tools |= {tool for technician in problem.technicians for tool in technician.tools}
    tools |= {tool for store in problem.warehouses for tool in store.tools}
    guest = Visit(
        id="guest",
        location=len(problem.travel.seconds),
        duration=Duration(0),
        windows=((0, 0),),
        parts=dict.fromkeys(sorted(parts), 1),
        tools=frozenset(tools),
        unserved_cost=0,
    )
    visits = [replace(v, pinned=replace(held[v.id], order=_order(v))) if v.id in held else v for v in problem.visits]
    metres = problem.travel.metres
    wider = Travel(
        _wider(problem.travel.seconds),
        None if metres is None else _wider(metres),
        spread_percent=problem.travel.spread_percent,
    )
    return replace(problem, travel=wider, visits=(*visits, *[guest] * GUESTS), links=())


def _order(visit: Visit) -> int | None:
    return None if visit.pinned is None else visit.pinned.order


def _wider(matrix: IntMatrix) -> IntMatrix:
    """With one more place, to which no road leads yet."""
    wider = np.full((len(matrix) + 1, len(matrix) + 1), UNREACHABLE, dtype=np.int64)
    wider[:-1, :-1] = matrix
    return wider
