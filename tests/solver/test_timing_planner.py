"""Whole routes: warehouse stops where they are cheapest, parts and tools followed through the day."""

import pytest

from solver.compiled import SCALE
from solver.compiling import compile_problem
from solver.insertion.plan import Plan
from solver.problem import Pinned, Problem, Warehouse
from solver.timing.planner import Planner
from tests.builders.problems import MINUTE, at, problem, shift, technician, visit

UNLIMITED = Warehouse("depot", 1, handling=5 * MINUTE, tools=frozenset({"crane"}))


def stops(given: Problem, *visits: int) -> tuple[int, ...] | None:
    """The located stops of the first shift with these visits; None when it cannot be done."""
    plan = Plan(Planner(compile_problem(given)))
    change = plan.change(0, visits)
    route = None if change is None else change.routes[0]
    return None if route is None else route.stops


def test_no_warehouse_stop_when_nothing_lacks() -> None:
    ann = technician("ann", van_stock={"fuse": 2}, cost_per_travel_hour=3600)
    given = problem([visit("a", 3, parts={"fuse": 2})], [ann], warehouses=[UNLIMITED])
    assert stops(given, 0) == (0,)


def test_reloads_where_the_way_is_shortest() -> None:
    ann = technician("ann", van_stock={"fuse": 1}, cost_per_travel_hour=3600)
    visits = [visit("far", 5, parts={"fuse": 1}), visit("near", 2, parts={"fuse": 1})]
    given = problem(visits, [ann], warehouses=[UNLIMITED])
    assert stops(given, 0, 1) in ((~0, 0, 1), (0, ~0, 1))
    plan = Plan(Planner(compile_problem(given)))
    change = plan.change(0, (0, 1))
    assert change is not None
    # Out to place 5 and home again passes the warehouse on the way: 10 steps of 600 s at a cent a second.
    assert change.cost == 6000 * SCALE
    route = change.routes[0]
    assert route is not None
    assert route.loads == ((0, ((0, 1),)),)


def test_a_lent_tool_must_be_fetched_before() -> None:
    given = problem([visit("a", 3), visit("b", 2, tools=frozenset({"crane"}))], warehouses=[UNLIMITED])
    found = stops(given, 0, 1)
    assert found is not None
    assert found.index(~0) < found.index(1)


def test_two_warehouses_when_one_has_not_everything() -> None:
    houses = [Warehouse("west", 1, stock={"fuse": 1}), Warehouse("east", 3, stock={"belt": 1})]
    given = problem([visit("a", 2, parts={"fuse": 1, "belt": 1})], warehouses=houses)
    found = stops(given, 0)
    assert found is not None
    assert set(found) == {~0, ~1, 0}
    assert found[-1] == 0


def test_what_no_one_has_cannot_be_done() -> None:
    given = problem([visit("a", 2, parts={"fuse": 3})], warehouses=[Warehouse("west", 1, stock={"fuse": 2})])
    assert stops(given, 0) is None


def test_a_closed_warehouse_is_no_help() -> None:
    closed = Warehouse("west", 1, windows=((0, 1),))
    assert stops(problem([visit("a", 2, parts={"fuse": 1})], warehouses=[closed]), 0) is None


def test_routes_share_a_warehouses_stock() -> None:
    west = Warehouse("west", 1, stock={"fuse": 1})
    visits = [visit("a", 2, parts={"fuse": 1}), visit("b", 3, parts={"fuse": 1})]
    given = problem(visits, [technician("ann"), technician("bob")], warehouses=[west])
    plan = Plan(Planner(compile_problem(given)))
    first = plan.change(0, (0,))
    assert first is not None
    plan.apply(first)
    assert plan.change(1, (1,)) is None
    assert plan.remove([0])
    assert plan.change(1, (1,)) is not None


def test_shifts_of_one_technician_share_the_van() -> None:
    ann = technician("ann", shift("am", at(8), at(12)), shift("pm", at(13), at(17)), van_stock={"fuse": 1})
    visits = [visit("a", 2, parts={"fuse": 1}), visit("b", 3, parts={"fuse": 1})]
    plan = Plan(Planner(compile_problem(problem(visits, [ann]))))
    later = plan.change(1, (1,))
    assert later is not None
    plan.apply(later)
    assert plan.change(0, (0,)) is None, "the afternoon needs the fuse that the morning would use up"


def test_the_fixed_cost_is_once_per_technician() -> None:
    ann = technician("ann", shift("am", at(8), at(12)), shift("pm", at(13), at(17)), fixed_cost=500)
    plan = Plan(Planner(compile_problem(problem([visit("a", 2), visit("b", 3)], [ann]))))
    for number, extra in ((0, 500), (1, 0)):
        change = plan.change(number, (number,))
        assert change is not None
        assert change.cost == extra * SCALE
        plan.apply(change)
    assert plan.cost() == 500 * SCALE


@pytest.mark.parametrize(("order", "fits"), [((0, 1), True), ((1, 0), False)])
def test_a_pinned_place_is_kept(order: tuple[int, ...], fits: bool) -> None:
    visits = [visit("a", 2), visit("b", 3, pinned=Pinned("ann", None, 1))]
    assert (stops(problem(visits), *order) is not None) == fits
