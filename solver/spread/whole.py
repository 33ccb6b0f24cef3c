"""A plan of the whole problem as its routes, judged as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from solver.problem import Problem, Visit
from solver.referee import check_routes, cost
from solver.solution import Route, Solution, Status, StopKind, Unserved
from solver.solve import RefusedByReferee
from solver.spread.plane import plane

Routes = Mapping[str, Route]
"""Used routes by shift id."""


class Ground:
    """What does not change while a problem is planned: who owns what, and where everything lies."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.visit = {visit.id: i for i, visit in enumerate(problem.visits)}
        self.owner = {shift.id: t for t, person in enumerate(problem.technicians) for shift in person.shifts}
        self.points = plane(problem.travel.seconds)

    @cached_property
    def ties(self) -> tuple[tuple[int, ...], ...]:
        """Per link its visits."""
        return tuple(tuple(self.visit[name] for name in link.visits) for link in self.problem.links)

    def judged(self, routes: Routes) -> "Whole":
        """The plan with what it costs."""
        found = visits_in(routes)
        left = tuple(i for i, visit in enumerate(self.problem.visits) if visit.id not in found)
        missed = missed_among(self.problem.visits[i] for i in left)
        return Whole(routes, left, (missed, cost(self.problem, routes.values()).total))


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole plan. left: visits left out; worth: how many of them must be served, and the cost in cents."""

    routes: Routes
    left: tuple[int, ...]
    worth: tuple[int, int]


def missed_among(visits: Iterable[Visit]) -> int:
    """How many of these must be served."""
    return sum(visit.unserved_cost is None or visit.pinned is not None for visit in visits)


def as_joined(problem: Problem, whole: Whole, solution: Solution) -> Solution:
    """The solution with the routes of the plan, where these are cheaper than its own; the referee judges them."""
    told = {left.visit: left for left in solution.unserved}
    missed = missed_among(visit for visit in problem.visits if visit.id in told)
    if (missed, solution.cost.total) <= whole.worth:
        return solution
    routes = tuple(whole.routes[s.id] for person in problem.technicians for s in person.shifts if s.id in whole.routes)
    broken = check_routes(problem, routes)
    if broken:
        raise RefusedByReferee(f"The joined plan breaks a rule, which is a defect of the optimiser. {broken[0]}")
    names = [problem.visits[i].id for i in whole.left]
    return replace(
        solution,
        status=Status.INFEASIBLE if whole.worth[0] else Status.FEASIBLE,
        cost=cost(problem, routes),
        routes=routes,
        unserved=tuple(told.get(name, Unserved(name, explored=False)) for name in names),
    )


def visits_of(route: Route) -> list[str]:
    """The ids of the route's visits in order."""
    return [stop.id for stop in route.stops if stop.kind is StopKind.VISIT]


def visits_in(routes: Routes) -> set[str]:
    """The ids of all visits served."""
    return {name for route in routes.values() for name in visits_of(route)}


def start_of(routes: Routes) -> dict[str, tuple[str, ...]]:
    """Per shift its visits in order, as a plan to begin with."""
    return {shift: tuple(visits_of(route)) for shift, route in routes.items()}
