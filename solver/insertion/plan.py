"""A plan under construction: one timed route per shift, and what moving visits about would cost."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from solver.compiled import Compiled, IntArray
from solver.ties.face import hangs_together, shared_cost
from solver.ties.together import Together
from solver.timing.planner import Planner, TimedRoute
from solver.timing.supplies import Stock


class Change(NamedTuple):
    """New routes for some shifts (None: not used) and what the plan's routes then cost more, in units."""

    routes: Mapping[int, TimedRoute | None]
    cost: int


class Plan:
    """Routes by shift; every change goes through `change` and `apply`, which keep stocks, vans and ties right."""

    def __init__(self, planner: Planner, together: Together | None = None) -> None:
        self.planner = planner
        self.compiled: Compiled = planner.compiled
        self.routes: list[TimedRoute | None] = [None] * len(self.compiled.duties)
        self.shift_of: list[int] = [-1] * len(self.compiled.windows)
        self.legs: dict[int, tuple[TimedRoute | None, IntArray]] = {}
        self._loaded: Counter[tuple[int, int]] = Counter()
        self._finite = any(store.stock is not None for store in self.compiled.stores)
        if together is None and hangs_together(self.compiled):
            together = Together(self.compiled)
        self._together = together
        self._unlimited: Stock = tuple(store.stock for store in self.compiled.stores)

    def copy(self) -> "Plan":
        """An independent copy; routes are shared, as they never change."""
        twin = Plan(self.planner, self._together)
        twin.routes = list(self.routes)
        twin.shift_of = list(self.shift_of)
        twin.legs = self.legs
        twin._loaded = Counter(self._loaded)
        return twin

    def take(self, other: "Plan") -> None:
        """Becomes like another plan of the same problem, which must not be changed any more."""
        self.routes, self.shift_of, self._loaded = other.routes, other.shift_of, other._loaded

    def visits(self, shift: int) -> tuple[int, ...]:
        """The shift's visits in order."""
        route = self.routes[shift]
        return () if route is None else route.visits

    def left_out(self) -> list[int]:
        """Visits in no route."""
        return [visit for visit, shift in enumerate(self.shift_of) if shift < 0]

    def cost(self) -> int:
        """The whole plan's cost in units, with a heavy weight for mandatory visits left out."""
        compiled = self.compiled
        routes = sum(route.cost for route in self.routes if route is not None)
        fixed = sum(crew.fixed for crew in compiled.crews if any(self.routes[s] is not None for s in crew.shifts))
        left_out = sum(compiled.unserved[visit] for visit in self.left_out())
        return routes + fixed + left_out + shared_cost(compiled, self.routes)

    def change(self, shift: int, visits: tuple[int, ...]) -> Change | None:
        """The change that gives the shift these visits; None when no rule-abiding one exists.

        Later shifts of the technician are timed anew when less is left in the van for them, and all routes that
        links, rests or speeds tie to it.
        """
        if self._together is not None:
            tied = self._together.change(self, shift, visits)
            return None if tied is None else Change(tied, self._difference(tied))
        compiled = self.compiled
        crew = compiled.crews[compiled.duties[shift].technician]
        routes: dict[int, TimedRoute | None] = {}
        used = Counter(self._loaded)
        van = self._van(shift)
        for s in crew.shifts[crew.shifts.index(shift) :]:
            wanted = visits if s == shift else self.visits(s)
            old = self.routes[s]
            self._count(used, old, -1)
            new = None
            if wanted:
                new = self.planner.route(s, wanted, van, self._stock(used))
                if new is None:
                    return None
            self._count(used, new, 1)
            if new != old or s == shift:
                routes[s] = new
            van = self._less(van, wanted)
        return Change(routes, self._difference(routes))

    def apply(self, change: Change) -> None:
        """Makes the change."""
        for shift, new in change.routes.items():
            old = self.routes[shift]
            self._count(self._loaded, old, -1)
            self._count(self._loaded, new, 1)
            for visit in () if old is None else old.visits:
                if self.shift_of[visit] == shift:
                    self.shift_of[visit] = -1
            for visit in () if new is None else new.visits:
                self.shift_of[visit] = shift
            self.routes[shift] = new

    def insertion(self, visit: int, shift: int, position: int) -> Change | None:
        """The change that puts the visit at this place among the shift's visits."""
        visits = self.visits(shift)
        return self.change(shift, (*visits[:position], visit, *visits[position:]))

    def remove(self, visits: Iterable[int]) -> bool:
        """Takes the visits out of their routes; False (and nothing done) when what stays cannot be timed."""
        gone = set(visits)
        before = self.copy()
        for shift in sorted({self.shift_of[visit] for visit in gone} - {-1}):
            change = self.change(shift, tuple(v for v in self.visits(shift) if v not in gone))
            if change is None:
                self.take(before)
                return False
            self.apply(change)
        return True

    def clear(self, shifts: Iterable[int]) -> None:
        """Empties these shifts."""
        for shift in shifts:
            if self.routes[shift] is not None:
                self.apply(Change({shift: None}, 0))

    def van_now(self, shift: int) -> tuple[int, ...]:
        """Parts in the van when the shift starts, after the technician's earlier shifts."""
        return self._van(shift)

    def stock_for(self, shifts: Iterable[int]) -> Stock:
        """What the warehouses have left for these shifts, all other routes kept."""
        used = Counter(self._loaded)
        for shift in shifts:
            self._count(used, self.routes[shift], -1)
        return self._stock(used)

    def _van(self, shift: int) -> tuple[int, ...]:
        crew = self.compiled.crews[self.compiled.duties[shift].technician]
        van = crew.van
        for earlier in crew.shifts[: crew.shifts.index(shift)]:
            van = self._less(van, self.visits(earlier))
        return van

    def _less(self, van: tuple[int, ...], visits: tuple[int, ...]) -> tuple[int, ...]:
        """What a van still has after these visits; what it lacked was loaded on the way and used up."""
        used: Counter[int] = Counter()
        for visit in visits:
            used.update(dict(self.compiled.parts_of[visit]))
        return tuple(max(0, count - used[part]) for part, count in enumerate(van)) if used else van

    def _stock(self, used: Counter[tuple[int, int]]) -> Stock:
        if not self._finite:
            return self._unlimited
        return tuple(
            None if store.stock is None else tuple(left - used[w, part] for part, left in enumerate(store.stock))
            for w, store in enumerate(self.compiled.stores)
        )

    def _count(self, used: Counter[tuple[int, int]], route: TimedRoute | None, sign: int) -> None:
        if route is not None and self._finite:
            for store, load in route.loads:
                for part, count in load:
                    used[store, part] += sign * count

    def _difference(self, routes: Mapping[int, TimedRoute | None]) -> int:
        compiled = self.compiled
        cost = sum(route.cost for route in routes.values() if route is not None)
        cost -= sum(route.cost for s in routes if (route := self.routes[s]) is not None)
        for t in {compiled.duties[s].technician for s in routes}:
            crew = compiled.crews[t]
            after = any(routes.get(s, self.routes[s]) is not None for s in crew.shifts)
            cost += crew.fixed * (after - any(self.routes[s] is not None for s in crew.shifts))
        if compiled.problem.costs.max_tardiness_per_hour or compiled.problem.costs.imbalance_per_hour:
            after_all = [routes.get(s, route) for s, route in enumerate(self.routes)]
            cost += shared_cost(compiled, after_all) - shared_cost(compiled, self.routes)
        return cost
