"""The search over routes that hang together: what it hands on keeps every rule, and costs what it says."""

import random
from dataclasses import replace

import pytest

from solver.compiled import SCALE
from solver.compiling import compile_problem
from solver.improve.chains import Chains
from solver.improve.loops import is_tied
from solver.improve.tied_plan import tied_plan
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Link, Problem
from solver.referee import Rule, check, check_routes, cost
from solver.search import Limits
from solver.solve import solve
from solver.timing.planner import Planner
from tests.builders.problems import problem, technician, visit
from tests.builders.tied_problems import plain_problem, tied_problem

STEPS = 60


def whole(given: Problem, seed: int) -> Problem:
    """The problem with some of its links to be served whole or not at all."""
    draw = random.Random(seed)
    links = tuple(replace(link, all_or_none=draw.random() < 0.5) for link in given.links)
    return replace(given, links=links)


def searched(given: Problem, seed: int) -> tuple[Plan, float]:
    """The plan after some iterations and what the search takes it to cost."""
    compiled = compile_problem(given)
    chains = Chains(compiled, 1, seed)
    chains.start({})
    member = chains.members[0]
    chains.loop.anneal(*member.held, STEPS, chains.base, chains.base / 10)
    plan = tied_plan(Plan(Planner(compiled)), chains.best_stops())
    weights = sum(float(member.chain.price[v]) for v in plan.left_out())
    return plan, chains.best_cost() - weights


@pytest.mark.parametrize("first", range(0, 40, 20))
def test_what_the_search_finds_keeps_every_rule_and_costs_what_it_says(first: int) -> None:
    for seed in range(first, first + 20):
        given = whole(plain_problem(seed) if seed % 3 == 0 else tied_problem(seed), seed)
        if not is_tied(compile_problem(given)) or not given.visits:
            continue
        plan, amount = searched(given, seed)
        routes = routes_of(plan)
        broken = [f"seed {seed}: {one}" for one in check_routes(given, routes) if one.rule is not Rule.MUST_BE_SERVED]
        assert broken == []
        left = sum(plan.compiled.unserved[v] for v in plan.left_out())
        assert plan.cost() - left == pytest.approx(amount, rel=1e-9, abs=1.0), f"seed {seed}"
        told = cost(given, routes)
        assert told.total - told.unserved == pytest.approx((plan.cost() - left) / SCALE, abs=8), f"seed {seed}"


@pytest.mark.parametrize("first", range(0, 10, 10))
def test_whole_solutions_are_what_the_referee_says(first: int) -> None:
    for seed in range(first, first + 10):
        given = whole(tied_problem(seed), seed)
        solution = solve(given, Limits(iterations=10, seed=seed))
        told = [f"seed {seed}: {one}" for one in check(given, solution) if one.rule is not Rule.MUST_BE_SERVED]
        assert told == []


def test_all_or_none_leaves_out_what_its_partner_cannot_join() -> None:
    visits = [visit("a", 1, unserved_cost=10_000), visit("b", 2, unserved_cost=10_000, skills={"gas": 1})]
    given = problem(visits, [technician("ann")], links=[Link("precedes", ("a", "b"), all_or_none=True)])
    plan, _ = searched(given, 1)
    assert plan.left_out() == [0, 1]


def test_two_technicians_meet() -> None:
    visits = [visit("a", 1, unserved_cost=1_000_000), visit("b", 1, unserved_cost=1_000_000)]
    given = problem(visits, [technician("ann"), technician("bob")], links=[Link("same_start", ("a", "b"))])
    plan, _ = searched(given, 1)
    assert plan.left_out() == []
    starts = {route.schedule.starts[0] for route in plan.routes if route is not None}
    assert len(starts) == 1
    assert plan.shift_of[0] != plan.shift_of[1]


def test_the_same_seed_finds_the_same() -> None:
    given = tied_problem(3)
    one, two = searched(given, 5), searched(given, 5)
    assert (one[0].routes, one[1]) == (two[0].routes, two[1])
