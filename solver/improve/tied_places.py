"""Where a visit fits best among tied routes: places by a bound from below, priced exactly while they can still win."""

from solver.compiled import IntArray
from solver.improve.arrays import FAR, NO_LIMIT, Arrays
from solver.improve.chance import Seed, uniform
from solver.improve.knot import Knot
from solver.improve.price import fixed_cost
from solver.improve.routes import around, detour_metres, opening
from solver.improve.state import State, Work
from solver.improve.supply import supplied_anyway
from solver.improve.tied_supplies import fetched_cost
from solver.jit import inner
from solver.ties.joint import need
from solver.ties.kernels import insertion_cost, link_allows, worst_tardiness
from solver.ties.simulate import INF
from solver.ties.table import EARLIEST_START, Ties

PRICED = 8
"""Places priced exactly for a visit where the bounds are loose; twice as many while none does."""


@inner
def best_place(
    arrays: Arrays,
    state: State,
    work: Work,
    ties: Ties,
    knot: Knot,
    near: IntArray,
    seed: Seed,
    visit: int,
    blink: float,
    bound: float,
) -> float:
    """The least rise of cost found for putting the visit in, below `bound`; the place goes to `work.found`.

    near: (n, k) visits beside which it is tried; of no columns: everywhere. blink: the share of places not looked at.
    """
    work.found[0] = -1
    work.guesses[0] = 0
    early = state.start if ties.simple else ties.visitwise[EARLIEST_START]
    least = need(ties.stop, ties.of_visit, ties.link, ties.member, state.shift_of, early, visit)
    worst = worst_tardiness(state.first, state.tardiness) if arrays.tardiness_rate > 0.0 else 0
    work.trial[0] += 1
    stamp = work.trial[0]
    for i in range(arrays.shifts_from[visit], arrays.shifts_from[visit + 1]):
        shift = arrays.shifts[i]
        if state.count[shift] >= arrays.max_visits[shift]:
            continue
        if state.count[shift] == 0:
            if work.tried[arrays.alike[shift]] != stamp:
                work.tried[arrays.alike[shift]] = stamp
                if link_allows(ties, visit, shift):
                    _guess(arrays, state, work, ties, visit, shift, -1, least, worst, bound)
        elif near.shape[1] == 0 and link_allows(ties, visit, shift):
            place = -1
            while True:
                if uniform(seed) >= blink:
                    _guess(arrays, state, work, ties, visit, shift, place, least, worst, bound)
                place = state.first[shift] if place < 0 else state.after[place]
                if place < 0:
                    break
    for i in range(near.shape[1]):
        other = near[visit, i]
        shift = state.shift_of[other]
        if shift >= 0 and arrays.allowed[visit, shift] and link_allows(ties, visit, shift):
            if uniform(seed) >= blink:
                _guess(arrays, state, work, ties, visit, shift, other, least, worst, bound)
            if uniform(seed) >= blink:
                _guess(arrays, state, work, ties, visit, shift, state.before[other], least, worst, bound)
    return _cheapest_guess(arrays, state, work, ties, knot, visit, bound)


@inner
def _cheapest_guess(
    arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot, visit: int, bound: float
) -> float:
    best = bound
    count, tried = work.guesses[0], 0
    most = 1 << 30 if ties.simple else PRICED
    while count > 0 and (tried < most or (work.found[0] < 0 and tried < 2 * most)):
        least = 0
        for i in range(1, count):
            if work.guess[i] < work.guess[least]:
                least = i
        if work.guess[least] >= best:
            break
        shift, place = work.guess_shift[least], work.guess_place[least]
        count -= 1
        work.guess[least] = work.guess[count]
        work.guess_shift[least], work.guess_place[least] = work.guess_shift[count], work.guess_place[count]
        fixed = fixed_cost(arrays, state, shift)
        rise = exact_cost(arrays, state, work, ties, knot, visit, shift, place, best - fixed) + fixed
        if rise < best:
            best = rise
            work.found[0], work.found[1] = shift, place
        tried += 1
    return best


@inner
def exact_cost(
    arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot, visit: int, shift: int, place: int, bound: float
) -> float:
    """Units by which the plan gets dearer with the visit at the place, fixed costs apart; inf: not below `bound`."""
    if arrays.any_order and not _in_order(arrays, state, visit, shift, place):
        return INF
    if state.stores[shift] == 0 and supplied_anyway(arrays, state, visit, shift):
        return insertion_cost(ties, visit, shift, place, bound)
    if arrays.complete.shape[0] == 0:
        return INF
    return fetched_cost(arrays, state, work, ties, knot, visit, shift, place, bound)


@inner
def _in_order(arrays: Arrays, state: State, visit: int, shift: int, place: int) -> bool:
    """Whether every visit pinned to a place would have it."""
    at, pinned = 0, arrays.pinned_order
    if place < 0:
        if pinned[visit] > 0:
            return False
        at = 1
    other = state.first[shift]
    while other >= 0:
        if pinned[other] >= 0 and pinned[other] != at:
            return False
        at += 1
        if other == place:
            if pinned[visit] >= 0 and pinned[visit] != at:
                return False
            at += 1
        other = state.after[other]
    return True


@inner
def _guess(
    arrays: Arrays,
    state: State,
    work: Work,
    ties: Ties,
    visit: int,
    shift: int,
    place: int,
    least: int,
    worst: int,
    bound: float,
) -> None:
    """Notes the place with a bound on the rise of cost, unless it surely does not do.

    least: the earliest start that its partners allow. worst: the plan's largest tardiness.
    """
    t = arrays.technician[shift]
    here = arrays.location[visit]
    empty = state.count[shift] == 0
    _then, origin, onward = around(arrays, state, shift, place)
    drive = arrays.seconds_to[here, origin]
    away = 0 if onward < 0 else arrays.seconds[here, onward]
    if drive >= FAR or away >= FAR:
        return
    spared = 0 if onward < 0 or empty else arrays.seconds[origin, onward]
    rise = arrays.travel_rate[t] * (drive + away - spared) + arrays.bonus[visit, t] + fixed_cost(arrays, state, shift)
    if arrays.has_metres:
        rise += arrays.metre_rate[t] * detour_metres(arrays, origin, here, onward, empty)
    if rise >= bound:
        return
    if ties.simple:
        rise += _later(arrays, state, ties, visit, shift, place, least, worst, bound - rise)
    elif len(ties.speed) == 0 and arrays.break_from[shift] == arrays.break_from[shift + 1]:
        leaves = arrays.start[shift]
        if place >= 0:
            leaves = ties.visitwise[EARLIEST_START, place] + arrays.service[place, t]
        begins = opening(arrays, visit, max(leaves + drive, least))
        if begins == NO_LIMIT or begins + arrays.service[visit, t] > arrays.finish_by[visit]:
            return
        rise += arrays.late_rate[visit] * max(0, begins - arrays.due[visit])
    if rise >= bound:
        return
    i = work.guesses[0]
    if i < len(work.guess):
        work.guess[i], work.guess_shift[i], work.guess_place[i] = rise, shift, place
        work.guesses[0] = i + 1


@inner
def _later(
    arrays: Arrays,
    state: State,
    ties: Ties,
    visit: int,
    shift: int,
    place: int,
    least: int,
    worst: int,
    bound: float,
) -> float:
    """Units that the visit and those after it on its own route cost at least for starting late; inf: too late.

    For problems in which the earliest starts are the best.
    """
    t = arrays.technician[shift]
    origin, clock = arrays.start_location[shift], arrays.start[shift]
    then = state.first[shift]
    if place >= 0:
        origin, then = arrays.location[place], state.after[place]
        clock = state.start[place] + arrays.service[place, t]
    here = arrays.location[visit]
    start = opening(arrays, visit, max(clock + arrays.seconds[origin, here], least))
    clock = start + arrays.service[visit, t]
    if start == NO_LIMIT or clock > arrays.finish_by[visit]:
        return INF
    late = start - arrays.due[visit]
    latest = worst
    cost = 0.0
    if late > 0:
        cost += arrays.late_rate[visit] * late
        if arrays.has_due[visit]:
            latest = max(latest, late)
    while then >= 0:
        start = clock + arrays.seconds[here, arrays.location[then]]
        old = state.start[then]
        if start <= old or cost >= bound:
            return cost + arrays.tardiness_rate * (latest - worst)
        start = opening(arrays, then, start)
        clock = start + arrays.service[then, t]
        if start == NO_LIMIT or clock > arrays.finish_by[then]:
            return INF
        late = start - arrays.due[then]
        if late > 0:
            cost += arrays.late_rate[then] * (late - max(0, old - arrays.due[then]))
            if arrays.has_due[then]:
                latest = max(latest, late)
        here, then = arrays.location[then], state.after[then]
    if clock > arrays.hard_end[shift]:
        return INF
    return cost + arrays.tardiness_rate * (latest - worst)
