"""The stages together: a plan the referee accepts, the same one every time, told on the way, and stopped when asked."""

import random

import numpy as np
import pytest

from solver import solve as stages
from solver.insertion.plan import Plan
from solver.problem import Break, Problem, Travel, Warehouse
from solver.referee import Rule, Violation, check
from solver.solution import Status
from solver.solve import Limits, Progress, RefusedByReferee, solve
from tests.builders.problems import MINUTE, at, problem, shift, technician, visit

QUICK = Limits(iterations=10)


def day(visits: int = 12, technicians: int = 3, breaks: bool = False) -> Problem:
    """A line of places with some visits too many."""
    rest = (Break("lunch", at(11), at(13), 30 * MINUTE, paid=False),) if breaks else ()
    crew = [
        technician(f"t{i}", shift(f"t{i}", end=at(14), breaks=rest), cost_per_travel_hour=2000, cost_per_duty_hour=3000)
        for i in range(technicians)
    ]
    given = [visit(f"v{i}", i % 9 + 1, 50, unserved_cost=9000, parts={"fuse": i % 2}) for i in range(visits)]
    return problem(given, crew, warehouses=[Warehouse("west", 2, handling=300)])


def scattered(visits: int, breaks: bool) -> Problem:
    """Places all over a square, half an hour wide."""
    draw = random.Random(4)
    points = np.array([(draw.uniform(0, 1800), draw.uniform(0, 1800)) for _ in range(visits + 1)])
    seconds = np.ceil(np.linalg.norm(points[:, None] - points[None], axis=2)).astype(np.int64)
    rest = (Break("lunch", at(11), at(13), 30 * MINUTE),) if breaks else ()
    crew = [technician(f"t{i}", shift(f"t{i}", breaks=rest), cost_per_travel_hour=3600) for i in range(5)]
    return Problem(Travel(seconds), tuple(crew), tuple(visit(f"v{i}", i + 1, 20) for i in range(visits)))


def test_every_stage_tells_what_it_brought() -> None:
    given = day(30)
    solution = solve(given, QUICK)
    assert check(given, solution) == []
    names = [stage.name for stage in solution.stats.stages]
    assert names == ["insertion", "routing model", "improve"]
    costs = [stage.cost for stage in solution.stats.stages if stage.cost is not None]
    assert len(costs) == 3
    assert costs == sorted(costs, reverse=True)
    assert solution.cost.total <= costs[-1]


@pytest.mark.parametrize("breaks", [False, True])
def test_or_tools_improves_a_small_day(breaks: bool) -> None:
    """The routing model is no ornament: it brings something that insertion alone did not."""
    given = scattered(40, breaks)
    costs = {stage.name: stage.cost or 0 for stage in solve(given, Limits(iterations=40)).stats.stages}
    assert costs["routing model"] < 0.99 * costs["insertion"]


def test_the_same_seed_gives_the_same_plan_with_districts_too() -> None:
    given = day(40, 6, breaks=True)
    one, two = (solve(given, Limits(iterations=25, seed=7)) for _ in range(2))
    assert (one.routes, one.cost, one.unserved) == (two.routes, two.cost, two.unserved)


def test_seconds_end_the_search() -> None:
    given = day(12)
    solution = solve(given, Limits(seconds=0.4))
    assert check(given, solution) == []


def test_no_time_at_all_still_gives_an_honest_answer() -> None:
    given = day(5)
    solution = solve(given, Limits(seconds=0))
    assert check(given, solution) == []


@pytest.mark.parametrize(
    "given",
    [
        problem([]),
        Problem(problem([]).travel, (), ()),
        Problem(problem([]).travel, (), (visit("a", 1, unserved_cost=5),)),
        problem([visit("a", 1, unserved_cost=5)], [technician("ann", shift("ann", at(8), at(8)))]),
    ],
    ids=["no visit", "nothing", "nobody", "an empty shift"],
)
def test_what_is_empty_is_planned_too(given: Problem) -> None:
    solution = solve(given, QUICK)
    assert solution.status is Status.FEASIBLE
    assert check(given, solution) == []


def test_progress_grows_and_better_plans_are_handed_on() -> None:
    told: list[Progress] = []
    plans: list[int] = []
    solution = solve(day(20), QUICK, told.append, on_plan=lambda plan: plans.append(plan.cost()))
    assert [p.share for p in told] == sorted(p.share for p in told)
    assert told[-1].share == 1.0
    assert told[-1].served == 20 - len(solution.unserved)
    assert plans == sorted(plans, reverse=True)
    assert len(plans) > 1


def test_cancelled_at_once_it_answers_with_what_there_is() -> None:
    given = day(20)
    solution = solve(given, QUICK, cancel=lambda: True)
    assert check(given, solution) == []
    assert solution.stats.stages == ()


def test_cancelled_on_the_way_it_keeps_the_best() -> None:
    given = day(30)
    seen: list[Plan] = []
    solution = solve(given, Limits(seconds=None, iterations=None), cancel=lambda: len(seen) > 3, on_plan=seen.append)
    assert check(given, solution) == []
    assert len(solution.unserved) < 30


def test_a_plan_the_referee_refuses_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "check_routes", lambda *_: [Violation(Rule.WINDOW, "Visit 'a' starts too late.")])
    with pytest.raises(RefusedByReferee, match="starts too late"):
        solve(day(3), QUICK)


def test_mandatory_visits_go_before_optional_ones() -> None:
    short = technician("ann", shift("ann", end=at(9)))
    given = problem([visit("may", 1, 30, unserved_cost=10**9), visit("must", 1, 30)], [short])
    solution = solve(given, QUICK)
    assert [left.visit for left in solution.unserved] == ["may"]
    assert solution.status is Status.FEASIBLE


def test_huge_amounts_are_exact() -> None:
    most = 2**53 - 1
    ann = technician("ann", cost_per_duty_hour=most, fixed_cost=most, cost_per_overtime_hour=most)
    late = visit("a", 1, due=-(2**31) + 1, late_cost_per_hour=most, preferred={"ann": most})
    given = problem([late, visit("b", 2, unserved_cost=most)], [ann])
    solution = solve(given, QUICK)
    assert check(given, solution) == []
