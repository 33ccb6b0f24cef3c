"""What every source of travel times takes and gives."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from dispatch.errors import Fault, Invalid

UNREACHABLE: Final = -1
"""What a matrix holds where there is no road from one place to the other."""

Point = tuple[float, float]
"""Longitude and latitude in degrees, in this order, as in GeoJSON."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map in degrees (WGS 84), with a name for messages; two places are equal when their points are.

    Raises Invalid when the point is not on the globe.
    """

    lon: float
    lat: float
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Refuse what is not on the globe."""
        for axis, value, limit in (("lon", self.lon, 180), ("lat", self.lat, 90)):
            if not math.isfinite(value) or abs(value) > limit:
                message = f"{axis} is {value}, outside -{limit}..{limit}; correct the place {self.name!r} on the map"
                raise Invalid(message, (Fault(f"/{axis}", message),))

    @property
    def point(self) -> Point:
        """Longitude and latitude."""
        return self.lon, self.lat

    def __str__(self) -> str:
        """The name, if it has one, and the point."""
        point = f"({self.lon:.5f}, {self.lat:.5f})"
        return f"{self.name} {point}" if self.name else point


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Travel from each of the sources (rows) to each of the targets (columns): whole seconds and metres, rounded up.

    Both are int64 and hold UNREACHABLE in the same cells. Metres are those of the quickest road, so they need not obey
    the triangle inequality.
    """

    seconds: NDArray[np.int64]
    metres: NDArray[np.int64]

    def __len__(self) -> int:
        """How many sources there are."""
        return len(self.seconds)


@dataclass(frozen=True, slots=True)
class Leg:
    """The way from one stop to the next: points along the streets, whole seconds and metres, rounded up."""

    points: tuple[Point, ...]
    seconds: int
    metres: int


@dataclass(frozen=True, slots=True)
class RouteShape:
    """The way through several places: one leg fewer than places."""

    legs: tuple[Leg, ...]

    @property
    def points(self) -> tuple[Point, ...]:
        """All points in order, none twice in a row."""
        return tuple(point for point, _ in groupby(point for leg in self.legs for point in leg.points))

    @property
    def seconds(self) -> int:
        """Travel of all legs."""
        return sum(leg.seconds for leg in self.legs)

    @property
    def metres(self) -> int:
        """Length of all legs."""
        return sum(leg.metres for leg in self.legs)


class TravelTimes(Protocol):
    """A source of travel times. All methods raise Unavailable when the source is away.

    `identity` names all that its answers depend on besides places and hour: equal identities, equal answers.
    `by_hour` is false when it answers the same for every hour.
    """

    @property
    def by_hour(self) -> bool:
        """Whether the hour of departure changes the answer."""
        ...

    @property
    def attribution(self) -> str:
        """What a map of these routes must say about where its data comes from; may be empty."""
        ...

    def identity(self) -> str:
        """A short text that changes when the answers may; may ask the source."""
        ...

    def table(self, sources: Sequence[Place], targets: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each source to each target.

        `depart_hour` is the local hour (0..23) of leaving; None means an ordinary working hour. Raises NoRoadNear when
        a place is too far from any road.
        """
        ...

    def matrix(self, places: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each place to each other, n × n with zeros on the diagonal; otherwise as `table`."""
        ...

    def route(self, places: Sequence[Place], depart_hour: int | None = None) -> RouteShape:
        """The way along the streets through the places in order.

        Seconds and metres are those of the matrix where this project computes them; a server's may differ slightly,
        since it uses other algorithms for one way than for many. Raises NoRoadNear as `table`, and NoRoadBetween when a
        leg has no road.
        """
        ...


class NoRoadNear(Invalid):
    """Some places are too far from any road; `places` are those, each once, at least one of them."""

    def __init__(self, message: str, places: tuple[Place, ...], faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message, faults)
        self.places = places


class NoRoadBetween(Invalid):
    """There is no road from `start` to `end`."""

    def __init__(self, start: Place, end: Place) -> None:
        super().__init__(f"there is no road from {start} to {end}; look at both places on the map")
        self.start = start
        self.end = end


def check_hour(hour: int | None) -> None:
    """Refuse an hour outside 0..23."""
    if hour is not None and not 0 <= hour <= 23:
        raise Invalid(f"depart_hour is {hour}, outside 0..23; give the local hour of leaving, or none")


def same_places(sources: Sequence[Place], targets: Sequence[Place]) -> NDArray[np.bool_]:
    """Which source is the same point as which target, sources × targets."""
    start = np.array([place.point for place in sources], dtype=np.float64).reshape(-1, 1, 2)
    end = np.array([place.point for place in targets], dtype=np.float64).reshape(1, -1, 2)
    same: NDArray[np.bool_] = (start == end).all(axis=2)
    return same
