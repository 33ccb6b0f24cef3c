"""All routes of a shift that cost little more than they are worth, found depth first."""

from typing import NamedTuple

import numpy as np

from solver.bound.completions import Memory, completions, follows
from solver.bound.sheet import DRIVE, HOME_DRIVE, PLACE, PRICE, WORK, Sheet
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
    """What the rest of a route costs at least: `rest` of `solver.bound.completions`, for buckets of `step` seconds.

    later: shape (nodes, 2**w, buckets, 2**g), the least of it in this bucket or later, whatever breaks are settled.
    """

    duals: IntArray
    rest: IntArray
    later: IntArray
    step: int


def table_of(sheet: Sheet, memory: Memory, duals: IntArray, step: int) -> Table:
    """The table of a shift for these worths of its nodes."""
    rest = completions(sheet, memory, duals, step)
    later = np.minimum.accumulate(rest.min(axis=2)[:, :, ::-1], axis=2)[:, :, ::-1]
    return Table(duals, rest, np.ascontiguousarray(later), step)


class Trail(NamedTuple):
    """The route under way, by the number of its stops: stack of the search. Row 0 is the start.

    ready: units by breaks settled and bucket, see `solver.bound.steps`. rows: see the columns below.
    """

    ready: IntArray
    rows: IntArray
    used: IntArray


NODE, TURN, HAD, KNOWN, WORTH, COUNT, SEEN, LEAST, EARLY, DRIVEN = range(10)
"""Columns of `Trail.rows`: the node, the next one to try, warehouses visited, what is remembered, what the stops are
worth, visits, the same as bits, the least of `ready`, its first bucket, seconds driven."""


def listed(sheet: Sheet, memory: Memory, table: Table, step: int, limit: int, effort: Effort) -> Listed:
    """Every route that costs at most `limit` units more than its visits are worth, in all its orders.

    step: seconds of a bucket, of which the table's must be a multiple.
    """
    nodes = sheet.legs.shape[2]
    trail = Trail(
        ready=np.empty((nodes + 1, 1 << len(sheet.breaks), buckets(sheet, step)), dtype=np.int64),
        rows=np.zeros((nodes + 1, 10), dtype=np.int64),
        used=np.zeros((nodes + 1, sheet.need.shape[1]), dtype=np.int64),
    )
    sets, costs = np.empty(effort.routes, dtype=np.int64), np.empty(effort.routes, dtype=np.int64)
    found, complete = _search(sheet, memory, table, step, limit, effort.legs, trail, sets, costs)
    return Listed(sets[:found], costs[:found], bool(complete))


@jit
def _search(
    sheet: Sheet,
    memory: Memory,
    table: Table,
    step: int,
    limit: int,
    legs: int,
    trail: Trail,
    sets: IntArray,
    costs: IntArray,
) -> tuple[int, bool]:
    """(routes entered in `sets` and `costs`, whether these are all)."""
    found, depth = 0, 0
    trail.rows[0, NODE] = sheet.legs.shape[1] - 1
    while depth >= 0:
        j = trail.rows[depth, TURN]
        trail.rows[depth, TURN] += 1
        if j >= sheet.legs.shape[2]:
            depth -= 1
            continue
        if not _may(sheet, trail, depth, j) or _hopeless(sheet, memory, table, step, limit, trail, depth, j):
            continue
        legs -= 1
        if legs < 0:
            return found, False
        if not _go_on(sheet, memory, table, step, limit, trail, depth, j):
            continue
        depth += 1
        if j < sheet.visits and trail.rows[depth, DRIVEN] + sheet.nodes[j, HOME_DRIVE] <= sheet.most_travel:
            cost = ending(sheet, j, step, trail.ready[depth])
            if cost - trail.rows[depth, WORTH] <= limit:
                if found == len(sets):
                    return found, False
                sets[found], costs[found] = trail.rows[depth, SEEN], cost
                found += 1
    return found, True


@jit
def _may(sheet: Sheet, trail: Trail, depth: int, j: int) -> bool:
    """Whether j may come next: not there yet, in its place, with the parts it needs."""
    row = trail.rows[depth]
    if not follows(sheet, row[NODE], j, row[HAD]):
        return False
    if row[DRIVEN] + sheet.legs[DRIVE, row[NODE], j] > sheet.most_travel:
        return False
    if j >= sheet.visits:
        return True
    place = sheet.nodes[j, PLACE]
    if (row[SEEN] >> j) & 1 or row[COUNT] >= sheet.most or (place >= 0 and place != row[COUNT]):
        return False
    for part in range(trail.used.shape[1]):
        need = sheet.need[j, part]
        if need and trail.used[depth, part] + need > sheet.stock[row[HAD], part]:
            return False
    return True


@jit
def _hopeless(
    sheet: Sheet, memory: Memory, table: Table, step: int, limit: int, trail: Trail, depth: int, j: int
) -> bool:
    """A quick look at whether going on to j can stay within the limit."""
    if depth == 0:
        return False
    row = trail.rows[depth]
    i = row[NODE]
    done = row[EARLY] * step + sheet.legs[DRIVE, i, j]
    if sheet.window_from[j] < sheet.window_from[j + 1]:
        done = max(done, sheet.windows[sheet.window_from[j], 0] - sheet.start)
    k = (done + sheet.legs[WORK, i, j]) // table.step
    if k >= table.later.shape[2]:
        return True
    then = row[HAD] if j < sheet.visits else row[HAD] | 1 << (j - sheet.visits)
    onward = table.later[j, then, k, memory.after[i, j, row[KNOWN]]]
    return bool(row[LEAST] - row[WORTH] + sheet.legs[PRICE, i, j] - table.duals[j] + onward > limit)


@jit
def _go_on(sheet: Sheet, memory: Memory, table: Table, step: int, limit: int, trail: Trail, depth: int, j: int) -> bool:
    """Lengthen the trail to j; False when no route from there stays within the limit."""
    row, new = trail.rows[depth], trail.rows[depth + 1]
    ready = trail.ready[depth + 1]
    if depth == 0:
        least = lead(sheet, j, step, ready)
        new[KNOWN] = 0
    else:
        least = advance(sheet, row[NODE], j, step, trail.ready[depth], ready)
        new[KNOWN] = memory.after[row[NODE], j, row[KNOWN]]
    is_visit = j < sheet.visits
    new[NODE], new[TURN], new[LEAST] = j, 0, least
    new[HAD] = row[HAD] if is_visit else row[HAD] | 1 << (j - sheet.visits)
    new[DRIVEN] = row[DRIVEN] + sheet.legs[DRIVE, row[NODE], j]
    new[WORTH] = row[WORTH] + table.duals[j]
    new[COUNT] = row[COUNT] + 1 if is_visit else row[COUNT]
    new[SEEN] = row[SEEN] | 1 << j if is_visit else row[SEEN]
    for part in range(trail.used.shape[1]):
        trail.used[depth + 1, part] = trail.used[depth, part] + sheet.need[j, part]
    best, first = _least(ready, table.rest[j, new[HAD], :, :, new[KNOWN]], step, table.step)
    new[EARLY] = first
    return bool(best - new[WORTH] <= limit)


@jit
def _least(ready: IntArray, onward: IntArray, step: int, wide: int) -> tuple[int, int]:
    """(least units of a whole route that is `ready` so when its rest costs `onward`, first bucket it may be in)."""
    best, first = 2 * NONE, ready.shape[1]
    for settled in range(ready.shape[0]):
        for k in range(ready.shape[1]):
            if ready[settled, k] < NONE:
                best = min(best, ready[settled, k] + onward[settled, k * step // wide])
                first = min(first, k)
    return best, first
