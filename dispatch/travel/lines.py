"""The shapes of all links as lines on a plane: where on a link a place is, and the piece between two points of it."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.travel.places import Point
from dispatch.travel.roads import DEGREE, EARTH_RADIUS, RoadData

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_PER_DEGREE: Final = math.radians(EARTH_RADIUS)


@dataclass(frozen=True, eq=False)
class Plane:
    """A flat map around one latitude, in metres; good to a few per mille over a city and its surroundings."""

    metres_per_lon: float

    @classmethod
    def around(cls, lat: float) -> "Plane":
        """The plane that is true to scale at this latitude (degrees)."""
        return cls(_PER_DEGREE * math.cos(math.radians(lat)))

    def project(self, lon: F64, lat: F64) -> F64:
        """Degrees to metres, n × 2."""
        return np.column_stack([lon * self.metres_per_lon, lat * _PER_DEGREE])


@dataclass(frozen=True, eq=False)
class Lines:
    """All links' shapes in one array: link i is rows `first[i]:first[i + 1]` of `degrees` and `metres` (n × 2).

    `along` is how far each row is from the start of its link, as a part of the link (0..1).
    """

    plane: Plane
    first: I64
    degrees: F64
    metres: F64
    along: F64

    @classmethod
    def of(cls, roads: RoadData) -> "Lines":
        """The shapes of a road network's links."""
        inner = np.diff(roads.shape_start).astype(np.int64)
        first = np.concatenate([[0], np.cumsum(inner + 2)])
        is_end = np.ones(int(first[-1]), dtype=np.bool_)
        is_end[np.arange(len(roads.shape_lon)) + 2 * np.repeat(np.arange(roads.links), inner) + 1] = False
        ends = np.column_stack([roads.link_from, roads.link_to]).ravel()
        degrees = np.empty((len(is_end), 2))
        for axis, (node, shape) in enumerate(((roads.node_lon, roads.shape_lon), (roads.node_lat, roads.shape_lat))):
            degrees[is_end, axis] = node[ends] / DEGREE
            degrees[~is_end, axis] = shape / DEGREE
        plane = Plane.around(float(degrees[:, 1].mean()) if len(degrees) else 0.0)
        metres = plane.project(degrees[:, 0], degrees[:, 1])
        return cls(plane, first, degrees, metres, _along(metres, first))

    def piece(self, link: int, start: float, end: float) -> tuple[Point, ...]:
        """The points of a link from one part of it to another (0..1); against its shape when `end` < `start`."""
        low, high = min(start, end), max(start, end)
        rows = slice(int(self.first[link]), int(self.first[link + 1]))
        line = [(lon, lat) for lon, lat in self.degrees[rows].tolist()]
        if high - low < 1:
            along = self.along[rows].tolist()
            between = (point for point, part in zip(line, along, strict=True) if low < part < high)
            line = [self.point(link, low), *between, self.point(link, high)]
        return tuple(line if start <= end else reversed(line))

    def point(self, link: int, part: float) -> Point:
        """The point at a part (0..1) of a link."""
        rows = slice(int(self.first[link]), int(self.first[link + 1]))
        along, degrees = self.along[rows], self.degrees[rows]
        return _rounded(float(np.interp(part, along, degrees[:, 0])), float(np.interp(part, along, degrees[:, 1])))


def _along(metres: F64, first: I64) -> F64:
    """How far each row is from the start of its link, as a part of the link's length."""
    steps = np.concatenate([[0.0], np.hypot(*np.diff(metres, axis=0).T)]) if len(metres) else np.empty(0)
    if not len(first) - 1:
        return steps
    steps[first[:-1]] = 0.0
    total = np.cumsum(steps)
    link = np.repeat(np.arange(len(first) - 1), np.diff(first))
    from_start = total - total[first[:-1]][link]
    length = from_start[first[1:] - 1][link]
    # A link without length (two nodes in one point) still runs from 0 to 1.
    part: F64 = np.divide(from_start, length, out=np.zeros_like(from_start), where=length > 0)
    part[first[1:] - 1] = 1.0
    return part


def _rounded(lon: float, lat: float) -> Point:
    return round(lon, 7), round(lat, 7)
