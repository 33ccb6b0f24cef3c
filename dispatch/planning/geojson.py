"""Plans and proposals as GeoJSON: routes along the streets as lines, stops as points (RFC 7946)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dispatch.errors import Unavailable
from dispatch.planning.plans import ProposalView
from dispatch.planning.views import PlanView, RouteView, StopView
from dispatch.travel.places import NoRoadBetween, NoRoadNear, Place, Point, TravelTimes

MEDIA_TYPE = "application/geo+json"


def shapes(routes: Iterable[RouteView], travel: TravelTimes) -> dict[int, tuple[Point, ...]]:
    """For each shift the points of its way along the streets; empty for a route without stops.

    Where the source of travel times is away or knows no road, straight lines between the stops.
    """
    return {route.shift_id: _shape(route, travel) for route in routes}


def of(view: PlanView | ProposalView, travel: TravelTimes) -> dict[str, Any]:
    """A FeatureCollection: per used route a LineString, per stop with a place a Point."""
    lines = shapes(view.routes, travel)
    features = [
        feature
        for route in view.routes
        if route.stops
        for feature in (_line(route, lines[route.shift_id]), *_points(route))
    ]
    return {
        "type": "FeatureCollection",
        "attribution": travel.attribution,
        "territory": view.territory,
        "local_date": view.local_date.isoformat(),
        "features": features,
    }


def way(route: RouteView) -> list[Place]:
    """The places of a route in order, from where it leaves to where it comes back."""
    stops = [stop.place for stop in route.stops if stop.place is not None]
    ends = [route.start, *stops, route.end] if stops else []
    return [place for place in ends if place is not None]


def _shape(route: RouteView, travel: TravelTimes) -> tuple[Point, ...]:
    places = way(route)
    if len(places) < 2:
        return tuple(place.point for place in places)
    try:
        return travel.route(places).points
    except (NoRoadNear, NoRoadBetween, Unavailable):
        return tuple(place.point for place in places)


def _line(route: RouteView, points: Sequence[Point]) -> dict[str, Any]:
    # A route that never leaves its first place is a line of no length; a line has two positions at least.
    line = points if len(points) != 1 else (*points, *points)
    return {
        "type": "Feature",
        "id": f"route-{route.shift_id}",
        "geometry": {"type": "LineString", "coordinates": [list(point) for point in line]},
        "properties": {
            "kind": "route",
            "shift_id": route.shift_id,
            "technician_id": route.technician_id,
            "technician": route.technician,
            "revision": route.revision,
            "departs_at": None if route.departs_at is None else route.departs_at.isoformat(),
            "returns_at": None if route.returns_at is None else route.returns_at.isoformat(),
            "travel_seconds": route.travel_seconds,
            "travel_metres": route.travel_metres,
        },
    }


def _points(route: RouteView) -> Iterable[dict[str, Any]]:
    for position, stop in enumerate(route.stops):
        if stop.place is not None:
            yield {
                "type": "Feature",
                "id": f"stop-{route.shift_id}-{position}",
                "geometry": {"type": "Point", "coordinates": list(stop.place.point)},
                "properties": {**_properties(stop), "shift_id": route.shift_id, "position": position},
            }


def _properties(stop: StopView) -> Mapping[str, Any]:
    visit = stop.visit
    return {
        "kind": stop.kind.value,
        "title": stop.title,
        "arrives_at": stop.arrives_at.isoformat(),
        "starts_at": stop.starts_at.isoformat(),
        "departs_at": stop.departs_at.isoformat(),
        **({} if visit is None else {"visit_id": visit.id, "number": visit.number, "status": visit.status.value}),
    }
