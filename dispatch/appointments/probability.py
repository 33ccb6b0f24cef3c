"""How surely an offered window is kept: the routes that it would be in, timed with it and simulated."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from dispatch.appointments.day_books import DayBook, shift_order
from dispatch.appointments.quoting import Quoted, Ways
from solver.compiling import compile_problem
from solver.confidence import confidence
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import IntMatrix, Link, Problem, Shift, Technician, Travel, Warehouse
from solver.problem import Visit as Wanted
from solver.quote.question import NewPlace, Offer
from solver.solution import Route
from solver.timing.planner import Planner

SAMPLES: Final = 1_000
"""Days simulated for an offer: a probability of 0.9 is known within 0.02 in 95 of 100 cases."""


@dataclass(frozen=True)
class Excerpt:
    """The routes that an offer is for as a problem of their own. orders: of each shift, with the offered visits."""

    problem: Problem
    orders: Mapping[str, tuple[str, ...]]


def probability(offer: Quoted, asked: Sequence[int], roads: Ways) -> float | None:
    """Of starting by the window's close, in the routes that the offer is for; None: there are no such times after all,
    as two who start together would need the same last part.

    asked: the visits' ids. The routes are timed as cheaply as may be, as planning does; visits that ties hold to others
    keep their present start. Nothing is random: the same offer gives the same answer.
    """
    with offer.day.setting_aside(asked):
        excerpt = excerpt_of(offer, roads.of(offer.day))
    routes = timed(excerpt)
    if routes is None:
        return None
    wanted = {visit.id for visit in offer.visits}
    promises = confidence(excerpt.problem, routes, SAMPLES).promises
    return min((promise.probability for promise in promises if promise.visit in wanted), default=None)


def timed(excerpt: Excerpt) -> tuple[Route, ...] | None:
    """The routes at the cheapest times; None: there are none."""
    compiled = compile_problem(excerpt.problem)
    plan = Plan(Planner(compiled))
    number = {visit.id: i for i, visit in enumerate(excerpt.problem.visits)}
    for shift, order in excerpt.orders.items():
        change = plan.change(compiled.shift_index[shift], tuple(number[visit] for visit in order))
        if change is None:
            return None
        plan.apply(change)
    return routes_of(plan)


def excerpt_of(offer: Quoted, way: NewPlace | None) -> Excerpt:
    """The offer's technicians, their shifts of the offer, and what is in them; the book must be without the visits."""
    day, problem = offer.day, offer.day.problem
    orders: dict[str, tuple[str, ...]] = {}
    people: list[Technician] = []
    visits: list[Wanted] = []
    held = {visit.id: visit for visit in day.book.compiled.problem.visits}
    for place, visit in zip(offer.places, offer.visits, strict=True):
        order = shift_order(day, place.shift)
        orders[place.shift] = (*order[: place.position], visit.id, *order[place.position :])
        people.append(_alone(day, place))
        visits += [held[each] for each in order]
        visits.append(replace(visit, windows=(offer.window.seconds,), pinned=None))
    stores = _stores(day, orders) if any(visit.parts or visit.tools for visit in visits) else ()
    shifts = [shift for person in people for shift in person.shifts]
    rows = list(dict.fromkeys(_places(shifts, visits, stores)))
    at = {row: i for i, row in enumerate(rows)}
    together = tuple(visit.id for visit in offer.visits)
    return Excerpt(
        Problem(
            travel=_travel(problem.travel, way, rows),
            technicians=tuple(replace(one, shifts=tuple(_moved(s, at) for s in one.shifts)) for one in people),
            visits=tuple(replace(visit, location=at[visit.location]) for visit in visits),
            warehouses=tuple(replace(store, location=at[store.location]) for store in stores),
            links=(Link("same_start", together),) if len(together) > 1 else (),
        ),
        orders,
    )


def _alone(day: DayBook, place: Offer) -> Technician:
    """The technician with this shift only, and what the others of the day leave in the van."""
    person = next(each for each in day.problem.technicians if each.id == place.technician)
    others = [shift.id for shift in person.shifts if shift.id != place.shift]
    used = {visit for shift in others for visit in shift_order(day, shift)}
    van = dict(person.van_stock)
    for visit in day.problem.visits if used else ():
        for part, count in visit.parts.items() if visit.id in used else ():
            van[part] = max(0, van.get(part, 0) - count)
    return replace(person, shifts=tuple(s for s in person.shifts if s.id == place.shift), van_stock=van)


def _stores(day: DayBook, orders: Mapping[str, tuple[str, ...]]) -> tuple[Warehouse, ...]:
    """The warehouses with what the routes of other shifts leave there."""
    taken = Counter[tuple[str, str]]()
    for shift, route in day.routes.items():
        for stop in route.stops if shift not in orders else ():
            for part, count in (stop.load or {}).items():
                taken[stop.id, part] += count
    return tuple(
        store
        if store.stock is None
        else replace(store, stock={part: max(0, n - taken[store.id, part]) for part, n in store.stock.items()})
        for store in day.problem.warehouses
    )


def _places(shifts: Iterable[Shift], visits: Iterable[Wanted], stores: Iterable[Warehouse]) -> Iterator[int]:
    for shift in shifts:
        yield shift.start_location
        if shift.end_location is not None:
            yield shift.end_location
    yield from (visit.location for visit in visits)
    yield from (store.location for store in stores)


def _moved(shift: Shift, at: Mapping[int, int]) -> Shift:
    end = None if shift.end_location is None else at[shift.end_location]
    return replace(shift, start_location=at[shift.start_location], end_location=end)


def _travel(travel: Travel, way: NewPlace | None, rows: Sequence[int]) -> Travel:
    """Travel between these places, the new one among them."""
    seconds, metres = travel.seconds, travel.metres
    if way is not None:
        seconds = _wider(seconds, way.seconds_to, way.seconds_from)
        if metres is not None:
            metres = _wider(metres, way.metres_to or (), way.metres_from or ())
    cells = np.ix_(rows, rows)
    return Travel(seconds[cells], None if metres is None else metres[cells], spread_percent=travel.spread_percent)


def _wider(matrix: IntMatrix, to: Sequence[int], away: Sequence[int]) -> IntMatrix:
    wider = np.zeros((len(matrix) + 1, len(matrix) + 1), dtype=np.int64)
    wider[:-1, :-1] = matrix
    wider[:-1, -1], wider[-1, :-1] = to, away
    return wider
