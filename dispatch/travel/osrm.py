"""Travel times from an OSRM server: `/table` and `/route`.

OSRM's documentation: https://project-osrm.org/docs/v5.24.0/api/. Its codes used here: TooBig, NoSegment, NoTable and
NoRoute.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from dispatch.errors import Invalid
from dispatch.travel.places import (
    Leg,
    Matrix,
    NoRoadBetween,
    NoRoadNear,
    Place,
    Point,
    RouteShape,
    check_hour,
)
from dispatch.travel.polyline import decode
from dispatch.travel.servers import OSM, Refused, Server, filled, in_blocks, unreachable, whole

_TOO_MANY: Final = "TooBig"
_NO_ROAD_NEAR: Final = "NoSegment"
_NO_WAY: Final = frozenset({"NoTable", "NoRoute"})


class Osrm:
    """Travel times and routes from an OSRM server; the hour of departure changes nothing.

    OSRM does not say which data it runs on: after new data, empty the cache of matrices.
    """

    by_hour = False
    attribution = OSM

    def __init__(
        self, server: Server, *, profile: str = "driving", max_gap: float = 500.0, side: int = 50, stops: int = 100
    ) -> None:
        """`side` + `side` and `stops` are the most places in one table and one route; OSRM's defaults are 100 and 500.

        A place more than `max_gap` metres from any road is refused; OSRM names one such place at a time. A table over
        the limit is asked for in halves.
        """
        self._server = server
        self._profile = profile
        self._max_gap = max_gap
        self._side = side
        self._stops = stops

    def identity(self) -> str:
        """The server, its profile and the limit for snapping."""
        return f"osrm {self._server.url} {self._profile} gap {self._max_gap:g}"

    def matrix(self, places: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each place to each other; see TravelTimes."""
        return self.table(places, places, depart_hour)

    def table(self, sources: Sequence[Place], targets: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each source to each target; see TravelTimes."""
        check_hour(depart_hour)
        return in_blocks(self._block, sources, targets, self._side)

    def route(self, places: Sequence[Place], depart_hour: int | None = None) -> RouteShape:
        """The way along the streets through the places in order; see TravelTimes."""
        check_hour(depart_hour)
        step = self._stops - 1
        legs: list[Leg] = []
        for first in range(0, len(places) - 1, step):
            legs.extend(self._legs(places[first : first + step + 1]))
        return RouteShape(tuple(legs))

    def _block(self, sources: Sequence[Place], targets: Sequence[Place]) -> Matrix | None:
        places = [*sources, *targets]
        options = {
            "sources": _indices(0, len(sources)),
            "destinations": _indices(len(sources), len(places)),
            "annotations": "duration,distance",
        }
        try:
            answer = self._ask("table", places, options)
        except Refused as refused:
            return self._refused_block(refused, sources, targets)
        try:
            both = zip(answer["durations"], answer["distances"], strict=True)
            rows = [[_cell(*cell) for cell in zip(*row, strict=True)] for row in both]
            return filled(rows, (len(sources), len(targets)))
        except (KeyError, TypeError, ValueError) as error:
            raise self._server.malformed(f"a table that cannot be read ({error!r})") from error

    def _refused_block(self, refused: Refused, sources: Sequence[Place], targets: Sequence[Place]) -> Matrix | None:
        """None to ask in halves, or one cell without a road."""
        self._refuse_far(refused, [*sources, *targets])
        single = len(sources) == len(targets) == 1
        if refused.code in _NO_WAY:
            return unreachable() if single else None
        if refused.code == _TOO_MANY and not single:
            return None
        raise Invalid(str(refused)) from refused

    def _legs(self, places: Sequence[Place]) -> list[Leg]:
        options = {"steps": "true", "geometries": "polyline6", "overview": "false"}
        try:
            answer = self._ask("route", places, options)
        except Refused as refused:
            return self._refused_legs(refused, places)
        try:
            legs = [_leg(leg) for leg in answer["routes"][0]["legs"]]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise self._server.malformed(f"a route that cannot be read ({error!r})") from error
        if len(legs) != len(places) - 1:
            raise self._server.malformed(f"{len(legs)} legs for {len(places)} places")
        return legs

    def _refused_legs(self, refused: Refused, places: Sequence[Place]) -> list[Leg]:
        """The legs asked for in halves, until the one without a road is found."""
        self._refuse_far(refused, places)
        single = len(places) == 2
        if refused.code in _NO_WAY and single:
            raise NoRoadBetween(*places) from refused
        if refused.code not in (*_NO_WAY, _TOO_MANY) or single:
            raise Invalid(str(refused)) from refused
        middle = len(places) // 2
        return [*self._legs(places[: middle + 1]), *self._legs(places[middle:])]

    def _refuse_far(self, refused: Refused, places: Sequence[Place]) -> None:
        """Raise NoRoadNear when that is why; OSRM's message ends with the number of the place."""
        number = re.search(r"(\d+)\s*\(NoSegment\)$", str(refused))
        if refused.code != _NO_ROAD_NEAR or not number or int(number[1]) >= len(places):
            return
        far = places[int(number[1])]
        message = f"{self._server.name} has no road within {self._max_gap:g} m of {far}; correct it on the map"
        raise NoRoadNear(message, (far,)) from refused

    def _ask(self, service: str, places: Sequence[Place], options: dict[str, str]) -> Any:
        points = ";".join(f"{place.lon:.6f},{place.lat:.6f}" for place in places)
        near = ";".join([f"{self._max_gap:g}"] * len(places))
        return self._server.ask("GET", f"/{service}/v1/{self._profile}/{points}", {**options, "radiuses": near})


def _indices(first: int, stop: int) -> str:
    return ";".join(map(str, range(first, stop)))


def _cell(seconds: object, metres: object) -> tuple[int, int] | None:
    return None if seconds is None else (whole(seconds), whole(metres))


def _leg(leg: dict[str, Any]) -> Leg:
    line: list[Point] = []
    for step in leg["steps"]:
        points = decode(step["geometry"])
        line.extend(points[1:] if line and points[:1] == (line[-1],) else points)
    return Leg(tuple(line), whole(leg["duration"]), whole(leg["distance"]))
