"""One territory-day ready for questions about one more visit: its problem, its routes, and the optimiser's book."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy.orm import Session

from dispatch.appointments.local_time import LocalWindow
from dispatch.appointments.offering.stamps import Numbers
from dispatch.planning.change.drafts import Translator, of_row
from dispatch.planning.day.build import Built, Day, Names, build, lay_out
from dispatch.planning.day.horizon import Horizon
from dispatch.planning.day.policy import Policy
from dispatch.planning.day.reserved import Reserved
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import DayRows, read_day
from dispatch.travel.places import Point, TravelTimes
from solver.problem import Problem
from solver.quote.book import Book
from solver.solution import Route, StopKind


@dataclass(frozen=True, eq=False)
class DayBook:
    """A territory-day as it was read. stamp: what it was built of.

    routes: those of the plan by the problem's shift ids, as they are stored; `kept` has them without the visits of
    holds that have run out, and is None on a day when nobody works.
    """

    stamp: Numbers
    lapsed: frozenset[int]
    day: Day
    built: Built
    names: Names
    kept: Book | None
    routes: Mapping[str, Route]

    @property
    def book(self) -> Book:
        """The optimiser's book; only on a day when somebody works."""
        if self.kept is None:
            raise LookupError(f"nobody works on {self.horizon.local_date}, which has no book")
        return self.kept

    @cached_property
    def starts_at(self) -> datetime | None:
        """When the first shift begins; None: nobody works."""
        return min((duty.starts_at for duty in self.day.crew.duties), default=None)

    @cached_property
    def ends_at(self) -> datetime | None:
        """When the last shift is over, overtime included; None: nobody works."""
        ends = (duty.ends_at + timedelta(seconds=duty.max_overtime) for duty in self.day.crew.duties)
        return max(ends, default=None)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The day's places, in the order of the travel matrix."""
        index = self.built.roads.index
        return tuple(sorted(index, key=index.__getitem__))

    @cached_property
    def duty_seconds(self) -> float:
        """What all shifts last together, overtime apart."""
        return sum((duty.ends_at - duty.starts_at).total_seconds() for duty in self.day.crew.duties)

    @cached_property
    def policy(self) -> Policy:
        """What an hour of a technician's time costs, and the rest."""
        return Policy.of(duty.technician for duty in self.day.crew.duties)

    @cached_property
    def cut(self) -> dict[int, tuple[LocalWindow, ...]]:
        """The day's windows by their width in minutes, as far as anybody asked."""
        return {}

    @cached_property
    def promised(self) -> frozenset[str]:
        """The visits with appointments, as the problem calls them."""
        names = self.names.visits
        there = (one.visit.id for one in self.rows.candidates if one.promised and not one.started)
        return frozenset(names[visit] for visit in there if visit in names)

    @property
    def rows(self) -> DayRows:
        """What was read."""
        return self.day.rows

    @property
    def horizon(self) -> Horizon:
        """The local day."""
        return self.day.horizon

    @property
    def problem(self) -> Problem:
        """The day's problem: the visits in its routes, and no others."""
        return self.built.problem

    def without(self, visit_ids: Collection[int]) -> dict[str, Route]:
        """The routes that would be others without these visits."""
        return self._without(self.routes, visit_ids)

    def _without(self, routes: Mapping[str, Route], visit_ids: Collection[int]) -> dict[str, Route]:
        names = self.names.visits
        gone = {names[visit] for visit in visit_ids if visit in names}
        found = {}
        for shift, route in routes.items() if gone else ():
            stops = tuple(stop for stop in route.stops if stop.kind is not StopKind.VISIT or stop.id not in gone)
            if len(stops) < len(route.stops):
                found[shift] = replace(route, stops=stops)
        return found

    def known(self, visit_ids: Collection[int]) -> frozenset[int]:
        """Those of the visits that are in the day's routes."""
        return frozenset(visit for visit in visit_ids if visit in self.names.visits)

    def lapsing(self, visit_ids: frozenset[int]) -> "DayBook":
        """The day when the holds of these visits have run out, and of no others; the same book, changed in place."""
        before, after = self.without(self.lapsed), self.without(visit_ids)
        for shift in {*before, *after}:
            self.book.update(shift, after.get(shift, self.routes[shift]))
        return replace(self, lapsed=visit_ids)

    @contextmanager
    def setting_aside(self, visit_ids: Collection[int]) -> Iterator[Book]:
        """The book as if these visits were in no route; nobody else uses it meanwhile."""
        with self.book.lock:
            # Somebody else may know by now of holds that have run out: what is there is put back, not what was read.
            before = {route.shift: route for route in self.book.routes if route is not None}
            changed = self._without(before, visit_ids)
            for shift, route in changed.items():
                self.book.update(shift, route)
            try:
                yield self.book
            finally:
                for shift in changed:
                    self.book.update(shift, before[shift])


def read_day_book(
    session: Session,
    travel: TravelTimes,
    territory_id: int,
    local_date: date,
    now: datetime,
    stamp: Numbers,
    lapsed: Collection[int],
) -> DayBook:
    """The day as it is now, without visits that are in no route; as the system.

    Raises Unavailable when travel times are away.
    """
    rows = read_day(session, territory_id, local_date, now, waiting=())
    day = lay_out(rows)
    return day_book(day, Roads.between(day.places, travel), stamp, lapsed)


def day_book(day: Day, roads: Roads, stamp: Numbers, lapsed: Collection[int]) -> DayBook:
    """The book of a day on these roads. A shift whose route is not as the day's rows allow takes no part."""
    built = build(day, roads, for_quotes=True)
    routes, unfit = _routes(built, day.rows)
    if unfit:
        duties = tuple(duty for duty in day.crew.duties if duty.shift.id not in unfit)
        day = replace(day, crew=replace(day.crew, duties=duties))
        built = build(day, roads, for_quotes=True)
        routes, _ = _routes(built, day.rows)
    book = Book(built.problem, routes.values()) if built.problem.technicians else None
    if book is None:
        day = replace(day, crew=replace(day.crew, duties=()))
    made = DayBook(stamp, frozenset(), day, built, Names(built.ids, day.rows), book, routes)
    return made.lapsing(made.known(lapsed))


def restocked(book: DayBook, reserved: Reserved) -> DayBook:
    """The day when other days' plans take other parts than they did."""
    day = replace(book.day, rows=replace(book.rows, reserved=reserved))
    return day_book(day, book.built.roads, book.stamp, book.lapsed)


def _routes(built: Built, rows: DayRows) -> tuple[dict[str, Route], set[int]]:
    """(the plan's routes by the problem's shift ids, the shifts whose route is not in the problem)."""
    translator = Translator(built, rows.horizon)
    found: dict[str, Route] = {}
    unfit: set[int] = set()
    for shift_id, row in rows.routes.items():
        draft = of_row(row)
        route = translator.route(draft) if draft.stops else None
        if route is not None:
            found[route.shift] = route
        elif draft.stops:
            unfit.add(shift_id)
    return found, unfit


def shift_order(book: DayBook, shift: str) -> Sequence[str]:
    """The visits of the shift in order, as the book has them now."""
    visits = book.problem.visits
    stops = book.book.stops[book.book.compiled.shift_index[shift]]
    return [visits[stop].id for stop in stops if stop < len(visits)]
