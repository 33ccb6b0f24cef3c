"""Quotes against trying every place: nothing missed, every cost exact, every offer good before the referee."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from solver.outcome import routes_of
from solver.problem import (
    UNREACHABLE,
    Break,
    Costs,
    Link,
    Pinned,
    PreviousRoute,
    PreviousStop,
    Technician,
    Travel,
    Warehouse,
)
from solver.quote.book import Book, NotQuotable
from solver.quote.question import NewPlace
from solver.quote.quote import horizon, quote
from solver.referee import check_routes, cost
from solver.solution import ReasonCode
from tests.builders.problems import HOUR, MINUTE, at, line, problem, shift, technician, visit
from tests.solver.quoting import cheapest, cut, planned, random_day, with_visits

PARTS_OF_THE_COST = 11
"""Each is rounded on its own, before and after."""


SEEDS = (range(8), range(20, 28), (103, 174, 304, 319, 347))
"""The last ones are days whose routes stop at warehouses, or whose vans must keep parts for later shifts."""


@pytest.mark.parametrize("seeds", SEEDS)
def test_offers_what_trying_every_place_finds_and_the_referee_agrees(seeds: Sequence[int]) -> None:
    offered = 0
    for seed in seeds:
        day = random_day(seed)
        if day is None:
            continue
        given, plan, asked = day
        book = Book(given, routes_of(plan))
        found = quote(book, asked, width=HOUR)
        offers = {offer.window: offer for offer in found.offers}
        assert {*offers, *(refusal.window for refusal in found.refusals)} == set(horizon(book, HOUR))
        before = cost(given, routes_of(plan)).total
        for window in horizon(book, HOUR):
            new = cut(asked, window)
            change = None
            if new is not None:
                larger, draft = with_visits(given, plan, [new])
                change = cheapest(draft, len(given.visits), range(len(plan.routes)))
            offer = offers.get(window)
            assert (None if offer is None else offer.units) == (None if change is None else change.cost), f"seed {seed}"
            if offer is None:
                continue
            offered += 1
            index = draft.compiled.shift_index[offer.shift]
            change = draft.insertion(len(given.visits), index, offer.position)
            assert change is not None, f"seed {seed}"
            draft.apply(change)
            routes = routes_of(draft)
            assert not check_routes(larger, routes), f"seed {seed}"
            assert abs(cost(larger, routes).total - before - offer.cost) <= PARTS_OF_THE_COST, f"seed {seed}"
            route = next(route for route in routes if route.shift == offer.shift)
            assert next(stop.start for stop in route.stops if stop.id == asked.id) == offer.start, f"seed {seed}"
            assert (route.depart, route.return_) == (offer.depart, offer.return_)
    assert offered >= 5


def test_the_cheapest_come_first_and_no_more_than_asked_for() -> None:
    ann = technician("ann", cost_per_travel_hour=3600)
    given = problem([visit("a", 3, windows=((at(10), at(10)),))], [ann])
    book = Book(given, routes_of(planned(given)))
    offers = quote(book, visit("new", 3), width=2 * HOUR).offers
    assert [offer.units for offer in offers] == sorted(offer.units for offer in offers)
    assert offers[0].units == 0, "it is on the way"
    assert quote(book, visit("new", 3), width=2 * HOUR, limit=2).offers == offers[:2]


def test_windows_asked_for_are_answered_one_by_one() -> None:
    book = Book(problem([visit("a", 1)]))
    windows = [(at(9), at(10)), (at(3), at(4)), (at(15, 50), at(17))]
    found = quote(book, visit("new", 2), windows)
    assert [offer.window for offer in found.offers] == [windows[0]]
    assert [(r.window, r.code) for r in found.refusals] == [
        (windows[1], ReasonCode.WINDOW),
        (windows[2], ReasonCode.SHIFT_TOO_SHORT),
    ]


def test_a_replaced_route_counts_at_once() -> None:
    given = problem([visit("a", 3, 7 * 60, windows=((at(8), at(9)),))])
    plan = planned(given)
    (route,) = routes_of(plan)
    book = Book(given)
    free = quote(book, visit("new", 2), [(at(9), at(15))])
    book.update("ann", route)
    full = quote(book, visit("new", 2), [(at(9), at(15))])
    assert [r.code for r in full.refusals] == [ReasonCode.CAPACITY]
    book.update("ann", None)
    assert quote(book, visit("new", 2), [(at(9), at(15))]) == free
    assert len(free.offers) == 1


def test_a_place_that_the_matrices_do_not_have() -> None:
    ann = technician("ann", cost_per_travel_hour=3600, cost_per_km=100)
    whole = problem([visit("a", 2)], [ann], line(6, metres=1000))
    seconds, metres = whole.travel.seconds, whole.travel.metres
    assert metres is not None
    fewer = replace(whole, travel=Travel(seconds[:5, :5], metres[:5, :5]))
    place = NewPlace(seconds[:5, 5].tolist(), seconds[5, :5].tolist(), metres[:5, 5].tolist(), metres[5, :5].tolist())
    known = quote(Book(whole, routes_of(planned(whole))), visit("new", 5))
    book = Book(fewer, routes_of(planned(fewer)))
    assert quote(book, visit("new", 5), place=place).offers == known.offers
    assert known.offers
    with pytest.raises(ValueError, match=r"visit.location is 3; at a new place it is 5"):
        quote(book, visit("new", 3), place=place)
    with pytest.raises(ValueError, match=r"seconds_to has 2 entries; it must have one for each of the 5 places"):
        quote(book, visit("new", 5), place=place._replace(seconds_to=[1, 2]))
    cut_off = place._replace(seconds_from=[UNREACHABLE] * 5)
    assert not quote(book, visit("new", 5), place=cut_off).offers


def codes(book: Book, **given: Any) -> set[ReasonCode]:
    return {refusal.code for refusal in quote(book, visit("new", 2, **given), [(at(9), at(10))]).refusals}


def test_says_why_not() -> None:
    ann = technician("ann", skills={"doors": 1}, tools=frozenset({"ladder"}), van_stock={"fuse": 1})
    stores = [Warehouse("west", 1, stock={"belt": 1})]
    book = Book(problem([visit("a", 2)], [ann], warehouses=stores))
    assert codes(book) == set()
    assert codes(book, skills={"doors": 2}) == {ReasonCode.SKILL}
    assert codes(book, tools=frozenset({"crane"})) == {ReasonCode.TOOL}
    assert codes(book, parts={"fuse": 1, "belt": 1}) == set()
    assert codes(book, parts={"fuse": 2}) == {ReasonCode.PART}
    assert codes(book, parts={"motor": 1}) == {ReasonCode.PART}
    assert codes(book, never=frozenset({"ann"})) == {ReasonCode.TECHNICIAN_EXCLUDED}
    assert codes(book, windows=((at(11), at(12)),)) == {ReasonCode.WINDOW}
    assert codes(book, pinned=Pinned("ann", at(9, 30))) == set()
    assert codes(book, pinned=Pinned("ann", at(11))) == {ReasonCode.WINDOW}
    assert codes(Book(problem([], [Technician("ann", ())]))) == {ReasonCode.NO_TECHNICIAN}


def test_an_unlimited_warehouse_has_parts_that_nobody_has_heard_of() -> None:
    book = Book(problem([visit("a", 2)], warehouses=[Warehouse("west", 1)]))
    assert codes(book, parts={"motor": 2, "belt": 1}) == set()


def test_a_visit_tied_to_another_keeps_its_start() -> None:
    """Without the tie the booked visit would make room by starting later."""
    morning = ((at(9), at(12)),)
    visits = [visit(name, 2, 60, windows=morning, pinned=Pinned(who)) for name, who in (("a", "ann"), ("b", "bob"))]
    given = problem(visits, [technician("ann"), technician("bob")])
    tied = replace(given, links=(Link("same_start", ("a", "b")),))
    routes = routes_of(planned(given))
    assert {stop.start for route in routes for stop in route.stops} == {at(9)}
    window = [(at(9, 20), at(9, 20))]
    rule = {"only": frozenset({"ann"})}
    loose = [offer.window for offer in quote(Book(given, routes), visit("new", 2, 30, **rule), window).offers]
    assert loose == window
    found = quote(Book(tied, routes), visit("new", 2, 30, **rule), window)
    assert [refusal.code for refusal in found.refusals] == [ReasonCode.CAPACITY]


def test_rest_between_shifts_and_the_most_duty_are_kept() -> None:
    early, late = shift("early", at(6), at(12)), shift("late", at(12), at(22))
    booked = visit("a", 2, 60, windows=((at(10), at(10)),), pinned=Pinned("early", at(10)))
    ann = technician("ann", early, late, cost_per_duty_hour=100)
    given = problem([booked], [ann])
    routes = routes_of(planned(given))
    assert routes[0].return_ == at(11, 20)
    window = [(at(12, 20), at(13))]
    for rest, starts in ((None, [at(12, 20)]), (HOUR + 10 * MINUTE, [at(12, 50)]), (3 * HOUR, [])):
        rested = replace(given, technicians=(replace(ann, min_rest=rest),))
        found = quote(Book(rested, routes), visit("new", 2, only=frozenset({"ann"})), window).offers
        assert [offer.start for offer in found] == starts, rest
    duty = routes[0].return_ - routes[0].depart
    for most, offered in ((duty + 70 * MINUTE, 1), (duty + 69 * MINUTE, 0)):
        limited = replace(given, technicians=(replace(ann, max_duty=most),))
        assert len(quote(Book(limited, routes), visit("new", 2), window).offers) == offered, most


def test_moving_from_the_previous_plan_is_paid_for() -> None:
    before = (PreviousRoute("ann", "ann", (PreviousStop("new", at(9)),)),)
    costs = Costs(change_start_per_hour=60, change_technician=7)
    given = problem([], [technician("ann"), technician("bob")], previous=before, costs=costs)
    book = Book(given)
    for name, price in (("ann", 120), ("bob", 127)):
        (offer,) = quote(book, visit("new", 1, only=frozenset({name})), [(at(11), at(12))]).offers
        assert offer.cost == price


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"location": 99}, r"visit\.location is 99; it must be a place, 0 to \d+, or come with `place`"),
        ({"location": -1}, r"visit\.location is -1"),
        (
            {"windows": ((at(9), at(10)), (at(12), at(11)))},
            r"visit\.windows\[1\] is \(43200, 39600\), which ends before",
        ),
    ],
)
def test_a_visit_that_is_not_sound_is_refused(wrong: dict[str, Any], says: str) -> None:
    book = Book(problem([visit("a", 1)]))
    with pytest.raises(NotQuotable, match=says):
        quote(book, replace(visit("new", 1), **wrong))


def test_a_problem_that_cannot_be_quoted_says_why() -> None:
    given = problem([visit("a", 1)])
    with pytest.raises(NotQuotable, match=r"travel\.speed"):
        Book(replace(given, travel=Travel(given.travel.seconds, speed=((0, 50),))))
    with pytest.raises(NotQuotable, match=r"costs\.imbalance_per_hour is 3"):
        Book(replace(given, costs=Costs(imbalance_per_hour=3)))


def test_a_pinned_visit_goes_to_its_shift_and_place() -> None:
    rest = Break("tea", at(12), at(13), 900)
    people = [technician("ann", shift("ann", breaks=(rest,))), technician("bob")]
    given = problem([visit("a", 2), visit("b", 3)], people)
    book = Book(given, routes_of(planned(given)))
    first = quote(book, visit("new", 2, pinned=Pinned("ann", None, 0)), [(at(8), at(15))]).offers
    assert [(offer.shift, offer.position) for offer in first] == [("ann", 0)]
    assert not quote(book, visit("new", 2, pinned=Pinned("ann", None, 5)), [(at(8), at(15))]).offers


def test_works_without_or_tools() -> None:
    code = "import sys, solver.quote.quote, solver.quote.joint; sys.exit('ortools' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
