"""The best pair of shifts for two visits that start at the same second."""

import numpy as np

from solver.compiled import FloatArray, IntArray
from solver.improve.arrays import Arrays
from solver.jit import lean
from solver.quote.backward import cost_by_start
from solver.quote.kernels import PLACE, ROUTE, STORE, TOUR, hold, lay
from solver.timing.work import TimingWork


@lean
def functions(
    arrays: Arrays,
    work: TimingWork,
    back: TimingWork,
    tours: IntArray,
    stops: IntArray,
    candidate: IntArray,
    order: IntArray,
    roads: FloatArray,
    opens: int,
    closes: int,
    slot: int,
    limits: IntArray,
    route: IntArray,
    bounds: IntArray,
    line: FloatArray,
    spans: IntArray,
) -> bool:
    """Writes per shift its least cost by the start of the visit, at any second from `opens` to `closes`.

    order: the candidates, those of one shift next to each other. spans: (s, 2) rows of `bounds`, zero at first.
    False when there is not the room.
    """
    hold(arrays, work, slot, opens, closes)
    free = spans[0, 0]
    first = at = free
    for o in range(len(order)):
        c = order[o]
        shift = tours[candidate[c, TOUR], ROUTE]
        if roads[c] < np.inf:
            laid = lay(tours, stops, candidate, c, slot, route)
            place = candidate[c, PLACE] + (1 if candidate[c, STORE] >= 0 else 0)
            first, at = cost_by_start(
                arrays, work, back, shift, route, laid, place, limits[shift, 0], limits[shift, 1], roads[c],
                bounds, line, first, at,
            )  # fmt: skip
            if at < 0:
                return False
        if o + 1 == len(order) or tours[candidate[order[o + 1], TOUR], ROUTE] != shift:
            spans[shift, 0] = free
            for j in range(first, at):
                bounds[free, 0], bounds[free, 1] = bounds[j, 0], bounds[j, 1]
                line[free, 0], line[free, 1] = line[j, 0], line[j, 1]
                free += 1
            spans[shift, 1] = free
            first = at = free
    return True


@lean
def least_within(
    bounds: IntArray, line: FloatArray, spans: IntArray, shifts: IntArray, opens: int, closes: int, least: FloatArray
) -> None:
    """Writes per shift the least value of its function from `opens` to `closes`."""
    for n in range(len(shifts)):
        least[n] = np.inf
        for j in range(spans[shifts[n], 0], spans[shifts[n], 1]):
            low, high = max(bounds[j, 0], opens), min(bounds[j, 1], closes)
            if low <= high:
                value = line[j, 0] + line[j, 1] * (low - bounds[j, 0])
                least[n] = min(least[n], value, value + line[j, 1] * (high - low))


@lean
def least_sum(
    bounds: IntArray,
    line: FloatArray,
    i: int,
    i_after: int,
    other_bounds: IntArray,
    other_line: FloatArray,
    j: int,
    j_after: int,
    opens: int,
    closes: int,
) -> tuple[float, int]:
    """(least sum of two functions from `opens` to `closes`, the first second of it)."""
    best, start = np.inf, opens
    while i < i_after and j < j_after:
        low = max(bounds[i, 0], other_bounds[j, 0], opens)
        high = min(bounds[i, 1], other_bounds[j, 1], closes)
        if low <= high:
            value = line[i, 0] + line[i, 1] * (low - bounds[i, 0])
            value += other_line[j, 0] + other_line[j, 1] * (low - other_bounds[j, 0])
            last = value + (line[i, 1] + other_line[j, 1]) * (high - low)
            if min(value, last) < best:
                best = min(value, last)
                start = high if last < value else low
        if bounds[i, 1] <= other_bounds[j, 1]:
            i += 1
        else:
            j += 1
    return best, start


@lean
def best_pair(
    technician: IntArray,
    bounds: IntArray,
    line: FloatArray,
    spans: IntArray,
    other_bounds: IntArray,
    other_line: FloatArray,
    other_spans: IntArray,
    one: IntArray,
    one_least: FloatArray,
    other: IntArray,
    other_least: FloatArray,
    opens: int,
    closes: int,
) -> tuple[float, int, int, int]:
    """(cost, shift of the first visit, of the second, start) of the best two technicians; infinite: there are none.

    one, other: shifts that may have the first and the second visit, those of the least cost in the spell first.
    """
    best, first, second, start = np.inf, opens, opens, opens
    for a in range(len(one)):
        if len(other) == 0 or one_least[a] + other_least[0] >= best:
            break
        for b in range(len(other)):
            if one_least[a] + other_least[b] >= best:
                break
            s, u = one[a], other[b]
            if technician[s] == technician[u]:
                continue
            cost, at = least_sum(
                bounds, line, spans[s, 0], spans[s, 1],
                other_bounds, other_line, other_spans[u, 0], other_spans[u, 1], opens, closes,
            )  # fmt: skip
            if cost < best:
                best, first, second, start = cost, s, u, at
    return best, first, second, start
