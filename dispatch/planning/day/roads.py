"""The roads between the day's places: one matrix, and which row of it each place is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from db.models import Shift, Technician
from dispatch.travel.cached import DECIMALS
from dispatch.travel.places import NoRoadNear, Place, Point, TravelTimes
from solver.problem import Travel


def spot(lon: float, lat: float, name: str) -> Place:
    """A place rounded to about a metre, as travel times are kept: equal spots share a row of the matrix."""
    return Place(round(lon, DECIMALS), round(lat, DECIMALS), name)


@dataclass(frozen=True)
class Roads:
    """Travel between places. `far`: places that were asked for and are too far from any road."""

    travel: Travel
    index: Mapping[Point, int]
    far: frozenset[Point] = frozenset()

    @classmethod
    def between(cls, places: Iterable[Place], source: TravelTimes) -> Self:
        """The roads between these places, asked of a source; equal places are asked once.

        Raises Unavailable when the source is away.
        """
        wanted = list({place.point: place for place in places}.values())
        far: set[Point] = set()
        while True:
            try:
                matrix = source.matrix(wanted)
                break
            except NoRoadNear as error:
                far |= {place.point for place in error.places}
                near = [place for place in wanted if place.point not in far]
                if len(near) == len(wanted):
                    raise
                wanted = near
        index = {place.point: i for i, place in enumerate(wanted)}
        return cls(Travel(matrix.seconds, matrix.metres), index, frozenset(far))

    @classmethod
    def stored(cls, points: Sequence[Sequence[float]], travel: Travel) -> Self:
        """The roads as a run stored them: `points` are longitude and latitude, in the order of the matrix."""
        return cls(travel, {(lon, lat): i for i, (lon, lat) in enumerate(points)})

    @property
    def points(self) -> list[list[float]]:
        """Longitude and latitude of each row."""
        return [list(point) for point in sorted(self.index, key=lambda point: self.index[point])]

    def knows(self, place: Place) -> bool:
        """Whether the matrix has a row for the place."""
        return place.point in self.index

    def of(self, place: Place) -> int:
        """The row of a place."""
        return self.index[place.point]

    def part(self, places: Iterable[Place]) -> "Roads":
        """The roads between some of the places only."""
        points = list(dict.fromkeys(place.point for place in places if self.knows(place)))
        rows = np.array([self.index[point] for point in points], dtype=np.int64)
        metres = None if self.travel.metres is None else self.travel.metres[np.ix_(rows, rows)]
        travel = Travel(self.travel.seconds[np.ix_(rows, rows)], metres)
        return Roads(travel, {point: i for i, point in enumerate(points)}, self.far)


def start_of(shift: Shift, technician: Technician) -> Place | None:
    """Where the shift begins."""
    given = _spot(shift.start_longitude, shift.start_latitude, technician)
    return given or _spot(technician.home_longitude, technician.home_latitude, technician)


def end_of(shift: Shift, technician: Technician) -> Place | None:
    """Where the shift ends; None: at the last stop."""
    if not shift.returns:
        return None
    given = _spot(shift.end_longitude, shift.end_latitude, technician)
    home = _spot(technician.home_longitude, technician.home_latitude, technician)
    return given or home or start_of(shift, technician)


def _spot(lon: float | None, lat: float | None, technician: Technician) -> Place | None:
    return None if lon is None or lat is None else spot(lon, lat, technician.name)
