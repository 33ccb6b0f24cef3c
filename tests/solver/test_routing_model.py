"""The OR-Tools routing model: it improves plans, and every rule it states is kept by what it finds.

What it finds is timed anew, and a route that breaks a rule is refused there. So each rule is shown by a problem in
which a model without the rule would find something cheaper that cannot be timed.
"""

from collections.abc import Sequence
from random import Random

import pytest

from solver.compiling import compile_problem
from solver.insertion.plan import Plan
from solver.insertion.regret import insert_all
from solver.problem import Break, Costs, Duration, Pinned, PreviousRoute, PreviousStop, Problem, Warehouse
from solver.routing_model import search, stage
from solver.routing_model.districts import district, nearest_left_out
from solver.routing_model.scope import scope_of
from solver.routing_model.search import Effort
from solver.timing.planner import Planner
from tests.builders.problems import MINUTE, at, problem, shift, technician, visit
from tests.builders.random_problems import random_problem

EFFORT = Effort(None, 60, 1)


def planned(given: Problem, *routes: Sequence[int]) -> Plan:
    """The plan with these visits in each shift."""
    plan = Plan(Planner(compile_problem(given)))
    for number, visits in enumerate(routes):
        change = plan.change(number, tuple(visits)) if visits else None
        if change is not None:
            plan.apply(change)
    return plan


def found(plan: Plan) -> list[list[tuple[int, ...]]]:
    """Everything OR-Tools hands on: the visits of each shift."""
    seen: list[list[tuple[int, ...]]] = []
    shifts = range(len(plan.routes))
    search.search(
        scope_of(plan, shifts, plan.left_out()),
        EFFORT,
        lambda answers: seen.append([answer.visits for answer in answers]),
        lambda: False,
    )
    return seen


def assert_keeps_the_rules(plan: Plan) -> None:
    """Every route OR-Tools found can be timed, and it found something cheaper than the start or as good."""
    seen = found(plan)
    assert seen
    for routes in seen:
        draft = plan.copy()
        draft.clear(range(len(plan.routes)))
        for number, visits in enumerate(routes):
            if visits:
                change = draft.change(number, visits)
                assert change is not None, f"{visits} in shift {number} breaks a rule"
                draft.apply(change)


ANN = technician("ann", cost_per_travel_hour=3600)
ANN_AND_BOB = [ANN, technician("bob", cost_per_travel_hour=7200)]


def test_improves_a_zigzag() -> None:
    given = problem([visit(f"v{i}", place, 10) for i, place in enumerate((1, 8, 2, 7, 3))], [ANN])
    plan = planned(given, (0, 1, 2, 3, 4))
    told: list[int] = []
    best = stage.improve(plan, [0], [], EFFORT, lambda better: told.append(better.cost()), lambda: False)
    assert best.routes[0] is not None
    assert best.routes[0].travel == 16 * 600
    assert told == sorted(told, reverse=True)
    assert told[-1] == best.cost() < plan.cost()


def test_moves_a_visit_to_the_cheaper_technician_and_takes_in_one_left_out() -> None:
    plan = planned(problem([visit("a", 3), visit("b", 4)], ANN_AND_BOB), (), (0,))
    best = stage.improve(plan, [0, 1], plan.left_out(), EFFORT, lambda _: None, lambda: False)
    assert (best.visits(0), best.visits(1)) in (((0, 1), ()), ((1, 0), ()))


WEST = Warehouse("west", 2, handling=10 * MINUTE, tools=frozenset({"crane"}))
LUNCH = Break("lunch", at(12), at(12), 60 * MINUTE)

RULES = {
    "skills": (
        problem(
            [visit("a", 3, skills={"doors": 2}), visit("b", 3)],
            [ANN, technician("bob", cost_per_travel_hour=7200, skills={"doors": 2})],
        ),
        ((1,), (0,)),
    ),
    "technician excluded": (
        problem([visit("a", 3, never=frozenset({"ann"})), visit("b", 3)], ANN_AND_BOB),
        ((1,), (0,)),
    ),
    "windows": (
        problem([visit("a", 3, windows=((at(9), at(9)),)), visit("b", 6, windows=((at(9), at(9)),))], ANN_AND_BOB),
        ((0,), (1,)),
    ),
    "between two windows": (
        problem(
            [
                visit("a", 3, windows=((at(9), at(9)), (at(14), at(15)))),
                visit("b", 6, 200, windows=((at(9), at(9, 20)),)),
            ],
            [technician("ann", shift("ann", end=at(14)), cost_per_travel_hour=3600), ANN_AND_BOB[1]],
        ),
        ((0,), (1,)),
    ),
    "finish by": (
        problem([visit("a", 5, finish_by=at(9, 25)), visit("b", 9, finish_by=at(10, 5))], ANN_AND_BOB),
        ((1,), (0,)),
    ),
    "shift end": (
        problem([visit("a", 5, 240), visit("b", 5, 200)], ANN_AND_BOB),
        ((0,), (1,)),
    ),
    "breaks": (
        problem(
            [visit("a", 1, 200), visit("b", 1, 200)],
            [technician("ann", shift("ann", breaks=(LUNCH,)), cost_per_travel_hour=3600), ANN_AND_BOB[1]],
        ),
        ((0,), (1,)),
    ),
    "parts": (
        problem(
            [visit("a", 3, parts={"fuse": 1}), visit("b", 3, parts={"fuse": 1})],
            [technician(n, van_stock={"fuse": 1}, cost_per_travel_hour=c) for n, c in (("ann", 3600), ("bob", 7200))],
        ),
        ((0,), (1,)),
    ),
    "reloading": (
        problem(
            [visit("a", 1, windows=((at(8), at(8, 15)),), parts={"fuse": 1})],
            [ANN, technician("bob", cost_per_travel_hour=7200, van_stock={"fuse": 1})],
            warehouses=[WEST],
        ),
        ((), (0,)),
    ),
    "shared stock": (
        problem(
            [visit("a", 1, parts={"fuse": 2}), visit("b", 3, parts={"fuse": 2}, unserved_cost=90_000)],
            ANN_AND_BOB,
            warehouses=[Warehouse("west", 2, stock={"fuse": 3})],
        ),
        ((0,), ()),
    ),
    "lent tools": (
        problem(
            [visit("a", 1, windows=((at(8), at(8, 15)),), tools=frozenset({"crane"}))],
            [ANN, technician("bob", cost_per_travel_hour=7200, tools=frozenset({"crane"}))],
            warehouses=[WEST],
        ),
        ((), (0,)),
    ),
    "max visits": (
        problem(
            [visit("a", 3), visit("b", 3)],
            [technician("ann", shift("ann", max_visits=1), cost_per_travel_hour=3600), ANN_AND_BOB[1]],
        ),
        ((0,), (1,)),
    ),
    "max travel": (
        problem(
            [visit("a", 3), visit("b", 6)],
            [technician("ann", shift("ann", max_travel=7 * 600), cost_per_travel_hour=3600), ANN_AND_BOB[1]],
        ),
        ((0,), (1,)),
    ),
    "pinned": (
        problem([visit("a", 3, pinned=Pinned("bob", at(9), 1)), visit("b", 3)], ANN_AND_BOB),
        ((), (1, 0)),
    ),
    "ends anywhere": (
        problem(
            [visit("a", 9, 60), visit("b", 1, 60)],
            [technician("ann", shift("ann", end_location=None), cost_per_km=100)],
        ),
        ((0, 1),),
    ),
    "previous plan": (
        problem(
            [visit("a", 3, preferred={"ann": 40}), visit("b", 3, due=at(9), late_cost_per_hour=300)],
            ANN_AND_BOB,
            previous=(PreviousRoute("bob", "bob", (PreviousStop("a", at(10)), PreviousStop("b", at(9)))),),
            costs=Costs(change_technician=100, change_start_per_hour=50),
        ),
        ((), (0, 1)),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_keeps_the_rule(rule: str) -> None:
    given, routes = RULES[rule]
    plan = planned(given, *routes)
    assert any(plan.routes), "the start must be possible"
    assert_keeps_the_rules(plan)


@pytest.mark.parametrize("seed", range(0, 16, 2))
def test_makes_no_random_plan_worse(seed: int) -> None:
    plan = Plan(Planner(compile_problem(random_problem(seed))))
    insert_all(plan, plan.left_out(), range(len(plan.routes)))
    before = plan.cost()
    best = stage.improve(
        plan, range(len(plan.routes)), plan.left_out(), Effort(None, 10, 1), lambda _: None, lambda: False
    )
    assert best.cost() <= before == plan.cost()


def test_an_error_on_the_way_is_raised_here() -> None:
    plan = planned(problem([visit("a", 3), visit("b", 2)], [ANN]), (0, 1))

    def broken(_: object) -> None:
        raise RuntimeError("the pipe is closed")

    with pytest.raises(RuntimeError, match="the pipe is closed"):
        search.search(scope_of(plan, [0], []), EFFORT, broken, lambda: False)


def test_stops_when_told() -> None:
    plan = planned(problem([visit(f"v{i}", i + 1, 10) for i in range(8)], [ANN]), range(8))
    assert search.search(scope_of(plan, [0], []), EFFORT, lambda _: None, lambda: True) <= 1


def test_a_district_is_what_lies_together() -> None:
    people = [technician(f"t{i}", shift(f"t{i}", start_location=i, end_location=i)) for i in range(10)]
    given = problem([visit(f"v{i}", i) for i in range(10)] + [visit("out", 5, 600), visit("far", 0, 600)], people)
    plan = planned(given, *[(i,) for i in range(10)])
    chosen = district(plan, Random(3))
    assert chosen == list(range(10)), "ten visits are one district"
    assert nearest_left_out(plan, [4, 5]) == [10, 11]


def test_a_shift_with_breaks_that_exclude_each_other_keeps_its_route() -> None:
    early = Break("early", at(10), at(10), 60 * MINUTE)
    late = Break("late", at(10, 30), at(10, 30), 30 * MINUTE)
    crew = [technician("ann", shift("ann", breaks=(early, late)), cost_per_travel_hour=3600), ANN_AND_BOB[1]]
    plan = planned(problem([visit("a", 1, 10), visit("b", 8, 10), visit("c", 2, 10)], crew), (0,), (1, 2))
    best = stage.improve(plan, [0, 1], [], EFFORT, lambda _: None, lambda: False)
    assert best.visits(0) == (0,)
    assert stage.improve(plan, [0], [], EFFORT, lambda _: None, lambda: False) is plan


def test_gives_up_at_once_where_it_cannot_time_the_start() -> None:
    """OR-Tools would hand such a small model to CP-SAT, which may take minutes and heeds no limit but time."""
    slow_bob = Duration(60 * MINUTE, {"ann": 10 * MINUTE})
    rushed = visit("a", 3, slow_bob, windows=((at(9), at(10)),), finish_by=at(10), unserved_cost=10)
    given = problem([rushed, visit("b", 3, 20, windows=((at(9, 20), at(9, 20)),), unserved_cost=10)], ANN_AND_BOB)
    plan = planned(given, (1, 0))
    assert plan.visits(0) == (1, 0), "ann is done in time, but the model holds her to bob's pace"
    assert found(plan) == []
