"""All routes of a shift that cost little more than they are worth, found depth first."""

from typing import NamedTuple

import numpy as np

from solver.bound.completions import Memory, follows
from solver.bound.sheet import PLACE, Sheet
from solver.bound.steps import NONE, advance, buckets, ending, lead
from solver.compiled import IntArray
from solver.jit import jit


class Listed(NamedTuple):
    """Routes found. sets: visits as bits, by the sheet's numbers. costs: units. complete: whether these are all."""

    sets: IntArray
    costs: IntArray
    complete: bool


class Effort(NamedTuple):
    """When to give up: legs tried, routes found."""

    legs: int
    routes: int


class Table(NamedTuple):
    """What the rest of a route costs at least: `rest` of `solver.bound.completions`, for buckets of `step` seconds."""

    duals: IntArray
    rest: IntArray
    step: int


@jit
def listed(sheet: Sheet, memory: Memory, table: Table, step: int, limit: int, effort: Effort) -> Listed:
    """Every route that costs at most `limit` units more than its visits are worth; the cheapest order of each set.

    step: seconds of a bucket, of which the table's must be a multiple.
    """
    nodes, top = sheet.legs.shape[2], sheet.legs.shape[1] - 1
    ready = np.empty((nodes + 1, 1 << len(sheet.breaks), buckets(sheet, step)), dtype=np.int64)
    node, turn, had, known, worth, count = np.zeros((6, nodes + 2), dtype=np.int64)
    seen = np.zeros(nodes + 2, dtype=np.int64)
    used = np.zeros((nodes + 2, sheet.need.shape[1]), dtype=np.int64)
    sets, costs = np.empty(effort.routes, dtype=np.int64), np.empty(effort.routes, dtype=np.int64)
    found, legs, depth = 0, 0, 0
    node[0] = top
    while depth >= 0:
        j = turn[depth]
        turn[depth] += 1
        if j >= nodes:
            depth -= 1
            continue
        if not _may(sheet, node[depth], j, had[depth], seen[depth], count[depth], used[depth]):
            continue
        legs += 1
        if legs > effort.legs:
            return Listed(sets[:found], costs[:found], False)
        known[depth + 1] = 0 if depth == 0 else memory.after[node[depth], j, known[depth]]
        had[depth + 1] = had[depth] if j < sheet.visits else had[depth] | 1 << (j - sheet.visits)
        worth[depth + 1] = worth[depth] + table.duals[j]
        if depth == 0:
            lead(sheet, j, step, ready[0])
        else:
            advance(sheet, node[depth], j, step, ready[depth - 1], ready[depth])
        onward = table.rest[j, had[depth + 1], :, :, known[depth + 1]]
        if _least(ready[depth], onward, step, table.step) - worth[depth + 1] > limit:
            continue
        depth += 1
        node[depth], turn[depth] = j, 0
        seen[depth] = seen[depth - 1] | (1 << j if j < sheet.visits else 0)
        count[depth] = count[depth - 1] + (1 if j < sheet.visits else 0)
        used[depth] = used[depth - 1] + sheet.need[j]
        if j < sheet.visits:
            cost = ending(sheet, j, step, ready[depth - 1])
            if cost - worth[depth] <= limit:
                if found == effort.routes:
                    return Listed(sets[:found], costs[:found], False)
                sets[found], costs[found] = seen[depth], cost
                found += 1
    return Listed(sets[:found], costs[:found], True)


@jit
def _may(sheet: Sheet, i: int, j: int, had: int, seen: int, count: int, used: IntArray) -> bool:
    """Whether j may come next: not there yet, in its place, with the parts it needs."""
    if not follows(sheet, i, j, had):
        return False
    if j >= sheet.visits:
        return True
    place = sheet.nodes[j, PLACE]
    if (seen >> j) & 1 or count >= sheet.most or (place >= 0 and place != count):
        return False
    for part in range(len(used)):
        if sheet.need[j, part] and used[part] + sheet.need[j, part] > sheet.stock[had, part]:
            return False
    return True


@jit
def _least(ready: IntArray, onward: IntArray, step: int, wide: int) -> int:
    """Least units of a whole route that is `ready` so, when its rest costs `onward`."""
    best = 2 * NONE
    for settled in range(ready.shape[0]):
        for k in range(ready.shape[1]):
            if ready[settled, k] < NONE:
                best = min(best, ready[settled, k] + onward[settled, k * step // wide])
    return best
