"""The streets behind the routes: light, and small enough to be part of the page."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from api.pages.frame import Frame
from api.pages.paths import XY, path, simplify
from dispatch.travel.roads import DEGREE, RoadData

LEVELS: Final[Mapping[str, str]] = {
    "motorway": "large",
    "trunk": "large",
    "primary": "large",
    "secondary": "middle",
    "tertiary": "middle",
}
"""How classes of road are drawn; all others are small."""

TOLERANCE: Final = 3.0
"""Units of the drawing that a simplified street may be off: less than a pixel on a wide screen."""


def street_paths(roads: RoadData, frame: Frame) -> dict[str, str]:
    """The streets inside the frame as SVG paths by level: "small", "middle", "large"."""
    inside = _links_inside(roads, frame)
    lines: dict[str, list[Sequence[XY]]] = {"small": [], "middle": [], "large": []}
    by_level: dict[str, list[int]] = defaultdict(list)
    for link in inside:
        by_level[LEVELS.get(roads.classes[roads.road_class[link]], "small")].append(link)
    for level, links in by_level.items():
        lines[level] = [simplify(line, TOLERANCE) for line in _chains(roads, frame, links)]
    return {level: path(_nearest_first(drawn)) for level, drawn in lines.items()}


def _links_inside(roads: RoadData, frame: Frame) -> list[int]:
    lon, lat = roads.node_lon / DEGREE, roads.node_lat / DEGREE
    inside = (lon >= frame.west) & (lon <= frame.east) & (lat >= frame.south) & (lat <= frame.north)
    return [int(link) for link in np.flatnonzero(inside[roads.link_from] | inside[roads.link_to])]


def _chains(roads: RoadData, frame: Frame, links: Sequence[int]) -> Iterator[list[XY]]:
    """The links joined end to end wherever exactly two of them meet; a chain costs less than its links."""
    at: dict[int, list[int]] = defaultdict(list)
    for link in links:
        at[int(roads.link_from[link])].append(link)
        at[int(roads.link_to[link])].append(link)
    left = set(links)
    starts = [node for node, meeting in at.items() if len(meeting) != 2] + list(at)
    for node in starts:
        for first in at[node]:
            if first in left:
                yield _follow(roads, frame, at, left, node, first)


def _follow(
    roads: RoadData, frame: Frame, at: Mapping[int, Sequence[int]], left: set[int], node: int, link: int
) -> list[XY]:
    line: list[XY] = []
    while True:
        left.discard(link)
        forward = int(roads.link_from[link]) == node
        points = [frame.xy((lon, lat)) for lon, lat in roads.shape(link).tolist()]
        line += points if forward else points[::-1]
        node = int(roads.link_to[link] if forward else roads.link_from[link])
        onwards = [other for other in at[node] if other in left]
        if len(at[node]) != 2 or not onwards:
            return line
        link = onwards[0]


def _nearest_first(lines: Sequence[Sequence[XY]]) -> list[Sequence[XY]]:
    """The lines in strips from north to south, so that each begins near where the one before ended."""
    return sorted(lines, key=lambda line: (line[0][1] // 100, line[0][0] if line[0][1] // 100 % 2 else -line[0][0]))
