"""Recombining pools that a search has left behind: the same answer every time, an end when asked, routes that hold."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest

from solver.compiled import Compiled
from solver.compiling import compile_problem
from solver.improve.chains import Chains
from solver.improve.stage import Rhythm, plan_of
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Costs, Problem, Visit
from solver.recombine import Column, column_of, offered, recombine, steps, total
from solver.recombine.choice import never
from solver.recombine.effort import Effort
from solver.recombine.exact import watched
from solver.referee import check_routes, cost
from solver.search import Limits, Search, StagePace
from solver.timing.planner import Planner
from tests.builders.problems import HOUR, at, line, problem, technician, visit

Current = Mapping[int, Column]


def town(seed: int, costs: Costs | None = None) -> Problem:
    """24 visits along a road and four technicians at its start."""
    rng = Random(seed)
    crew = [technician(name, cost_per_duty_hour=3000, cost_per_km=50) for name in ("ann", "bob", "cem", "dia")]
    visits = [some_visit(rng, f"v{i}") for i in range(24)]
    return problem(visits, crew, travel=line(40, seconds=120, metres=1000), costs=costs or Costs())


def some_visit(rng: Random, name: str) -> Visit:
    opens = at(8) + rng.randrange(12) * 1800
    return visit(name, rng.randrange(40), 30, windows=((opens, opens + 2 * HOUR),), unserved_cost=20_000)


def searched(given: Problem, count: int, seed: int) -> tuple[Plan, list[Column]]:
    """A plan after so many iterations, each route judged by itself, and the routes seen on the way."""
    planner = Planner(compile_problem(given))
    chains = Chains(compile_problem(replace(given, costs=Costs())), 1, seed)
    pace = StagePace(Search(Limits(None, count), None, None, None), None, count)
    chains.start({})
    list(chains.run(pace.share, Rhythm(pace).steps))
    timed = (planner.route(shift, visits, (), ()) for shift, visits in chains.seen)
    return plan_of(Plan(planner), chains.best()), [column_of(planner.compiled, route) for route in timed if route]


def many(given: Problem) -> tuple[Compiled, list[Column], Current]:
    """Columns of several searches and the worst of their plans."""
    found = [searched(given, 25, seed) for seed in range(4)]
    worst = max((plan for plan, _ in found), key=Plan.cost)
    current = {route.shift: column_of(worst.compiled, route) for route in worst.routes if route is not None}
    return worst.compiled, [column for _, columns in found for column in columns], current


@pytest.mark.parametrize("seed", range(3))
def test_the_routes_found_hold_before_the_referee_and_cost_what_is_said(seed: int) -> None:
    given = town(seed, Costs(imbalance_per_hour=600))
    compiled, columns, current = many(given)
    found = recombine(compiled, columns, current, 60.0, None, 0)
    assert found is not None
    plan = Plan(Planner(compiled))
    for column in found:
        change = plan.change(column.shift, column.visits)
        assert change is not None
        plan.apply(change)
    routes = routes_of(plan)
    assert not check_routes(given, routes)
    said = total(compiled, {column.shift: column for column in found})
    assert cost(given, routes).total == pytest.approx(said / 18_000, abs=6)  # each part of the cost is rounded once
    assert said < total(compiled, current)


def test_equal_calls_give_equal_answers_in_deterministic_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "AT_ONCE", (10, 20))  # the pool counts as large
    monkeypatch.setattr(steps, "IN_A_GROUP", 20)
    compiled, columns, current = many(town(3, Costs(imbalance_per_hour=600)))
    answers = [recombine(compiled, columns, current, None, 0.2, 5) for _ in range(2)]
    assert answers[0] is not None
    assert answers[0] == answers[1]


def test_a_pool_too_large_is_gone_through_group_by_group(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled, columns, current = many(town(4))
    whole = recombine(compiled, columns, current, 60.0, None, 0)
    monkeypatch.setattr(steps, "relax", lambda *_: None)  # as if there had been no time for it
    monkeypatch.setattr(steps, "IN_A_GROUP", 30)
    parts = recombine(compiled, columns, current, None, 1.0, 0)
    assert whole is not None
    assert parts is not None
    least, found = (total(compiled, {column.shift: column for column in some}) for some in (whole, parts))
    assert least <= found < total(compiled, current)


def test_who_has_no_time_or_cancels_gets_the_best_so_far() -> None:
    compiled, columns, current = many(town(5))

    def always() -> bool:
        return True

    for seconds, cancel in ((0.0, never), (60.0, always)):
        found = recombine(compiled, columns, current, seconds, None, 0, cancel=cancel)
        assert found is None or total(compiled, {c.shift: c for c in found}) < total(compiled, current)


def test_cancelling_ends_the_search_that_is_under_way() -> None:
    class Solver:
        def __init__(self) -> None:
            self.stopped = threading.Event()

        def stop_search(self) -> None:
            self.stopped.set()

    solver = Solver()
    with watched(solver, Effort(None, None, 0, 1, lambda: True)):
        assert solver.stopped.wait(60)


def test_sequences_are_offered_to_all_who_can_drive_them() -> None:
    near, far = visit("near", 1, skills={"gas": 1}), visit("far", 3)
    crew = [technician(name, skills={"gas": 1}, cost_per_km=100) for name in ("ann", "bob")]
    given = problem([near, far], [*crew, technician("cem", cost_per_km=100)])
    planner = Planner(compile_problem(given))
    route = planner.route(0, (0, 1), (), ())
    alone = planner.route(0, (1,), (), ())
    assert route is not None
    assert alone is not None
    columns = [column_of(planner.compiled, route), column_of(planner.compiled, alone)]
    found = offered(planner.compiled, planner, columns, 10)
    assert {(c.shift, c.visits) for c in found} == {(1, (0, 1)), (1, (1,)), (2, (1,))}
    assert {c.cost for c in found if c.visits == (1,)} == {alone.cost}
    assert offered(planner.compiled, planner, columns, 0) == []


def test_a_sequence_is_timed_for_each_kind_of_shift() -> None:
    crew = [technician("ann", cost_per_km=100), technician("bob", cost_per_km=200)]
    planner = Planner(compile_problem(problem([visit("a", 1)], crew)))
    route = planner.route(0, (0,), (), ())
    assert route is not None
    (found,) = offered(planner.compiled, planner, [column_of(planner.compiled, route)], 10)
    assert (found.shift, found.cost) == (1, 2 * route.cost)
