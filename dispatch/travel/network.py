"""Travel times over a real road network, computed here."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.errors import Invalid
from dispatch.travel import accelerator, speeds
from dispatch.travel.graph import Graph, main_component
from dispatch.travel.lines import F64, I64, Lines
from dispatch.travel.places import (
    UNREACHABLE,
    Leg,
    Matrix,
    NoRoadBetween,
    Place,
    Point,
    RouteShape,
    check_hour,
)
from dispatch.travel.roads import DEGREE, RoadData
from dispatch.travel.shortest import NONE, Ways
from dispatch.travel.snapping import Snapped, Snapper

MAX_GAP: Final = 500.0
"""Metres a place may be from the road unless told otherwise."""

LARGEST: Final = 500_000.0
"""Metres across that a network may have, so that no way in it comes near the limits in `shortest`."""

WORTH_IT: Final = 300
"""Sources and targets from which on contraction hierarchies are faster, their preparation included."""

NO_DOORS: Final = frozenset({"motorway"})
"""Nobody lives on one, so no place is snapped to it."""


class RoadNetwork:
    """Travel times and routes over a road network, by class of road and hour of day.

    Each place is snapped to the nearest road in the part of the network where everything can be reached from
    everything; the last metres to the door are driven slowly. Turns cost nothing of their own. Times and lengths are
    those of the quickest way, rounded up to whole seconds and metres; equal input gives equal output, with or without
    the accelerator. Never changes once made, so threads may share it.
    """

    by_hour = True

    def __init__(self, roads: RoadData, *, max_gap: float = MAX_GAP, accelerate: bool = accelerator.INSTALLED) -> None:
        """Prepare the network; a place more than `max_gap` metres from any road is refused.

        Raises Invalid when the network has no road to snap to, has a class of unknown speed, or is too large.
        """
        doors = with_doors(roads)
        if not doors.any():
            raise Invalid("the road network has no road that a place could be on; use a larger extract")
        self.roads = roads
        self.max_gap = max_gap
        self._accelerate = accelerate
        self._lines = Lines.of(roads)
        _refuse_too_large(self._lines)
        self._snapper = Snapper(self._lines, doors)
        speeds.kmh(roads, None)

    @property
    def attribution(self) -> str:
        """Whose data the network is."""
        return self.roads.attribution

    def identity(self) -> str:
        """The network's digest, the version of the speeds and the limit for snapping."""
        return f"roads {self.roads.digest} speeds {speeds.VERSION} gap {self.max_gap:g}"

    def snap(self, places: Sequence[Place]) -> Snapped:
        """The nearest road of each place, and how far it is; raises NoRoadNear like `table`."""
        return self._snapper.snap(places, self.max_gap)

    def matrix(self, places: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each place to each other; see TravelTimes."""
        return self.table(places, places, depart_hour)

    def table(self, sources: Sequence[Place], targets: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each source to each target; see TravelTimes."""
        check_hour(depart_hour)
        if not sources or not targets:
            empty = np.zeros((len(sources), len(targets)), dtype=np.int64)
            return Matrix(empty, empty.copy())
        unique = {place: index for index, place in enumerate(dict.fromkeys([*sources, *targets]))}
        snapped = self.snap(list(unique))
        graph, node = Graph.of(self.roads, depart_hour).with_places(snapped)
        rows, columns = (np.array([unique[place] for place in side]) for side in (sources, targets))
        time, length = self._between(graph, snapped, node, rows, columns)
        add = _off_road(snapped)
        same = rows[:, None] == columns
        return Matrix(
            _whole(time, add.time[rows, None] + add.time[columns], 100, same),
            _whole(length, add.length[rows, None] + add.length[columns], 10, same),
        )

    def route(self, places: Sequence[Place], depart_hour: int | None = None) -> RouteShape:
        """The way along the streets through the places in order; see TravelTimes."""
        check_hour(depart_hour)
        if len(places) < 2:
            return RouteShape(())
        snapped = self.snap(places)
        graph, node = Graph.of(self.roads, depart_hour).with_places(snapped)
        ways, add = Ways(graph), _off_road(snapped)
        legs = []
        for index, (start, end) in enumerate(pairwise(places)):
            arcs = ways.way(int(node[index]), int(node[index + 1]))
            if arcs is None:
                raise NoRoadBetween(start, end)
            both = slice(index, index + 2)
            line = self._line(graph, arcs, snapped.link[both], snapped.part[both])
            time, length = (
                graph.time[arcs].sum() + add.time[both].sum(),
                graph.length[arcs].sum() + add.length[both].sum(),
            )
            legs.append(Leg(line, 0, 0) if start == end else Leg(line, int(-(-time // 100)), int(-(-length // 10))))
        return RouteShape(tuple(legs))

    def _line(self, graph: Graph, arcs: I64, link: I64, part: F64) -> tuple[Point, ...]:
        """The points of these arcs in order, no point twice in a row; at least the two ends, given by link and part."""
        here, there = (self._lines.point(*end) for end in zip(link.tolist(), part.tolist(), strict=True))
        line = [here]
        for arc in arcs.tolist():
            piece = self._lines.piece(int(graph.link[arc]), float(graph.start[arc]), float(graph.end[arc]))
            line.extend(point for before, point in zip((line[-1], *piece), piece, strict=False) if point != before)
        return tuple(line) if len(line) > 1 else (here, there)

    def _between(self, graph: Graph, snapped: Snapped, node: I64, rows: I64, columns: I64) -> tuple[I64, I64]:
        """Time and length from the places `rows` to the places `columns`."""
        sources, row = np.unique(node[rows], return_inverse=True)
        targets, column = np.unique(node[columns], return_inverse=True)
        ways = Ways(graph)
        if self._accelerate and min(len(sources), len(targets)) >= WORTH_IT:
            time, length = accelerator.table(ways, self._degrees(graph, snapped, node), sources, targets)
        else:
            time, length = ways.table(sources, targets)
        return time[row[:, None], column], length[row[:, None], column]

    def _degrees(self, graph: Graph, snapped: Snapped, node: I64) -> F64:
        """Longitude and latitude of every node of a graph with places."""
        degrees = np.empty((graph.nodes, 2))
        degrees[: self.roads.nodes] = np.column_stack([self.roads.node_lon, self.roads.node_lat]) / DEGREE
        for index, link, part in zip(node.tolist(), snapped.link.tolist(), snapped.part.tolist(), strict=True):
            degrees[index] = self._lines.point(link, part)
        return degrees


class _OffRoad(NamedTuple):
    """From the road to the door, per place: hundredths of a second, tenths of a metre."""

    time: I64
    length: I64


def _off_road(snapped: Snapped) -> _OffRoad:
    return _OffRoad(
        np.rint(snapped.gap * 360 / speeds.OFF_ROAD).astype(np.int64), np.rint(snapped.gap * 10).astype(np.int64)
    )


def _whole(parts: I64, add: I64, unit: int, same: NDArray[np.bool_]) -> I64:
    """Whole units of on-road and off-road parts, rounded up; nothing between a place and itself."""
    whole: I64 = np.where(parts == NONE, UNREACHABLE, -(-(parts + add) // unit))
    whole[same] = 0
    return whole


def with_doors(roads: RoadData) -> NDArray[np.bool_]:
    """The links that a place may be on."""
    if not roads.links:
        return np.zeros(0, dtype=np.bool_)
    inside = main_component(roads)
    has_doors = np.array([name not in NO_DOORS for name in roads.classes])[roads.road_class]
    doors: NDArray[np.bool_] = inside[roads.link_from] & inside[roads.link_to] & has_doors
    return doors


def _refuse_too_large(lines: Lines) -> None:
    across = float(np.hypot(*np.ptp(lines.metres, axis=0)))
    if across > LARGEST:
        raise Invalid(
            f"the road network is {across / 1000:,.0f} km across, the limit is {LARGEST / 1000:,.0f} km; "
            "use a smaller extract, or a Valhalla or OSRM server"
        )
