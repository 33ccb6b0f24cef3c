"""The reason for every visit left out: the furthest rule first, in a sentence that names numbers."""

from collections.abc import Sequence

import pytest

from solver.problem import Break, Pinned, Problem, Technician, Visit, Warehouse
from solver.solution import Reason, ReasonCode
from solver.solve import Limits, solve
from tests.builders.problems import MINUTE, at, line, problem, shift, technician, visit, without_road


def reasons(given: Problem, name: str) -> tuple[Reason, ...]:
    solution = solve(given, Limits(iterations=5))
    return next(left.reasons for left in solution.unserved if left.visit == name)


ANN, BOB = technician("ann", skills={"doors": 1}), technician("bob")
FULL = [visit("whole day", 0, 480), visit("another", 0, 480)]

CASES: dict[str, tuple[ReasonCode, str, Problem]] = {
    "nobody": (
        ReasonCode.NO_TECHNICIAN,
        "There is no technician with a shift.",
        Problem(line(10), (Technician("ann", ()),), (visit("x", 1),)),
    ),
    "skill": (
        ReasonCode.SKILL,
        "Both technicians lack 'doors' at level 3; the best of them, 'ann', has level 1.",
        problem([visit("x", 1, skills={"doors": 3})], [ANN, BOB]),
    ),
    "several skills": (
        ReasonCode.SKILL,
        "Technician 'ann' lacks 'doors' at level 1 and 'lift' at level 2, or one of these.",
        problem([visit("x", 1, skills={"doors": 1, "lift": 2})], [ANN]),
    ),
    "tool": (
        ReasonCode.TOOL,
        "Technician 'ann' does not carry 'crane', and no warehouse lends what is missing.",
        problem([visit("x", 1, tools=frozenset({"crane"}))], [ANN]),
    ),
    "part": (
        ReasonCode.PART,
        "Technician 'ann' has too few parts: it needs 3 of 'fuse', where van and warehouses together hold 2 at most.",
        problem(
            [visit("x", 1, parts={"fuse": 3})],
            [technician("ann", van_stock={"fuse": 1})],
            warehouses=[Warehouse("west", 1, stock={"fuse": 1})],
        ),
    ),
    "excluded": (
        ReasonCode.TECHNICIAN_EXCLUDED,
        "Both technicians must never do it.",
        problem([visit("x", 1, never=frozenset({"ann", "bob"}))], [ANN, BOB]),
    ),
    "only nobody": (
        ReasonCode.TECHNICIAN_EXCLUDED,
        "Technician 'ann' may not do it: only nobody may.",
        problem([visit("x", 1, only=frozenset())], [ANN]),
    ),
    "window": (
        ReasonCode.WINDOW,
        "Technician 'ann' works within 8:00–16:00; it must start at 5:00–6:00 or 17:00.",
        problem([visit("x", 1, windows=((at(5), at(6)), (at(17), at(17))))], [ANN]),
    ),
    "window too early for the way": (
        ReasonCode.WINDOW,
        "Technician 'ann' could not get there in time, even with nothing else to do: it must start at 8:00–8:10.",
        problem([visit("x", 3, windows=((at(8), at(8, 10)),))], [ANN], line(10, seconds=300)),
    ),
    "shift too short": (
        ReasonCode.SHIFT_TOO_SHORT,
        "Technician 'ann' could not drive there, serve 8 h within its times and be done by 16:00, even with nothing "
        "else to do.",
        problem([visit("x", 1, 480)], [ANN]),
    ),
    "no road": (
        ReasonCode.UNREACHABLE,
        "No road leads technician 'ann' there and back.",
        problem([visit("x", 1)], [ANN], without_road(line(10), (1, 0))),
    ),
    "pinned": (
        ReasonCode.PINNED_CONFLICT,
        "It is pinned to shift 'ann' at 9:10, and does not fit beside its stops.",
        problem(
            [
                visit("w", 1, pinned=Pinned("ann", at(9))),
                visit("x", 1, pinned=Pinned("ann", at(9, 10))),
                visit("y", 1, pinned=Pinned("ann", at(9, 35))),
            ],
            [ANN],
        ),
    ),
    "capacity": (
        ReasonCode.CAPACITY,
        "It fits the day of both technicians alone, but not beside what is planned there.",
        problem([*FULL, visit("x", 1, unserved_cost=1)], [ANN, BOB]),
    ),
    "not worth it": (
        ReasonCode.NOT_WORTH_IT,
        "Serving it costs 1200 more at the least (with 'ann'); leaving it out costs 1199.",
        problem([visit("x", 1, unserved_cost=1199)], [technician("ann", cost_per_travel_hour=3600)]),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_says_which_rule_and_which_numbers(case: str) -> None:
    code, message, given = CASES[case]
    assert reasons(given, "x")[0] == Reason(code, message)


def test_whoever_gets_furthest_comes_first() -> None:
    people = [
        technician("unskilled"),
        technician("early", shift("early", at(2), at(6)), skills={"doors": 2}),
        technician("busy", skills={"doors": 2}),
    ]
    hold: Sequence[Visit] = [visit("whole day", 0, 480, only=frozenset({"busy"}))]
    given = problem([*hold, visit("x", 1, windows=((at(9), at(15)),), skills={"doors": 2}, unserved_cost=1)], people)
    found = reasons(given, "x")
    assert [reason.code for reason in found] == [ReasonCode.CAPACITY, ReasonCode.WINDOW, ReasonCode.SKILL]
    assert found[0].message.startswith("It fits the day of technician 'busy' alone")


def test_the_better_of_two_shifts_counts() -> None:
    ann = technician("ann", shift("am", at(8), at(9)), shift("pm", at(13), at(17)))
    given = problem(
        [
            visit("whole afternoon", 0, 240, windows=((at(13), at(13)),)),
            visit("x", 1, windows=((at(14), at(15)),), unserved_cost=1),
        ],
        [ann],
    )
    assert [reason.code for reason in reasons(given, "x")] == [ReasonCode.CAPACITY]


def test_a_break_in_the_way_is_a_shift_too_short() -> None:
    lunch = Break("lunch", at(12), at(12), 60 * MINUTE)
    ann = technician("ann", shift("ann", end=at(13, 30), breaks=(lunch,)))
    given = problem([visit("x", 1, 300)], [ann])
    assert reasons(given, "x")[0].code is ReasonCode.SHIFT_TOO_SHORT


def test_everything_served_needs_no_reason() -> None:
    assert solve(problem([visit("a", 1)]), Limits(iterations=2)).unserved == ()
