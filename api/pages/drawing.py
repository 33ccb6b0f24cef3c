"""What drawing a plan's map takes: the ways along the streets and the streets themselves, kept for the next look."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar, cast

from api.pages.frame import Frame
from api.pages.maps import Lines, Picture, frame_of, picture
from api.pages.streets import street_paths
from dispatch.planning import geojson
from dispatch.planning.views import PlanView, RouteView
from dispatch.travel.places import TravelTimes
from dispatch.travel.roads import RoadData

KEPT: Final = 32
NO_STREETS: Final[Mapping[str, str]] = {"small": "", "middle": "", "large": ""}

Key = tuple[object, ...]
T = TypeVar("T")


@dataclass
class Drawing:
    """Draws maps; threads share it. roads: the streets behind the routes; None where only a server knows them."""

    travel: TravelTimes
    roads: RoadData | None
    _kept: OrderedDict[Key, object] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def map_of(self, plan: PlanView, only: RouteView | None = None) -> Picture | None:
        """The map of a plan, or of one of its routes; None without any place on it."""
        wanted = [route for route in (plan.routes if only is None else [only]) if route.stops]
        key = (plan.id, plan.tag, tuple((route.shift_id, route.revision) for route in wanted))
        lines: Lines = self._keep(("lines", key), lambda: geojson.shapes(wanted, self.travel))
        frame = frame_of(plan, lines, wanted)
        if frame is None:
            return None
        streets = self._keep(("streets", frame), lambda: self._streets(frame))
        return picture(plan, lines, frame, streets, self.travel.attribution, only=only)

    def _streets(self, frame: Frame) -> Mapping[str, str]:
        return NO_STREETS if self.roads is None else street_paths(self.roads, frame)

    def _keep(self, key: Key, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("T", self._kept[key])
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made
