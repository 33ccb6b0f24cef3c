"""The source of travel times that the settings ask for."""

from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from dispatch.errors import Invalid
from dispatch.travel.cache import MatrixCache
from dispatch.travel.cached import CachedTravelTimes
from dispatch.travel.network import RoadNetwork
from dispatch.travel.osrm import Osrm
from dispatch.travel.places import TravelTimes
from dispatch.travel.roads import RoadData
from dispatch.travel.servers import Server
from dispatch.travel.straight import StraightLine
from dispatch.travel.valhalla import Valhalla

_T = TypeVar("_T")


class TravelSource(StrEnum):
    """Where travel times come from."""

    ROADS = "roads"
    STRAIGHT = "straight"
    VALHALLA = "valhalla"
    OSRM = "osrm"


def choose(
    kind: str, *, file: Path | None = None, url: str | None = None, cache: Path | None = None, max_gap: float = 500.0
) -> TravelTimes:
    """The source of travel times of a kind: `roads` needs `file`, `valhalla` and `osrm` need `url`.

    With `cache`, a directory, tables are kept there between processes. `max_gap` is how far a place may be from a road,
    in metres. Raises Invalid when something is missing or wrong; no server is asked yet.
    """
    if kind not in list(TravelSource):
        raise Invalid(f"the source of travel times is {kind!r}; choose one of {', '.join(TravelSource)}")
    source = _source(TravelSource(kind), file, url, max_gap)
    return source if cache is None else CachedTravelTimes(source, MatrixCache(cache))


def _source(kind: TravelSource, file: Path | None, url: str | None, max_gap: float) -> TravelTimes:
    match kind:
        case TravelSource.ROADS:
            return RoadNetwork(RoadData.read(_given(file, kind, "road file (DISPATCH_ROADS_FILE)")), max_gap=max_gap)
        case TravelSource.VALHALLA:
            return Valhalla(
                Server("Valhalla", _given(url, kind, "server's address (DISPATCH_TRAVEL_URL)")), max_gap=max_gap
            )
        case TravelSource.OSRM:
            return Osrm(Server("OSRM", _given(url, kind, "server's address (DISPATCH_TRAVEL_URL)")), max_gap=max_gap)
        case TravelSource.STRAIGHT:
            return StraightLine()


def _given(value: _T | None, kind: TravelSource, what: str) -> _T:
    if value is None:
        raise Invalid(f"travel times from {kind} need the {what}; give it, or choose another source")
    return value
