"""Which windows of a day can be kept beside all that is planned, by whom, and at what cost."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from threading import Lock
from typing import Final

import numpy as np

from dispatch.appointments.offering.asking import Asked
from dispatch.appointments.offering.day_books import DayBook, shift_order
from dispatch.appointments.offering.offers import Withheld
from dispatch.appointments.offering.reasons import Why, of_solver
from dispatch.appointments.offering.windows import DayWindow
from dispatch.travel.places import NoRoadNear, Place, Point, TravelTimes
from solver.problem import Visit as Wanted
from solver.problem import Window
from solver.quote.book import Book, NotQuotable
from solver.quote.joint import quote_together
from solver.quote.question import NewPlace, Offer
from solver.quote.quote import quote
from solver.quote.refusals import Refusal
from solver.solution import ReasonCode

RETRIES: Final = 5
"""So often a window of today is asked for again, for a later start, as somebody would have to have left already."""

NEVER: Final = ((-1, -1),)
"""The windows of what cannot start any more: a second that no shift has."""


@dataclass(frozen=True, eq=False)
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
    """Travel between one place and others, asked for at once."""

    def __init__(self, place: Place, points: Collection[Point], travel: TravelTimes) -> None:
        """Raises NoRoadNear when the place is too far from any road, Unavailable when travel times are away."""
        self.place = place
        others = [Place(lon, lat) for lon, lat in points]
        self._row = {point: i for i, point in enumerate(points)}
        self._to, self._from = travel.table(others, [place]), travel.table([place], others)

    def lead_to(self, points: Iterable[Point]) -> bool:
        """Whether it holds the ways to all of them."""
        return all(point in self._row for point in points)

    def of(self, day: DayBook) -> NewPlace | None:
        """The way to and from each of the day's places; None: the place is one of them."""
        roads = day.built.roads
        if roads.knows(self.place):
            return None
        rows = np.array([self._row[point] for point in day.points], dtype=np.int64)
        return NewPlace(
            self._to.seconds[rows, 0].tolist(),
            self._from.seconds[0, rows].tolist(),
            self._to.metres[rows, 0].tolist(),
            self._from.metres[0, rows].tolist(),
        )


class KnownWays:
    """The ways from the places that were asked for last. Threads may share it."""

    def __init__(self, most: int = 500) -> None:
        """most: so many places."""
        self._most, self._known, self._lock = most, OrderedDict[Point, Ways](), Lock()

    def to(self, place: Place, days: Sequence[DayBook], travel: TravelTimes) -> Ways | None:
        """The ways between a place and all places of the days; None when it is too far from any road.

        Raises Unavailable when travel times are away.
        """
        points = dict.fromkeys((place.point, *(point for day in days for point in day.points)))
        with self._lock:
            known = self._known.get(place.point)
        if known is None or not known.lead_to(points):
            try:
                known = Ways(place, points, travel)
            except NoRoadNear:
                return None
        with self._lock:
            self._known[place.point] = known
            self._known.move_to_end(place.point)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return known


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
        late = {
            each: second
            for each, (places, _) in offers.items()
            if (second := _too_late(day, visits, places, place, now))
        }
        found |= {window: offer for window, offer in offers.items() if window not in late}
        if not late:
            return found, told
        visits = tuple(_not_before(visit, min(late.values())) for visit in visits)
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


def _too_late(
    day: DayBook, visits: Sequence[Wanted], places: Sequence[Offer], way: NewPlace | None, now: datetime
) -> int | None:
    """When service could start if somebody who would have to have left by now leaves now; None: all leave later.

    A stop at a warehouse is left aside.
    """
    second = day.horizon.seconds(now)
    if second <= 0:
        return None
    reached = max(second + _drive(day, visit, offer, way) for visit, offer in zip(visits, places, strict=True))
    return reached if places[0].start < reached else None


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


def _not_before(visit: Wanted, second: int) -> Wanted:
    """The visit, which starts at this second or later."""
    last = 2**31 - 1
    windows = visit.windows or ((second, last),)
    return replace(visit, windows=tuple((max(low, second), high) for low, high in windows if high >= second) or NEVER)


def _withheld(window: DayWindow, code: Why, message: str) -> Withheld:
    return Withheld(window.local.opens_at, window.local.closes_at, code, message)
