"""Where a visit fits best: every place of its shifts, or for large days of the routes of near visits."""

from solver.compiled import IntArray
from solver.improve.arrays import Arrays
from solver.improve.chance import Seed, uniform
from solver.improve.memory import lasting
from solver.improve.scan import NOWHERE, scanned
from solver.improve.state import REMEMBERED, State, Work
from solver.jit import inner

LOOK = 400
"""Places looked at for a visit on a large day; the route at hand is looked at to its end."""


@inner
def best_place(
    arrays: Arrays,
    state: State,
    work: Work,
    near: IntArray,
    apart: IntArray,
    seed: Seed,
    visit: int,
    blink: float,
    bound: float,
) -> float:
    """The least rise of cost found for putting the visit in, below `bound`; the place goes to `work.found`.

    near: (n, k) visits whose routes are tried; of no columns: everywhere. apart: seconds between them and each visit.
    blink: how often a route's best place is overlooked.
    """
    best = bound
    work.found[0] = -1
    if near.shape[1] == 0:
        for i in range(arrays.shifts_from[visit], arrays.shifts_from[visit + 1]):
            shift = arrays.shifts[i]
            if state.count[shift] > 0 and work.mine[shift]:
                best = _along(arrays, state, work, seed, visit, shift, -1, blink, best)
    else:
        best = _beside(arrays, state, work, near, apart, seed, visit, blink, best)
    for i in range(work.empties[0]):
        if arrays.allowed[visit, work.empty[i]]:
            best = _along(arrays, state, work, seed, visit, work.empty[i], -1, 0.0, best)
    return best


@inner
def _beside(
    arrays: Arrays,
    state: State,
    work: Work,
    near: IntArray,
    apart: IntArray,
    seed: Seed,
    visit: int,
    blink: float,
    bound: float,
) -> float:
    """The routes that near visits are on, the nearest first, until `LOOK` places were looked at."""
    work.trial[0] += 1
    stamp = work.trial[0]
    best = bound
    looked = 0
    for i in range(near.shape[1]):
        shift = state.shift_of[near[visit, i]]
        if shift < 0 or work.tried[shift] == stamp:
            continue
        work.tried[shift] = stamp
        if not arrays.allowed[visit, shift] or not work.mine[shift]:
            continue
        looked += state.count[shift]
        if not _too_far(arrays, state, visit, shift, apart[visit, i], best):
            best = _along(arrays, state, work, seed, visit, shift, near[visit, i], blink, best)
        if looked >= LOOK:
            return best
    return best


@inner
def _too_far(arrays: Arrays, state: State, visit: int, shift: int, apart: int, bound: float) -> bool:
    """Whether driving to the visit costs at least `bound` more wherever it is put, as no visit of the route is nearer
    than `apart` seconds.
    """
    t = arrays.technician[shift]
    spare = bound - arrays.bonus[visit, t] if arrays.any_bonus else bound
    rate, legs = arrays.travel_rate[t], state.legs[shift]
    if rate * (2 * apart - legs[0]) < spare:
        return False
    here, end = arrays.location[visit], arrays.end_location[shift]
    if rate * (arrays.seconds_to[here, arrays.start_location[shift]] + apart - legs[1]) < spare:
        return False
    return bool(rate * (apart + (arrays.seconds[here, end] if end >= 0 else 0) - legs[2]) >= spare)


@inner
def _along(
    arrays: Arrays, state: State, work: Work, seed: Seed, visit: int, shift: int, other: int, blink: float, bound: float
) -> float:
    """The best place of a route, out of memory where that is known. other: a visit of it that is near, -1: none known.

    Plain routes are scanned sooner than remembered.
    """
    if state.plain[shift] or not lasting(arrays, state, visit, shift):
        rise = scanned(arrays, state, work, visit, shift, other, NOWHERE, bound)
    else:
        mark = float(state.mark[shift] >> 11)
        row = work.memory[visit, state.mark[shift] & (REMEMBERED - 1)]
        if row[0] == mark and (row[1] >= bound if row[2] == NOWHERE else _on(state, int(row[2]), shift)):
            rise = row[1]
            work.at[0] = int(row[2])
        else:
            rise = scanned(arrays, state, work, visit, shift, other, NOWHERE, bound)
            row[0], row[1], row[2] = mark, rise, work.at[0]
    if work.at[0] == NOWHERE or rise >= bound:
        return bound
    if blink > 0.0 and uniform(seed) < blink:
        rise = scanned(arrays, state, work, visit, shift, other, work.at[0], bound)
        if work.at[0] == NOWHERE:
            return bound
    work.found[0], work.found[1] = shift, work.at[0]
    return float(rise)


@inner
def _on(state: State, place: int, shift: int) -> bool:
    """Whether the place is one of the shift's route; -1 always is."""
    return bool(place < 0 or state.shift_of[place] == shift)


@inner
def note_empty(arrays: Arrays, state: State, work: Work) -> None:
    """Lists the first empty shift of each kind."""
    work.trial[0] += 1
    stamp = work.trial[0]
    count = 0
    for shift in range(state.count.shape[0]):
        if state.count[shift] == 0 and work.mine[shift] and work.tried[arrays.alike[shift]] != stamp:
            work.tried[arrays.alike[shift]] = stamp
            work.empty[count] = shift
            count += 1
    work.empties[0] = count
