"""How fast a service van drives, by class of road and hour of day.

**These figures are assumptions**, not measurements: the usual posted limits of Chilean roads, the share of them that a
van keeps on average with its junctions and crossings, and two weekday peaks as a city of 400,000 people has them.
Whoever has measured speeds should put them here; `VERSION` changes by itself, and with it every cached matrix.
"""

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.errors import Invalid
from dispatch.travel.roads import RoadData

USUAL_LIMIT: Final = {
    "motorway": 100,
    "trunk": 80,
    "primary": 60,
    "secondary": 50,
    "tertiary": 50,
    "unclassified": 50,
    "residential": 50,
    "living_street": 20,
    "service": 20,
}
"""km/h where no limit is posted."""

SHARE: Final = {
    "motorway": 95,
    "trunk": 90,
    "primary": 80,
    "secondary": 78,
    "tertiary": 70,
    "unclassified": 64,
    "residential": 52,
    "living_street": 60,
    "service": 60,
}
"""Average speed on an empty road, junctions included, in percent of the limit."""

_FAST: Final = (
    *(100, 100, 100, 100, 100, 100, 96, 82, 84, 91, 94, 93),
    *(91, 90, 91, 93, 90, 85, 80, 86, 94, 98, 100, 100),
)
_MAIN: Final = (
    *(100, 100, 100, 100, 100, 100, 92, 68, 70, 82, 86, 84),
    *(80, 76, 79, 83, 80, 72, 64, 72, 85, 93, 97, 100),
)
_LOCAL: Final = (
    *(100, 100, 100, 100, 100, 100, 97, 84, 86, 92, 94, 93),
    *(91, 89, 90, 92, 90, 86, 82, 87, 93, 97, 99, 100),
)
PERCENT: Final = {
    "motorway": _FAST,
    "trunk": _FAST,
    "primary": _MAIN,
    "secondary": _MAIN,
    "tertiary": _LOCAL,
    "unclassified": _LOCAL,
    "residential": _LOCAL,
    "living_street": _LOCAL,
    "service": _LOCAL,
}
"""Speed by local hour of day (0..23), in percent of that on an empty road."""

ORDINARY_HOURS: Final = range(8, 18)
"""No hour given means the mean percentage of these."""

OFF_ROAD: Final = 10
"""km/h from the road to the door and back onto the road."""

VERSION: Final = hashlib.sha256(repr((USUAL_LIMIT, SHARE, PERCENT, ORDINARY_HOURS, OFF_ROAD)).encode()).hexdigest()[:12]
"""Identifies these tables."""


def percent(road_class: str, hour: int | None) -> float:
    """Speed on a class of road at a local hour of day, in percent of that on an empty road."""
    by_hour = PERCENT[road_class]
    if hour is not None:
        return by_hour[hour]
    return sum(by_hour[ordinary] for ordinary in ORDINARY_HOURS) / len(ORDINARY_HOURS)


def kmh(roads: RoadData, hour: int | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Average speed on each link along its shape and against it, in km/h.

    Raises Invalid for a class of road that these tables do not have.
    """
    unknown = sorted(set(roads.classes) - set(SHARE))
    if unknown:
        raise Invalid(f"no speed is known for the road class {unknown[0]!r}; known are {', '.join(SHARE)}")
    usual = np.array([USUAL_LIMIT[name] for name in roads.classes])[roads.road_class]
    kept = np.array([SHARE[name] * percent(name, hour) / 10_000 for name in roads.classes])[roads.road_class]
    forward = np.where(roads.kmh_forward > 0, roads.kmh_forward, usual)
    backward = np.where(roads.kmh_backward > 0, roads.kmh_backward, usual)
    return forward * kept, backward * kept
