"""A finish as a judged result: peers' orders become our routes, and our referee prices every plan."""

from dataclasses import dataclass
from itertools import pairwise

from solver.compiling import compile_problem
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Problem
from solver.referee import check_routes, cost, honest
from solver.solution import Route, Stage, StopKind
from solver.timing.planner import Planner
from tests.benchmarks.contest.protocol import Finish, Orders


@dataclass(frozen=True, slots=True)
class Judged:
    """A solver's plan as our referee sees it. cost: None without a plan. told: what is wrong, empty when nothing is.

    cost, unserved: cents; `cost` has what left-out visits cost taken off.
    """

    cost: int | None
    unserved: int = 0
    left_out: int = 0
    seconds: float = 0.0
    base_mib: float = 0.0
    peak_mib: float = 0.0
    stages: tuple[Stage, ...] = ()
    told: str = ""

    @property
    def right(self) -> bool:
        """Whether there is a plan and the referee has nothing against it."""
        return self.cost is not None and not self.told

    @property
    def complete(self) -> bool:
        """Whether besides that every visit is served."""
        return self.right and self.left_out == 0


def judge(problem: Problem, finish: Finish) -> Judged:
    """The finish, checked and priced by the referee."""
    times = (finish.seconds, finish.base_mib, finish.peak_mib)
    if finish.failed:
        return Judged(None, 0, len(problem.visits), *times, told=finish.told or "no plan within the time")
    if finish.solution is None:
        routes, told = timed(problem, finish.orders)
        stages: tuple[Stage, ...] = ()
    else:
        routes, stages = finish.solution.routes, finish.solution.stats.stages
        told = "" if honest(problem, finish.solution) else "the referee finds the solution wrong"
    broken = check_routes(problem, routes)
    price = cost(problem, routes)
    return Judged(
        cost=price.total - price.unserved,
        unserved=price.unserved,
        left_out=len(problem.visits) - served(routes),
        seconds=finish.seconds,
        base_mib=finish.base_mib,
        peak_mib=finish.peak_mib,
        stages=stages,
        told=told or (broken[0].message if broken else ""),
    )


def timed(problem: Problem, orders: Orders) -> tuple[tuple[Route, ...], str]:
    """The orders as routes with the cheapest times there are, and a word on those that no times make right."""
    plan = Plan(Planner(compile_problem(problem)))
    visits = {visit.id: i for i, visit in enumerate(problem.visits)}
    refused = []
    for shift, index in plan.compiled.shift_index.items():
        wanted = tuple(visits[visit] for visit in orders.get(shift, ()))
        change = plan.change(index, wanted) if wanted else None
        if change is not None:
            plan.apply(change)
        elif wanted:
            refused.append(shift)
    told = f"{len(refused)} routes break a rule, the first that of {refused[0]}" if refused else ""
    return routes_of(plan), told


def served(routes: tuple[Route, ...]) -> int:
    """How many visits the routes serve."""
    return sum(stop.kind is StopKind.VISIT for route in routes for stop in route.stops)


def driven(problem: Problem, orders: Orders) -> int:
    """Seconds of driving over all routes, summed leg by leg from the matrix alone."""
    shifts = {shift.id: shift for technician in problem.technicians for shift in technician.shifts}
    location = {visit.id: visit.location for visit in problem.visits}
    total = 0
    for shift_id, visits in orders.items():
        shift = shifts[shift_id]
        places = [shift.start_location, *(location[visit] for visit in visits)]
        if visits and shift.end_location is not None:
            places.append(shift.end_location)
        total += sum(int(problem.travel.seconds[a, b]) for a, b in pairwise(places))
    return total


def orders_of(routes: tuple[Route, ...]) -> Orders:
    """The visits of each route in order."""
    return {r.shift: tuple(stop.id for stop in r.stops if stop.kind is StopKind.VISIT) for r in routes}
