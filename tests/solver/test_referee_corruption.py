"""A good plan, and everything that can go wrong with it, one thing at a time: the referee tells each by its rule."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from solver.problem import Problem
from solver.referee import Rule, check, check_route, check_routes, cost
from solver.solution import Route, Solution, Status, Stop, StopKind, Unserved
from tests.builders.problems import at, without_road
from tests.solver.good_plan import AFTERNOON, BOBS, COST, MORNING, PROBLEM, SOLUTION, at_visit

Corrupt = Callable[[], Solution]
A1, A2, A3 = MORNING.stops
DEPOT, A4 = AFTERNOON.stops
B_DEPOT, B1, B2, B3, LUNCH = BOBS.stops


def plan(*routes: Route, **given: Any) -> Solution:
    """The good plan with these routes in place of those of the same shifts."""
    named = {route.shift: route for route in SOLUTION.routes} | {route.shift: route for route in routes}
    return replace(SOLUTION, **{"routes": tuple(named.values()), **given})


def with_stop(route: Route, place: int, **changes: Any) -> Solution:
    """The good plan with one stop changed."""
    stops = list(route.stops)
    stops[place] = replace(stops[place], **changes)
    return plan(replace(route, stops=tuple(stops)))


def morning(*stops: Stop, **changes: Any) -> Solution:
    """The good plan with another morning for ann."""
    return plan(replace(MORNING, stops=stops, **changes))


def bobs(*stops: Stop, **changes: Any) -> Solution:
    """The good plan with another day for bob."""
    return plan(replace(BOBS, stops=stops, **changes))


def test_the_good_plan_is_good() -> None:
    assert check(PROBLEM, SOLUTION) == []
    assert cost(PROBLEM, SOLUTION.routes) == COST
    assert COST.total == 44_870


CORRUPTIONS: dict[str, tuple[Corrupt, Rule]] = {
    "a shift that is not there": (lambda: plan(replace(MORNING, shift="eve")), Rule.UNKNOWN_SHIFT),
    "a visit that is not there": (lambda: with_stop(MORNING, 0, id="zz"), Rule.UNKNOWN_STOP),
    "a break of another shift": (
        lambda: plan(replace(AFTERNOON, stops=(*AFTERNOON.stops, LUNCH))), Rule.UNKNOWN_STOP,
    ),
    "a warehouse that is not there": (lambda: with_stop(AFTERNOON, 0, id="zz"), Rule.UNKNOWN_STOP),
    "another's shift": (lambda: plan(replace(BOBS, technician="ann")), Rule.WRONG_TECHNICIAN),
    "a visit elsewhere": (lambda: with_stop(MORNING, 0, location=2), Rule.WRONG_LOCATION),
    "a break with a place": (lambda: with_stop(BOBS, 4, location=2), Rule.WRONG_LOCATION),
    "a shift with two routes": (
        lambda: replace(SOLUTION, routes=(*SOLUTION.routes, AFTERNOON)), Rule.ROUTE_TWICE,
    ),
    "leaving before the shift": (lambda: plan(replace(MORNING, depart=at(7, 50))), Rule.DEPARTURE),
    "leaving late where the start is fixed": (lambda: plan(replace(BOBS, depart=at(8, 1))), Rule.DEPARTURE),
    "arriving too early": (lambda: with_stop(MORNING, 1, arrive=at(9, 29)), Rule.TRAVEL_TIME),
    "arriving too late": (lambda: with_stop(MORNING, 1, arrive=at(9, 31)), Rule.TRAVEL_TIME),
    "a break before the stop before it is left": (lambda: with_stop(BOBS, 4, arrive=at(11, 29)), Rule.TRAVEL_TIME),
    "a break after waiting on the road": (
        lambda: bobs(B_DEPOT, B1, replace(LUNCH, arrive=at(10, 6), start=at(12), depart=at(12, 30)), B2, B3),
        Rule.TRAVEL_TIME,
    ),
    "starting before arriving": (lambda: with_stop(MORNING, 1, start=at(9, 20)), Rule.SERVICE_TIME),
    "a service cut short": (lambda: with_stop(MORNING, 0, depart=at(9, 5)), Rule.SERVICE_TIME),
    "a setup forgotten": (lambda: with_stop(BOBS, 2, depart=at(10, 45)), Rule.SERVICE_TIME),
    "a setup where the van stands already": (lambda: with_stop(MORNING, 2, depart=at(11, 25)), Rule.SERVICE_TIME),
    "waiting after the service": (lambda: with_stop(AFTERNOON, 0, depart=at(13, 26)), Rule.SERVICE_TIME),
    "a break cut short": (lambda: with_stop(BOBS, 4, depart=at(12, 20)), Rule.SERVICE_TIME),
    "home too early": (lambda: plan(replace(BOBS, return_=at(12, 50))), Rule.RETURN_TIME),
    "home after the last stop where there is no way home": (
        lambda: plan(replace(AFTERNOON, return_=at(17, 40))), Rule.RETURN_TIME,
    ),
    "travel seconds understated": (lambda: plan(replace(MORNING, travel_seconds=3599)), Rule.TRAVEL_TOTAL),
    "travel metres overstated": (lambda: plan(replace(MORNING, travel_metres=6001)), Rule.TRAVEL_TOTAL),
    "past the overtime": (lambda: with_stop(AFTERNOON, 1, start=at(17, 1), depart=at(18, 1)), Rule.SHIFT_END),
    "outside every window": (lambda: with_stop(MORNING, 0, start=at(9, 1), depart=at(9, 41)), Rule.WINDOW),
    "a warehouse that is closed": (lambda: with_stop(AFTERNOON, 0, start=at(15, 1), depart=at(15, 6)), Rule.WINDOW),
    "finished too late": (lambda: with_stop(MORNING, 1, start=at(10, 11), depart=at(11, 1)), Rule.FINISH_BY),
    "a break too early": (lambda: with_stop(BOBS, 4, start=at(11, 59)), Rule.BREAK_TIME),
    "a break too late": (lambda: with_stop(BOBS, 4, start=at(12, 31), depart=at(13, 1)), Rule.BREAK_TIME),
    "a break owed": (lambda: bobs(B_DEPOT, B1, B2, B3, return_=at(12, 31)), Rule.BREAK_MISSING),
    "a break twice": (lambda: bobs(*BOBS.stops, LUNCH), Rule.BREAK_TWICE),
    "a pinned start moved": (lambda: with_stop(MORNING, 1, start=at(10, 5), depart=at(10, 55)), Rule.PINNED),
    "a pinned place moved": (lambda: morning(A2, A1, A3), Rule.PINNED),
    "a pinned shift left": (
        lambda: plan(replace(MORNING, stops=(A1, A3)), replace(AFTERNOON, stops=(DEPOT, A2, A4))), Rule.PINNED,
    ),
    "too many visits": (lambda: morning(*MORNING.stops, A4), Rule.MAX_VISITS),
    "too much travel": (lambda: morning(A1, at_visit("b3", 6, at(10), at(10), at(10, 30)), A3), Rule.MAX_TRAVEL),
    "a skill below its level": (lambda: bobs(B_DEPOT, B1, B2, replace(A1), LUNCH), Rule.SKILL),
    "a tool not lent yet": (lambda: bobs(B1, B_DEPOT, B2, B3, LUNCH), Rule.TOOL),
    "an excluded technician": (lambda: bobs(*BOBS.stops[:4], A4, LUNCH), Rule.TECHNICIAN_EXCLUDED),
    "a technician not among those allowed": (lambda: bobs(*BOBS.stops[:4], A3, LUNCH), Rule.TECHNICIAN_EXCLUDED),
    "a part the van has not": (lambda: plan(replace(AFTERNOON, stops=(A4,))), Rule.PART),
    "too little loaded": (lambda: with_stop(BOBS, 0, load={"belt": 1}), Rule.PART),
    "more loaded than there is": (lambda: with_stop(BOBS, 0, load={"belt": 3}), Rule.STOCK),
    "a load that the next one lacks": (lambda: with_stop(BOBS, 0, load={"belt": 2, "fuse": 2}), Rule.PART),
    "a visit that loads": (lambda: with_stop(BOBS, 1, load={"belt": 1}), Rule.LOAD),
    "a negative load": (lambda: with_stop(BOBS, 0, load={"fuse": -1, "belt": 2}), Rule.LOAD),
    "two routes at once": (lambda: plan(replace(AFTERNOON, depart=at(11, 40))), Rule.ROUTES_OVERLAP),
    "too short a rest": (lambda: plan(replace(MORNING, return_=at(12, 1))), Rule.MIN_REST),
    "too long on duty": (lambda: plan(replace(AFTERNOON, return_=at(18, 1))), Rule.MAX_DUTY),
    "starts that differ": (lambda: with_stop(BOBS, 2, start=at(10, 9), depart=at(10, 49)), Rule.SAME_START),
    "one technician for two who start together": (lambda: morning(A1, A2, B2), Rule.SAME_START),
    "too short a gap": (lambda: with_stop(MORNING, 0, start=at(9, 11), depart=at(9, 51)), Rule.PRECEDES),
    "one technician where they must differ": (
        lambda: plan(replace(MORNING, stops=(A2, A3)), replace(BOBS, stops=(*BOBS.stops, A1))),
        Rule.DIFFERENT_TECHNICIANS,
    ),
    "two technicians where it must be one": (
        lambda: plan(replace(AFTERNOON, stops=(*AFTERNOON.stops, B3)), replace(BOBS, stops=BOBS.stops[:3])),
        Rule.SAME_TECHNICIAN,
    ),
    "one of a pair that goes together": (lambda: bobs(B_DEPOT, B1, B2, LUNCH), Rule.ALL_OR_NONE),
    "a visit twice in a route": (lambda: morning(A1, A2, A2, A3), Rule.SERVED_TWICE),
    "a visit in two routes": (lambda: bobs(*BOBS.stops, A3), Rule.SERVED_TWICE),
    "served and unserved": (
        lambda: replace(SOLUTION, unserved=(Unserved("out"), Unserved("b3"))), Rule.UNSERVED_LIST,
    ),
    "unserved twice": (lambda: replace(SOLUTION, unserved=(Unserved("out"),) * 2), Rule.UNSERVED_LIST),
    "neither served nor unserved": (lambda: replace(SOLUTION, unserved=()), Rule.UNSERVED_LIST),
    "an unknown visit unserved": (
        lambda: replace(SOLUTION, unserved=(Unserved("out"), Unserved("zz"))), Rule.UNSERVED_LIST,
    ),
    "a mandatory visit left out": (
        lambda: replace(morning(A1, A2), unserved=(Unserved("out"), Unserved("a3"))), Rule.MUST_BE_SERVED,
    ),
    "infeasible without cause": (lambda: replace(SOLUTION, status=Status.INFEASIBLE), Rule.STATUS),
    "a part of the cost too low": (
        lambda: replace(SOLUTION, cost=replace(COST, duty=COST.duty - 1)), Rule.COST,
    ),
    "parts of the cost exchanged": (
        lambda: replace(SOLUTION, cost=replace(COST, travel=COST.distance, distance=COST.travel)), Rule.COST,
    ),
    "a total that is not the sum": (lambda: replace(SOLUTION, stated_total=44_869), Rule.COST),
}  # fmt: skip


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_corruption_is_told_by_its_rule(name: str) -> None:
    make, rule = CORRUPTIONS[name]
    found = check(PROBLEM, make())
    assert rule in {violation.rule for violation in found}, [str(violation) for violation in found]
    for violation in found:
        assert violation.message.endswith("."), violation.message
        assert violation.route is None or violation.shifts or violation.rule is Rule.UNKNOWN_SHIFT


def test_every_rule_is_corrupted() -> None:
    assert {rule for _, rule in CORRUPTIONS.values()} | {Rule.NO_ROAD} == set(Rule)


def test_a_missing_road() -> None:
    broken: Problem = replace(PROBLEM, travel=without_road(PROBLEM.travel, (1, 3)))
    assert Rule.NO_ROAD in {violation.rule for violation in check(broken, SOLUTION)}


def test_a_route_by_itself_is_not_asked_about_others() -> None:
    assert check_route(PROBLEM, MORNING) == []
    assert [violation.rule for violation in check_route(PROBLEM, AFTERNOON)] == []
    late = with_stop(AFTERNOON, 1, start=at(17, 1), depart=at(18, 1)).routes[1]
    assert Rule.SHIFT_END in {violation.rule for violation in check_route(PROBLEM, late)}


def test_only_breaches_of_touched_shifts_are_told() -> None:
    routes = bobs(B1, B_DEPOT, B2, B3, LUNCH).routes
    assert check_routes(PROBLEM, routes)
    assert check_routes(PROBLEM, routes, touched={"ann-am"}) == []
    assert {v.route for v in check_routes(PROBLEM, routes, touched={"bob"})} == {"bob"}


def test_a_shortage_elsewhere_is_told_to_who_caused_it() -> None:
    """Bob loads what ann needs later: touching bob's route tells of ann's lack."""
    routes = with_stop(BOBS, 0, load={"belt": 2, "fuse": 2}).routes
    found = check_routes(PROBLEM, routes, touched={"bob"})
    assert [(v.rule, v.route) for v in found] == [(Rule.PART, "ann-pm")]


def test_messages_read_like_a_dispatchers() -> None:
    (first,) = check(PROBLEM, with_stop(MORNING, 0, location=2))
    assert str(first) == "wrong_location: Visit 'a1' is at location 1, not 2."
    found = check(PROBLEM, with_stop(AFTERNOON, 1, start=at(17, 1), depart=at(18, 1)))
    assert "'ann' is done with stop 1 at 18:01; shift 'ann-pm' ends at 18:00, 1 h of overtime included." in [
        violation.message for violation in found
    ]


def test_an_unknown_kind_of_thing_does_not_stop_the_referee() -> None:
    nonsense = Route("ann-am", "ann", 5, 4, 3, 2, (Stop(StopKind.BREAK, "?", None, 1, 0, -1, {"x": -1}),))
    assert {violation.rule for violation in check(PROBLEM, plan(nonsense))} >= {Rule.UNKNOWN_STOP, Rule.DEPARTURE}
