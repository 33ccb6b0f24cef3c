"""A region as a problem of its own, with the places it needs and no others, and its answer as routes of the whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from solver.problem import (
    Duration,
    Link,
    Pinned,
    PreviousRoute,
    Problem,
    Technician,
    TechnicianRule,
    Visit,
    Warehouse,
)
from solver.solution import Route, StopKind
from solver.solve import Start
from solver.spread.regions import Region
from solver.spread.stocks import divided
from solver.spread.whole import Ground, Routes, Whole, start_of, visits_in, visits_of

NarrowMatrix = npt.NDArray[np.signedinteger]


@dataclass(frozen=True)
class Part:
    """What is sent to be solved: a problem whose matrices are packed in as few bytes as hold them, and its plan now."""

    bare: Problem
    seconds: NarrowMatrix
    metres: NarrowMatrix | None
    start: Start

    def problem(self) -> Problem:
        """The problem as the search takes it."""
        metres = None if self.metres is None else self.metres.astype(np.int64)
        return replace(
            self.bare, travel=replace(self.bare.travel, seconds=self.seconds.astype(np.int64), metres=metres)
        )


@dataclass(frozen=True)
class Piece:
    """A region's part, and what its answer means in the whole. places: the whole's location of each of the part's."""

    part: Part
    places: tuple[int, ...]
    shifts: frozenset[str]

    def taken_over(self, routes: Sequence[Route]) -> dict[str, Route]:
        """Routes of the part as routes of the whole."""
        return {route.shift: self._moved(route) for route in routes if route.stops}

    def _moved(self, route: Route) -> Route:
        stops = tuple(
            stop if stop.location is None else replace(stop, location=self.places[stop.location])
            for stop in route.stops
        )
        return replace(route, stops=stops)


def pieces(ground: Ground, whole: Whole, regions: Sequence[Region], turn: int) -> list[Piece]:
    """Each region's part: together they use no more stock than there is, and keep to what ties them to each other."""
    owner = {t: r for r, region in enumerate(regions) for t in region.technicians}
    routes: list[dict[str, Route]] = [{} for _ in regions]
    for shift, route in whole.routes.items():
        routes[owner[ground.owner[shift]]][shift] = route
    visits = [
        [ground.problem.visits[v] for v in sorted({*region.offered, *(ground.visit[n] for n in visits_in(own))})]
        for region, own in zip(regions, routes, strict=True)
    ]
    stocks = divided(ground.problem, [own.values() for own in routes], visits, turn)
    served = {name: r for r, own in enumerate(routes) for name in visits_in(own)}
    return [
        _Maker(ground, region, own, some, stock, served).piece()
        for region, own, some, stock in zip(regions, routes, visits, stocks, strict=True)
    ]


class _Maker:
    """Makes one region's piece. served: per visit served in the whole plan the region of its route."""

    def __init__(
        self,
        ground: Ground,
        region: Region,
        routes: Routes,
        visits: Sequence[Visit],
        stock: Mapping[str, Mapping[str, int]],
        served: Mapping[str, int],
    ) -> None:
        self.problem, self.routes, self.visits, self.stock, self.served = ground.problem, routes, visits, stock, served
        self.technicians = [ground.problem.technicians[t] for t in region.technicians]
        self.places = tuple(sorted(set(self._all_places())))
        self.at = {place: i for i, place in enumerate(self.places)}
        self.names = {visit.id for visit in visits}
        self.here = {person.id for person in self.technicians}

    def piece(self) -> Piece:
        """The piece."""
        previous = tuple(self._previous())
        here = [self._technician(person) for person in self.technicians]
        known = {person.id for person in self.problem.technicians} - self.here
        # who did a visit before and does not here still counts as another: a change costs
        absent = sorted({route.technician for route in previous} & known)
        fixed = self._fixed()
        bare = replace(
            self.problem,
            travel=replace(self.problem.travel, seconds=np.zeros((0, 0), dtype=np.int64), metres=None),
            technicians=(*here, *(Technician(name, ()) for name in absent)),
            visits=tuple(self._visit(visit, fixed.get(visit.id)) for visit in self.visits),
            warehouses=tuple(self._warehouse(warehouse) for warehouse in self.problem.warehouses),
            links=tuple(self._links()),
            previous=previous,
        )
        shifts = frozenset(shift.id for person in self.technicians for shift in person.shifts)
        travel, rows = self.problem.travel, np.ix_(self.places, self.places)
        metres = None if travel.metres is None else _narrow(travel.metres[rows])
        return Piece(Part(bare, _narrow(travel.seconds[rows]), metres, start_of(self.routes)), self.places, shifts)

    def _all_places(self) -> Iterator[int]:
        yield from (visit.location for visit in self.visits)
        yield from (warehouse.location for warehouse in self.problem.warehouses)
        for shift in chain.from_iterable(person.shifts for person in self.technicians):
            yield shift.start_location
            if shift.end_location is not None:
                yield shift.end_location

    def _technician(self, person: Technician) -> Technician:
        shifts = tuple(
            replace(
                shift,
                start_location=self.at[shift.start_location],
                end_location=None if shift.end_location is None else self.at[shift.end_location],
            )
            for shift in person.shifts
        )
        return replace(person, shifts=shifts)

    def _visit(self, visit: Visit, fixed: int | None) -> Visit:
        rule, duration = visit.technicians, visit.duration
        own = TechnicianRule(
            only=None if rule.only is None else rule.only & self.here,
            never=rule.never & self.here,
            preferred={name: saved for name, saved in rule.preferred.items() if name in self.here},
        )
        seconds = {name: length for name, length in duration.by_technician.items() if name in self.here}
        pinned = visit.pinned
        if fixed is not None:
            shift = next(s for s, route in self.routes.items() if visit.id in visits_of(route))
            pinned = Pinned(shift, fixed, None if pinned is None else pinned.order)
        return replace(
            visit,
            location=self.at[visit.location],
            duration=Duration(duration.default, seconds),
            technicians=own,
            pinned=pinned,
        )

    def _warehouse(self, warehouse: Warehouse) -> Warehouse:
        stock = None if warehouse.stock is None else self.stock[warehouse.id]
        return replace(warehouse, location=self.at[warehouse.location], stock=stock)

    def _previous(self) -> Iterator[PreviousRoute]:
        for route in self.problem.previous:
            stops = tuple(stop for stop in route.stops if stop.visit in self.names)
            if stops:
                yield replace(route, stops=stops)

    def _links(self) -> Iterator[Link]:
        """The links whose served visits are all in the region."""
        for link in self.problem.links:
            inside = tuple(name for name in link.visits if name in self.names)
            if len(inside) > 1 and not self._crosses(link) and (link.kind != "precedes" or len(inside) == 2):
                yield replace(link, visits=inside)

    def _crosses(self, link: Link) -> bool:
        return len({self.served[name] for name in link.visits if name in self.served}) > 1

    def _fixed(self) -> dict[str, int]:
        """Starts now of the visits tied to others that another region plans meanwhile: they stay as they are."""
        tied = {name for link in self.problem.links if self._crosses(link) for name in link.visits}
        if not tied:
            return {}
        stops = (stop for route in self.routes.values() for stop in route.stops if stop.kind is StopKind.VISIT)
        return {stop.id: stop.start for stop in stops if stop.id in tied}


def _narrow(matrix: npt.NDArray[np.int64]) -> NarrowMatrix:
    """The same in 32 bits, where they suffice."""
    fits = matrix.size == 0 or int(matrix.max()) < 2**31
    return matrix.astype(np.int32) if fits else matrix
