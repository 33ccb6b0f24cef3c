"""Quotes for two technicians who start together, against trying every second."""

from dataclasses import replace

import pytest

from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Costs, Link, Problem, Visit, Window
from solver.quote.book import Book, NotQuotable
from solver.quote.joint import quote_together
from solver.quote.quote import horizon
from solver.referee import check_routes
from solver.solution import ReasonCode
from tests.builders.problems import at, problem, technician, visit
from tests.solver.quoting import PEOPLE, cheapest, cut, planned, seconds_day, with_visits

WIDTH = 8


def least_together(given: Problem, plan: Plan, asked: tuple[Visit, Visit], window: Window) -> int | None:
    """The least units of both visits with two technicians from the same second of the window on."""
    found = []
    for start in range(window[0], window[1] + 1):
        held = [cut(one, (start, start)) for one in asked]
        ready = [one for one in held if one is not None]
        if len(ready) < len(held):
            continue
        _, draft = with_visits(given, plan, ready)
        best = [[cheapest(draft, len(given.visits) + i, [s]) for s in range(PEOPLE)] for i in range(2)]
        found += [
            one.cost + other.cost
            for s, one in enumerate(best[0])
            for u, other in enumerate(best[1])
            if s != u and one is not None and other is not None
        ]
    return min(found, default=None)


@pytest.mark.parametrize("block", range(2))
def test_finds_what_trying_every_second_finds(block: int) -> None:
    offered = 0
    for seed in range(block * 7, block * 7 + 7):
        day = seconds_day(seed)
        if day is None:
            continue
        given, plan, asked = day
        book = Book(given, routes_of(plan))
        found = quote_together(book, asked, width=WIDTH)
        offers = {offer.window: offer for offer in found.offers}
        assert {*offers, *(refusal.window for refusal in found.refusals)} == set(horizon(book, WIDTH))
        for window in horizon(book, WIDTH):
            offer = offers.get(window)
            least = least_together(given, plan, asked, window)
            assert (None if offer is None else offer.units) == least, f"seed {seed}, {window}"
            if offer is not None:
                offered += 1
                assert offer.places[0].start == offer.places[1].start == offer.start
                assert window[0] <= offer.start <= window[1]
                assert offer.places[0].technician != offer.places[1].technician
    assert offered >= 3


def test_the_referee_accepts_the_two_together() -> None:
    rates = {"cost_per_travel_hour": 3600, "cost_per_duty_hour": 1800}
    people = [technician(name, **rates) for name in ("ann", "bob", "eve")]
    given = problem([visit("a", 4, 90, windows=((at(9), at(12)),)), visit("b", 1, 30)], people)
    plan = planned(given)
    asked = (visit("one", 3, 60), visit("two", 3, 45, never=frozenset({"bob"})))
    (offer,) = quote_together(Book(given, routes_of(plan)), asked, [(at(9), at(10))]).offers
    held = [replace(one, windows=((offer.start, offer.start),)) for one in asked]
    larger, draft = with_visits(given, plan, held)
    for i, place in enumerate(offer.places):
        change = draft.insertion(len(given.visits) + i, draft.compiled.shift_index[place.shift], place.position)
        assert change is not None
        assert change.cost == place.units
        draft.apply(change)
    tied = replace(larger, links=(Link("same_start", ("one", "two")),))
    assert not check_routes(tied, routes_of(draft))


def test_one_technician_is_not_enough() -> None:
    book = Book(problem([], [technician("ann")]))
    found = quote_together(book, (visit("one", 1), visit("two", 1)), [(at(9), at(10))])
    assert not found.offers
    assert [refusal.code for refusal in found.refusals] == [ReasonCode.LINK]


def test_what_stands_in_one_visits_way_is_told() -> None:
    book = Book(problem([], [technician("ann"), technician("bob")]))
    asked = (visit("one", 1), visit("two", 1, skills={"doors": 1}))
    found = quote_together(book, asked, [(at(9), at(10))])
    assert [refusal.code for refusal in found.refusals] == [ReasonCode.SKILL]


def test_buffers_are_refused() -> None:
    costs = Costs(buffer_percent=100, buffer_per_hour=50)
    book = Book(problem([], [technician("ann"), technician("bob")], costs=costs))
    with pytest.raises(NotQuotable, match=r"costs\.buffer_per_hour"):
        quote_together(book, (visit("one", 1), visit("two", 1)))
