"""Which shifts are worth a closer look for a visit, by estimates over all legs of the plan at once.

They decide only what is tried first; whatever is offered is timed exactly afterwards.
"""

from typing import Final, NamedTuple

import numpy as np

from solver.compiled import NEVER, FloatArray, IntArray
from solver.explain.scene import Scene
from solver.insertion.legs import DRIVE, GOAL, LEAVE, REACH_BY, REST, SHIFT, START, legs_of

FAR: Final = float("inf")


class Ranks(NamedTuple):
    """For each shift, seconds: the less, the better; infinite where hopeless.

    way: the detour. beside: the detour at places where the visit seems to fit. late: past the end of the day, were it
    done within its windows. outside: outside its windows, were the day kept.
    """

    way: FloatArray
    beside: FloatArray
    late: FloatArray
    outside: FloatArray

    def best(self, row: FloatArray, most: int, among: list[int]) -> list[int]:
        """The few of these shifts that look best, the best first; the way decides between equals."""
        order = sorted(among, key=lambda shift: (row[shift], self.way[shift], shift))
        return [shift for shift in order[:most] if row[shift] < FAR]


class Nearness:
    """The legs of a plan side by side."""

    def __init__(self, scene: Scene) -> None:
        self._compiled = scene.compiled
        shifts = range(len(scene.plan.routes))
        self._legs: IntArray = np.concatenate([legs_of(scene.plan, shift) for shift in shifts], axis=1)
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
        return Ranks(
            way=self._least(way),
            beside=self._least(np.where(late == 0, way, NEVER)),
            late=self._least(np.where(way < NEVER, late, NEVER)),
            outside=self._least(np.where((arrive <= latest) & (way < NEVER), outside, NEVER)),
        )

    def _least(self, values: IntArray) -> FloatArray:
        """The least of each shift's legs."""
        least = np.minimum.reduceat(values, self._first)
        return np.where(least < NEVER // 2, least, FAR)
