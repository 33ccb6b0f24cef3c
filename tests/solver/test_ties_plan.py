"""Plans whose routes hang together: every change keeps the referee's rules, and costs what the referee says."""

import random

import pytest

from solver.compiled import SCALE
from solver.compiling import compile_problem
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Break, Link, Problem
from solver.referee import Violation, check_routes, cost
from solver.ties.face import timed_routes
from solver.timing.planner import Planner
from tests.builders.problems import HOUR, MINUTE, at, line, problem, shift, technician, visit
from tests.builders.tied_problems import plain_problem, tied_problem

PARTS_OF_COST = 13
"""Parts of the cost, each rounded to the cent by itself."""


def plan_for(given: Problem) -> Plan:
    return Plan(Planner(compile_problem(given)))


def broken(plan: Plan) -> list[Violation]:
    """What the plan breaks, but that some of a link's visits are missing."""
    found = check_routes(plan.compiled.problem, routes_of(plan))
    return [violation for violation in found if violation.rule != "all_or_none"]


def cents(plan: Plan) -> float:
    """The plan's cost as the referee would have it: who must be served costs nothing, left out."""
    compiled = plan.compiled
    left = [v for v in plan.left_out() if compiled.must[v]]
    own = sum(compiled.problem.visits[v].unserved_cost or 0 for v in left)
    return (plan.cost() - sum(compiled.unserved[v] for v in left)) / SCALE + own


@pytest.mark.parametrize("seed", range(30))
def test_every_change_keeps_the_rules_and_costs_what_the_referee_says(seed: int) -> None:
    plan = plan_for(tied_problem(seed) if seed % 3 else plain_problem(seed))
    draw = random.Random(seed)
    for v in draw.sample(range(len(plan.shift_of)), len(plan.shift_of)):
        for _ in range(4):
            s = draw.randrange(len(plan.routes))
            before = plan.cost()
            change = plan.insertion(v, s, draw.randint(0, len(plan.visits(s))))
            if change is not None:
                plan.apply(change)
                assert plan.cost() - before == change.cost - plan.compiled.unserved[v]
                assert broken(plan) == []
                expected = cost(plan.compiled.problem, routes_of(plan)).total
                assert cents(plan) == pytest.approx(expected, abs=PARTS_OF_COST / 2)
                break
    planned = [v for v, s in enumerate(plan.shift_of) if s >= 0]
    plan.remove(draw.sample(planned, len(planned) // 2))
    assert broken(plan) == []


def test_partners_in_other_shifts_move_along() -> None:
    link = Link("same_start", ("a", "b"))
    plan = plan_for(
        problem([visit("a", 3), visit("b", 1), visit("c", 1)], [technician("ann"), technician("bob")], links=[link])
    )
    first, change = plan.insertion(1, 1, 0), None
    if first is not None:
        plan.apply(first)
        change = plan.insertion(0, 0, 0)
    assert change is not None
    plan.apply(change)
    assert set(change.routes) == {0, 1}, "bob waits for ann, who has the longer way"
    starts = [route.schedule.starts for route in plan.routes if route is not None]
    assert starts == [(at(8, 30),), (at(8, 30),)]
    assert plan.insertion(2, 0, 0) is not None
    assert plan.remove([0])
    assert plan.routes[1] is not None
    assert plan.routes[1].schedule.starts == (at(8, 10),), "bob need not wait any more"


def test_speeds_lengthen_legs_and_breaks_interrupt_them() -> None:
    rest = Break("lunch", at(8, 10), at(8, 10), 30 * MINUTE)
    travel = line(3, seconds=HOUR)
    travel = type(travel)(travel.seconds, travel.metres, ((at(8), 50), (at(9), 100)))
    plan = plan_for(problem([visit("a", 1)], [technician("ann", shift("s", breaks=(rest,)))], travel))
    change = plan.insertion(0, 0, 0)
    assert change is not None
    plan.apply(change)
    assert broken(plan) == []
    (route,) = routes_of(plan)
    assert [stop.id for stop in route.stops] == ["lunch", "a"]


def test_a_cycle_has_no_times() -> None:
    links = (Link("same_start", ("a", "b")), Link("same_start", ("c", "d")))
    given = problem([visit(name, 1) for name in "abcd"], [technician("ann"), technician("bob")], links=links)
    compiled = compile_problem(given)
    assert timed_routes(compiled, {0: (0, 2), 1: (3, 1)}) is None
    assert timed_routes(compiled, {0: (0, 2), 1: (1, 3)}) is not None
    assert timed_routes(compiled, {0: (0, 1)}) is None, "one technician cannot start both"


def test_rest_between_shifts_pushes_the_later_one() -> None:
    days = shift("mon", at(8), at(16)), shift("tue", at(20), at(36))
    ann = technician("ann", *days, min_rest=14 * HOUR)
    compiled = compile_problem(problem([visit("a", 1), visit("b", 1)], [ann]))
    routes = timed_routes(compiled, {0: (0,), 1: (1,)})
    assert routes is not None
    assert routes[1].schedule.depart - routes[0].schedule.return_ >= 14 * HOUR
    short = compile_problem(problem([visit("a", 1), visit("b", 1)], [technician("ann", *days, max_duty=99 * MINUTE)]))
    assert timed_routes(short, {0: (0,), 1: (1,)}) is None
    assert timed_routes(short, {0: (0,)}) is not None
