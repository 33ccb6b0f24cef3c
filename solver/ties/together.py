"""A plan's routes that hang together, timed anew after one shift's visits changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from solver.compiled import Compiled
from solver.ties.face import Fixed, Joint, stock_after, van_after
from solver.timing.planner import Planner, TimedRoute
from solver.timing.supplies import Lack, Stock, reloads, supplied

TRIALS: Final = 12
"""Ways to fetch what lacks that are timed, those that drive least first."""


class Routes(Protocol):
    """What is asked of a plan."""

    routes: list[TimedRoute | None]
    shift_of: list[int]
    planner: Planner

    def van_now(self, shift: int) -> tuple[int, ...]:
        """Parts in the van when the shift starts."""

    def stock_for(self, shifts: Iterable[int]) -> Stock:
        """What the warehouses have left for these shifts."""


class _Case(NamedTuple):
    """A plan with other visits in one shift: the visits of each shift concerned, and who (a shift) does each visit."""

    plan: Routes
    orders: Mapping[int, tuple[int, ...]]
    who: Sequence[int]


class Together:
    """Times routes of one problem that hang together."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._joint = Joint(compiled)
        self._partners = _partners(compiled)
        self._people = _people(compiled)

    def change(self, plan: Routes, shift: int, visits: tuple[int, ...]) -> dict[int, TimedRoute | None] | None:
        """The routes that differ once the shift has these visits, that of the shift included; None when none can be."""
        old = plan.routes[shift]
        before = () if old is None else old.visits
        who = list(plan.shift_of)
        for visit in before:
            who[visit] = -1 if who[visit] == shift else who[visit]
        for visit in visits:
            who[visit] = shift
        if not self._may_have(shift, visits, who):
            return None
        concerned = self._concerned(plan, shift, {*before, *visits}, who)
        orders = {s: visits if s == shift else _visits(plan.routes[s]) for s in concerned}
        case = _Case(plan, orders, who)
        best: dict[int, TimedRoute] | None = None
        for fixed in self._stops(case, shift):
            found = self._timed(case, fixed)
            if found is not None and (best is None or _total(found) < _total(best)):
                best = found
        if best is None:
            return None
        routes: dict[int, TimedRoute | None] = {s: best.get(s) for s in concerned}
        return {s: route for s, route in routes.items() if s == shift or route != plan.routes[s]}

    def _may_have(self, shift: int, visits: tuple[int, ...], who: Sequence[int]) -> bool:
        compiled = self.compiled
        if len(visits) > compiled.duties[shift].max_visits:
            return False
        if not all(compiled.allowed.item(v, shift) for v in visits):
            return False
        if not all(compiled.pinned_order.item(v) in (-1, place) for place, v in enumerate(visits)):
            return False
        does = [-1 if s < 0 else compiled.duties[s].technician for s in who]
        pairs = ((does[v], other, same) for v in visits for other, same in self._people.get(v, ()))
        return all(does[other] < 0 or (does[other] == mine) == same for mine, other, same in pairs)

    def _concerned(self, plan: Routes, shift: int, visits: set[int], who: Sequence[int]) -> list[int]:
        """The shift, those it shares a van with later, and all tied to any of them, before or after the change."""
        compiled = self.compiled
        own = compiled.crews[compiled.duties[shift].technician].shifts
        todo = [shift, *own[own.index(shift) + 1 :], *self._tied_shifts(visits, who)]
        found: set[int] = set()
        while todo:
            s = todo.pop()
            if s in found:
                continue
            found.add(s)
            todo += self._tied_shifts(visits if s == shift else _visits(plan.routes[s]), who)
            if self._limited(s):
                todo += compiled.crews[compiled.duties[s].technician].shifts
        return sorted(found)

    def _tied_shifts(self, visits: Iterable[int], who: Sequence[int]) -> list[int]:
        return [who[other] for v in visits for other in self._partners.get(v, ()) if who[other] >= 0]

    def _limited(self, shift: int) -> bool:
        """Whether rest or a limit of duty ties the technician's shifts."""
        person = self.compiled.problem.technicians[self.compiled.duties[shift].technician]
        return bool(person.min_rest) or person.max_duty is not None

    def _stops(self, case: _Case, shift: int) -> Iterator[dict[int, Fixed]]:
        """The stops of all concerned routes, in each way to fetch what the changed shifts lack."""
        compiled, plan = self.compiled, case.plan
        crew = compiled.crews[compiled.duties[shift].technician]
        later = crew.shifts[crew.shifts.index(shift) :]
        kept = {s: (r.stops, r.loads) for s in case.orders if s not in later and (r := plan.routes[s]) is not None}
        stock, van = plan.stock_for(later), plan.van_now(shift)
        ways = sorted(reloads(compiled, crew, case.orders[shift], van, stock), key=lambda way: self._driven(shift, way))
        for way in ways[:TRIALS]:
            fixed = self._supplied_later(case, later[1:], van_after(compiled, van, way[0]), stock_after(stock, way[1]))
            if fixed is not None:
                yield {**kept, shift: way, **fixed}

    def _supplied_later(
        self, case: _Case, shifts: Sequence[int], van: tuple[int, ...], stock: Stock
    ) -> dict[int, Fixed] | None:
        """The stops of the technician's later shifts, which now find another van and stock."""
        compiled, found = self.compiled, {}
        for s in shifts:
            crew, old = compiled.crews[compiled.duties[s].technician], case.plan.routes[s]
            stops = () if old is None else old.stops
            loads = supplied(compiled, crew, stops, van, stock)
            if isinstance(loads, Lack):
                ways = sorted(reloads(compiled, crew, case.orders[s], van, stock), key=lambda w: self._driven(s, w))
                if not ways:
                    return None
                stops, loads = ways[0]
            found[s] = (stops, loads)
            van, stock = van_after(compiled, van, stops), stock_after(stock, loads)
        return found

    def _driven(self, shift: int, way: Fixed) -> int:
        compiled, duty = self.compiled, self.compiled.duties[shift]
        places = [compiled.stores[~s].service.location if s < 0 else compiled.location.item(s) for s in way[0]]
        places = [duty.start_location, *places, *([duty.end_location] if duty.end_location >= 0 else [])]
        return sum(compiled.seconds.item(a, b) for a, b in pairwise(places))

    def _timed(self, case: _Case, fixed: Mapping[int, Fixed]) -> dict[int, TimedRoute] | None:
        """Tied routes together, the others one by one, which is exact."""
        planner = case.plan.planner
        tied = {s: way for s, way in fixed.items() if way[0] and self._is_tied(s, case)}
        found: dict[int, TimedRoute] = {}
        for s, way in fixed.items():
            if way[0] and s not in tied:
                route = planner.fixed(s, *way)
                if route is None:
                    return None
                found[s] = route
        others = {v: s for v, s in enumerate(case.who) if s >= 0 and s not in tied}
        timed = self._joint.routes(tied, others, case.plan.routes) if tied else {}
        return None if timed is None else {**found, **timed}

    def _is_tied(self, shift: int, case: _Case) -> bool:
        return (
            bool(self.compiled.problem.travel.speed)
            or self._limited(shift)
            or bool(self._tied_shifts(case.orders[shift], case.who))
        )


def _partners(compiled: Compiled) -> dict[int, tuple[int, ...]]:
    """Per visit those whose start a link ties to its own."""
    number = {visit.id: v for v, visit in enumerate(compiled.problem.visits)}
    found: dict[int, list[int]] = {}
    for link in compiled.problem.links:
        if link.kind in ("same_start", "precedes"):
            members = [number[name] for name in link.visits]
            for v in members:
                found.setdefault(v, []).extend(other for other in members if other != v)
    return {v: tuple(dict.fromkeys(others)) for v, others in found.items()}


def _people(compiled: Compiled) -> dict[int, list[tuple[int, bool]]]:
    """Per visit those that the same technician (True), or another, has to do."""
    number = {visit.id: v for v, visit in enumerate(compiled.problem.visits)}
    found: dict[int, list[tuple[int, bool]]] = {}
    for link in compiled.problem.links:
        if link.kind != "precedes":
            members = [number[name] for name in link.visits]
            for v in members:
                found.setdefault(v, []).extend((o, link.kind == "same_technician") for o in members if o != v)
    return found


def _visits(route: TimedRoute | None) -> tuple[int, ...]:
    return () if route is None else route.visits


def _total(routes: Mapping[int, TimedRoute]) -> int:
    return sum(route.cost for route in routes.values())
