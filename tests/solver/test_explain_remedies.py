"""For every kind of remedy a problem in which it is the one that helps, with exactly as much as it takes."""

from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from solver.cli import left_out
from solver.explain import explain
from solver.explain.inquiry import LEAST
from solver.explain.remedies import Found
from solver.insertion.regret import insert_all
from solver.problem import Break, Costs, Link, Pinned, Problem, Warehouse
from solver.solution import Edit, ReasonCode
from tests.builders.problems import MINUTE, at, line, problem, shift, technician, visit, without_road
from tests.builders.random_problems import random_problem
from tests.solver.explained import Orders, fits, patched, planned, remedies

PAID = {"cost_per_travel_hour": 3600, "cost_per_duty_hour": 1800}
ANN = technician("ann", skills={"doors": 1}, **PAID)
BOB = technician("bob", cost_per_travel_hour=7200)
EMPTY: Orders = {}


class Case(NamedTuple):
    """x is left out of `given`, planned in these orders. less: the same edits with a little less, which do not do."""

    given: Problem
    orders: Orders
    message: str
    relax: tuple[Edit, ...]
    cost: int
    less: tuple[Edit, ...] | None = None


def one(path: str, value: Any, less: Any = None) -> dict[str, Any]:
    """The one edit, and the same with less."""
    return {"relax": (Edit(path, value),), "less": None if less is None else (Edit(path, less),)}


CASES: dict[str, Case] = {
    "a skill level": Case(
        problem([visit("x", 1, skills={"doors": 2})], [ANN]), EMPTY,
        "Let 'ann' do it with level 1 of 2 in 'doors'. 'ann' then starts it at 8:10.",
        **one("/visits/0/skills", {"doors": 1}, {"doors": 2}), cost=1200 + 1500,
    ),
    "a skill nobody has": Case(
        problem([visit("x", 1, skills={"doors": 1, "lifts": 2})], [ANN]), EMPTY,
        "Let 'ann' do it with no 'lifts' (level 2 is asked). 'ann' then starts it at 8:10.",
        **one("/visits/0/skills", {"doors": 1}, {"doors": 1, "lifts": 1}), cost=2700,
    ),
    "a tool": Case(
        problem([visit("x", 1, tools=frozenset({"crane", "ladder"}))], [replace(ANN, tools=frozenset({"ladder"}))]),
        EMPTY, "Lend 'ann' 'crane'. 'ann' then starts it at 8:10.",
        **one("/technicians/0/tools", ["crane", "ladder"]), cost=2700,
    ),
    "a tool that a warehouse lends too far away": Case(
        problem([visit("x", 1, windows=((at(8), at(9)),), tools=frozenset({"crane"}))], [ANN],
                warehouses=[Warehouse("east", 9, tools=frozenset({"crane"}))]), EMPTY,
        "Lend 'ann' 'crane'. 'ann' then starts it at 8:10.",
        **one("/technicians/0/tools", ["crane"]), cost=2700,
    ),
    "parts in the van": Case(
        problem([visit("x", 1, parts={"fuse": 3})], [replace(ANN, van_stock={"fuse": 1})]), EMPTY,
        "Put 2 more of 'fuse' in the van of 'ann' by 8:00. 'ann' then starts it at 8:10.",
        **one("/technicians/0/van_stock", {"fuse": 3}, {"fuse": 2}), cost=2700,
    ),
    "parts at a warehouse": Case(
        problem([visit("x", 2, parts={"fuse": 3})], [replace(ANN, van_stock={"fuse": 1})],
                warehouses=[Warehouse("west", 1, stock={"fuse": 1}, handling=600)]), EMPTY,
        "Have 1 more of 'fuse' at warehouse 'west' by 8:10, when 'ann' stops there. 'ann' then starts it at 8:30.",
        **one("/warehouses/0/stock", {"fuse": 2}, {"fuse": 1}), cost=2400 + 2400,
    ),
    "a technician ruled out": Case(
        problem([visit("x", 1, never=frozenset({"ann"}))], [ANN]), EMPTY,
        "Let 'ann' do it, who may not so far. 'ann' then starts it at 8:10.",
        **one("/visits/0/technicians/never", []), cost=2700,
    ),
    "a technician not among those allowed": Case(
        problem([visit("x", 1, only=frozenset())], [ANN]), EMPTY,
        "Let 'ann' do it, who may not so far. 'ann' then starts it at 8:10.",
        **one("/visits/0/technicians/only", ["ann"]), cost=2700,
    ),
    "overtime": Case(
        problem([visit("x", 1, 480)], [technician("ann", cost_per_overtime_hour=3600)]), EMPTY,
        "Let 'ann' work 20 min longer in shift 'ann', until 16:20. 'ann' then starts it at 8:10.",
        **one("/technicians/0/shifts/0/max_overtime", 1200, 1199), cost=1200,
    ),
    "overtime around a break": Case(
        problem([visit("a", 1, 230), visit("x", 1, 230)], [technician("ann", shift("ann", breaks=(
            Break("lunch", at(12), at(15), 30 * MINUTE),)))]), {"ann": ["a"]},
        "Let 'ann' work 30 min longer in shift 'ann', until 16:30. 'ann' then starts it at 8:10.",
        **one("/technicians/0/shifts/0/max_overtime", 1800, 1799), cost=0,
    ),
    "a window that closes later": Case(
        problem([visit("x", 1, windows=((at(7), at(7, 30)), (at(8), at(8, 4))))], [ANN]), EMPTY,
        "Let it start 6 min later than its window allows, within 7:00–7:30 or 8:00–8:10. 'ann' then starts it at 8:10.",
        **one("/visits/0/windows", [[25200, 27000], [28800, 29400]], [[25200, 27000], [28800, 29399]]), cost=2700,
    ),
    "a window that opens sooner": Case(
        problem([visit("x", 1, windows=((at(15, 45), at(17)),))], [ANN]), EMPTY,
        "Let it start 25 min sooner than its window allows, within 15:20–17:00. 'ann' then starts it at 15:20.",
        **one("/visits/0/windows", [[at(15, 20), at(17)]], [[at(15, 20) + 1, at(17)]]), cost=2700,
    ),
    "a later finish": Case(
        problem([visit("x", 1, setup=300, finish_by=at(8, 40))], [ANN]), EMPTY,
        "Let it be finished 5 min later, by 8:45 instead of 8:40. 'ann' then starts it at 8:10.",
        **one("/visits/0/finish_by", at(8, 45), at(8, 45) - 1), cost=1200 + 1650,
    ),
    "one more visit": Case(
        problem([visit("a", 1), visit("x", 1)], [technician("ann", shift("ann", max_visits=1))]), {"ann": ["a"]},
        "Let shift 'ann' have 2 visits, where 1 is the limit. 'ann' then starts it at 8:10.",
        **one("/technicians/0/shifts/0/max_visits", 2, 1), cost=0,
    ),
    "more driving": Case(
        problem([visit("a", 1), visit("x", 3)], [technician("ann", shift("ann", max_travel=1800))]), {"ann": ["a"]},
        "Let 'ann' drive 30 min more in shift 'ann', where 30 min is the limit. 'ann' then starts it at 8:30.",
        **one("/technicians/0/shifts/0/max_travel", 3600, 3599), cost=0,
    ),
    "unpinned from its time": Case(
        problem([visit("a", 1, pinned=Pinned("ann", at(9))), visit("x", 1, pinned=Pinned("ann", at(9, 10)))], [ANN]),
        {"ann": ["a"]}, "Unpin it from 9:10. 'ann' then starts it at 8:30.",
        **one("/visits/1/pinned/start", None), cost=900,
    ),
    "unpinned from its shift": Case(
        problem([visit("a", 0, 480), visit("x", 1, pinned=Pinned("ann"))], [ANN, BOB]),
        {"ann": ["a"]}, "Unpin it from shift 'ann'. 'bob' then starts it at 8:10.",
        **one("/visits/1/pinned", None), cost=2400,
    ),
    "another visit unpinned": Case(
        problem([visit("a", 0, pinned=Pinned("ann", at(12))), visit("x", 0, 420)], [ANN]), {"ann": ["a"]},
        "Unpin 'a' and move it from 12:00 to 8:00. 'ann' then starts it at 8:30.",
        **one("/visits/0/pinned", {"shift": "ann"}), cost=12_600,
    ),
    "another visit moved": Case(
        problem([visit("a", 1, 450), visit("x", 1, only=frozenset({"ann"}))], [ANN, BOB]), {"ann": ["a"]},
        "Move 'a' from 'ann' at 8:10 to 'bob' at 8:10. 'ann' then starts it at 8:10.",
        (), cost=2400 - (450 - 30) * 30,
    ),
    "another visit left out": Case(
        problem([visit("a", 1, 450, unserved_cost=5000), visit("x", 1, 60)], [ANN]), {"ann": ["a"]},
        "Leave out 'a' in its place, which costs 5000. 'ann' then starts it at 8:10.",
        (), cost=5000 - 390 * 30,
    ),
    "worth more": Case(
        problem([visit("x", 1, unserved_cost=1000)], [ANN]), EMPTY,
        "Give it to 'ann'. 'ann' then starts it at 8:10. It pays as soon as leaving it out costs 2701; now that costs "
        "1000.",
        **one("/visits/0/unserved_cost", 2701), cost=2700,
    ),
    "due later": Case(
        problem([visit("x", 1, due=at(7), late_cost_per_hour=3600, unserved_cost=3000)], [ANN]), EMPTY,
        "Make it due 1 h 6 min later, at 8:05:01 instead of 7:00. 'ann' then starts it at 8:10.",
        **one("/visits/0/due", at(8, 5) + 1), cost=2999,
    ),
    "two rules at once": Case(
        problem([visit("x", 1, 480, skills={"doors": 2})], [ANN]), EMPTY,
        "Only together: Let 'ann' do it with level 1 of 2 in 'doors'. Let 'ann' work 20 min longer in shift 'ann', "
        "until 16:20. 'ann' then starts it at 8:10.",
        (Edit("/visits/0/skills", {"doors": 1}), Edit("/technicians/0/shifts/0/max_overtime", 1200)),
        1200 + 15_000,
        (Edit("/visits/0/skills", {"doors": 1}), Edit("/technicians/0/shifts/0/max_overtime", 1199)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_remedy_is_told_with_what_it_takes_and_costs(name: str) -> None:
    case = CASES[name]
    found = remedies(planned(case.given, case.orders), "x")
    assert case.message in [one.remedy.message for one in found]
    remedy = next(one.remedy for one in found if one.remedy.message == case.message)
    assert (remedy.relax, remedy.cost) == (case.relax, case.cost)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.less is not None])
def test_a_little_less_does_not_do(name: str) -> None:
    case = CASES[name]
    assert not fits(case.given, case.orders, "x")
    assert fits(patched(case.given, case.relax), case.orders, "x")
    assert not fits(patched(case.given, case.less or ()), case.orders, "x")


def messages(found: tuple[Found, ...]) -> list[str]:
    return [one.remedy.message for one in found]


def test_it_pays_a_cent_later_only() -> None:
    case = CASES["worth more"]
    cheaper = patched(case.given, [Edit("/visits/0/unserved_cost", 2700)])
    told = remedies(planned(cheaper, EMPTY), "x")
    assert told[0].remedy.relax == (Edit("/visits/0/unserved_cost", 2701),)


LINKED: dict[str, tuple[Link, str, tuple[Edit, ...]]] = {
    "least gap": (
        Link("precedes", ("a", "x"), min_gap=at(8)),
        "Let 'x' start 7 h 10 min after 'a' already, instead of 8 h. 'ann' then starts it at 15:20.",
        (Edit("/links/0/min_gap", at(7, 10)),),
    ),
    "largest gap": (
        Link("precedes", ("x", "a"), max_gap=600),
        "Let 'a' start 30 min after 'x' still, instead of 10 min at most. 'ann' then starts it at 7:40.",
        (Edit("/links/0/max_gap", 1800),),
    ),
    "same technician": (
        Link("same_technician", ("a", "x")),
        "Undo its link 'same technician' with 'a'. 'ann' then starts it at 7:40.",
        (Edit("/links/0", op="remove"),),
    ),
}


@pytest.mark.parametrize("name", LINKED)
def test_a_link_is_loosened(name: str) -> None:
    link, message, relax = LINKED[name]
    windows = ((at(7, 40), at(7, 40)),) if name != "least gap" else ()
    ann = technician("ann", shift("ann", at(7, 30), at(16)))
    a = visit("a", 1, pinned=Pinned("bob", at(8, 10)))
    x = visit("x", 1, windows=windows, only=frozenset({"ann"}))
    given = problem([a, x], [ann, BOB], links=(link,))
    found = remedies(planned(given, {"bob": ["a"]}), "x")
    assert message in messages(found)
    assert next(one.remedy.relax for one in found if one.remedy.message == message) == relax


def test_one_of_a_pair_alone() -> None:
    both = Link("different_technicians", ("x", "y"), all_or_none=True)
    given = problem([visit("x", 1), visit("y", 1, skills={"doors": 1})], [BOB], links=(both,))
    found = remedies(planned(given, EMPTY), "x")
    assert "Let it be done without 'y'. 'bob' then starts it at 8:10." in messages(found)


def test_links_to_what_others_do_are_kept() -> None:
    """x may start with a alone, at 8:10, where ann has no time; nothing but undoing the link lets it in elsewhen."""
    given = problem(
        [
            visit("a", 1, pinned=Pinned("bob", at(8, 10))),
            visit("b", 0, 60, pinned=Pinned("ann", at(8))),
            visit("x", 1, only=frozenset({"ann"})),
        ],
        [technician("ann"), BOB],
        links=(Link("same_start", ("a", "x")),),
    )
    found = remedies(planned(given, {"bob": ["a"], "ann": ["b"]}), "x")
    assert sorted(messages(found)) == [
        "Undo its link 'same start' with 'a'. 'ann' then starts it at 9:10.",
        "Unpin 'b' and move it from 8:00 to 8:50. 'ann' then starts it at 8:10.",
    ]


def test_the_cheapest_comes_first_and_few_are_alike() -> None:
    crew = [technician(f"t{i}", skills={"doors": 1}, cost_per_travel_hour=600 * (9 - i)) for i in range(8)]
    given = problem([visit("x", 1, skills={"doors": 2})], crew[:6])
    assert [found.remedy.cost for found in remedies(planned(given, EMPTY), "x")] == [800, 1000]
    given = problem([visit("x", 1, skills={"doors": 2}), *(visit(f"v{i}", 1) for i in range(4))], crew)
    orders = {f"t{i}": [f"v{i}"] for i in range(4)}
    found = remedies(planned(given, orders), "x")
    assert len(found) == 2, "two of one kind at the most"
    costs = [one.remedy.cost for one in found if one.remedy.cost is not None]
    assert costs == sorted(costs)


def test_nothing_helps_where_no_road_leads() -> None:
    given = problem([visit("x", 1)], [ANN], without_road(line(10), (0, 1)))
    assert remedies(planned(given, EMPTY), "x") == ()


def test_what_was_not_tried_is_said() -> None:
    given = problem([visit("x", 1, 480), visit("y", 1, 500)], [ANN])
    plan = planned(given, EMPTY)
    assert [(left.explored, left.remedies) for left in explain(plan, [0, 1], work=0)] == [(False, ())] * 2
    whole = explain(plan, [0, 1])
    assert [left.explored for left in whole] == [True, True]
    assert all(left.remedies for left in whole)
    some = explain(plan, [0, 1], work=3)
    assert not all(left.explored for left in some)
    assert explain(plan, [0, 1], work=3) == some, "counted, not timed"


def test_the_dearest_to_leave_out_is_looked_at_first() -> None:
    given = problem([visit("x", 1, 480, unserved_cost=1), visit("y", 1, 500)], [ANN])
    left = explain(planned(given, EMPTY), [0, 1], work=LEAST)
    assert left[1].explored
    assert left[1].remedies


def test_every_technician_is_told_of() -> None:
    lacking = technician("cal")
    given = problem([visit("x", 1, 480, skills={"doors": 1})], [lacking, ANN])
    left = explain(planned(given, EMPTY), [0])[0]
    assert [(one.technician, one.code) for one in left.technicians] == [
        ("ann", ReasonCode.SHIFT_TOO_SHORT),
        ("cal", ReasonCode.SKILL),
    ]
    assert left.technicians[1].message == "Technician 'cal' lacks 'doors' at level 1."


def test_the_command_line_tells_why_and_the_cheapest_remedy() -> None:
    given = problem([visit("x", 1, skills={"doors": 2}), visit("y", 1, only=frozenset())], [ANN])
    left = explain(planned(given, EMPTY), [0, 1], work=LEAST)
    assert left_out(left[0]) == (
        "'x' is left out. Technician 'ann' lacks 'doors' at level 2; has level 1. To let it in at 2700: Let 'ann' do "
        "it with level 1 of 2 in 'doors'. 'ann' then starts it at 8:10."
    )
    unexplored = explain(planned(given, EMPTY), [1], work=0)[0]
    assert left_out(unexplored) == "'y' is left out. Technician 'ann' may not do it: only nobody may."


def test_a_link_to_what_another_does_is_the_reason() -> None:
    a, x = visit("a", 1, only=frozenset({"bob"})), visit("x", 1, only=frozenset({"ann"}))
    given = problem([a, x], [ANN, BOB], links=(Link("same_technician", ("a", "x")),))
    left = explain(planned(given, {"bob": ["a"]}), [1])[0]
    assert (left.reasons[0].code, left.reasons[0].message) == (
        ReasonCode.LINK, "Its links with 'a' keep technician 'ann' from it.",
    )  # fmt: skip


def test_costs_that_tie_routes_together_are_counted() -> None:
    given = problem(
        [visit("a", 1), visit("x", 1, 460, only=frozenset({"bob"}), due=at(7), skills={"doors": 1})],
        [technician("ann"), technician("bob")],
        costs=Costs(max_tardiness_per_hour=3600, imbalance_per_hour=3600),
    )
    found = remedies(planned(given, {"ann": ["a"]}), "x")
    assert found[0].remedy.cost == 4200 + (480 - 50) * 60 - 50 * 60


def test_random_problems_hold_what_remedies_say() -> None:
    kinds: Counter[str] = Counter()
    for seed in range(8):
        given = random_problem(seed)
        plan = planned(given, EMPTY)
        insert_all(plan, plan.left_out(), range(len(plan.routes)))
        for out in plan.left_out():
            found = remedies(plan, given.visits[out].id)
            kinds.update(edit.path.split("/")[-1] for one in found for edit in one.remedy.relax)
            kinds.update(["none"] if not found else [])
    assert {"windows", "unserved_cost", "max_overtime", "skills", "van_stock", "tools", "pinned"} <= set(kinds)
    assert kinds["none"] < kinds.total() // 10
