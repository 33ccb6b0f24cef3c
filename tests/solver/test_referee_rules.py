"""The rules in their corners: what the referee lets pass and what it does not, worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from solver.formats.read_links import Kind
from solver.problem import Break, Costs, Departure, Duration, Link, Problem, Travel, Warehouse
from solver.referee import Rule, check_routes, cost
from solver.solution import Route, Stop, StopKind
from tests.builders.problems import MINUTE, at, line, problem, shift, technician, timed, visit


def rules(problem: Problem, *routes: Route) -> list[Rule]:
    """The rules these routes break."""
    return [violation.rule for violation in check_routes(problem, routes)]


def rest(arrive: int, start: int, depart: int, name: str = "lunch") -> Stop:
    return Stop(StopKind.BREAK, name, None, arrive, start, depart)


def service(name: str, location: int, arrive: int, depart: int) -> Stop:
    return Stop(StopKind.VISIT, name, location, arrive, arrive, depart)


LUNCH = Break("lunch", at(8, 30), at(9), 30 * MINUTE)


def with_lunch(lunch: Break = LUNCH, **given: Any) -> Problem:
    """One visit 60 minutes from home, on a shift with a break."""
    return problem([visit("v", 6)], [technician("ann", shift("ann", breaks=(lunch,), **given))])


def day(stops: Sequence[Stop], back: int, leaves: int = at(8)) -> Route:
    """A route 60 minutes out and 60 minutes back."""
    return Route("ann", "ann", leaves, back, 2 * at(1), 12_000, tuple(stops))


@pytest.mark.parametrize(
    ("lunch", "wrong"),
    [
        (rest(at(8), at(8, 30), at(9)), ()),  # before anything is driven: arrives at the visit at 10:00
        (rest(at(8, 30), at(8, 30), at(9)), ()),  # half way
        (rest(at(9), at(9), at(9, 30)), ()),  # at the visit's door
        (rest(at(9, 1), at(9, 1), at(9, 31)), (Rule.BREAK_TIME, Rule.TRAVEL_TIME)),
        (rest(at(8, 31), at(8, 30), at(9)), (Rule.SERVICE_TIME,)),
        (rest(at(7, 59), at(8, 30), at(9)), (Rule.TRAVEL_TIME,)),
    ],
)
def test_a_break_lengthens_the_leg_it_interrupts(lunch: Stop, wrong: tuple[Rule, ...]) -> None:
    arrive = at(9) + lunch.depart - lunch.arrive
    route = day([lunch, service("v", 6, arrive, arrive + at(0, 30))], arrive + at(1, 30))
    assert set(rules(with_lunch(), route)) == set(wrong)


def test_two_breaks_in_one_leg() -> None:
    tea = Break("tea", at(8), at(10), 10 * MINUTE)
    two = problem([visit("v", 6)], [technician("ann", shift("ann", breaks=(LUNCH, tea)))])
    stops = [rest(at(8, 20), at(8, 20), at(8, 30), "tea"), rest(at(8, 50), at(8, 50), at(9, 20))]
    good = day([*stops, service("v", 6, at(9, 40), at(10, 10))], at(11, 10))
    assert rules(two, good) == []
    early = day([*stops, service("v", 6, at(9, 39), at(10, 9))], at(11, 9))
    assert rules(two, early) == [Rule.TRAVEL_TIME]


@pytest.mark.parametrize(
    ("latest", "leaves", "owed"),
    [
        (at(8) - 1, at(8), False),  # leaves after it
        (at(8), at(8), True),  # leaves the second it is due
        (at(10, 30) - 1, at(8), True),
        (at(10, 30), at(8), False),  # back the second it is due
        (at(8, 59), at(9), False),
    ],
)
def test_who_is_under_way_at_its_latest_owes_a_break(latest: int, leaves: int, owed: bool) -> None:
    lunch = Break("lunch", at(7), latest, 30 * MINUTE)
    route = timed(with_lunch(lunch), "ann", ["v"], depart=leaves)
    assert (Rule.BREAK_MISSING in rules(with_lunch(lunch), route)) == owed
    assert rules(with_lunch(replace(lunch, optional=True)), route) == []


def test_a_break_not_owed_may_be_taken() -> None:
    """Back at 10:30 without it, so a break due by 10:30 is not owed; with it the day is longer and all is well."""
    lunch = Break("lunch", at(7), at(10, 30), 30 * MINUTE)
    assert rules(with_lunch(lunch), timed(with_lunch(lunch), "ann", ["v", "lunch"])) == []


def test_a_break_may_begin_and_end_the_day() -> None:
    lunch = Break("lunch", at(8), at(16), 30 * MINUTE, paid=False)
    free = with_lunch(lunch, end_location=None)
    last = timed(free, "ann", ["v", "lunch"])
    assert (last.return_, rules(free, last)) == (at(10), [])
    assert rules(free, timed(free, "ann", ["lunch", "v"])) == []
    assert rules(free, replace(last, return_=at(9, 30))) == [Rule.RETURN_TIME]


def test_an_empty_route_owes_nothing_and_costs_nothing() -> None:
    lunch = problem([], [technician("ann", shift("ann", breaks=(LUNCH,)), fixed_cost=5, cost_per_duty_hour=9)])
    empty = Route("ann", "ann", at(8), at(16), 0, 0)
    assert rules(lunch, empty) == []
    assert cost(lunch, [empty]).total == 0
    assert rules(lunch, replace(empty, travel_seconds=1)) == [Rule.TRAVEL_TOTAL]


def test_setup_only_after_a_stop_elsewhere() -> None:
    setup = problem(
        [visit("home", 0, setup=60), visit("one", 3, setup=60), visit("two", 3, setup=60)],
        [technician("ann", shift("ann", breaks=(Break("tea", 0, at(16), 60),)))],
        warehouses=[Warehouse("depot", 4)],
    )
    route = timed(setup, "ann", ["home", "one", "tea", "two", "depot"])
    assert rules(setup, route) == []
    assert [stop.depart - stop.start for stop in route.stops] == [1800, 1860, 60, 1800, 0]
    away = timed(setup, "ann", ["tea", "one", "depot", "two"])
    assert rules(setup, away) == []
    assert [stop.depart - stop.start for stop in away.stops] == [60, 1860, 0, 1860]


def test_duration_by_technician() -> None:
    own = problem([visit("v", 1, Duration(600, {"bob": 900}))], [technician("ann"), technician("bob")])
    for name, seconds in (("ann", 600), ("bob", 900)):
        route = timed(own, name, ["v"])
        assert rules(own, route) == []
        assert route.stops[0].depart - route.stops[0].start == seconds


def test_never_wins_over_only_and_nobody_is_allowed_by_an_empty_only() -> None:
    both = visit("v", 1, only=frozenset({"ann"}), never=frozenset({"ann"}))
    for wanted in (both, visit("v", 1, only=frozenset())):
        choice = problem([wanted])
        assert rules(choice, timed(choice, "ann", ["v"])) == [Rule.TECHNICIAN_EXCLUDED]


def test_every_stop_is_done_by_the_end_with_overtime() -> None:
    short = problem([visit("v", 6)], [technician("ann", shift("ann", at(8), at(10), max_overtime=at(0, 30)))])
    route = timed(short, "ann", ["v"])
    assert (route.return_, rules(short, route)) == (at(10, 30), [])
    late = timed(short, "ann", ["v"], depart=at(8) + 1)
    assert rules(short, late) == [Rule.SHIFT_END]


def test_at_start_and_flexible_departure() -> None:
    for departure, wrong in ((Departure.FLEXIBLE, []), (Departure.AT_START, [Rule.DEPARTURE])):
        own = problem([visit("v", 1)], [technician("ann", shift("ann", departure=departure))])
        assert rules(own, timed(own, "ann", ["v"], depart=at(9))) == wrong


def two_vans(stock: dict[str, int] | None) -> Problem:
    """Ann and bob each need 2 fuses and pass the depot, ann one second earlier."""
    vans = [technician("ann"), technician("bob", shift("bob", at(8) + 1))]
    depot = Warehouse("depot", 1, (), 0, stock)
    return problem([visit("a", 2, parts={"fuse": 2}), visit("b", 3, parts={"fuse": 2})], vans, warehouses=[depot])


def test_stock_is_shared_in_time_order() -> None:
    for stock, wrong in (({"fuse": 4}, []), ({"fuse": 3}, [Rule.PART]), ({}, [Rule.PART, Rule.PART]), (None, [])):
        vans = two_vans(stock)
        routes = [timed(vans, "bob", ["depot", "b"]), timed(vans, "ann", ["depot", "a"])]
        assert rules(vans, *routes) == wrong
    told = check_routes(two_vans({"fuse": 3}), routes)
    assert [(v.route, v.stop) for v in told] == [("bob", 1)]


def test_stops_of_the_same_second_draw_in_the_order_of_the_problem() -> None:
    vans = replace(two_vans({"fuse": 3}), technicians=(technician("ann"), technician("bob")))
    told = check_routes(vans, [timed(vans, "bob", ["depot", "b"]), timed(vans, "ann", ["depot", "a"])])
    assert [v.route for v in told] == ["bob"]


def test_an_unstated_load_fetches_what_later_visits_lack_and_no_more() -> None:
    depot = Warehouse("depot", 1, (), 0, {"fuse": 3, "belt": 9})
    van = problem(
        [visit("a", 2, parts={"fuse": 2}), visit("b", 3, parts={"fuse": 3}), visit("c", 4, parts={"fuse": 1})],
        [technician("ann", van_stock={"fuse": 2}), technician("bob", shift("bob", at(10)))],
        warehouses=[depot],
    )
    ann = timed(van, "ann", ["a", "depot", "b"])  # 2 of its own used; fetches all 3 that are left
    assert rules(van, ann) == []
    assert rules(van, ann, timed(van, "bob", ["depot", "c"])) == [Rule.PART]
    stated = timed(van, "ann", ["a", "depot", "b"], loads={"depot": {}})
    assert rules(van, stated) == [Rule.PART]


def test_two_warehouses_fill_up_between_them() -> None:
    stores = [Warehouse("east", 1, (), 0, {"fuse": 1}), Warehouse("west", 2, (), 0, {"fuse": 5})]
    van = problem([visit("a", 3, parts={"fuse": 3})], warehouses=stores)
    assert rules(van, timed(van, "ann", ["east", "west", "a"])) == []
    assert rules(van, timed(van, "ann", ["east", "a"])) == [Rule.PART]


def test_the_vans_stock_flows_through_its_shifts_in_time_order() -> None:
    late, early = shift("late", at(13), at(17)), shift("early", at(8), at(12))
    depot = Warehouse("depot", 1, (), 0, {"fuse": 9})
    van = problem(
        [visit("a", 2, parts={"fuse": 2}), visit("b", 3, parts={"fuse": 2})],
        [technician("ann", late, early, van_stock={"fuse": 3})],
        warehouses=[depot],
    )
    morning, evening = timed(van, "early", ["a"]), timed(van, "late", ["b"])
    told = check_routes(van, [evening, morning])
    assert [(v.rule, v.route) for v in told] == [(Rule.PART, "late")]
    stocked = timed(van, "early", ["depot", "a"], loads={"depot": {"fuse": 1}})
    assert rules(van, stocked, evening) == []
    implied = timed(van, "early", ["depot", "a"])  # the morning itself lacks nothing, so nothing is fetched
    assert rules(van, implied, evening) == [Rule.PART]


def test_tools_are_lent_for_the_rest_of_the_shift_only() -> None:
    depot = Warehouse("depot", 1, tools=frozenset({"crane"}))
    lent = problem(
        [visit("a", 2, tools=frozenset({"crane"})), visit("b", 3, tools=frozenset({"crane"}))],
        [technician("ann", shift("am", at(8), at(12)), shift("pm", at(13), at(17)))],
        warehouses=[depot],
    )
    assert rules(lent, timed(lent, "am", ["depot", "a", "b"])) == []
    assert rules(lent, timed(lent, "am", ["a", "depot", "b"])) == [Rule.TOOL]
    assert rules(lent, timed(lent, "am", ["depot", "a"]), timed(lent, "pm", ["b"])) == [Rule.TOOL]


def test_links_bind_only_those_that_are_served() -> None:
    visits = [visit("a", 1, unserved_cost=1), visit("b", 2, unserved_cost=1), visit("c", 3, unserved_cost=1)]
    crew = [technician("ann"), technician("bob")]
    kinds: tuple[Kind, ...] = ("same_start", "different_technicians", "same_technician")
    links = (*(Link(kind, ("a", "b", "c")) for kind in kinds), Link("precedes", ("b", "a"), 60))
    tied = problem(visits, crew, links=links)
    assert rules(tied, timed(tied, "ann", ["a"])) == []
    assert rules(tied, timed(tied, "ann", ["c"])) == []
    together = replace(tied, links=tuple(replace(link, all_or_none=True) for link in links))
    assert rules(together, timed(together, "ann", ["c"])) == [Rule.ALL_OR_NONE] * 3
    assert rules(together) == []


def test_the_gap_of_precedes_runs_from_start_to_start() -> None:
    gap = at(0, 40)  # 30 minutes of service and 10 of driving
    for least, most, wrong in ((gap, gap, []), (gap + 1, None, [Rule.PRECEDES]), (0, gap - 1, [Rule.PRECEDES])):
        tied = problem([visit("a", 1), visit("b", 2)], links=(Link("precedes", ("a", "b"), least, most),))
        assert rules(tied, timed(tied, "ann", ["a", "b"])) == wrong


def test_speed_changes_are_driven_piecewise_and_arrival_is_rounded_up() -> None:
    """60 min of driving: 30 min at full speed, the other 30 at 70 % take 42 min 51.4 s."""
    slow = replace(line(10), speed=((at(8, 30), 70), (at(10), 200)))
    busy = problem([visit("v", 6)], travel=slow)
    arrive = at(9, 12) + 52
    out = 30 * MINUTE + 42 * MINUTE + 52
    leaves = arrive + 30 * MINUTE  # 9:42:52; until 10:00, 1028 s at 70 % are worth 719.6 s
    back = at(10) + 1441  # the 2880.4 s that are left take 1440.2 s at double speed
    good = Route("ann", "ann", at(8), back, out + back - leaves, 0, (service("v", 6, arrive, leaves),))
    assert rules(busy, good) == []
    assert rules(busy, replace(good, return_=back - 1)) == [Rule.RETURN_TIME]
    sooner = replace(good, stops=(service("v", 6, arrive - 1, leaves - 1),))
    assert Rule.TRAVEL_TIME in rules(busy, sooner)


def test_a_break_while_the_speed_changes() -> None:
    """30 min driven before a break that lasts until the roads are at half speed: the other 30 take an hour."""
    lunch = Break("lunch", at(8, 30), at(8, 30), 30 * MINUTE)
    busy = replace(with_lunch(lunch), travel=Travel(line(10).seconds, None, ((at(9), 50), (at(10), 100))))
    stops = (rest(at(8, 30), at(8, 30), at(9)), service("v", 6, at(10), at(10, 30)))
    assert rules(busy, Route("ann", "ann", at(8), at(11, 30), at(2, 30), 0, stops)) == []


def test_costs_are_summed_exactly_and_rounded_once() -> None:
    """Three technicians drive 20 minutes each at 1 cent an hour: 1 cent in all, not 0; half a cent goes up."""
    crew = [technician(name, cost_per_travel_hour=1) for name in ("ann", "bob", "cat")]
    thirds = problem([visit(name, 1) for name in "abc"], crew)
    routes = [timed(thirds, t.id, [v.id]) for t, v in zip(thirds.technicians, thirds.visits, strict=True)]
    assert cost(thirds, routes).travel == 1
    half = problem([visit("a", 1)], [technician("ann", cost_per_km=250)])
    assert cost(half, [timed(half, "ann", ["a"])]).distance == 500
    odd = problem([visit("a", 1)], [technician("ann", cost_per_km=1)], line(10, metres=250))
    assert cost(odd, [timed(odd, "ann", ["a"])]).distance == 1


def test_unpaid_breaks_are_no_duty_but_may_be_overtime() -> None:
    for paid, duty in ((True, 300), (False, 250)):
        lunch = Break("lunch", at(8), at(9), 30 * MINUTE, paid=paid)
        day = shift("ann", at(8), at(9), max_overtime=at(3), breaks=(lunch,))
        own = problem([visit("v", 6)], [technician("ann", day, cost_per_duty_hour=100, cost_per_overtime_hour=10)])
        found = cost(own, [timed(own, "ann", ["lunch", "v"])])  # 8:00 to 11:00
        assert (found.duty, found.overtime) == (duty, 20)


def test_what_is_left_out_costs_and_what_must_be_served_costs_nothing() -> None:
    left = problem([visit("a", 1, unserved_cost=70), visit("b", 1), visit("c", 1, unserved_cost=5)])
    assert cost(left, []).unserved == 75
    assert cost(left, [timed(left, "ann", ["a"])]).unserved == 5


def test_imbalance_counts_the_idle_and_not_those_without_a_shift() -> None:
    idle = replace(technician("bob"), shifts=())
    own = problem([visit("v", 6)], [technician("ann"), idle], costs=Costs(imbalance_per_hour=100))
    route = timed(own, "ann", ["v"])
    assert cost(own, [route]).imbalance == 0
    both = replace(own, technicians=(technician("ann"), technician("bob")))
    assert cost(both, [route]).imbalance == 250
