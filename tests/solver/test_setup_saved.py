"""A setup that another stop at the same place saves: the quick estimate must not refuse what exact timing accepts."""

import numpy as np

from solver.compiling import compile_problem
from solver.insertion.legs import estimate, legs_of
from solver.insertion.plan import Plan
from solver.problem import Duration, Travel, Warehouse
from solver.referee import check
from solver.solution import Solution
from solver.solve import Limits, solve
from solver.timing.planner import Planner
from tests.builders.problems import problem, shift, technician, visit

NEAR = Travel(np.array([[0, 5], [5, 0]], dtype=np.int64))


def times(solution: Solution) -> list[tuple[str, int, int]]:
    return [(str(stop.id), stop.start, stop.depart) for stop in solution.routes[0].stops]


def test_a_warehouse_stop_saves_the_setup() -> None:
    ann = technician("ann", shift("ann", 0, 22), cost_per_duty_hour=3600)
    work = visit("a", 1, Duration(10), setup=4, parts={"fuse": 1}, unserved_cost=1000)
    given = problem([work], [ann], NEAR, [Warehouse("west", 1)])
    solution = solve(given, Limits(iterations=5))
    assert check(given, solution) == []
    assert times(solution) == [("west", 5, 5), ("a", 5, 15)]
    assert solution.cost.total == 20


def test_a_visit_saves_the_setup_of_the_next() -> None:
    """The shift leaves no time for a second setup, and needs none: the visit put in first takes it over."""
    ann = technician("ann", shift("ann", 0, 5 + 100 + 120 + 5), cost_per_duty_hour=3600)
    visits = [visit("there", 1, 1, setup=100), visit("before", 1, 1, setup=100, windows=((0, 5),))]
    plan = Plan(Planner(compile_problem(problem(visits, [ann], NEAR))))
    alone, both = plan.insertion(0, 0, 0), plan.change(0, (1, 0))
    assert alone is not None
    assert both is not None
    plan.apply(alone)
    costs = estimate(plan.compiled, np.array([1], dtype=np.int64), legs_of(plan, 0))[0]
    assert costs[0] == both.cost - alone.cost
