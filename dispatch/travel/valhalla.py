"""Travel times from a Valhalla server: `/sources_to_targets`, `/route`, `/locate` and `/status`.

Valhalla's documentation: https://valhalla.github.io/valhalla/api/. Its error codes used here: 150 too many places at
once, 170 places in parts of the network that are not connected, 171 no road near a place, 442 no way.
"""

from collections.abc import Sequence
from typing import Any, Final

from dispatch.errors import Invalid
from dispatch.travel.places import Leg, Matrix, NoRoadBetween, NoRoadNear, Place, RouteShape, check_hour
from dispatch.travel.polyline import decode
from dispatch.travel.servers import OSM, Refused, Server, filled, in_blocks, unreachable, whole

_TOO_MANY: Final = "150"
_UNCONNECTED: Final = "170"
_NO_ROAD_NEAR: Final = "171"
_NO_WAY: Final = "442"


class Valhalla:
    """Travel times and routes from a Valhalla server; the hour of departure changes nothing."""

    by_hour = False
    attribution = OSM

    def __init__(
        self, server: Server, *, costing: str = "auto", max_gap: float = 500.0, side: int = 50, stops: int = 20
    ) -> None:
        """`side`² and `stops` are the server's limits for one table and one route; its defaults are 2,500 and 20.

        A place more than `max_gap` metres from any road is refused. A table over the limit is asked for in halves.
        """
        self._server = server
        self._costing = costing
        self._max_gap = max_gap
        self._side = side
        self._stops = stops

    def identity(self) -> str:
        """The server, how it costs, and its tiles as it names them in `/status`."""
        status = self._ask("/status", {})
        if not isinstance(status, dict) or "version" not in status:
            raise self._server.malformed("a status without a version")
        tiles = f"{status['version']} tiles {status.get('tileset_last_modified')}"
        return f"valhalla {self._server.url} {tiles} {self._costing} gap {self._max_gap:g}"

    def matrix(self, places: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each place to each other; see TravelTimes."""
        return self.table(places, places, depart_hour)

    def table(self, sources: Sequence[Place], targets: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        """Travel from each source to each target; see TravelTimes."""
        check_hour(depart_hour)
        try:
            return in_blocks(self._block, sources, targets, self._side)
        except NoRoadNear:
            self._refuse_far([*sources, *targets])  # names all of them, not only those of one block
            raise

    def route(self, places: Sequence[Place], depart_hour: int | None = None) -> RouteShape:
        """The way along the streets through the places in order; see TravelTimes."""
        check_hour(depart_hour)
        step = self._stops - 1
        legs: list[Leg] = []
        try:
            for first in range(0, len(places) - 1, step):
                legs.extend(self._legs(places[first : first + step + 1]))
        except NoRoadNear:
            self._refuse_far(places)
            raise
        return RouteShape(tuple(legs))

    def _block(self, sources: Sequence[Place], targets: Sequence[Place]) -> Matrix | None:
        body = {"sources": self._locations(sources), "targets": self._locations(targets), "costing": self._costing}
        try:
            answer = self._ask("/sources_to_targets", body)
        except Refused as refused:
            return self._refused_block(refused, sources, targets)
        try:
            rows = answer["sources_to_targets"]
            return filled([[_cell(cell) for cell in row] for row in rows], (len(sources), len(targets)))
        except (KeyError, TypeError, ValueError) as error:
            raise self._server.malformed(f"a table that cannot be read ({error})") from error

    def _refused_block(self, refused: Refused, sources: Sequence[Place], targets: Sequence[Place]) -> Matrix | None:
        """None to ask in halves, or one cell without a road."""
        single = len(sources) == len(targets) == 1
        if refused.code in (_UNCONNECTED, _NO_ROAD_NEAR):
            self._refuse_far([*sources, *targets])
        if refused.code == _UNCONNECTED:
            return unreachable() if single else None
        if refused.code == _TOO_MANY and not single:
            return None
        raise Invalid(str(refused)) from refused

    def _legs(self, places: Sequence[Place]) -> list[Leg]:
        body = {"locations": self._locations(places), "costing": self._costing, "directions_type": "none"}
        try:
            answer = self._ask("/route", {**body, "units": "kilometers"})
        except Refused as refused:
            return self._refused_legs(refused, places)
        try:
            legs = [_leg(leg) for leg in answer["trip"]["legs"]]
        except (KeyError, TypeError, ValueError) as error:
            raise self._server.malformed(f"a route that cannot be read ({error})") from error
        if len(legs) != len(places) - 1:
            raise self._server.malformed(f"{len(legs)} legs for {len(places)} places")
        return legs

    def _refused_legs(self, refused: Refused, places: Sequence[Place]) -> list[Leg]:
        """The legs asked for in halves, until the one without a road is found."""
        if refused.code in (_UNCONNECTED, _NO_ROAD_NEAR):
            self._refuse_far(places)
        single = len(places) == 2
        if refused.code in (_UNCONNECTED, _NO_WAY) and single:
            raise NoRoadBetween(*places) from refused
        if refused.code not in (_TOO_MANY, _UNCONNECTED, _NO_WAY) or single:
            raise Invalid(str(refused)) from refused
        middle = len(places) // 2
        return [*self._legs(places[: middle + 1]), *self._legs(places[middle:])]

    def _refuse_far(self, places: Sequence[Place]) -> None:
        """Raise NoRoadNear when the server finds no road near some of the places."""
        found = self._ask("/locate", {"locations": self._locations(places), "costing": self._costing})
        if not isinstance(found, list) or len(found) != len(places) or not all(isinstance(at, dict) for at in found):
            raise self._server.malformed("a list of roads that does not fit the places")
        far = [place for place, at in zip(places, found, strict=True) if not at.get("edges") and not at.get("nodes")]
        if far:
            message = f"{self._server.name} has no road within {self._max_gap:g} m of {far[0]}; correct it on the map"
            raise NoRoadNear(message, tuple(dict.fromkeys(far)))

    def _locations(self, places: Sequence[Place]) -> list[dict[str, float]]:
        return [{"lat": place.lat, "lon": place.lon, "search_cutoff": self._max_gap} for place in places]

    def _ask(self, path: str, body: dict[str, Any]) -> Any:
        return self._server.ask("POST", path, body=body)


def _cell(cell: dict[str, Any]) -> tuple[int, int] | None:
    """Seconds and metres; Valhalla counts kilometres."""
    if cell["time"] is None:
        return None
    return whole(cell["time"]), whole(1000 * cell["distance"])


def _leg(leg: dict[str, Any]) -> Leg:
    summary = leg["summary"]
    return Leg(decode(leg["shape"]), whole(summary["time"]), whole(1000 * summary["length"]))
