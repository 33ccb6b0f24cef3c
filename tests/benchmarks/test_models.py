"""The peers' models: each solves a small day that has every feature it can state, and breaks none of our rules."""

import importlib
from dataclasses import replace

import pytest

from solver.problem import Break, Departure, Pinned, Problem, Warehouse
from tests.benchmarks.contest import solvers
from tests.benchmarks.contest.features import CAN_STATE, Feature, reduced
from tests.benchmarks.contest.judging import driven, judge, orders_of
from tests.benchmarks.contest.ours import run as run_ours
from tests.benchmarks.contest.protocol import Finish, Request
from tests.builders import problems as b

SECONDS = 0.5
LUNCH = Break("lunch", b.at(11, 30), b.at(13), 45 * b.MINUTE, paid=False)
RATES = {"cost_per_travel_hour": 1400, "cost_per_duty_hour": 8950, "cost_per_overtime_hour": 4475, "cost_per_km": 190}


def day() -> Problem:
    """Three technicians and nine visits, with a bit of everything."""
    ann = b.technician(
        "ann", b.shift("a", breaks=(LUNCH,), max_overtime=b.HOUR), skills={"lift": 3}, fixed_cost=4000, **RATES
    )
    own = {"skills": {"gas": 2}, "tools": frozenset({"meter"}), **RATES}
    bob = b.technician("bob", b.shift("b", max_visits=6, departure=Departure.AT_START), **own)
    eve = b.technician("eve", b.shift("e", end_location=None), skills={"lift": 1, "gas": 1}, **RATES)
    visits = [
        b.visit("v1", 1, skills={"lift": 2}, unserved_cost=90_000),
        b.visit("v2", 2, windows=((b.at(8), b.at(9)), (b.at(14), b.at(15))), unserved_cost=90_000),
        b.visit("v3", 3, tools=frozenset({"meter"}), unserved_cost=90_000),
        b.visit("v4", 4, only=frozenset({"eve"}), unserved_cost=90_000),
        b.visit("v5", 5, never=frozenset({"ann", "bob"}), due=b.at(9), late_cost_per_hour=500, unserved_cost=90_000),
        b.visit("v6", 5, setup=5 * b.MINUTE, finish_by=b.at(12), unserved_cost=90_000),
        b.visit("v7", 7, pinned=Pinned("b", start=b.at(10)), unserved_cost=90_000),
        b.visit("v8", 8, tools=frozenset({"hoist"}), parts={"belt": 1}, unserved_cost=90_000),
        b.visit("v9", 9, windows=((-b.HOUR, b.at(12)),), unserved_cost=1),
    ]
    depot = Warehouse("depot", 0, tools=frozenset({"hoist"}))
    return b.problem(visits, [ann, bob, eve], warehouses=[depot])


def needed(peer: str) -> str:
    name = peer.partition("-")[0]
    if not solvers.installed(name):
        pytest.skip(solvers.MISSING)
    return name


@pytest.mark.parametrize("peer", sorted(CAN_STATE))
def test_a_peer_serves_the_day_and_the_referee_agrees(peer: str) -> None:
    module = importlib.import_module(solvers.MODULES[needed(peer)])
    problem = reduced(day(), CAN_STATE[peer])
    finish = module.run(Request(peer, problem, SECONDS))
    judged = judge(problem, finish)
    assert judged.told == ""
    assert judged.left_out == 0
    ours = judge(problem, run_ours(Request(solvers.OURS, problem, SECONDS, iterations=20)))
    assert ours.complete
    assert judged.cost is not None
    assert ours.cost is not None
    assert judged.cost <= 1.2 * ours.cost
    assert ours.cost <= 1.2 * judged.cost


@pytest.mark.parametrize("peer", sorted(CAN_STATE))
def test_a_peer_leaves_out_what_nobody_can_do(peer: str) -> None:
    module = importlib.import_module(solvers.MODULES[needed(peer)])
    whole = day()
    visits = (*whole.visits, b.visit("v10", 2, skills={"roof": 1}))
    problem = reduced(replace(whole, visits=visits), CAN_STATE[peer])
    judged = judge(problem, module.run(Request(peer, problem, SECONDS)))
    assert judged.told == ""
    assert judged.left_out == 1


def test_a_reduced_day_has_the_shared_features_alone() -> None:
    bare = reduced(day(), frozenset())
    assert not bare.warehouses
    for technician in bare.technicians:
        assert technician.cost_per_duty_hour == 0
        assert technician.cost_per_travel_hour == 1400 + 8950
        assert all(not shift.breaks and not shift.max_overtime for shift in technician.shifts)
    named = {visit.id: visit for visit in bare.visits}
    assert named["v4"].technicians.only is None
    assert named["v6"].windows[-1][1] == b.at(11, 30)
    assert named["v7"].windows == ((b.at(10), b.at(10)),)
    assert not named["v8"].tools
    assert len({visit.unserved_cost for visit in bare.visits}) == 1
    kept = {visit.id: visit for visit in reduced(day(), frozenset(Feature)).visits}
    assert kept["v6"].windows[-1][1] == b.at(11, 25)
    assert kept["v7"].technicians.only == frozenset({"bob"})


def test_days_of_several_shifts_are_refused() -> None:
    twice = b.technician("ann", b.shift("am", b.at(8), b.at(12)), b.shift("pm", b.at(13), b.at(17)))
    with pytest.raises(ValueError, match="ann has several shifts"):
        reduced(b.problem([b.visit("a", 1)], [twice]), frozenset())


def test_legs_are_summed_from_the_matrix() -> None:
    problem = b.problem([b.visit("a", 2), b.visit("b", 5)])
    assert driven(problem, {"ann": ("b", "a")}) == 600 * (5 + 3 + 2)
    solution = run_ours(Request(solvers.OURS, problem, 1.0, iterations=1)).solution
    assert solution is not None
    assert sorted(orders_of(solution.routes)["ann"]) == ["a", "b"]


def test_orders_that_break_a_rule_are_told_of() -> None:
    problem = b.problem([b.visit("a", 2, windows=((b.at(8, 30), b.at(9)),)), b.visit("b", 5)])
    judged = judge(problem, Finish(orders={"ann": ("b", "a")}))
    assert judged.told == "1 routes break a rule, the first that of ann"
    assert not judged.right
