"""Warehouse stops of tied routes: put where they fetch what lacks, dropped where nothing lacks without them."""

from solver.compiled import IntArray
from solver.improve.arrays import Arrays
from solver.improve.knot import OPTIONS, Knot
from solver.improve.price import copied, lengthened, way_round
from solver.improve.routes import listed
from solver.improve.settle import note_stores
from solver.improve.state import RELOADS, State, Work
from solver.improve.supply import first_lack, helps, later_shifts_stay
from solver.jit import inner
from solver.ties.joint import enqueue, settle_queue, undo
from solver.ties.kernels import link_allows, shared_cost
from solver.ties.simulate import INF
from solver.ties.table import EARLIEST_START, FREE, TOUCH_COUNT, TOUCHES, Ties


@inner
def merged(arrays: Arrays, state: State, shift: int, into: IntArray) -> int:
    """Writes the shift's stops in order, warehouse stops included; returns how many."""
    k = store = 0
    visit = state.first[shift]
    while visit >= 0 or store < state.stores[shift]:
        if store < state.stores[shift] and (state.store_place[shift, store] <= k or visit < 0):
            into[k] = state.store_stop[shift, store]
            store += 1
        else:
            into[k] = visit
            visit = state.after[visit]
        k += 1
    return k


@inner
def write_stores(arrays: Arrays, state: State, shift: int, stops: IntArray, k: int) -> None:
    """Takes the warehouse stops of the route from these stops."""
    n, count = arrays.must.shape[0], 0
    for place in range(k):
        if stops[place] >= n:
            state.store_stop[shift, count], state.store_place[shift, count] = stops[place], place
            count += 1
    state.stores[shift] = count


@inner
def note_supplies(arrays: Arrays, state: State, work: Work, shift: int, stops: IntArray, k: int) -> None:
    """The same for good: what is loaded is drawn from stock, and whether the route lacks something is noted."""
    copied(stops, work.chosen, k)
    note_stores(arrays, state, work, shift, k)
    count = listed(state, shift, work.level[0])
    state.short[shift] = count > 0 and first_lack(arrays, state, work, shift, work.level[0], count) >= 0


@inner
def thinned(arrays: Arrays, state: State, work: Work, knot: Knot, shift: int, stops: IntArray, k: int) -> None:
    """Notes these stops without the visits that have left the shift and without warehouse stops no longer needed."""
    n, count = arrays.must.shape[0], 0
    for i in range(k):
        if stops[i] >= n or state.shift_of[stops[i]] == shift:
            stops[count] = stops[i]
            count += 1
    place = count - 1
    other = knot.route[1]
    while place >= 0:
        if stops[place] >= n:
            for i in range(count - 1):
                other[i] = stops[i] if i < place else stops[i + 1]
            if state.count[shift] == 0 or first_lack(arrays, state, work, shift, other, count - 1) < 0:
                count -= 1
                copied(other, stops, count)
        place -= 1
    note_supplies(arrays, state, work, shift, stops, count)


@inner
def with_visit(state: State, stops: IntArray, k: int, visit: int, place_after: int, late: bool, into: IntArray) -> None:
    """The stops with the visit behind another (-1: first). late: behind the warehouse stops that follow that too."""
    n = len(state.after)
    at = 0
    while place_after >= 0 and stops[at] != place_after:
        at += 1
    if place_after >= 0:
        at += 1
    while late and at < k and stops[at] >= n:
        at += 1
    lengthened(stops, into, k + 1, at, visit)


@inner
def fetched_cost(
    arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot, visit: int, shift: int, place: int, bound: float
) -> float:
    """As `insertion_cost` of the ties, with warehouse stops wherever they are needed; the stops stay in `knot.way`."""
    if not arrays.allowed[visit, shift] or state.count[shift] >= arrays.max_visits[shift]:
        return INF
    if not link_allows(ties, visit, shift) or not later_shifts_stay(arrays, state, visit, shift):
        return INF
    then = state.first[shift] if place < 0 else state.after[place]
    kept = knot.route[0]
    k = merged(arrays, state, shift, kept)
    stores = state.stores[shift]
    before = state.cost[shift] if state.count[shift] > 0 else 0.0
    state.before[visit], state.after[visit], state.shift_of[visit] = place, then, shift
    _chained(state, shift, place, visit, visit, then)
    state.count[shift] += 1
    ties.visitwise[EARLIEST_START, visit] = ties.start[visit] = FREE
    best = INF
    knot.way_size[0] = 0
    for late in range(2):
        with_visit(state, kept, k, visit, place, late == 1, work.level[1])
        if best == INF and first_lack(arrays, state, work, shift, work.level[1], k + 1) < 0:
            best = timed_with(arrays, state, ties, knot, shift, before, work.level[1], k + 1, bound)
        if stores == 0:
            break
    if best == INF:
        best = cheapest_way(arrays, state, work, ties, knot, shift, before, bound)
    state.count[shift] -= 1
    _chained(state, shift, place, then, place, then)
    state.before[visit] = state.after[visit] = state.shift_of[visit] = -1
    write_stores(arrays, state, shift, kept, k)
    return best


@inner
def _chained(state: State, shift: int, earlier: int, after_it: int, before_it: int, then: int) -> None:
    if earlier >= 0:
        state.after[earlier] = after_it
    else:
        state.first[shift] = after_it
    if then >= 0:
        state.before[then] = before_it
    else:
        state.last[shift] = before_it


@inner
def timed_with(
    arrays: Arrays,
    state: State,
    ties: Ties,
    knot: Knot,
    shift: int,
    before: float,
    stops: IntArray,
    k: int,
    bound: float,
) -> float:
    """Units more when the shift, whose list is made, has these stops; noted in `knot.way` when below `bound`.

    before: units that the shift's route cost.
    """
    write_stores(arrays, state, shift, stops, k)
    shared = shared_cost(ties)
    enqueue(ties.queue, ties.queued, ties.size, shift)
    cost = INF
    if settle_queue(ties):
        cost = shared_cost(ties) - shared
        for i in range(ties.size[TOUCH_COUNT]):
            touched = ties.shiftwise[TOUCHES, i]
            cost += ties.cost[touched] - (before if touched == shift else ties.old_cost[touched, 0])
    undo(ties)
    if cost >= bound:
        return INF
    copied(stops, knot.way, k)
    knot.way_size[0] = k
    return cost


@inner
def cheapest_way(
    arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot, shift: int, before: float, bound: float
) -> float:
    """Units more when the shift's list, as it is, is timed with warehouse stops that fetch what lacks."""
    n, m = arrays.must.shape[0], arrays.complete.shape[0]
    stops = work.level[0]
    k = listed(state, shift, stops)
    lack = first_lack(arrays, state, work, shift, stops, k)
    if lack < 0:
        return timed_with(arrays, state, ties, knot, shift, before, stops, k, bound)
    part, tool = work.lacking[0], work.lacking[1]
    options = 0
    for store in range(m):
        if helps(arrays, state, shift, store, part, tool):
            for place in range(lack + 1):
                work.option_cost[options] = way_round(arrays, shift, stops, k, place, n + store)
                work.option[options] = store * (k + 1) + place
                options += 1
    best = bound
    tried = 0
    while options > 0 and tried < OPTIONS:
        first = 0
        for i in range(1, options):
            if work.option_cost[i] < work.option_cost[first]:
                first = i
        if work.option_cost[first] >= best:
            break
        lengthened(stops, work.level[1], k + 1, work.option[first] % (k + 1), n + work.option[first] // (k + 1))
        options -= 1
        work.option_cost[first], work.option[first] = work.option_cost[options], work.option[options]
        depth = _completed(arrays, state, work, shift, k)
        if depth > 0:
            tried += 1
            cost = timed_with(arrays, state, ties, knot, shift, before, work.level[depth], k + depth, best)
            best = min(best, cost)
    return best if best < bound else INF


@inner
def _completed(arrays: Arrays, state: State, work: Work, shift: int, k: int) -> int:
    """Puts more warehouse stops where they lead least out of the way; how many there are then, 0: it still lacks.

    The first is in `work.level[1]`, each later one is written to the row of its number.
    """
    n, m = arrays.must.shape[0], arrays.complete.shape[0]
    for depth in range(1, RELOADS + 1):
        stops, length = work.level[depth], k + depth
        lack = first_lack(arrays, state, work, shift, stops, length)
        if lack < 0:
            return depth
        if depth == RELOADS:
            break
        least, where, which = INF, -1, -1
        for store in range(m):
            if helps(arrays, state, shift, store, work.lacking[0], work.lacking[1]):
                for place in range(lack + 1):
                    rise = way_round(arrays, shift, stops, length, place, n + store)
                    if rise < least:
                        least, where, which = rise, place, n + store
        if where < 0:
            break
        lengthened(stops, work.level[depth + 1], length + 1, where, which)
    return 0
