"""What is taken out: strings of neighbouring visits, after Christiaens and Vanden Berghe, "Slack induction by string
removals for vehicle routing problems", Transportation Science 54, 2020, and groups that belong together in the field.
"""

from solver.compiled import IntArray
from solver.improve.arrays import Arrays
from solver.improve.chance import Seed, below, uniform
from solver.improve.routes import unlink
from solver.improve.settle import keep
from solver.improve.state import State, Work
from solver.jit import inner

SPLIT = 0.5
"""Share of strings that keep visits within them."""
LENGTHEN = 0.01
"""Chance that one visit more is kept within such a string; the paper's beta is 1 less this."""

FOR_LEFT_OUT = 0.2
"""Share of iterations around a visit left out, while there are any."""
FOCUS, FOCUSED, FOCUSED_FROM = 60, 200, 350
"""Near visits that a large day is searched around for some iterations, how many, and the visits that make it large."""


@inner
def in_focus(state: State, work: Work, near: IntArray, focus: IntArray, seed: Seed) -> int:
    """A random visit; on large days one of those near the same visit for a while, so that what is read stays at hand.

    focus: that visit, and how many more iterations it holds.
    """
    n, columns = near.shape
    if n < FOCUSED_FROM:
        return _centre(state, work, seed)
    if focus[1] <= 0:
        focus[0], focus[1] = _centre(state, work, seed), FOCUSED
    focus[1] -= 1
    chosen = below(seed, min(FOCUS, columns) + 1)
    visit = focus[0] if chosen == 0 else near[focus[0], chosen - 1]
    return int(visit if work.my_visit[visit] else focus[0])


@inner
def _centre(state: State, work: Work, seed: Seed) -> int:
    """A random visit, somewhat often one that is left out: room for it has to be made around it."""
    n = state.shift_of.shape[0]
    start = below(seed, n)
    found = start
    sought = uniform(seed) < FOR_LEFT_OUT
    for i in range(n):
        visit = (start + n - i) % n
        if work.my_visit[visit]:
            if not sought or state.shift_of[visit] < 0:
                return int(visit)
            found = visit
    return int(found)


@inner
def strings(
    arrays: Arrays, state: State, work: Work, near: IntArray, seed: Seed, middle: int, average: int, longest: int
) -> None:
    """Takes out about `average` visits, in strings of routes that pass near the visit `middle`."""
    used = planned = 0
    for shift in range(state.count.shape[0]):
        if state.count[shift] > 0:
            used += 1
            planned += state.count[shift]
    if used == 0:
        return
    length = max(1.0, min(float(longest), planned / used))
    routes = int(1.0 + uniform(seed) * (4.0 * average / (1.0 + length) - 1.0))
    ruined = 0
    for i in range(-1, near.shape[1]):
        visit = middle if i < 0 else near[middle, i]
        shift = state.shift_of[visit]
        if shift < 0 or not work.mine[shift] or work.seen[shift] == work.stamp[0]:
            continue
        most = min(float(state.count[shift]), length)
        _string(arrays, state, work, seed, visit, 1 + int(uniform(seed) * most))
        ruined += 1
        if ruined >= routes:
            return


@inner
def _string(arrays: Arrays, state: State, work: Work, seed: Seed, visit: int, length: int) -> None:
    """Takes `length` neighbours in one route out, the visit among them; some strings keep visits in their middle."""
    shift = state.shift_of[visit]
    count = state.count[shift]
    length = min(length, count)
    kept = 0
    if length > 1 and length < count and uniform(seed) < SPLIT:
        kept = 1
        while length + kept < count and uniform(seed) < LENGTHEN:
            kept += 1
    span = length + kept
    position = 0
    other = state.before[visit]
    while other >= 0:
        position += 1
        other = state.before[other]
    low = max(0, position - span + 1)
    high = min(position, count - span)
    start = low + below(seed, high - low + 1)
    hole = start + (1 + below(seed, length - 1) if kept > 0 else span)
    keep(state, work, shift)
    other = state.first[shift]
    for place in range(start + span):
        later = state.after[other]
        if place >= start and not hole <= place < hole + kept:
            take_out(arrays, state, work, other)
        other = later


@inner
def take_out(arrays: Arrays, state: State, work: Work, visit: int) -> None:
    """Takes a visit out of its route and lets it wait."""
    keep(state, work, state.shift_of[visit])
    unlink(arrays, state, visit)
    work.waiting[work.waits[0]] = visit
    work.waits[0] += 1


@inner
def whole_shift(arrays: Arrays, state: State, work: Work, seed: Seed) -> None:
    """Takes out the whole day of one technician."""
    shift = random_shift(state, work, seed, True)
    if shift >= 0:
        keep(state, work, shift)
        visit = state.first[shift]
        while visit >= 0:
            later = state.after[visit]
            take_out(arrays, state, work, visit)
            visit = later


@inner
def random_shift(state: State, work: Work, seed: Seed, busy: bool) -> int:
    """A shift with visits, or one without, as asked; -1: there is none."""
    shifts = state.count.shape[0]
    start = below(seed, shifts)
    for i in range(shifts):
        shift = (start + i) % shifts
        if (state.count[shift] > 0) == busy and work.mine[shift]:
            return int(shift)
    return -1


@inner
def related(arrays: Arrays, state: State, work: Work, kin: IntArray, seed: Seed, count: int) -> None:
    """Takes out up to `count` visits that are of one kind with a random visit: row of `kin`, -1 where it ends."""
    visit = below(seed, arrays.must.shape[0])
    taken = 0
    for i in range(-1, kin.shape[1]):
        other = visit if i < 0 else kin[visit, i]
        if other < 0 or taken >= count:
            return
        if state.shift_of[other] >= 0 and work.my_visit[other] and (i < 0 or uniform(seed) < 0.7):
            take_out(arrays, state, work, other)
            taken += 1


@inner
def scattered(arrays: Arrays, state: State, work: Work, seed: Seed, count: int) -> None:
    """Takes out random visits."""
    n = arrays.must.shape[0]
    for _ in range(count):
        visit = below(seed, n)
        if state.shift_of[visit] >= 0 and work.my_visit[visit]:
            take_out(arrays, state, work, visit)


@inner
def out_of_place(arrays: Arrays, state: State, work: Work, shift: int) -> None:
    """Takes out the shift's visits that are pinned to another place than where they are now."""
    again = True
    while again:
        again = False
        place = 0
        visit = state.first[shift]
        while visit >= 0 and not again:
            if arrays.pinned_order[visit] >= 0 and arrays.pinned_order[visit] != place:
                take_out(arrays, state, work, visit)
                again = True
            else:
                visit = state.after[visit]
                place += 1
