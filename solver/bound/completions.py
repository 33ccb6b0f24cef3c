"""What the rest of a route costs at least, from every stop, in every bucket of time: the pricing of the bound.

A route here may come back to a visit once it has left its neighbourhood ("ng-routes", Baldacci, Mingozzi and Roberti
2011, "New route relaxation and pricing strategies for the vehicle routing problem"), which makes it cheaper than a real
one, never dearer.
"""

from typing import NamedTuple

import numpy as np

from solver.bound.pauses import BITS
from solver.bound.sheet import DRIVE, PRICE, ROAD, WORK, Sheet
from solver.bound.steps import NONE, buckets, home_cost, possible, settled_by, start_in
from solver.compiled import IntArray
from solver.jit import jit


class Memory(NamedTuple):
    """What a route remembers of the visits behind it.

    near: shape (nodes, g), the visits each node remembers. after: shape (nodes, nodes, 2**g), what is remembered at
    the second node by who remembered so much at the first; -1 where the visit is one of those remembered.
    """

    near: IntArray
    after: IntArray


def memory(sheet: Sheet, size: int) -> Memory:
    """Every node remembers the `size` visits nearest to it, itself apart."""
    nodes = sheet.legs.shape[2]
    size = max(0, min(size, sheet.visits - 1))
    ways = np.minimum(sheet.legs[DRIVE, :nodes], sheet.legs[DRIVE, :nodes].T)[:, : sheet.visits].copy()
    for v in range(sheet.visits):
        ways[v, v] = 2 * ROAD
    near = np.argsort(ways, axis=1, kind="stable")[:, :size].astype(np.int64)
    return Memory(near, _after(sheet.visits, near))


@jit
def _after(visits: int, near: IntArray) -> IntArray:
    nodes, size = near.shape
    after = np.zeros((nodes, nodes, 1 << size), dtype=np.int64)
    for i in range(nodes):
        for j in range(nodes):
            for x in range(1 << size):
                kept = 0
                for bit in range(size):
                    visit = near[j, bit]
                    known = visit == i and i < visits
                    for own in range(size):
                        known = known or (near[i, own] == visit and (x >> own) & 1 == 1)
                    if known:
                        kept |= 1 << bit
                for own in range(size):
                    if near[i, own] == j and (x >> own) & 1 == 1:
                        kept = -1
                after[i, j, x] = kept if i != j else -1
    return after


@jit
def completions(sheet: Sheet, memory: Memory, duals: IntArray, step: int) -> IntArray:
    """Least units, less duals, from leaving a node to the end of the route.

    Shape (nodes, 2**w warehouses visited, 2**b breaks settled, buckets, 2**g visits remembered).
    """
    nodes = sheet.legs.shape[2]
    count = buckets(sheet, step)
    rest = np.full(
        (nodes, sheet.able.shape[1], 1 << len(sheet.breaks), count, memory.after.shape[2]), NONE, dtype=np.int64
    )
    for k in range(count - 1, -1, -1):
        for _ in range(nodes + 1):  # no route has more stops within one bucket
            if not _bucket(sheet, memory, duals, step, k, rest):
                break
    return rest


@jit
def _bucket(sheet: Sheet, memory: Memory, duals: IntArray, step: int, k: int, rest: IntArray) -> bool:
    """Improve all values of one bucket; whether those of the same bucket may improve once more."""
    low = sheet.start + k * step
    high = min(low + step - 1, sheet.last)
    again = False
    for i in range(rest.shape[0]):
        for had in range(rest.shape[1]):
            if not _there(sheet, i, had):
                continue
            for settled in range(rest.shape[2]):
                if not possible(sheet, settled, low, high):
                    continue
                row = rest[i, had, settled, k]
                home = home_cost(sheet, i, settled, low, high)
                for x in range(len(row)):
                    row[x] = min(row[x], home)
                for j in range(rest.shape[0]):
                    if follows(sheet, i, j, had):
                        again |= _onward(sheet, memory, (i, j, had, settled), (low, high), duals[j], step, rest, row)
    return again


@jit
def _there(sheet: Sheet, i: int, had: int) -> bool:
    """Whether anyone can be at node i with these warehouses visited."""
    if i >= sheet.visits:
        return bool((had >> (i - sheet.visits)) & 1)
    return bool(sheet.able[i, had])


@jit
def follows(sheet: Sheet, i: int, j: int, had: int) -> bool:
    """Whether j may come after i with these warehouses visited: a warehouse once, a visit with what it needs."""
    if i == j or sheet.legs[DRIVE, i, j] >= ROAD:
        return False
    if j >= sheet.visits:
        return not (had >> (j - sheet.visits)) & 1
    return bool(sheet.able[j, had])


@jit
def _onward(
    sheet: Sheet,
    memory: Memory,
    state: tuple[int, int, int, int],
    span: tuple[int, int],
    dual: int,
    step: int,
    rest: IntArray,
    row: IntArray,
) -> bool:
    """Improve a row of values by going on to j; whether a value of the same bucket was taken that made a difference."""
    i, j, had, settled = state
    then = had if j < sheet.visits else had | 1 << (j - sheet.visits)
    own = (span[0] - sheet.start) // step
    again = False
    for way in range(sheet.rest_from[settled], sheet.rest_from[settled + 1]):
        low = span[0]
        after = settled | sheet.rests[way, BITS]
        for window in range(sheet.window_from[j], sheet.window_from[j + 1]):
            first, last, extra, low = start_in(sheet, i, j, low, span[1], way, window)
            if first > last:
                continue
            cost = sheet.legs[PRICE, i, j] + extra - dual
            work = sheet.legs[WORK, i, j] - sheet.start
            k = (first + work) // step
            better = _lower(row, memory.after[i, j], rest[j, then, after, k], cost)
            again = again or (better and k == own)
            if (last + work) // step > k:
                _lower(row, memory.after[i, j], rest[j, then, after, k + 1], cost)
    return again


@jit
def _lower(row: IntArray, after: IntArray, onward: IntArray, cost: int) -> bool:
    better = False
    for x in range(len(row)):
        if after[x] >= 0:
            value = onward[after[x]] + cost
            if value < row[x]:
                row[x] = value
                better = True
    return better


@jit
def openings(sheet: Sheet, duals: IntArray, step: int, rest: IntArray) -> IntArray:
    """Shape (nodes, 3): least units, less duals, of a route that goes there first; the breaks settled, the bucket."""
    found = np.full((rest.shape[0], 3), NONE, dtype=np.int64)
    top = sheet.legs.shape[1] - 1
    for j in range(rest.shape[0]):
        if not follows(sheet, top, j, 0):
            continue
        then = 0 if j < sheet.visits else 1 << (j - sheet.visits)
        for k in range(1 if sheet.at_start else rest.shape[3]):
            low = sheet.start + k * step
            high = low if sheet.at_start else min(low + step - 1, sheet.last)
            _open(sheet, (top, j, then, settled_by(sheet, low)), (low, high), duals[j], step, rest, found)
            if settled_by(sheet, low) != settled_by(sheet, high):
                _open(sheet, (top, j, then, settled_by(sheet, high)), (low, high), duals[j], step, rest, found)
    return found


@jit
def _open(
    sheet: Sheet,
    state: tuple[int, int, int, int],
    span: tuple[int, int],
    dual: int,
    step: int,
    rest: IntArray,
    found: IntArray,
) -> None:
    i, j, then, settled = state
    for way in range(sheet.rest_from[settled], sheet.rest_from[settled + 1]):
        low = span[0]
        after = settled | sheet.rests[way, BITS]
        for window in range(sheet.window_from[j], sheet.window_from[j + 1]):
            first, last, extra, low = start_in(sheet, i, j, low, span[1], way, window)
            work = sheet.legs[WORK, i, j] - sheet.start
            for k in range((first + work) // step, (last + work) // step + 1 if first <= last else -NONE):
                value = sheet.legs[PRICE, i, j] + extra - dual + rest[j, then, after, k, 0]
                if value < found[j, 0]:
                    found[j, 0], found[j, 1], found[j, 2] = value, after, k


@jit
def traced(
    sheet: Sheet, memory: Memory, duals: IntArray, step: int, rest: IntArray, first: int, settled: int, k: int
) -> IntArray:
    """The nodes of a cheapest route that goes to `first` and leaves it so; empty when it is lost on the way."""
    route = np.empty(3 * rest.shape[0] + 3, dtype=np.int64)
    route[0] = first
    length, i, x = 1, first, 0
    had = 0 if first < sheet.visits else 1 << (first - sheet.visits)
    while length < len(route):
        low = sheet.start + k * step
        value = rest[i, had, settled, k, x]
        if value == home_cost(sheet, i, settled, low, min(low + step - 1, sheet.last)):
            return route[:length].copy()
        j, settled, k = _next(sheet, memory, duals, step, rest, (i, had, settled, k, x))
        if j < 0:
            break
        route[length] = j
        length += 1
        x = memory.after[i, j, x]
        had |= 0 if j < sheet.visits else 1 << (j - sheet.visits)
        i = j
    return route[:0].copy()


@jit
def _next(
    sheet: Sheet,
    memory: Memory,
    duals: IntArray,
    step: int,
    rest: IntArray,
    state: tuple[int, int, int, int, int],
) -> tuple[int, int, int]:
    """(node, breaks settled, bucket) that the value of a state comes from; node -1 when none is found."""
    i, had, settled, k, x = state
    low_edge = sheet.start + k * step
    high = min(low_edge + step - 1, sheet.last)
    for j in range(rest.shape[0]):
        if not follows(sheet, i, j, had) or memory.after[i, j, x] < 0:
            continue
        then = had if j < sheet.visits else had | 1 << (j - sheet.visits)
        for way in range(sheet.rest_from[settled], sheet.rest_from[settled + 1]):
            low = low_edge
            after = settled | sheet.rests[way, BITS]
            for window in range(sheet.window_from[j], sheet.window_from[j + 1]):
                first, last, extra, low = start_in(sheet, i, j, low, high, way, window)
                work = sheet.legs[WORK, i, j] - sheet.start
                for to in range((first + work) // step, (last + work) // step + 1 if first <= last else -NONE):
                    onward = rest[j, then, after, to, memory.after[i, j, x]]
                    if sheet.legs[PRICE, i, j] + extra - duals[j] + onward == rest[i, had, settled, k, x]:
                        return j, after, to
    return -1, 0, 0
