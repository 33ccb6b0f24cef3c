"""No plan costs less than the bound, whatever the problem asks for; and on tiny days the bound is the least cost."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product
from time import monotonic
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from solver.bound import MOST_VISITS, bound, bound_in_child
from solver.bound.bound import ROUNDED
from solver.bound.worths import cheapest
from solver.compiling import compile_problem
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Break, Costs, Departure, Duration, Link, PreviousRoute, PreviousStop, Problem, Travel
from solver.referee import check_routes, cost
from solver.search import Limits
from solver.solution import Route
from solver.solve import solve
from solver.timing.planner import Planner
from tests.builders.problems import HOUR, MINUTE, at, line, problem, shift, technician, timed, visit
from tests.builders.random_problems import random_problem

PAID = {"cost_per_duty_hour": 2999, "cost_per_travel_hour": 1000, "cost_per_km": 37, "fixed_cost": 500}


def all_plans(given: Problem) -> Iterator[Plan]:
    """Every plan that the timing of routes knows: each visit in each shift or left out, in every order.

    One at a time: all of them together take gigabytes.
    """
    compiled = compile_problem(given)
    shifts = range(len(compiled.duties))
    for chosen in product([-1, *shifts], repeat=len(given.visits)):
        orders = [list(permutations(v for v, s in enumerate(chosen) if s == own)) for own in shifts]
        for order in product(*orders):
            plan = Plan(Planner(compiled))
            changes = [plan.change(s, own) if own else None for s, own in enumerate(order)]
            if all(change is not None for change, own in zip(changes, order, strict=True) if own):
                for s, own in enumerate(order):
                    change = plan.change(s, own) if own else None
                    if change is not None:
                        plan.apply(change)
                if [plan.visits(s) for s in shifts] == list(order):
                    yield plan


def least_cost(given: Problem) -> int | None:
    """Cents of the cheapest plan that serves all that must be served, by trying them all; None: there is none."""
    served = (plan for plan in all_plans(given) if not any(plan.compiled.must[v] for v in plan.left_out()))
    return min((cost(given, routes_of(plan)).total for plan in served), default=None)


def few(given: Problem, count: int) -> Problem:
    """The problem with so many of its visits, and one shift a technician."""
    kept = given.visits[:count]
    crew = tuple(replace(who, shifts=who.shifts[:1]) for who in given.technicians[:2])
    names = {who.id for who in crew} | {own.id for who in crew for own in who.shifts}
    visits = [
        replace(
            one,
            pinned=None,
            duration=Duration(one.duration.default),
            technicians=replace(
                one.technicians,
                only=None if one.technicians.only is None else one.technicians.only & names,
                never=one.technicians.never & names,
                preferred={who: saved for who, saved in one.technicians.preferred.items() if who in names},
            ),
        )
        for one in kept
    ]
    return replace(given, technicians=crew, visits=tuple(visits), previous=())


@pytest.mark.parametrize("seed", range(5))
def test_tiny_random_days_are_bounded_by_their_least_cost(seed: int) -> None:
    tiny = few(random_problem(seed), 3)
    least = least_cost(tiny)
    found = bound(tiny, seconds=20)
    if least is None:
        assert not found.possible or found.cost > 0
    else:
        assert found.possible
        assert found.cost <= least
    hard = set(found.relaxed) - {"warehouse stock in time order"}
    if least is not None and found.settled and not hard:
        assert least - found.cost <= ROUNDED


@pytest.mark.parametrize("seed", range(100, 103))
def test_no_plan_of_a_random_day_costs_less_than_its_bound(seed: int) -> None:
    given = random_problem(seed)
    plan = solve(given, Limits(iterations=3, seed=seed))
    found = bound(given, seconds=1.5, plan=plan if seed % 2 else None)
    left = {gone.visit for gone in plan.unserved}
    if not any(one.unserved_cost is None or one.pinned for one in given.visits if one.id in left):
        assert found.possible
        assert found.cost <= plan.cost.total


def paid(*names: str, **given: Any) -> Problem:
    """A line of places with a visit at each, and two technicians who cost something."""
    visits = [visit(f"v{i}", i + 1, 20 + 5 * i, unserved_cost=50_000) for i in range(4)]
    crew = [technician(name, shift(name), **PAID) for name in names or ("ann", "bob")]
    return problem(visits, crew, line(10, 600, 9000), **given)


@pytest.mark.parametrize(
    "changed",
    [
        paid(links=(Link("same_start", ("v0", "v1")),)),
        paid(links=(Link("precedes", ("v3", "v0"), min_gap=HOUR, max_gap=3 * HOUR),)),
        paid(links=(Link("different_technicians", ("v0", "v1", "v2")),)),
        paid(links=(Link("same_technician", ("v0", "v3"), all_or_none=True),)),
        paid(costs=Costs(max_tardiness_per_hour=900, imbalance_per_hour=500)),
        paid(costs=Costs(buffer_percent=200, buffer_per_hour=1000)),
    ],
    ids=["same start", "precedes", "different", "same", "worst and imbalance", "buffer"],
)
def test_what_ties_routes_together_never_lifts_the_bound_above_a_plan(changed: Problem) -> None:
    found = bound(changed, seconds=5)
    costs = [cost(changed, routes_of(plan)).total for plan in all_plans(changed) if _fair(changed, plan)]
    assert costs
    assert found.cost <= min(costs)


def _fair(given: Problem, plan: Plan) -> bool:
    return not check_routes(given, routes_of(plan))


def test_links_that_say_who_serves_are_stated_exactly() -> None:
    apart = paid(links=(Link("different_technicians", ("v0", "v1")),))
    assert bound(apart, seconds=5).cost - bound(paid(), seconds=5).cost > 500


def test_driving_faster_than_the_matrix_is_bounded_by_the_best_speed() -> None:
    fast = paid("ann")
    fast = replace(fast, travel=replace(fast.travel, speed=((at(9), 150), (at(10), 80))))
    halved = replace(fast, travel=Travel(-(-fast.travel.seconds * 100 // 150), fast.travel.metres))
    assert bound(fast, seconds=5).cost == bound(halved, seconds=5).cost


def test_a_day_with_every_rule_of_time_is_solved_to_the_cent() -> None:
    """Several windows, lateness, two breaks, a departure at the start and overtime: worked out by trying all orders."""
    rests = (Break("lunch", at(10), at(11), 30 * MINUTE, paid=False), Break("coffee", at(9), at(13), 10 * MINUTE))
    day = shift("ann", at(8), at(12), max_overtime=HOUR, breaks=rests, departure=Departure.AT_START)
    visits = [
        visit("a", 3, 40, windows=((at(8), at(8, 20)), (at(10, 30), at(12))), unserved_cost=90_000),
        visit("b", 1, 25, due=at(9), late_cost_per_hour=1200, unserved_cost=90_000),
        visit("c", 2, 50, setup=300, finish_by=at(12, 30), unserved_cost=90_000),
        visit("d", 2, 30, setup=300, preferred={"ann": 77}),
    ]
    given = problem(visits, [technician("ann", day, cost_per_overtime_hour=1500, **PAID)], line(5, 700, 5000))
    found = bound(given, seconds=20)
    least = least_cost(given)
    assert found.settled
    assert least is not None
    assert 0 <= least - found.cost <= ROUNDED


def test_a_day_that_cannot_be_planned_is_proven_so() -> None:
    found = bound(problem([visit("far", 9, 600)]), seconds=2)
    assert not found.possible
    assert found.gap(100) is None
    assert not bound(problem([visit("a", 1)], [technician("ann", shift("ann", at(8), at(8, 5)))]), 2).possible
    nobody = replace(problem([visit("a", 1)]), technicians=())
    assert not bound(nobody, 2).possible


def test_a_day_without_visits_costs_nothing() -> None:
    found = bound(problem([]), seconds=1)
    assert (found.cost <= 0, found.possible) == (True, True)


def test_a_start_moved_back_may_be_bounded_too_low_but_not_too_high() -> None:
    before = (PreviousRoute("ann", "ann", (PreviousStop("v0", at(15)), PreviousStop("v1", at(9)))),)
    given = replace(paid(), previous=before, costs=Costs(change_start_per_hour=700, change_technician=333))
    found = bound(given, seconds=5)
    least = least_cost(given)
    assert least is not None
    assert found.cost <= least
    assert "visits moved to an earlier start" in found.relaxed


def test_a_plan_that_is_known_leaves_the_bound_valid() -> None:
    given = paid()
    plan = solve(given, Limits(iterations=5))
    told: list[int] = []
    found = bound_in_child(given, 10, plan, on_bound=lambda so_far: told.append(so_far.cost))
    assert told
    assert max(told) <= found.cost <= plan.cost.total
    assert found.gap(plan.cost.total) == (plan.cost.total - found.cost) / plan.cost.total


def test_a_plan_that_breaks_rules_is_not_used() -> None:
    given = paid()
    wrong: Route = replace(timed(given, "ann", ["v0"]), depart=0)
    plan = replace(solve(given, Limits(iterations=1)), routes=(wrong,))
    assert bound(given, 5, plan).possible


def test_too_many_visits_and_too_large_costs_are_refused() -> None:
    many = problem([visit(f"v{i}", 1) for i in range(MOST_VISITS + 1)])
    with pytest.raises(ValueError, match="the limit is 60"):
        bound(many, 1)
    dear = problem([visit("a", 1, unserved_cost=2**53 - 1)])
    with pytest.raises(OverflowError, match="larger unit"):
        bound(dear, 1)


def test_a_shift_of_many_days_is_bounded_in_wider_buckets() -> None:
    long = problem([visit("a", 3, 60, unserved_cost=9_000_000)], [technician("ann", shift("ann", 0, 2**28), **PAID)])
    found = bound(long, seconds=5)
    least = least_cost(long)
    assert least is not None
    assert found.cost <= least
    assert np.isclose(found.cost, least, rtol=0.01)


def test_compiling_is_no_time_of_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first routes priced take ten minutes, as if they had to be compiled; the seconds told leave those out."""
    late = [0.0]
    clock = SimpleNamespace(monotonic=lambda: monotonic() + late[0])

    def slowly(*given: Any) -> Any:
        late[0] = 600.0
        return cheapest(*given)

    for module in ("bound", "worths", "proof"):
        monkeypatch.setattr(sys.modules[f"solver.bound.{module}"], "time", clock)
    monkeypatch.setattr("solver.bound.worths.cheapest", slowly)
    found = bound(problem([visit("a", 1), visit("b", 2)]), seconds=20)
    assert found.settled
    assert found.seconds < 600.0
