"""Which visits are near one another, in space and in kind."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from solver.compiled import FloatArray, IntArray
from solver.improve.arrays import Arrays

BLOCK: Final = 256


def nearest(arrays: Arrays, count: int) -> IntArray:
    """(n, count) the nearest other visits of each, nearest first."""
    n = arrays.visits
    count = max(0, min(count, n - 1))
    found = np.zeros((n, count), dtype=np.int64)
    for low in range(0, n, BLOCK):
        rows = np.arange(low, min(n, low + BLOCK))
        apart = _apart(arrays, rows)
        apart[np.arange(len(rows)), rows] = np.inf
        part = (
            np.argpartition(apart, max(0, count - 1), axis=1)[:, :count]
            if count < n - 1
            else np.argsort(apart, axis=1)[:, :count]
        )
        order = np.argsort(np.take_along_axis(apart, part, axis=1), axis=1, kind="stable")
        found[rows] = np.take_along_axis(part, order, axis=1)
    return found


def distances(arrays: Arrays, near: IntArray) -> IntArray:
    """(n, k) seconds between each visit and those listed for it, the nearer way round."""
    place = arrays.location[: arrays.visits]
    here, there = np.broadcast_to(place[:, None], near.shape), place[near]
    return np.minimum(arrays.seconds[here, there], arrays.seconds_to[here, there]).astype(np.int64)


def _apart(arrays: Arrays, rows: IntArray) -> FloatArray:
    """(rows, n) seconds between visits, the nearer way round."""
    n = arrays.visits
    place = arrays.location[:n]
    there = arrays.seconds[np.ix_(place[rows], place)]
    back = arrays.seconds_to[np.ix_(place[rows], place)]
    return np.minimum(there, back).astype(np.float64)


def farness(arrays: Arrays) -> FloatArray:
    """(n,) seconds from the nearest place where a shift starts."""
    n = arrays.visits
    starts = np.unique(arrays.start_location)
    if not len(starts):
        return np.zeros(n)
    least: FloatArray = arrays.seconds[np.ix_(starts, arrays.location[:n])].min(axis=0).astype(np.float64)
    return least


def kinds(arrays: Arrays, near: IntArray, groups: Sequence[Sequence[object]], count: int) -> IntArray:
    """(kinds, n, count) per kind of likeness and visit, the nearest visits of the same group; -1 where a row ends."""
    found = np.full((len(groups), arrays.visits, count), -1, dtype=np.int64)
    for kind, labels in enumerate(groups):
        for visit in range(arrays.visits):
            same = [other for other in near[visit].tolist() if labels[other] == labels[visit]][:count]
            found[kind, visit, : len(same)] = same
    return found
