"""Where a visit fits best: every place of its shifts, or for large days those beside visits that are near."""

from solver.compiled import IntArray
from solver.improve.arrays import FAR, NO_LIMIT, Arrays
from solver.improve.chance import Seed, uniform
from solver.improve.price import INF, priced
from solver.improve.routes import leg_cost, opening
from solver.improve.state import State, Work
from solver.jit import lean


@lean
def best_place(arrays: Arrays, state: State, work: Work, near: IntArray, seed: Seed, visit: int, blink: float, bound: float) -> float:
    """The least rise of cost at which the visit can be put in, below `bound`; the place goes to `work.found`.

    near: (n, k) visits beside which it is tried; of no columns: everywhere. blink: the share of places not looked at.
    """
    best = bound
    work.found[0] = -1
    if near.shape[1] == 0:
        for i in range(arrays.shifts_from[visit], arrays.shifts_from[visit + 1]):
            shift = arrays.shifts[i]
            if state.count[shift] > 0:
                best = _in_route(arrays, state, work, seed, visit, shift, blink, best)
    else:
        best = _beside(arrays, state, work, near, seed, visit, blink, best)
    return _in_empty(arrays, state, work, visit, best)


@lean
def _beside(arrays: Arrays, state: State, work: Work, near: IntArray, seed: Seed, visit: int, blink: float, bound: float) -> float:
    best = bound
    for i in range(near.shape[1]):
        other = near[visit, i]
        shift = state.shift_of[other]
        if shift < 0 or not arrays.allowed[visit, shift]:
            continue
        if uniform(seed) >= blink:
            best = _at(arrays, state, work, visit, shift, other, best)
        if uniform(seed) >= blink:
            best = _at(arrays, state, work, visit, shift, state.before[other], best)
    return best


@lean
def _in_route(arrays: Arrays, state: State, work: Work, seed: Seed, visit: int, shift: int, blink: float, bound: float) -> float:
    best = bound
    place = -1
    while True:
        if place >= 0 and state.ready[place] > arrays.close[visit]:
            return best
        if uniform(seed) >= blink:
            best = _at(arrays, state, work, visit, shift, place, best)
        place = state.first[shift] if place < 0 else state.after[place]
        if place < 0:
            return best


@lean
def _in_empty(arrays: Arrays, state: State, work: Work, visit: int, bound: float) -> float:
    """The first empty shift of each kind."""
    best = bound
    work.trial[0] += 1
    for i in range(arrays.shifts_from[visit], arrays.shifts_from[visit + 1]):
        shift = arrays.shifts[i]
        if state.count[shift] == 0 and work.tried[arrays.alike[shift]] != work.trial[0]:
            work.tried[arrays.alike[shift]] = work.trial[0]
            best = _at(arrays, state, work, visit, shift, -1, best)
    return best


@lean
def _at(arrays: Arrays, state: State, work: Work, visit: int, shift: int, place: int, bound: float) -> float:
    """The lesser of `bound` and the rise of cost with the visit behind `place`; notes the place when it is less."""
    rise = insertion_cost(arrays, state, work, visit, shift, place, bound)
    if rise < bound:
        work.found[0], work.found[1] = shift, place
        return rise
    return bound


@lean
def insertion_cost(arrays: Arrays, state: State, work: Work, visit: int, shift: int, place: int, bound: float) -> float:
    """The rise of the plan's cost with the visit behind `place` (-1: first) in the shift; infinite if not below `bound`."""
    t = arrays.technician[shift]
    here = arrays.location[visit]
    then = state.first[shift] if place < 0 else state.after[place]
    origin = arrays.start_location[shift] if place < 0 else arrays.location[place]
    onward = arrays.end_location[shift] if then < 0 else arrays.location[then]
    drive = arrays.seconds[origin, here]
    away = 0 if onward < 0 else arrays.seconds[here, onward]
    if drive >= FAR or away >= FAR:
        return INF
    service = arrays.service[visit, t] + (arrays.setup[visit] if origin != here else 0)
    ready = state.begin[shift] if place < 0 else state.ready[place]
    begins = opening(arrays, visit, ready + drive)
    close = min(arrays.close[visit], arrays.finish_by[visit] - service)
    latest = state.finish[shift] if then < 0 else state.latest[then]
    saved = _setup_saved(arrays, then, origin, here)
    if begins > close or begins + service + away > latest + saved:
        return INF
    rise = leg_cost(arrays, t, origin, here) + arrays.bonus[visit, t]
    if onward >= 0:
        rise += leg_cost(arrays, t, here, onward)
        if state.count[shift] > 0:
            rise -= leg_cost(arrays, t, origin, onward)
    rise += _fixed(arrays, state, shift)
    if rise + arrays.late_rate[visit] * max(0, begins - arrays.due[visit]) >= bound:
        return INF
    if saved == 0 and state.plain[shift] and not arrays.soft[visit] and not arrays.any_order:
        if _supplied_anyway(arrays, state, visit, shift):
            if state.count[shift] >= arrays.max_visits[shift] or not _may_drive(arrays, state, shift, origin, onward, drive + away):
                return INF
            return rise + _duty_rise(arrays, state, visit, shift, place, then, (drive, away), close)
    return _exact(arrays, state, work, visit, shift, place, bound)


@lean
def _may_drive(arrays: Arrays, state: State, shift: int, origin: int, onward: int, seconds: int) -> bool:
    """Whether the shift may drive so many seconds in place of the leg from `origin` to `onward`."""
    if arrays.max_travel[shift] >= NO_LIMIT:
        return True
    spared = 0 if onward < 0 or state.count[shift] == 0 else arrays.seconds[origin, onward]
    return bool(state.driven[shift] + seconds - spared <= arrays.max_travel[shift])


@lean
def _setup_saved(arrays: Arrays, then: int, origin: int, here: int) -> int:
    """Seconds by which the next visit may take another time than its bounds assume, as who comes to it changes."""
    if then < 0 or arrays.setup[then] == 0:
        return 0
    place = arrays.location[then]
    return int(arrays.setup[then]) if (origin == place) != (here == place) else 0


@lean
def _fixed(arrays: Arrays, state: State, shift: int) -> float:
    """The technician's fixed cost, when this is the first visit."""
    t = arrays.technician[shift]
    if arrays.fixed[t] == 0.0:
        return 0.0
    for i in range(arrays.own_from[t], arrays.own_from[t + 1]):
        if state.count[arrays.own[i]] > 0:
            return 0.0
    return float(arrays.fixed[t])


@lean
def _supplied_anyway(arrays: Arrays, state: State, visit: int, shift: int) -> bool:
    """Whether the shift lacks neither parts nor tools, and nor will it with the visit."""
    if state.short[shift]:
        return False
    t = arrays.technician[shift]
    for i in range(arrays.tool_from[visit], arrays.tool_from[visit + 1]):
        if not arrays.has_tool[t, arrays.tool[i]]:
            return False
    for i in range(arrays.need_from[visit], arrays.need_from[visit + 1]):
        if state.used[t, arrays.need_part[i]] + arrays.need_count[i] > arrays.van[t, arrays.need_part[i]]:
            return False
    return True


@lean
def _duty_rise(
    arrays: Arrays, state: State, visit: int, shift: int, place: int, then: int, legs: tuple[int, int], closes: int
) -> float:
    """What duty and overtime cost more; exact for routes without breaks whose costs do not depend on starts.

    legs: seconds to the visit and on. closes: its latest start.
    """
    t = arrays.technician[shift]
    if arrays.duty_rate[t] == 0.0 and arrays.overtime_rate[t] == 0.0:
        return 0.0
    if place < 0:
        seconds, early = 0, state.begin[shift]
        late = early if arrays.at_start[shift] else state.finish[shift]
    else:
        seconds, early, late = state.head_seconds[place], state.head_open[place], state.head_close[place]
    here = arrays.location[visit]
    origin = arrays.start_location[shift] if place < 0 else arrays.location[place]
    service = arrays.service[visit, t] + (arrays.setup[visit] if origin != here else 0)
    reach = seconds + legs[0]
    wait = max(0, arrays.open[visit] - reach - late)
    early = max(arrays.open[visit] - reach, early) - wait
    late = min(closes - reach, late)
    reach += wait + service + legs[1]
    if then < 0:
        rest, opens = 0, state.begin[shift]
    else:
        rest, opens = state.tail_seconds[then], state.tail_open[then]
    wait = max(0, opens - reach - late)
    early = max(opens - reach, early) - wait
    total = reach + wait + rest
    before = after = 0
    if state.count[shift] > 0:
        before = max(0, state.back[shift] - arrays.end[shift])
    after = max(0, early + total - arrays.end[shift])
    return arrays.duty_rate[t] * (total - state.duty[shift]) + arrays.overtime_rate[t] * (after - before)


@lean
def _exact(
    arrays: Arrays, state: State, work: Work, visit: int, shift: int, place: int, bound: float
) -> float:
    """The rise of cost from pricing the whole route with the visit in it."""
    if not _later_shifts_stay(arrays, state, visit, shift):
        return INF
    stops = work.level[0]
    k = 0
    if place < 0:
        stops[0] = visit
        k = 1
    other = state.first[shift]
    while other >= 0:
        stops[k] = other
        k += 1
        if other == place:
            stops[k] = visit
            k += 1
        other = state.after[other]
    fixed = _fixed(arrays, state, shift)
    base = state.cost[shift] - fixed
    return priced(arrays, state, work, shift, k, bound + base) - base


@lean
def _later_shifts_stay(arrays: Arrays, state: State, visit: int, shift: int) -> bool:
    """Whether the technician's other shifts lack no part because of this visit; they share one van."""
    t = arrays.technician[shift]
    if arrays.own_from[t + 1] - arrays.own_from[t] == 1:
        return True
    for i in range(arrays.need_from[visit], arrays.need_from[visit + 1]):
        part = arrays.need_part[i]
        if state.used[t, part] + arrays.need_count[i] > arrays.van[t, part]:
            for j in range(arrays.own_from[t], arrays.own_from[t + 1]):
                if arrays.own[j] != shift and state.count[arrays.own[j]] > 0:
                    return False
    return True
