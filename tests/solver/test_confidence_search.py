"""Trading cost against promises: what the search pays for buffers is what the referee charges, and it is worth it."""

import random
from dataclasses import replace

import pytest

from solver.compiled import SCALE
from solver.compiling import compile_problem
from solver.confidence import confidence
from solver.insertion.plan import Plan
from solver.insertion.regret import insert_all
from solver.outcome import routes_of
from solver.problem import Costs, Problem
from solver.referee import check, cost
from solver.solve import Limits, solve
from solver.timing.planner import Planner
from tests.builders.problems import at, line, problem, shift, technician, visit
from tests.builders.random_problems import random_problem


def inserted(day: Problem) -> Plan:
    """A plan as regret insertion alone makes it."""
    plan = Plan(Planner(compile_problem(day)))
    insert_all(plan, range(len(day.visits)), range(len(plan.routes)), lambda: False)
    return plan


def with_buffers(day: Problem, seed: int) -> Problem:
    """The same problem with spreads and buffers."""
    rng = random.Random(seed)
    visits = tuple(replace(visit, spread=rng.choice([0, 300, 1200])) for visit in day.visits)
    travel = replace(day.travel, spread_percent=rng.choice([0, 20]))
    costs = replace(day.costs, buffer_percent=rng.choice([50, 200]), buffer_per_hour=rng.choice([1, 4001]))
    return replace(day, visits=visits, travel=travel, costs=costs)


@pytest.mark.parametrize("block", range(1))
def test_the_search_and_the_referee_have_one_price(block: int) -> None:
    charged = 0
    for seed in range(block * 20, block * 20 + 20):
        day = with_buffers(random_problem(seed), seed)
        plan = inserted(day)
        routes = routes_of(plan)
        right = cost(day, routes)
        charged += right.buffer > 0
        own = sum(route.cost for route in plan.routes if route is not None)
        known = right.total - right.unserved - right.fixed
        # Each part is rounded to cents by itself.
        assert abs(own / SCALE - known) <= 4, f"seed {seed}"
    assert charged >= 1


def tight(per_hour: int) -> Problem:
    """Three visits of 40 min give or take 15 for two technicians; one who does all starts the last as it closes."""
    windows = ((at(8), at(9, 50)),)
    visits = [visit(name, i + 1, 40, windows=windows, spread=900) for i, name in enumerate("abc")]
    crew = [technician(name, shift(name), cost_per_duty_hour=3000, fixed_cost=1000) for name in ("ann", "bob")]
    costs = Costs(buffer_percent=150, buffer_per_hour=per_hour)
    return problem(visits, crew, replace(line(10), spread_percent=20), costs=costs)


def test_a_dearer_plan_keeps_more_promises() -> None:
    found = []
    for per_hour in (0, 20_000):
        day = tight(per_hour)
        solution = solve(day, Limits(iterations=20))
        assert check(day, solution) == []
        share = confidence(day, solution.routes).expected_share
        assert share is not None
        found.append((len(solution.routes), solution.cost.total - solution.cost.buffer, share))
    (alone, cheap, risky), (together, dear, sure) = found
    assert (alone, together) == (1, 2)
    assert cheap < dear
    assert sure > 0.99 > 0.9 > risky
