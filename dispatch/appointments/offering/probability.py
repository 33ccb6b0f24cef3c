"""How surely offered windows are kept: the routes that they would be in, timed with them and simulated, all at once.

Each offer's routes become technicians, visits and places of their own in one problem, so that it is compiled and
simulated once. Whoever does a visit there can do it: what the quote has seen to (skills, tools of the van, rules on
technicians) is left away. Offers that need a warehouse are looked at one by one.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from dispatch.appointments.offering.day_books import DayBook, shift_order
from dispatch.appointments.offering.quoting import Quoted, Ways
from solver.compiled import IntArray
from solver.compiling import compile_problem
from solver.confidence import confidence
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import UNREACHABLE, Duration, Link, Problem, Shift, Technician, TechnicianRule, Travel, Warehouse
from solver.problem import Visit as Wanted
from solver.quote.question import NewPlace, Offer
from solver.timing.planner import Planner

SAMPLES: Final = 1_000
"""Days simulated for an offer: a probability of 0.9 is known within 0.02 in 95 of 100 cases."""


@dataclass(frozen=True)
class Excerpt:
    """The routes that an offer is for, as a problem. orders: of each shift, with the offered visits, `wanted`.

    promised: the visits with appointments that come after an offered one in its route.
    """

    problem: Problem
    orders: Mapping[str, tuple[str, ...]]
    wanted: frozenset[str]
    promised: frozenset[str]


@dataclass(frozen=True, slots=True)
class Chance:
    """How surely an offer is kept: of starting by its window's close.

    others: the least of those that have appointments later in its routes, with the offered visits there; 1: nobody has.
    """

    own: float
    others: float


def probabilities(offers: Sequence[Quoted], asked: Sequence[int], roads: Ways) -> list[Chance | None]:
    """How surely each is kept; None: there are no such times after all, as two would need the same part.

    asked: the visits' ids. The routes are timed as cheaply as may be, as planning does; visits that ties hold to others
    keep their present start. Nothing is random: the same offers give the same answers.
    """
    excerpts = []
    for number, offer in enumerate(offers):
        with offer.day.setting_aside(asked):
            excerpts.append(_excerpt(offer, roads.of(offer.day), f"{number}/"))
    found: dict[int, Chance | None] = {}
    plain = [number for number, excerpt in enumerate(excerpts) if not excerpt.problem.warehouses]
    for numbers in (plain, *([n] for n in range(len(offers)) if n not in plain)):
        found |= zip(numbers, _simulated([excerpts[n] for n in numbers]), strict=True)
    return [found[number] for number in range(len(offers))]


def _simulated(excerpts: Sequence[Excerpt]) -> list[Chance | None]:
    """The least probabilities of each excerpt's visits."""
    if not excerpts:
        return []
    problem = _merged([excerpt.problem for excerpt in excerpts])
    compiled = compile_problem(problem)
    plan = Plan(Planner(compiled))
    number = {visit.id: i for i, visit in enumerate(problem.visits)}
    index = compiled.shift_index
    fits = [
        all(_placed(plan, index[shift], [number[visit] for visit in order]) for shift, order in each.orders.items())
        for each in excerpts
    ]
    kept = {promise.visit: promise.probability for promise in confidence(problem, routes_of(plan), SAMPLES).promises}
    return [
        Chance(
            min(kept[visit] for visit in excerpt.wanted), min((kept[visit] for visit in excerpt.promised), default=1.0)
        )
        if fit
        else None
        for excerpt, fit in zip(excerpts, fits, strict=True)
    ]


def _placed(plan: Plan, shift: int, order: Sequence[int]) -> bool:
    change = plan.change(shift, tuple(order))
    if change is not None:
        plan.apply(change)
    return change is not None


def _merged(problems: Sequence[Problem]) -> Problem:
    """The problems side by side; no road leads from one to another."""
    if len(problems) == 1:
        return problems[0]
    sizes = [len(problem.travel.seconds) for problem in problems]
    first = np.cumsum([0, *sizes])
    seconds: IntArray = np.full((first[-1], first[-1]), UNREACHABLE, dtype=np.int64)
    technicians: list[Technician] = []
    visits: list[Wanted] = []
    for problem, begin, size in zip(problems, first[:-1].tolist(), sizes, strict=True):
        seconds[begin : begin + size, begin : begin + size] = problem.travel.seconds
        at = {row: row + begin for row in range(size)}
        technicians += [replace(one, shifts=tuple(_moved(s, at) for s in one.shifts)) for one in problem.technicians]
        visits += [replace(visit, location=visit.location + begin) for visit in problem.visits]
    return Problem(
        travel=Travel(seconds, spread_percent=problems[0].travel.spread_percent),
        technicians=tuple(technicians),
        visits=tuple(visits),
        links=tuple(link for problem in problems for link in problem.links),
    )


def _excerpt(offer: Quoted, way: NewPlace | None, prefix: str) -> Excerpt:
    """The offer's technicians with their shifts of the offer and what is in them, renamed with the prefix.

    The book must be without the offer's visits.
    """
    day = offer.day
    held = {visit.id: visit for visit in day.book.compiled.problem.visits}
    orders: dict[str, tuple[str, ...]] = {}
    people: list[Technician] = []
    visits: list[Wanted] = []
    later: list[str] = []
    for place, visit in zip(offer.places, offer.visits, strict=True):
        order = shift_order(day, place.shift)
        later += [prefix + each for each in order[place.position :] if each in day.promised]
        orders[place.shift] = (*order[: place.position], visit.id, *order[place.position :])
        people.append(_alone(day, place))
        own = [held[each] for each in order]
        own.append(replace(visit, windows=(offer.window.seconds,), pinned=None))
        visits += [replace(each, duration=Duration(each.duration.of(place.technician))) for each in own]
    stores = _stores(day, orders) if any(visit.parts or visit.tools for visit in visits) else ()
    rows = list(dict.fromkeys(_places(people, visits, stores)))
    at = {row: i for i, row in enumerate(rows)}
    together = tuple(prefix + visit.id for visit in offer.visits)
    problem = Problem(
        travel=Travel(_seconds(day, way)[np.ix_(rows, rows)], spread_percent=day.problem.travel.spread_percent),
        technicians=tuple(_renamed(person, prefix, at) for person in people),
        visits=tuple(_known(visit, prefix, at, needs=bool(stores)) for visit in visits),
        warehouses=tuple(replace(store, location=at[store.location]) for store in stores),
        links=(Link("same_start", together),) if len(together) > 1 else (),
    )
    named = {prefix + shift: tuple(prefix + visit for visit in order) for shift, order in orders.items()}
    return Excerpt(problem, named, frozenset(together), frozenset(later))


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


def _renamed(person: Technician, prefix: str, at: Mapping[int, int]) -> Technician:
    shifts = tuple(replace(_moved(shift, at), id=prefix + shift.id) for shift in person.shifts)
    return replace(person, id=prefix + person.id, shifts=shifts)


def _known(visit: Wanted, prefix: str, at: Mapping[int, int], *, needs: bool) -> Wanted:
    """The visit under its new name, at its new row; `needs`: with parts and tools."""
    return replace(
        visit,
        id=prefix + visit.id,
        location=at[visit.location],
        skills={},
        tools=visit.tools if needs else frozenset(),
        parts=visit.parts if needs else {},
        technicians=TechnicianRule(),
        pinned=None if visit.pinned is None else replace(visit.pinned, shift=prefix + visit.pinned.shift),
    )


def _stores(day: DayBook, orders: Collection[str]) -> tuple[Warehouse, ...]:
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


def _places(people: Iterable[Technician], visits: Iterable[Wanted], stores: Iterable[Warehouse]) -> Iterator[int]:
    for shift in (shift for person in people for shift in person.shifts):
        yield shift.start_location
        if shift.end_location is not None:
            yield shift.end_location
    yield from (visit.location for visit in visits)
    yield from (store.location for store in stores)


def _moved(shift: Shift, at: Mapping[int, int]) -> Shift:
    end = None if shift.end_location is None else at[shift.end_location]
    return replace(shift, start_location=at[shift.start_location], end_location=end)


def _seconds(day: DayBook, way: NewPlace | None) -> IntArray:
    """The day's travel, with the new place as its last row where there is one."""
    seconds = day.problem.travel.seconds
    if way is None:
        return seconds
    wider = np.zeros((len(seconds) + 1, len(seconds) + 1), dtype=np.int64)
    wider[:-1, :-1] = seconds
    wider[:-1, -1], wider[-1, :-1] = way.seconds_to, way.seconds_from
    return wider
