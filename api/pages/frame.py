"""From degrees to the units of a drawing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from dispatch.travel.places import Point

WIDTH: Final = 4000
"""Units across a drawing, so that whole numbers are fine enough: five metres over a city of twenty kilometres."""

_MARGIN: Final = 0.06
_LEAST_SPAN: Final = 0.012
"""Degrees of latitude that a drawing shows at least, about 1.3 km, so that one address is not all of it."""

_WIDEST: Final = 1.6
_SLIMMEST: Final = 1.1
"""How many times wider than tall a drawing is at most, and at least."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the map and its place on a drawing; straight lines stay straight enough over one city.

    Plate carrée with its true parallel in the middle: x grows eastwards, y southwards, both in units of `WIDTH`.
    """

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, points: Iterable[Point]) -> Self:
        """A frame that holds all points with a margin, neither too small nor too narrow.

        Raises ValueError without any point.
        """
        lons, lats = zip(*points, strict=True)
        middle_lon, middle_lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
        squeeze = math.cos(math.radians(middle_lat))
        tall = max((max(lats) - min(lats)) * (1 + 2 * _MARGIN), _LEAST_SPAN)
        wide = max((max(lons) - min(lons)) * squeeze * (1 + 2 * _MARGIN), _LEAST_SPAN)
        wide, tall = max(wide, tall * _SLIMMEST), max(tall, wide / _WIDEST)
        half_lon, half_lat = wide / squeeze / 2, tall / 2
        return cls(middle_lon - half_lon, middle_lat - half_lat, middle_lon + half_lon, middle_lat + half_lat)

    @property
    def scale(self) -> float:
        """Units per degree of latitude."""
        squeeze = math.cos(math.radians((self.south + self.north) / 2))
        return WIDTH / ((self.east - self.west) * squeeze)

    @property
    def height(self) -> int:
        """Units from top to bottom."""
        return round((self.north - self.south) * self.scale)

    def xy(self, point: Point) -> tuple[int, int]:
        """The place of a point on the drawing."""
        x = (point[0] - self.west) / (self.east - self.west) * WIDTH
        return round(x), round((self.north - point[1]) * self.scale)
