"""What a route costs: a whole sequence of stops priced, and warehouse stops put where they cost least."""

import numpy as np

from solver.compiled import IntArray
from solver.improve.arrays import FAR, Arrays
from solver.improve.state import RELOADS, State, Work
from solver.improve.supply import first_lack, helps
from solver.jit import inner
from solver.timing.cost import route_cost

INF = np.inf

OPTIONS = 5
"""Places of a first warehouse stop that are priced exactly; three times as many while none does."""


@inner
def priced(arrays: Arrays, state: State, work: Work, shift: int, k: int, supplied: bool, bound: float) -> float:
    """The least cost of the visits in `work.level[0, :k]` as the shift's route, fixed cost apart.

    supplied: it is known that they lack neither parts nor tools.

    Infinite when a rule stands against it, or when it is no less than `bound`. Leaves the stops chosen, warehouses
    included, in `work.chosen[:work.size[0]]`.
    """
    work.size[0] = 0
    if k == 0:
        return 0.0
    if k > arrays.max_visits[shift]:
        return INF
    if arrays.any_order and not _in_order(arrays, work.level[0], k):
        return INF
    lack = -1 if supplied else first_lack(arrays, state, work, shift, work.level[0], k)
    if lack >= 0:
        return _fetched(arrays, state, work, shift, k, lack, bound)
    cost = stops_cost(arrays, state, work, shift, work.level[0], k, bound)
    if cost < bound:
        copied(work.level[0], work.chosen, k)
        work.size[0] = k
    return cost


@inner
def _in_order(arrays: Arrays, stops: IntArray, k: int) -> bool:
    for place in range(k):
        if arrays.pinned_order[stops[place]] >= 0 and arrays.pinned_order[stops[place]] != place:
            return False
    return True


@inner
def _fetched(arrays: Arrays, state: State, work: Work, shift: int, k: int, lack: int, bound: float) -> float:
    """The least cost of the stops in `work.level[0]`, with warehouse stops put in wherever they fetch what lacks.

    Every way is tried that may be cheaper: each warehouse that has the first thing lacking, at each place before it,
    those that lead least out of the way first; and so on for what lacks then.
    """
    n, m = arrays.must.shape[0], arrays.complete.shape[0]
    part, tool = work.lacking[0], work.lacking[1]
    stops, longer = work.level[0], work.level[1]
    least = _least_cost(arrays, shift, stops, k)
    best = bound
    options = 0
    for store in range(m):
        if helps(arrays, state, shift, store, part, tool):
            for place in range(lack + 1):
                rise = way_round(arrays, shift, stops, k, place, n + store)
                if least + rise < bound:
                    work.option_cost[options] = least + rise
                    work.option[options] = store * (k + 1) + place
                    options += 1
    tried = 0
    while options > 0 and tried < (OPTIONS if best < bound else 3 * OPTIONS):
        tried += 1
        first = 0
        for i in range(1, options):
            if work.option_cost[i] < work.option_cost[first]:
                first = i
        if work.option_cost[first] >= best:
            break
        store, place = work.option[first] // (k + 1), work.option[first] % (k + 1)
        options -= 1
        work.option_cost[first], work.option[first] = work.option_cost[options], work.option[options]
        lengthened(stops, longer, k + 1, place, n + store)
        further = first_lack(arrays, state, work, shift, longer, k + 1)
        if further < 0:
            best = _if_cheaper(arrays, state, work, shift, 1, k + 1, best)
        else:
            best = _deeper(arrays, state, work, shift, k, further, best)
    return best if best < bound else INF


@inner
def _if_cheaper(arrays: Arrays, state: State, work: Work, shift: int, depth: int, k: int, best: float) -> float:
    """The cost of the stops in `work.level[depth]`, which are then the ones chosen, or `best` when that is less."""
    cost = stops_cost(arrays, state, work, shift, work.level[depth], k, best)
    if cost >= best:
        return best
    copied(work.level[depth], work.chosen, k)
    work.size[0] = k
    return cost


@inner
def _least_cost(arrays: Arrays, shift: int, stops: IntArray, k: int) -> float:
    """A bound from below on the cost of these stops: nobody waits, nothing is late."""
    t = arrays.technician[shift]
    place = arrays.start_location[shift]
    cost = 0.0
    for i in range(k + 1):
        here = arrays.location[stops[i]] if i < k else arrays.end_location[shift]
        if here < 0:
            break
        seconds = arrays.seconds[place, here]
        cost += (arrays.travel_rate[t] + arrays.duty_rate[t]) * seconds
        if arrays.has_metres:
            cost += arrays.metre_rate[t] * arrays.metres[place, here]
        if i < k:
            cost += arrays.duty_rate[t] * arrays.service[stops[i], t]
            if stops[i] < arrays.must.shape[0]:
                cost += arrays.bonus[stops[i], t]
        place = here
    return cost


@inner
def way_round(arrays: Arrays, shift: int, stops: IntArray, k: int, place: int, stop: int) -> float:
    """What a stop more at a place adds to that bound."""
    t = arrays.technician[shift]
    origin = arrays.start_location[shift] if place == 0 else arrays.location[stops[place - 1]]
    onward = arrays.location[stops[place]] if place < k else arrays.end_location[shift]
    here = arrays.location[stop]
    seconds = arrays.seconds[origin, here]
    metres = arrays.metres[origin, here] if arrays.has_metres else 0
    if onward >= 0:
        seconds += arrays.seconds[here, onward] - arrays.seconds[origin, onward]
        if arrays.has_metres:
            metres += arrays.metres[here, onward] - arrays.metres[origin, onward]
    cost = (arrays.travel_rate[t] + arrays.duty_rate[t]) * seconds + arrays.metre_rate[t] * metres
    return float(cost + arrays.duty_rate[t] * arrays.service[stop, t])


@inner
def _deeper(arrays: Arrays, state: State, work: Work, shift: int, k: int, lack: int, bound: float) -> float:
    """The same for the stops in `work.level[1]`, one warehouse stop among them, that lack something still.

    `work.branch` has a row per depth: place of the lack, part, tool, warehouse and place tried now.
    """
    best = bound
    n, m = arrays.must.shape[0], arrays.complete.shape[0]
    depth = 1
    _branch(work, 1, lack)
    while depth >= 1:
        row = work.branch[depth]
        if row[3] >= m:
            depth -= 1
            continue
        row[4] += 1
        if row[4] > row[0] or not helps(arrays, state, shift, row[3], row[1], row[2]):
            row[3], row[4] = row[3] + 1, -1
            continue
        longer, length = work.level[depth + 1], k + depth + 1
        lengthened(work.level[depth], longer, length, row[4], n + row[3])
        if _least_cost(arrays, shift, longer, length) >= best:
            continue
        lack = first_lack(arrays, state, work, shift, longer, length)
        if lack < 0:
            best = _if_cheaper(arrays, state, work, shift, depth + 1, length, best)
        elif depth + 1 < RELOADS:
            depth += 1
            _branch(work, depth, lack)
    return best


@inner
def copied(stops: IntArray, into: IntArray, count: int) -> None:
    """Copies the first so many."""
    for i in range(count):
        into[i] = stops[i]


@inner
def _branch(work: Work, depth: int, lack: int) -> None:
    row = work.branch[depth]
    row[0], row[1], row[2], row[3], row[4] = lack, work.lacking[0], work.lacking[1], 0, -1


@inner
def lengthened(stops: IntArray, longer: IntArray, length: int, place: int, stop: int) -> None:
    """Writes the stops with one more at a place, `length` of them."""
    for i in range(place):
        longer[i] = stops[i]
    longer[place] = stop
    for i in range(place + 1, length):
        longer[i] = stops[i - 1]


@inner
def stops_cost(arrays: Arrays, state: State, work: Work, shift: int, stops: IntArray, k: int, bound: float) -> float:
    """The cost of these stops in this order; infinite when against a rule or not below `bound`."""
    n = arrays.must.shape[0]
    t = arrays.technician[shift]
    place = arrays.start_location[shift]
    rests = arrays.break_from[shift + 1] > arrays.break_from[shift]
    timed = rests
    driven = metres = served = 0
    bonus = lateness = 0.0
    ready = early = state.begin[shift]
    late = early if arrays.at_start[shift] else state.finish[shift]
    seconds = 0
    for i in range(k):
        stop = stops[i]
        here = arrays.location[stop]
        drive = arrays.seconds[place, here]
        if drive >= FAR:
            return INF
        driven += drive
        if arrays.has_metres:
            metres += arrays.metres[place, here]
        service = arrays.service[stop, t] + (arrays.setup[stop] if place != here else 0)
        close = min(arrays.close[stop], arrays.finish_by[stop] - service)
        begins = max(ready + drive, arrays.open[stop])
        if begins > close:
            return INF
        ready = begins + service
        served += service
        lateness += arrays.late_rate[stop] * max(0, begins - arrays.due[stop])
        reach = seconds + drive
        wait = max(0, arrays.open[stop] - reach - late)
        early = max(arrays.open[stop] - reach, early) - wait
        late = min(close - reach, late)
        seconds = reach + wait + service
        timed = timed or arrays.soft[stop]
        if stop < n:
            bonus += arrays.bonus[stop, t]
        place = here
    if arrays.end_location[shift] >= 0:
        drive = arrays.seconds[place, arrays.end_location[shift]]
        if drive >= FAR:
            return INF
        driven += drive
        ready += drive
        seconds += drive
        if arrays.has_metres:
            metres += arrays.metres[place, arrays.end_location[shift]]
    if ready > state.finish[shift] or driven > arrays.max_travel[shift]:
        return INF
    cost = arrays.travel_rate[t] * driven + arrays.metre_rate[t] * metres + bonus
    if timed:
        owed, paid, unpaid = _sure_rests(arrays, shift, late, ready) if rests else (0, 0, 0)
        back = max(ready, state.begin[shift] + driven + served + owed)
        if back > state.finish[shift]:
            return INF
        least = cost + arrays.overtime_rate[t] * max(0, back - arrays.end[shift]) + lateness
        if least + arrays.duty_rate[t] * max(driven + served + paid, seconds - unpaid) >= bound:
            return INF
        cost += route_cost(arrays, shift, stops, k, state.begin[shift], state.finish[shift], bound - cost, work.timing)
    else:
        cost += arrays.duty_rate[t] * seconds + arrays.overtime_rate[t] * max(0, early + seconds - arrays.end[shift])
    work.sums[0], work.sums[1], work.sums[2], work.sums[3] = driven, metres, seconds, early
    work.bonus[0] = bonus
    return cost if cost < bound else INF


@inner
def _sure_rests(arrays: Arrays, shift: int, depart_by: int, back: int) -> tuple[int, int, int]:
    """Seconds of breaks sure to be taken by who departs by then and is back no sooner; those paid; and all unpaid."""
    owed = paid = unpaid = 0
    for i in range(arrays.break_from[shift], arrays.break_from[shift + 1]):
        if not arrays.break_paid[i]:
            unpaid += arrays.break_seconds[i]
        if not arrays.break_optional[i] and depart_by <= arrays.break_latest[i] < back:
            owed += arrays.break_seconds[i]
            if arrays.break_paid[i]:
                paid += arrays.break_seconds[i]
    return owed, paid, unpaid


@inner
def fixed_cost(arrays: Arrays, state: State, shift: int) -> float:
    """The technician's fixed cost, when this is the first visit."""
    t = arrays.technician[shift]
    if arrays.fixed[t] == 0.0:
        return 0.0
    for i in range(arrays.own_from[t], arrays.own_from[t + 1]):
        if state.count[arrays.own[i]] > 0:
            return 0.0
    return float(arrays.fixed[t])
