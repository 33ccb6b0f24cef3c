"""The insertion heuristic: quick estimates that miss nothing, and a first plan."""

import numpy as np
import pytest

from solver.compiling import compile_problem
from solver.insertion.legs import estimate, legs_of
from solver.insertion.places import fill
from solver.insertion.plan import Plan
from solver.insertion.regret import insert_all
from solver.problem import Break, Problem
from solver.timing.planner import Planner
from tests.builders.problems import MINUTE, at, problem, shift, technician, visit
from tests.builders.random_problems import random_problem


def empty(given: Problem) -> Plan:
    return Plan(Planner(compile_problem(given)))


def built(given: Problem) -> Plan:
    plan = empty(given)
    insert_all(plan, plan.left_out(), range(len(plan.routes)))
    return plan


@pytest.mark.parametrize("seed", range(30))
def test_the_estimate_refuses_no_place_that_exists(seed: int) -> None:
    """An O(1) no must be a true no, as it is never looked at again; breaks alone may move to make room."""
    plan = built(random_problem(seed))
    for gone in range(len(plan.shift_of)):
        shift_number = plan.shift_of[gone]
        if shift_number < 0 or plan.compiled.duties[shift_number].breaks or plan.compiled.stores:
            continue
        position = plan.visits(shift_number).index(gone)
        draft = plan.copy()
        if not draft.remove([gone]):
            continue
        legs = legs_of(draft, shift_number)
        costs = estimate(plan.compiled, np.array([gone], dtype=np.int64), legs)[0]
        assert np.isfinite(costs[position]), f"visit {gone} was at place {position}"


def test_the_visit_with_one_technician_only_goes_first() -> None:
    ann, bob = technician("ann", shift("ann", max_visits=1)), technician("bob", shift("bob", max_visits=1))
    visits = [visit("anyone", 1), visit("ann's", 2, only=frozenset({"ann"}))]
    assert built(problem(visits, [ann, bob])).left_out() == []


def test_what_does_not_pay_is_left_out() -> None:
    ann = technician("ann", cost_per_travel_hour=3600)
    plan = built(problem([visit("near", 1, unserved_cost=1201), visit("far", 2, unserved_cost=1199)], [ann]))
    assert plan.left_out() == [1]


def test_fill_takes_every_place_that_pays() -> None:
    given = problem([visit(f"v{i}", i + 1, 30) for i in range(5)])
    plan = fill(empty(given))
    assert plan.left_out() == []
    assert fill(plan).cost() == plan.cost()


def test_nothing_to_insert_and_nobody_to_do_it() -> None:
    assert built(problem([])).left_out() == []
    assert built(Problem(problem([]).travel, (), (visit("a", 1),))).left_out() == [0]


def test_an_unpaid_optional_break_bridges_a_wait() -> None:
    """Waiting on duty costs; an optional unpaid break of the same length does not."""
    tea = Break("tea", at(9), at(12), 30 * MINUTE, paid=False, optional=True)
    ann = technician("ann", shift("ann", at(8), at(16), breaks=(tea,)), cost_per_duty_hour=3600)
    visits = [visit("a", 1, 30, windows=((at(9), at(9)),)), visit("b", 1, 30, windows=((at(11), at(11)),))]
    plan = built(problem(visits, [ann]))
    route = plan.routes[0]
    assert route is not None
    assert [rests.order for rests in route.schedule.rests] == [(), (0,), ()]
