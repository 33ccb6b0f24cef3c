"""A visit that wants in, and offers of what would let it."""

from collections.abc import Mapping
from typing import NamedTuple

from solver.explain.easing import Easing
from solver.explain.near import Ranks
from solver.explain.scene import Scene
from solver.problem import Technician, Visit
from solver.solution import Route, Stop, StopKind
from solver.words import clock, span


class Offer(NamedTuple):
    """A change that may let the visit in. says: sentences. technician: who would do it, as an index."""

    kind: str
    technician: int
    says: str
    easings: tuple[Easing, ...]
    routes: Mapping[int, Route | None]


class Wish:
    """One visit left out. able: the shifts of technicians whom no rule about themselves keeps from it."""

    def __init__(self, scene: Scene, visit: int, ranks: Ranks, able: list[int]) -> None:
        self.scene, self.visit, self.ranks, self.able = scene, visit, ranks, able
        self.thing: Visit = scene.problem.visits[visit]

    def person(self, shift: int) -> Technician:
        """Whose shift it is."""
        return self.scene.technician(shift)

    def ready(self) -> list[int]:
        """The shifts, among those able, that need no part or tool from a warehouse for it; all those able when none."""
        need = self.scene.compiled.need[self.visit]
        found = [
            shift
            for shift in self.able
            if self.thing.tools <= self.person(shift).tools and (self.scene.spare[shift] >= need).all()
        ]
        return found or self.able

    def path(self, *fields: str) -> tuple[str | int, ...]:
        """Where the problem's document has this field of the visit."""
        return ("visits", self.visit, *fields)

    def offer(self, kind: str, shift: int, says: str, easings: tuple[Easing, ...], route: Route) -> Offer:
        """An offer that changes one shift's route; the message ends with when the visit then starts."""
        technician = self.scene.owner[shift][0]
        then = f"{self.person(shift).id!r} then starts it at {clock(self.start(route))}."
        return Offer(kind, technician, f"{says} {then}", easings, {shift: route})

    def start(self, route: Route) -> int:
        """When the visit starts in a route that has it."""
        return self.stop(route).start

    def stop(self, route: Route) -> Stop:
        """The visit's stop in a route that has it."""
        return next(stop for stop in route.stops if stop.kind is StopKind.VISIT and stop.id == self.thing.id)


def minutes(seconds: int) -> str:
    """A length of time rounded up to the minute: "1 h 20 min"."""
    return span(-(-seconds // 60) * 60)
