"""Visits pinned to a place among their shift's visits: what stands before them is found, even when it does not pay."""

from dataclasses import replace

import numpy as np
import pytest

from solver.problem import Duration, Pinned, Problem, Travel, Visit, Warehouse
from solver.referee import check
from solver.solution import Solution, Status, StopKind
from solver.solve import Limits, solve
from tests.builders.problems import HOUR, MINUTE, problem, shift, technician, visit

QUICK = Limits(iterations=5)


def apart(places: int, seconds: int = 60) -> Travel:
    """Places all equally far from each other."""
    return Travel((1 - np.eye(places, dtype=np.int64)) * seconds)


def paid(*visits: Visit, **given: int) -> Problem:
    """One technician who costs a cent a second on duty."""
    ann = technician("ann", shift("ann", 0, given.get("end", 10 * HOUR)), cost_per_duty_hour=3600)
    return problem(visits, [ann], apart(len(visits) + 1))


def pinned(name: str, location: int, order: int, **given: int) -> Visit:
    return visit(name, location, 10, pinned=Pinned("ann", given.pop("start", None), order), **given)


def filler(number: int, location: int, minutes: int = 10) -> Visit:
    """A visit that costs more to serve than to leave out."""
    return visit(f"f{number}", location, minutes, unserved_cost=100)


def order_of(solution: Solution, shift_id: str = "ann") -> list[str]:
    route = next(r for r in solution.routes if r.shift == shift_id)
    return [str(stop.id) for stop in route.stops if stop.kind is StopKind.VISIT]


def solved(given: Problem) -> Solution:
    solution = solve(given, QUICK)
    assert check(given, solution) == []
    assert solution.status is Status.FEASIBLE
    return solution


def test_a_visit_not_worth_it_fills_the_place_before() -> None:
    solution = solved(paid(pinned("p", 1, 1), filler(0, 2)))
    assert order_of(solution) == ["f0", "p"]
    assert solution.cost.total == 1380


@pytest.mark.parametrize(("order", "fillers"), [(2, 2), (2, 3), (5, 10)])
def test_as_many_as_are_needed_fill_the_places(order: int, fillers: int) -> None:
    solution = solved(paid(pinned("p", 1, order), *(filler(i, i + 2) for i in range(fillers))))
    assert len(order_of(solution)) == order + 1
    assert order_of(solution)[order] == "p"


def test_several_pinned_places_of_one_shift() -> None:
    visits = [pinned("p", 1, 1), pinned("q", 2, 3), *(filler(i, i + 3) for i in range(4))]
    served = order_of(solved(paid(*visits)))
    assert (len(served), served[1], served[3]) == (4, "p", "q")


def test_the_quickest_fillers_keep_a_pinned_start() -> None:
    """The dear long ones look best by what they are worth, but leave no time for the pinned visit."""
    long = [replace(filler(i, i + 2, 60), unserved_cost=3000) for i in range(8)]
    short = [filler(10 + i, i + 10, 5) for i in range(2)]
    solution = solved(paid(pinned("p", 1, 2, start=20 * MINUTE), *long, *short))
    assert order_of(solution)[:3] in (["f10", "f11", "p"], ["f11", "f10", "p"])


def test_a_visit_of_another_shift_moves_over() -> None:
    """Ben serves the only filler more cheaply, but it is needed before the pinned visit."""
    ann = technician("ann", shift("ann"), cost_per_duty_hour=3600)
    ben = technician("ben", shift("ben"))
    given = problem([pinned("p", 1, 1), visit("f", 2, 10)], [ann, ben], apart(3))
    assert order_of(solved(given)) == ["f", "p"]


def test_no_filler_no_plan() -> None:
    solution = solve(paid(pinned("p", 1, 2), filler(0, 2)), QUICK)
    assert solution.status is Status.INFEASIBLE
    assert [left.visit for left in solution.unserved] == ["p", "f0"]


def test_a_better_visit_takes_the_place_before() -> None:
    """Put in first, the two that must be served leave no time at the pinned place for the dear one."""
    travel = Travel(np.array([[0, 1, 7], [1, 0, 3], [5, 6, 0]], dtype=np.int64))
    ann = technician("ann", shift("ann", 0, 36), cost_per_duty_hour=3600)
    visits = [
        visit("must", 1, Duration(1), setup=8),
        visit("dear", 1, Duration(8), setup=4, unserved_cost=1000),
        visit("far", 2, Duration(2)),
        visit("p", 1, Duration(7), setup=8, pinned=Pinned("ann", None, 2)),
    ]
    given = problem(visits, [ann], travel, [Warehouse("west", 1)])
    given = replace(given, visits=tuple(replace(v, parts={"fuse": int(v.id != "must")}) for v in given.visits))
    solution = solve(given, Limits(iterations=30))
    assert check(given, solution) == []
    assert solution.cost.total == 27
