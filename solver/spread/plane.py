"""Places laid out on a plane, so that travel times are about the distances.

After Faloutsos and Lin, "FastMap", SIGMOD 1995: two pivots far apart give an axis, two more the other. Only the rows
and columns of the pivots are read, so the memory is linear in the places.
"""

from math import cos, pi, sin
from typing import Final

import numpy as np

from solver.compiled import FloatArray
from solver.problem import UNREACHABLE, IntMatrix

LOOKS: Final = 3
"""How often the farthest place is looked up in search of two pivots far apart."""


def plane(seconds: IntMatrix) -> FloatArray:
    """(m, 2) coordinates of the places, in about seconds of driving; the first axis is that of the greatest spread."""
    points: FloatArray = np.zeros((len(seconds), 2))
    if not len(seconds):
        return points
    here = 0
    for axis in range(2):
        there = here
        for _ in range(LOOKS):
            here, there = there, int(np.argmax(_apart(seconds, points[:, :axis], there)))
        one, other = _apart(seconds, points[:, :axis], here), _apart(seconds, points[:, :axis], there)
        if one[there] > 0:
            points[:, axis] = (one + one[there] - other) / (2 * np.sqrt(one[there]))
    return _turned(points)


def _turned(points: FloatArray) -> FloatArray:
    """The points about their mean, turned so that the first axis is the one along which they are spread most."""
    points = points - points.mean(axis=0)
    (a, b), (_, d) = points.T @ points
    angle = np.arctan2(2 * b, a - d) / 2
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned: FloatArray = points @ turn
    return turned


def direction(number: int) -> FloatArray:
    """(2,) the unit vector of the numbered direction: right angles first, then between those before.

    The angles are the van der Corput sequence of half a turn.
    """
    share, step = 0.0, 0.5
    while number:
        share += step * (number % 2)
        number, step = number // 2, step / 2
    return np.array([cos(pi * share), sin(pi * share)])


def _apart(seconds: IntMatrix, known: FloatArray, place: int) -> FloatArray:
    """(m,) squares of the distances from a place that the known axes do not explain."""
    row, column = seconds[place].astype(np.float64), seconds[:, place].astype(np.float64)
    road = np.minimum(np.where(row == UNREACHABLE, np.inf, row), np.where(column == UNREACHABLE, np.inf, column))
    road[place] = 0.0
    road[np.isinf(road)] = np.max(road[np.isfinite(road)])
    rest: FloatArray = np.maximum(0.0, road**2 - ((known - known[place]) ** 2).sum(axis=1))
    return rest
