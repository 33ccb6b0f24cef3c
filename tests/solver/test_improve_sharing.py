"""Large days shared out among chains: each changes its own shifts; joined, they are a plan that costs what it says."""

from collections.abc import Callable

import numpy as np
import pytest

from solver.compiled import SCALE
from solver.compiling import compile_problem
from solver.improve.chains import Chains, routes_in
from solver.improve.sharing import SHARED_FROM, dealt, joined, may_share, movers
from solver.improve.stage import Rhythm, plan_of
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Problem
from solver.referee import check_routes, cost
from solver.search import Limits, Search, StagePace
from solver.timing.planner import Planner
from tests.builders.problems import at, problem, shift, technician, visit


def large_day() -> Problem:
    """Eighty technicians, some with two shifts, and somewhat more visits than are worth sharing out."""
    crew = [technician(f"t{i}", shift(f"t{i}", end=at(12)), cost_per_travel_hour=3600) for i in range(60)]
    crew += [
        technician(f"u{i}", shift(f"u{i}a", end=at(11)), shift(f"u{i}b", at(12), at(15)), cost_per_travel_hour=3600)
        for i in range(20)
    ]
    return problem([visit(f"v{i}", 1 + i % 9, 5 + i % 7) for i in range(SHARED_FROM + 10)], crew)


def searched(given: Problem, threads: int, iterations: int) -> Chains:
    chains = Chains(compile_problem(given), threads, 7)
    chains.start({})
    pace = StagePace(Search(Limits(None, iterations), None, None, None), None, iterations)
    list(chains.run(pace.share, Rhythm(pace).steps))
    return chains


def test_chains_own_about_as_much_and_all_shifts_of_a_technician() -> None:
    chains = Chains(compile_problem(large_day()), 3, 0)
    chains.start({})
    chains.share_out()
    assert chains.owner is not None
    shift_of = chains.members[0].state.shift_of
    for t in range(80):
        assert len(set(chains.owner[chains.arrays.technician == t].tolist())) == 1
    counts = np.bincount(movers(chains.owner, shift_of, chains.members[0].chain.near), minlength=3)
    assert counts.sum() == SHARED_FROM + 10
    assert counts.min() > 0.7 * counts.max()


def test_shifts_are_dealt_otherwise_each_time() -> None:
    chains = Chains(compile_problem(large_day()), 2, 0)
    chains.start({})
    draw = np.random.default_rng(1)
    shift_of = chains.members[0].state.shift_of
    deals = {tuple(dealt(chains.arrays, shift_of, 2, draw).tolist()) for _ in range(10)}
    assert len(deals) > 3


def test_a_chain_changes_its_own_shifts_alone() -> None:
    chains = Chains(compile_problem(large_day()), 2, 0)
    chains.start({})
    chains.share_out()
    owner = chains.owner
    assert owner is not None
    before = routes_in(chains.members[0].state.first, chains.members[0].state.after)
    for member in chains.members:
        chains.loop.anneal(*member.held, 500, chains.base, chains.base)
    for number, member in enumerate(chains.members):
        after = routes_in(member.state.first, member.state.after)
        others = [s for s in range(len(owner)) if owner[s] != number]
        assert all(before.get(s) == after.get(s) for s in others)
        assert before != after


@pytest.mark.parametrize("threads", [2, 3])
def test_what_is_joined_is_a_plan_that_costs_what_it_says(threads: int) -> None:
    given = large_day()
    chains = searched(given, threads, 3000)
    plan = plan_of(Plan(Planner(chains.compiled)), chains.best())
    routes = routes_of(plan)
    assert plan.left_out() == []
    assert check_routes(given, routes) == []
    assert chains.best_cost() == plan.cost()
    assert cost(given, routes).total == pytest.approx(plan.cost() / SCALE, abs=6)


@pytest.mark.parametrize("anew", [Chains.exchange, lambda chains: chains.adopt(chains.best())])
def test_on_another_plan_no_chain_owns_what_it_owned_before(anew: Callable[[Chains], None]) -> None:
    chains = Chains(compile_problem(large_day()), 2, 0)
    chains.start({})
    for _ in range(2):
        chains.share_out()
        for member in chains.members:
            chains.loop.anneal(*member.held, 300, chains.base, chains.base)
    anew(chains)
    for number, member in enumerate(chains.members):
        work, shift_of = member.work, member.state.shift_of
        served = shift_of >= 0
        assert (work.my_visit[served] == work.mine[shift_of[served]]).all(), f"chain {number}"
    assert chains.owner is None


def test_shared_searches_of_one_seed_go_the_same_way() -> None:
    one, other = (searched(large_day(), 2, 1500) for _ in range(2))
    assert one.best() == other.best()


def test_joined_takes_each_shift_from_the_plan_of_its_owner() -> None:
    first = joined(
        np.array([0, 1]),
        [
            (np.array([0, 2]), np.array([1, -1, 3, -1]), np.array([0, 0, 1, 1])),
            (np.array([1, 3]), np.array([-1, 0, -1, 2]), np.array([0, 0, 1, 1])),
        ],
    )
    assert routes_in(*first) == {0: (0, 1), 1: (3, 2)}


def test_small_days_and_those_with_scarce_stock_are_not_shared() -> None:
    arrays = Chains(compile_problem(large_day()), 1, 0).arrays
    assert may_share(arrays, tied=False)
    assert not may_share(arrays, tied=True)
    assert not may_share(arrays._replace(finite=True), tied=False)
    assert not may_share(Chains(compile_problem(problem([visit("v", 1)])), 1, 0).arrays, tied=False)
