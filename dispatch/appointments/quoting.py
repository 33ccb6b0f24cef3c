"""Which windows of a day can be kept beside all that is planned, by whom, and at what cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from itertools import chain
from typing import Final

import numpy as np

from dispatch.appointments.asking import Asked
from dispatch.appointments.day_books import DayBook, shift_order
from dispatch.appointments.offers import Withheld
from dispatch.appointments.reasons import Why, of_solver
from dispatch.appointments.windows import DayWindow
from dispatch.travel.places import NoRoadNear, Place, TravelTimes
from solver.problem import Visit as Wanted
from solver.problem import Window
from solver.quote.book import Book, NotQuotable
from solver.quote.joint import quote_together
from solver.quote.question import NewPlace, Offer
from solver.quote.quote import quote
from solver.quote.refusals import Refusal
from solver.solution import ReasonCode

RETRIES: Final = 3
"""So often a window of today is asked for again without a technician who would have to have left already."""


@dataclass(frozen=True)
class Quoted:
    """A window that can be kept. places: of each visit, in the order of the visits."""

    day: DayBook
    window: DayWindow
    visits: tuple[Wanted, ...]
    places: tuple[Offer, ...]
    cost: Fraction

    @property
    def starts_at(self) -> datetime:
        """When service would start."""
        return self.day.horizon.instant(self.places[0].start)


class Ways:
    """Travel between the asked place and all places of the days, asked for at once."""

    def __init__(self, place: Place, days: Sequence[DayBook], travel: TravelTimes) -> None:
        """Raises NoRoadNear when the place is too far from any road, Unavailable when travel times are away."""
        self.place = place
        points = dict.fromkeys(chain.from_iterable(day.built.roads.index for day in days))
        others = [Place(lon, lat) for lon, lat in points if (lon, lat) != place.point]
        self._row = {other.point: i for i, other in enumerate(others)}
        self._to, self._from = None, None
        if others and any(not day.built.roads.knows(place) for day in days):
            self._to, self._from = travel.table(others, [place]), travel.table([place], others)

    def of(self, day: DayBook) -> NewPlace | None:
        """The way to and from each of the day's places; None: the place is one of them."""
        roads = day.built.roads
        if roads.knows(self.place) or self._to is None or self._from is None:
            return None if roads.knows(self.place) else NewPlace((), ())
        rows = np.array([self._row[point] for point in sorted(roads.index, key=roads.index.__getitem__)], dtype=int)
        return NewPlace(
            self._to.seconds[rows, 0].tolist(),
            self._from.seconds[0, rows].tolist(),
            self._to.metres[rows, 0].tolist(),
            self._from.metres[0, rows].tolist(),
        )


def ways(place: Place, days: Sequence[DayBook], travel: TravelTimes) -> Ways | None:
    """The ways to a place; None when it is too far from any road.

    Raises Unavailable when travel times are away.
    """
    try:
        return Ways(place, days, travel)
    except NoRoadNear:
        return None


def quoted(
    day: DayBook,
    asked: Asked,
    visits: Sequence[Wanted],
    windows: Sequence[DayWindow],
    roads: Ways,
    now: datetime,
) -> tuple[list[Quoted], list[Withheld]]:
    """The windows that can be kept, cheapest first, and why the others cannot."""
    by_seconds = {window.seconds: window for window in windows}
    with day.setting_aside(asked.ids) as book:
        try:
            found, refusals = _asked(day, book, tuple(visits), list(by_seconds), roads.of(day), now)
        except NotQuotable as error:
            return [], [_withheld(window, Why.NOT_QUOTED, str(error)) for window in windows]
    offers = [
        Quoted(day, by_seconds[seconds], tuple(visits), places, cost) for seconds, (places, cost) in found.items()
    ]
    withheld = [
        _withheld(by_seconds[refusal.window], of_solver(refusal.code), refusal.message)
        for refusal in refusals
        if refusal.window not in found
    ]
    return sorted(offers, key=lambda offer: offer.cost), withheld


Found = dict[Window, tuple[tuple[Offer, ...], Fraction]]


def _asked(
    day: DayBook,
    book: Book,
    visits: tuple[Wanted, ...],
    windows: list[Window],
    place: NewPlace | None,
    now: datetime,
) -> tuple[Found, list[Refusal]]:
    """The offers by window, and the refusals; today nobody can have left before now."""
    found: Found = {}
    told: list[Refusal] = []
    left = windows
    for _ in range(RETRIES):
        offers, refusals = _once(book, visits, left, place)
        told += refusals
        late = {window for window, (places, _) in offers.items() if _leave_too_late(day, visits, places, place, now)}
        found |= {window: offer for window, offer in offers.items() if window not in late}
        if not late:
            return found, told
        slow = {each.technician for window in late for each in offers[window][0]}
        visits = tuple(_never(visit, slow) for visit in visits)
        left = sorted(late)
    why = "whoever could come would have to have left already"
    return found, [*told, *(Refusal(each, ReasonCode.CAPACITY, why) for each in left)]


def _once(
    book: Book, visits: tuple[Wanted, ...], windows: list[Window], place: NewPlace | None
) -> tuple[Found, list[Refusal]]:
    if len(visits) == 1:
        single = quote(book, visits[0], windows, place=place)
        return {offer.window: ((offer,), offer.cost) for offer in single.offers}, list(single.refusals)
    if len(visits) > 2:
        raise NotQuotable(f"{len(visits)} visits that start together are planned by hand; slots are for two at most")
    joint = quote_together(book, (visits[0], visits[1]), windows, place=place)
    return {offer.window: (offer.places, offer.cost) for offer in joint.offers}, list(joint.refusals)


def _leave_too_late(
    day: DayBook, visits: Sequence[Wanted], places: Sequence[Offer], way: NewPlace | None, now: datetime
) -> bool:
    """Whether somebody would have to set out for the visit before now; a stop at a warehouse is left aside."""
    second = day.horizon.seconds(now)
    if second <= 0:
        return False
    return any(
        offer.start - _drive(day, visit, offer, way) < second for visit, offer in zip(visits, places, strict=True)
    )


def _drive(day: DayBook, visit: Wanted, offer: Offer, way: NewPlace | None) -> int:
    problem = day.problem
    order = shift_order(day, offer.shift)
    if offer.position:
        before = order[offer.position - 1]
        origin = next(each.location for each in problem.visits if each.id == before)
    else:
        origin = next(s.start_location for t in problem.technicians for s in t.shifts if s.id == offer.shift)
    if way is None:
        return int(problem.travel.seconds[origin, visit.location])
    return int(way.seconds_to[origin])


def _never(visit: Wanted, technicians: set[str]) -> Wanted:
    rule = visit.technicians
    return replace(visit, technicians=replace(rule, never=rule.never | technicians))


def _withheld(window: DayWindow, code: Why, message: str) -> Withheld:
    return Withheld(window.local.opens_at, window.local.closes_at, code, message)
