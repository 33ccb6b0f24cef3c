"""A route laid out before the referee: its stops beside what the problem says of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from solver.problem import Break, Problem, Shift, Technician, Visit, Warehouse
from solver.referee.violation import Rule, Violation
from solver.solution import Route, Stop, StopKind


@dataclass(frozen=True, slots=True)
class Leg:
    """A drive to a stop (`stop` None: to the end place), and the breaks (places among the stops) that interrupt it."""

    origin: int
    destination: int
    stop: int | None
    breaks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One route whose shift is known. `things[i]` is what the problem says of stop i, None when it is unknown."""

    problem: Problem
    route: Route
    shift: Shift
    technician: Technician
    things: tuple[Visit | Break | Warehouse | None, ...]
    rank: int  # the shift's place in the problem, technicians in their order, shifts in theirs

    def visits(self) -> Iterator[tuple[int, Stop, Visit]]:
        """Each visit with its place among the stops."""
        for i, (stop, thing) in enumerate(zip(self.route.stops, self.things, strict=True)):
            if isinstance(thing, Visit):
                yield i, stop, thing

    def breaks(self) -> Iterator[tuple[int, Stop, Break]]:
        """Each break with its place among the stops."""
        for i, (stop, thing) in enumerate(zip(self.route.stops, self.things, strict=True)):
            if isinstance(thing, Break):
                yield i, stop, thing

    def warehouses(self) -> Iterator[tuple[int, Stop, Warehouse]]:
        """Each warehouse stop with its place among the stops."""
        for i, (stop, thing) in enumerate(zip(self.route.stops, self.things, strict=True)):
            if isinstance(thing, Warehouse):
                yield i, stop, thing

    def legs(self) -> list[Leg]:
        """The drives of the route in order; the last ends at the end place, or where the last stop was."""
        legs: list[Leg] = []
        here, breaks = self.shift.start_location, []
        for i, thing in enumerate(self.things):
            if isinstance(thing, Break):
                breaks.append(i)
            elif thing is not None:
                legs.append(Leg(here, thing.location, i, tuple(breaks)))
                here, breaks = thing.location, []
        end = self.shift.end_location
        legs.append(Leg(here, here if end is None else end, None, tuple(breaks)))
        return legs

    @property
    def who(self) -> str:
        """The technician as a message names them."""
        return repr(self.technician.id)

    def violation(self, rule: Rule, message: str, stop: int | None = None) -> Violation:
        """A breach by this route alone."""
        return Violation(rule, message, self.route.shift, stop, frozenset({self.route.shift}))

    def is_drive(self, leg: Leg) -> bool:
        """Whether the leg is driven at all: a day that ends at the last stop has no way home."""
        return leg.stop is not None or self.shift.end_location is not None


def paid_seconds(case: Case) -> int:
    """Duty: from leaving the start place to reaching the end place, the unpaid breaks apart. 0 when it has no stop."""
    if not case.route.stops:
        return 0
    unpaid = sum(rest.duration for _, _, rest in case.breaks() if not rest.paid)
    return case.route.return_ - case.route.depart - unpaid


def named(thing: Visit | Break | Warehouse) -> str:
    """What a stop is called in a message."""
    word = {Visit: "Visit", Break: "Break", Warehouse: "Warehouse"}[type(thing)]
    return f"{word} {thing.id!r}"


class Book:
    """The problem by id, so that each route need not look through it again."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.visits = {visit.id: visit for visit in problem.visits}
        self.warehouses = {warehouse.id: warehouse for warehouse in problem.warehouses}
        owned = [(technician, shift) for technician in problem.technicians for shift in technician.shifts]
        self.shifts = {shift.id: (rank, technician, shift) for rank, (technician, shift) in enumerate(owned)}

    def case(self, route: Route) -> Case | None:
        """The route laid out, or None when the problem has no such shift."""
        if route.shift not in self.shifts:
            return None
        rank, technician, shift = self.shifts[route.shift]
        things = tuple(self._thing(stop, shift) for stop in route.stops)
        return Case(self.problem, route, shift, technician, things, rank)

    def cases(self, routes: Iterable[Route]) -> list[Case]:
        """Every route whose shift the problem has, in the order of the problem's shifts."""
        found = [case for case in map(self.case, routes) if case is not None]
        return sorted(found, key=lambda case: case.rank)

    def _thing(self, stop: Stop, shift: Shift) -> Visit | Break | Warehouse | None:
        if stop.kind is StopKind.VISIT:
            return self.visits.get(stop.id)
        if stop.kind is StopKind.WAREHOUSE:
            return self.warehouses.get(stop.id)
        return next((rest for rest in shift.breaks if rest.id == stop.id), None)


def by_technician(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """The used routes of each technician, in time order of their shifts."""
    groups: dict[str, list[Case]] = {}
    for case in sorted(cases, key=lambda case: (case.shift.start, case.rank)):
        if case.route.stops:
            groups.setdefault(case.technician.id, []).append(case)
    return groups
