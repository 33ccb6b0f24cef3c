"""Which visits are near one another, in space, in time, and in kind."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from solver.compiled import FloatArray, IntArray
from solver.improve.arrays import Arrays

BLOCK: Final = 256
WAITING, TOO_LATE = 0.2, 1.0
"""What a second of waiting and of coming too late counts against a second of driving; after Vidal and others, 2013."""


def nearest(arrays: Arrays, count: int, timed: bool) -> IntArray:
    """(n, count) the nearest other visits of each, nearest first. timed: when they are done counts as well."""
    n = arrays.visits
    count = max(0, min(count, n - 1))
    found = np.zeros((n, count), dtype=np.int64)
    for low in range(0, n, BLOCK):
        rows = np.arange(low, min(n, low + BLOCK))
        apart = _apart(arrays, rows, timed)
        apart[np.arange(len(rows)), rows] = np.inf
        part = (
            np.argpartition(apart, max(0, count - 1), axis=1)[:, :count]
            if count < n - 1
            else np.argsort(apart, axis=1)[:, :count]
        )
        order = np.argsort(np.take_along_axis(apart, part, axis=1), axis=1, kind="stable")
        found[rows] = np.take_along_axis(part, order, axis=1)
    return found


def _apart(arrays: Arrays, rows: IntArray, timed: bool) -> FloatArray:
    """(rows, n) seconds between visits, the nearer way round."""
    n = arrays.visits
    place = arrays.location[:n]
    there = arrays.seconds[np.ix_(place[rows], place)].astype(np.float64)
    back = arrays.seconds[np.ix_(place, place[rows])].T.astype(np.float64)
    if timed:
        there = _with_time(arrays, there, rows[:, None], np.arange(n)[None, :])
        back = _with_time(arrays, back, np.arange(n)[None, :], rows[:, None])
    least: FloatArray = np.minimum(there, back)
    return least


def _with_time(arrays: Arrays, drive: FloatArray, one: IntArray, other: IntArray) -> FloatArray:
    service = arrays.service[:, 0]
    bound = 1 << 31
    opens, closes = np.maximum(arrays.open, -bound), np.minimum(arrays.close, bound)
    wait = np.maximum(0, opens[other] - service[one] - drive - closes[one])
    late = np.maximum(0, opens[one] + service[one] + drive - closes[other])
    return np.asarray(drive + WAITING * wait + TOO_LATE * late, dtype=np.float64)


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
