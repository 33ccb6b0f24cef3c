"""The routes of a day over the streets, ready to be drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.frame import Frame
from api.pages.labels import Style, stop_title, style_of
from api.pages.paths import path, simplify
from dispatch.planning.views import PlanView, RouteView, StopView
from dispatch.travel.places import Point

ROUTE_TOLERANCE: Final = 2.0
METRES_PER_DEGREE: Final = 111_195.0
"""Of latitude, on a sphere of the Earth's mean radius."""

Lines = Mapping[int, Sequence[Point]]
"""By shift: the points of its way along the streets, in degrees."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A stop, or where a route begins: what is written on it, and what is said of it."""

    x: int
    y: int
    label: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class DrawnRoute:
    """One route: its place in the legend, its way, its stops."""

    style: Style
    code: str
    technician: str
    path: str
    markers: tuple[Marker, ...]
    visits: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A map: the frame, the streets by level, the routes, a bar of `bar_metres`, and whose data it is."""

    frame: Frame
    streets: Mapping[str, str]
    routes: tuple[DrawnRoute, ...]
    bar_units: int
    bar_metres: int
    attribution: str
    radius: int


def frame_of(plan: PlanView, lines: Lines, routes: Sequence[RouteView] | None = None) -> Frame | None:
    """The frame that holds these routes (all of the plan's by default), or None without any place."""
    points: list[Point] = []
    for route in plan.routes if routes is None else routes:
        points += [stop.place.point for stop in route.stops if stop.place is not None]
        if route.stops:
            points += [place.point for place in (route.start, route.end) if place is not None]
            points += lines.get(route.shift_id, ())
    return Frame.around(points) if points else None


def picture(
    plan: PlanView,
    lines: Lines,
    frame: Frame,
    streets: Mapping[str, str],
    attribution: str,
    *,
    only: RouteView | None = None,
) -> Picture:
    """The map of a plan's used routes, or of one of them larger."""
    drawn = tuple(
        _drawn(route, style_of(number), lines.get(route.shift_id, ()), frame, radius=_radius(only))
        for number, route in enumerate(plan.routes, start=1)
        if route.stops and (only is None or route.shift_id == only.shift_id)
    )
    units, metres = _bar(frame)
    return Picture(frame, streets, drawn, units, metres, attribution, _radius(only))


def _radius(only: RouteView | None) -> int:
    return 42 if only is None else 85


def _drawn(route: RouteView, style: Style, line: Sequence[Point], frame: Frame, *, radius: int) -> DrawnRoute:
    way = simplify([frame.xy(point) for point in line], ROUTE_TOLERANCE)
    return DrawnRoute(
        style=style,
        code=route.technician_code,
        technician=route.technician,
        path=path([way]),
        markers=tuple(_markers(route, frame, radius)),
        visits=len(route.visits),
    )


def _markers(route: RouteView, frame: Frame, radius: int) -> list[Marker]:
    taken: set[tuple[int, int]] = set()
    markers = []
    if route.start is not None:
        x, y = frame.xy(route.start.point)
        markers.append(Marker(x, y, "", f"{route.technician}: start of the day", "start"))
    for label, stop in numbered(route.stops):
        if stop.place is None:
            continue
        x, y = frame.xy(stop.place.point)
        while (x, y) in taken:
            x += 2 * radius
        taken.add((x, y))
        markers.append(Marker(x, y, label, stop_title(stop), stop.kind.value))
    return markers


def numbered(stops: Sequence[StopView]) -> list[tuple[str, StopView]]:
    """The stops with their labels: visits are counted, a warehouse is W, a break B."""
    count = 0
    labelled = []
    for stop in stops:
        count += stop.visit is not None
        labelled.append((str(count) if stop.visit is not None else stop.kind.value[0].upper(), stop))
    return labelled


def _bar(frame: Frame) -> tuple[int, int]:
    """The longest round length that fits a fifth of the width: in units and in metres."""
    per_metre = frame.scale / METRES_PER_DEGREE
    lengths = [digit * 10**power for power in range(2, 5) for digit in (1, 2, 5)]
    fitting = [length for length in lengths if length * per_metre <= 800] or lengths[:1]
    return round(fitting[-1] * per_metre), fitting[-1]
