"""One visit asked about: who could do it, where it would go, and what that costs."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from solver.compiled import SCALE, BoolArray, FloatArray, IntArray
from solver.compiling import may_serve
from solver.improve.arrays import FAR
from solver.problem import UNREACHABLE, Visit, Window
from solver.quote.book import Book, NotQuotable
from solver.quote.kernels import AFTER, FIRST, FROM, LAST, PLACE, ROUTE, TOUR, cheapest, price_roads, starts_of
from solver.quote.supply import Ways, every_place, lacks, need_of, plain_ways, ways_to_fetch
from solver.quote.visit import fault_of, windows_of, write_row


@dataclass(frozen=True, slots=True)
class Offer:
    """A window that can be kept, and the cheapest place for the visit in it.

    position: its place among the shift's visits. start: of the visit; depart, return_: of its route (seconds).
    units: what the plan then costs more, in 1/18000 cent.
    """

    window: Window
    shift: str
    technician: str
    position: int
    start: int
    depart: int
    return_: int
    units: int

    @property
    def cost(self) -> Fraction:
        """What the plan then costs more, in cents, before each part of the cost is rounded."""
        return Fraction(self.units, SCALE)


class NewPlace(NamedTuple):
    """Travel to and from a place that the matrices do not have: (m,) each, `UNREACHABLE` where no road leads."""

    seconds_to: Sequence[int]
    seconds_from: Sequence[int]
    metres_to: Sequence[int] | None = None
    metres_from: Sequence[int] | None = None


class Drafts(NamedTuple):
    """Tours, their stops and the candidates (`solver.quote.kernels`).

    roads, least: units per candidate, beside its times and at least with them.
    """

    tours: IntArray
    stops: IntArray
    found: IntArray
    roads: FloatArray
    least: FloatArray


class Question:
    """One visit asked about in a book, which nobody else may use meanwhile; slot: its row there."""

    def __init__(self, book: Book, visit: Visit, asked: Sequence[Window], place: NewPlace | None, slot: int) -> None:
        fault = fault_of(visit, book.place + (place is not None))
        if fault is not None:
            raise NotQuotable(fault)
        self.book, self.visit, self.asked, self.slot = book, visit, asked, slot
        if place is not None:
            _write_place(book, visit, place)
        self.bonus = write_row(book.problem, book.people, visit, slot, book.arrays, book.work)
        self.need = need_of(book, visit)
        self.able: BoolArray = self._able()
        self.short: BoolArray = lacks(book, self.need)
        self.fetched: BoolArray = np.zeros(len(self.able), dtype=np.bool_)
        self.spells = _spells(visit, asked)
        self.meets: BoolArray = _meeting(book.limits, self.spells)
        """(s, spells) whether the spell overlaps with the shift."""

    def offers(self) -> list[Offer]:
        """The best place in each window that has one, cheapest first."""
        found = self.priced(self.drafts(), self.spells)
        return sorted(found.values(), key=lambda offer: (offer.units, offer.window))

    def drafts(self) -> Drafts:
        """Every place for the visit in the shifts there are, at any of its times."""
        tours, stops = self.book.tours()
        shifts = self.able & self.meets.any(axis=1)
        return self._drafts(list(self._ways(self._placed(tours), stops, shifts)))

    def on_shift(self) -> BoolArray:
        """(spells,) whether somebody who may do the visit is on shift then."""
        on: BoolArray = np.logical_or.reduce(self.meets[self.able], axis=0)
        return on

    def alone(self, left: Collection[int]) -> set[int]:
        """Which of the windows could be kept by a technician without any other visit, parts and tools left aside."""
        wanted = np.isin(self.spells[:, 0], list(left)) & self.on_shift()
        shifts = np.flatnonzero(self.able & self.meets[:, wanted].any(axis=1))
        tours = np.zeros((len(shifts), 5), dtype=np.int64)
        tours[:, ROUTE] = shifts
        drafts = self._drafts([every_place(tours)])
        return set(self.priced(drafts, self.spells[wanted]))

    def priced(self, drafts: Drafts, spells: IntArray) -> dict[int, Offer]:
        """The best place per window asked for, by its number; spells: the starts that are tried."""
        book = self.book
        tours, stops, found, roads, least = drafts
        chosen = np.full((len(self.asked), 2), -1, dtype=np.int64)
        cost, times = np.full(len(self.asked), np.inf), np.zeros((len(self.asked), 3), dtype=np.int64)
        if not len(found) or not len(spells):
            return {}
        order = np.argsort(least, kind="stable")
        given = (spells, self.slot, book.limits, book.room)
        cheapest(book.arrays, book.work, tours, stops, found, order, roads, least, *given, cost, chosen)
        starts_of(book.arrays, book.work, tours, stops, found, *given, chosen, times)
        return {
            o: self._offer(o, tours[found[c, TOUR]], stops, int(found[c, PLACE]), times[o].tolist(), float(cost[o]))
            for o, c in enumerate(chosen[:, 0].tolist())
            if c >= 0
        }

    def _able(self) -> BoolArray:
        """(s,) whether the shift could have the visit, parts, tools and times left aside."""
        book, visit = self.book, self.visit
        serves = np.array([may_serve(visit, person) for person in book.problem.technicians], dtype=np.bool_)
        able: BoolArray = serves[book.arrays.technician] & (book.counts < book.arrays.max_visits) & (book.now < np.inf)
        if visit.pinned is not None:
            able &= np.array([shift.id == visit.pinned.shift for shift in book.shifts], dtype=np.bool_)
        return able if self.need.known else np.zeros_like(able)

    def _placed(self, tours: IntArray) -> IntArray:
        """The tours with the places where the visit's pin lets it go."""
        if self.visit.pinned is None or self.visit.pinned.order is None:
            return tours
        tours = tours.copy()
        for s, stops in enumerate(self.book.stops):
            before = np.cumsum([0, *(stop < self.book.guest for stop in stops)])
            places = np.flatnonzero(before == self.visit.pinned.order)
            tours[s, FIRST] = max(tours[s, FIRST], places.min(initial=len(stops) + 1))
            tours[s, LAST] = places.max(initial=-1)
        return tours

    def _ways(self, tours: IntArray, stops: IntArray, shifts: BoolArray) -> Iterator[Ways]:
        yield from plain_ways(self.book, tours[shifts & ~self.short], stops)
        for ways in ways_to_fetch(self.book, self.need, tours, stops, np.flatnonzero(shifts & self.short)):
            self.fetched[ways.tours[:, ROUTE]] = True
            yield ways

    def _drafts(self, ways: Sequence[Ways]) -> Drafts:
        book = self.book
        tours, stops, found = _together(ways)
        roads, least = np.zeros(len(found)), np.zeros(len(found))
        price_roads(book.arrays, book.work, tours, stops, found, self.slot, self._extra(), book.room, roads, least)
        return Drafts(tours, stops, found, roads, least)

    def _extra(self) -> FloatArray:
        """(s,) what serving the visit in the shift costs beside times and driving, less what its route costs now."""
        book = self.book
        technician = book.arrays.technician
        used = np.zeros(len(book.people), dtype=np.bool_)
        used[technician[book.counts > 0]] = True
        first = np.where(used, 0.0, book.arrays.fixed)
        extra: FloatArray = self.bonus[technician] + first[technician] - book.now
        return extra

    def _offer(self, o: int, tour: IntArray, stops: IntArray, place: int, times: list[int], cost: float) -> Offer:
        shift = int(tour[ROUTE])
        before = stops[tour[FROM] : tour[FROM] + place]
        return Offer(
            window=self.asked[o],
            shift=self.book.shifts[shift].id,
            technician=self.book.people[int(self.book.arrays.technician[shift])].id,
            position=int((before < self.book.guest).sum()),
            start=times[0],
            depart=times[1],
            return_=times[2],
            units=round(cost),
        )


def _spells(visit: Visit, asked: Sequence[Window]) -> IntArray:
    """What of each window the visit's own windows leave, as the kernels' spells."""
    own = windows_of(visit)
    rows = []
    for o, (low, high) in enumerate(asked):
        for opens, closes in ((low, high),) if own is None else own:
            if max(low, opens) <= min(high, closes):
                rows.append((o, max(low, opens), min(high, closes), -1))
    return np.array(rows, dtype=np.int64).reshape(len(rows), 4)


def _meeting(limits: IntArray, spells: IntArray) -> BoolArray:
    meets: BoolArray = (limits[:, :1] <= spells[:, 2]) & (limits[:, 1:2] >= spells[:, 1])
    return meets


def _together(ways: Sequence[Ways]) -> Ways:
    """All of them as one."""
    tours, stops, found = [], [], []
    tour_count = stop_count = 0
    for way in ways:
        moved, places = way.tours.copy(), way.found.copy()
        moved[:, [FROM, AFTER]] += stop_count
        places[:, TOUR] += tour_count
        tours.append(moved)
        stops.append(way.stops)
        found.append(places)
        tour_count += len(moved)
        stop_count += len(way.stops)
    return Ways(np.concatenate(tours), np.concatenate(stops), np.concatenate(found))


def _write_place(book: Book, visit: Visit, place: NewPlace) -> None:
    """Writes the travel to and from the new place into the book's free row and column."""
    if visit.location != book.place:
        raise ValueError(f"visit.location is {visit.location}; at a new place it is {book.place}, the number of places")
    seconds, metres, here = book.arrays.seconds, book.arrays.metres, book.place
    seconds[:here, here] = _roads(place.seconds_to, here, "seconds_to")
    seconds[here, :here] = _roads(place.seconds_from, here, "seconds_from")
    seconds[here, here] = 0
    if book.arrays.has_metres:
        metres[:here, here] = _roads(place.metres_to or [0] * here, here, "metres_to")
        metres[here, :here] = _roads(place.metres_from or [0] * here, here, "metres_from")
        metres[here, here] = 0


def _roads(given: Sequence[int], places: int, name: str) -> IntArray:
    found = np.array(given, dtype=np.int64)
    if found.shape != (places,):
        raise ValueError(f"{name} has {found.size} entries; it must have one for each of the {places} places")
    return np.where(found == UNREACHABLE, FAR, found)
