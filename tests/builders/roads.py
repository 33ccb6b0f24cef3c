"""Small road networks made by hand."""

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from dispatch.travel.places import Place
from dispatch.travel.roads import DEGREE, EARTH_RADIUS, RoadData

CLASSES: Final = ("motorway", "primary", "residential")
METRES_PER_DEGREE: Final = math.radians(EARTH_RADIUS)


class Link(NamedTuple):
    """A link between two nodes; without a length it is the straight line's."""

    start: int
    end: int
    metres: float | None = None
    road_class: str = "residential"
    one_way: bool = False
    kmh: int = 0
    inner: tuple[tuple[float, float], ...] = ()
    name: str = ""


def place(x: float, y: float, name: str = "") -> Place:
    """The place that is x metres east and y metres north of the origin, on the equator where degrees are square."""
    return Place(x / METRES_PER_DEGREE, y / METRES_PER_DEGREE, name)


def roads(nodes: Sequence[tuple[float, float]], links: Sequence[Link]) -> RoadData:
    """A network of nodes (metres east and north of the origin) and links."""
    names = ("", *sorted({link.name for link in links} - {""}))
    inner = [_units(link.inner) for link in links]
    at = _units(nodes)
    shape = np.concatenate([*inner, np.empty((0, 2), dtype=np.int32)])
    known = [link.kmh for link in links]
    metres = [link.metres or math.dist(nodes[link.start], nodes[link.end]) for link in links]
    return RoadData(
        node_lon=at[:, 0],
        node_lat=at[:, 1],
        link_from=_ints([link.start for link in links]),
        link_to=_ints([link.end for link in links]),
        length_cm=_ints(np.round(np.array(metres) * 100)),
        road_class=np.array([CLASSES.index(link.road_class) for link in links], dtype=np.uint8),
        name=_ints([names.index(link.name) for link in links]),
        one_way=np.array([link.one_way for link in links], dtype=np.bool_),
        lanes_forward=np.zeros(len(links), dtype=np.uint8),
        lanes_backward=np.zeros(len(links), dtype=np.uint8),
        kmh_forward=np.array(known, dtype=np.uint8),
        kmh_backward=np.array([0 if link.one_way else link.kmh for link in links], dtype=np.uint8),
        shape_start=_ints(np.cumsum([0, *map(len, inner)])),
        shape_lon=shape[:, 0],
        shape_lat=shape[:, 1],
        classes=CLASSES,
        names=names,
        attribution="made by hand",
    )


def _units(points: Sequence[tuple[float, float]]) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    degrees = np.array(points, dtype=np.float64).reshape(-1, 2) / METRES_PER_DEGREE
    return np.round(degrees * DEGREE).astype(np.int32)


def _ints(values: Any) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    return np.asarray(values, dtype=np.int32)
