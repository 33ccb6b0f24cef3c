"""Travel times without any roads: the last resort."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from dispatch.errors import Invalid
from dispatch.travel.lines import F64
from dispatch.travel.places import Leg, Matrix, Place, RouteShape, check_hour
from dispatch.travel.roads import EARTH_RADIUS

DETOUR: Final = 1.4
"""Road length over straight line; in towns with a dense road network it is 1.2 to 1.6."""

KMH: Final = 30.0
"""Average speed of a van in a town, junctions included; an assumption."""


@dataclass(frozen=True, slots=True)
class StraightLine:
    """Great-circle distance times a detour factor, at one speed for every hour and direction."""

    detour: float = DETOUR
    kmh: float = KMH

    def __post_init__(self) -> None:
        """Refuse a detour shorter than the straight line, and standing still."""
        if not self.detour >= 1:
            raise Invalid(f"detour is {self.detour}, below 1; a road is no shorter than the straight line")
        if not self.kmh > 0:
            raise Invalid(f"kmh is {self.kmh}; give a speed above 0")

    @property
    def by_hour(self) -> bool:
        """The hour changes nothing."""
        return False

    @property
    def attribution(self) -> str:
        """No data, nobody to name."""
        return ""

    def identity(self) -> str:
        """The two figures."""
        return f"straight {self.detour:g} {self.kmh:g}"

    def matrix(self, places: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each place to each other; see TravelTimes."""
        return self.table(places, places, depart_hour)

    def table(self, sources: Sequence[Place], targets: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each source to each target; see TravelTimes."""
        check_hour(depart_hour)
        # Rounded to a millimetre first: the formula's last digits are not a metre more.
        metres = np.round(self.detour * _great_circle(sources, targets), 3)
        return Matrix(
            np.ceil(np.round(metres * 3.6 / self.kmh, 3)).astype(np.int64),
            np.ceil(metres).astype(np.int64),
        )

    def route(self, places: Sequence[Place], depart_hour: int | None = None) -> RouteShape:
        """Straight lines through the places in order; see TravelTimes."""
        legs = []
        for start, end in pairwise(places):
            cell = self.table([start], [end], depart_hour)
            legs.append(Leg((start.point, end.point), int(cell.seconds[0, 0]), int(cell.metres[0, 0])))
        return RouteShape(tuple(legs))


def _great_circle(sources: Sequence[Place], targets: Sequence[Place]) -> F64:
    """Metres from each source to each target over a round Earth, by the haversine formula."""
    start = np.radians(np.array([place.point for place in sources]).reshape(-1, 1, 2))
    end = np.radians(np.array([place.point for place in targets]).reshape(1, -1, 2))
    half = np.sin((end - start) / 2) ** 2
    chord = half[..., 1] + np.cos(start[..., 1]) * np.cos(end[..., 1]) * half[..., 0]
    distance: F64 = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return distance
