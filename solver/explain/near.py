"""Which shifts are worth a closer look for a visit, by estimates over all legs of the plan at once.

They decide only what is tried first; whatever is offered is timed exactly afterwards.
"""

from typing import Final, NamedTuple

import numpy as np

from solver.compiled import NEVER, BoolArray, FloatArray, IntArray
from solver.explain.scene import Scene
from solver.insertion.legs import DRIVE, GOAL, LEAVE, METRES, REACH_BY, REST, SHIFT, START, legs_of

FAR: Final = float("inf")


class Ranks(NamedTuple):
    """For each shift: the less, the better; infinite where hopeless.

    way: what the detour and the service cost, in units. beside: the same at places where the visit seems to fit.
    late: seconds past the end of the day, were it done within its windows. outside: seconds outside its windows, were
    the day kept.
    """

    way: FloatArray
    beside: FloatArray
    late: FloatArray
    outside: FloatArray

    def best(self, row: FloatArray, most: int, among: list[int]) -> list[int]:
        """The few of these shifts that look best, the best first; the cost decides between equals."""
        order = sorted(among, key=lambda shift: (row[shift], self.way[shift], shift))
        return [shift for shift in order[:most] if row[shift] < FAR]


class Nearness:
    """The legs of a plan side by side."""

    def __init__(self, scene: Scene) -> None:
        self._compiled = scene.compiled
        shifts = range(len(scene.plan.routes))
        self._legs: IntArray = np.concatenate([legs_of(scene.plan, shift) for shift in shifts], axis=1)
        self._fixed = np.array([_first_use(scene, shift) for shift in shifts], dtype=np.float64)
        owners = self._legs[SHIFT]
        self._first = np.flatnonzero(np.append(True, owners[1:] != owners[:-1]))

    def ranks(self, visit: int) -> Ranks:
        """Estimates for one visit, whoever may or can do it."""
        compiled, legs = self._compiled, self._legs
        place = int(compiled.location[visit])
        last = legs[GOAL] < 0
        out = compiled.seconds[legs[START], place]
        on = np.where(last, 0, compiled.seconds[place, np.where(last, 0, legs[GOAL])])
        way = out + on - legs[DRIVE]
        service = compiled.duration[visit][compiled.technician_of[legs[SHIFT]]]
        service = service + compiled.setup[visit] * (legs[START] != place)
        arrive = legs[LEAVE] + out
        latest = legs[REACH_BY] - on - legs[REST] - service
        windows = [(low, high) for low, high in zip(compiled.opens[visit], compiled.closes[visit], strict=True)]
        windows = [(int(low), int(high)) for low, high in windows if low < NEVER]
        start, outside = np.full(arrive.shape, NEVER), np.full(arrive.shape, NEVER)
        for low, high in reversed(windows):
            start = np.where(arrive <= high, np.maximum(arrive, low), start)
            outside = np.minimum(outside, np.maximum(0, np.maximum(arrive - high, low - latest)))
        late = np.where(start < NEVER, np.maximum(0, start - latest), NEVER)
        price = np.where(way < NEVER, self._price(place, way, service, last), FAR)
        return Ranks(
            way=self._least(price) + self._fixed,
            beside=self._least(np.where(late == 0, price, FAR)) + self._fixed,
            late=self._least(np.where((way < NEVER) & (late < NEVER // 2), late, FAR)),
            outside=self._least(np.where((arrive <= latest) & (way < NEVER) & (outside < NEVER // 2), outside, FAR)),
        )

    def _price(self, place: int, way: IntArray, service: IntArray, last: BoolArray) -> FloatArray:
        """What a detour over this place costs on each leg."""
        compiled, legs = self._compiled, self._legs
        rates = compiled.rates[:, compiled.technician_of[legs[SHIFT]]]
        on = np.where(last, 0, compiled.metres[place, np.where(last, 0, legs[GOAL])])
        metres = compiled.metres[legs[START], place] + on - legs[METRES]
        price: FloatArray = rates[0] * way + rates[1] * (way + service) + rates[2] * metres
        return price

    def _least(self, values: FloatArray) -> FloatArray:
        """The least of each shift's legs."""
        return np.asarray(np.minimum.reduceat(values, self._first), dtype=np.float64)


def _first_use(scene: Scene, shift: int) -> int:
    """The technician's fixed cost, unless it is paid already."""
    crew = scene.compiled.crews[scene.owner[shift][0]]
    return 0 if any(s in scene.routes for s in crew.shifts) else crew.fixed
