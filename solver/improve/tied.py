"""The search where routes hang together: ruin, recreate, and keep or put back, all routes timed with one another.

The times of the whole plan are remembered when it is kept and recalled when a change is put back; a best plan is timed
from scratch, so that it costs here what it costs when it is handed on.
"""

from solver.compiled import IntArray
from solver.improve.anneal import BLINK, Chain, call_left_out
from solver.improve.anneal import remember as remember_lists
from solver.improve.arrays import Arrays
from solver.improve.chance import below, exponential, uniform
from solver.improve.knot import Knot
from solver.improve.price import copied
from solver.improve.recreate import sort_waiting
from solver.improve.routes import link, unlink
from solver.improve.ruin import related, scattered, strings, take_out, whole_shift
from solver.improve.settle import keep, undraw
from solver.improve.state import RELOADS, State, Work
from solver.improve.tied_places import best_place, exact_cost
from solver.improve.tied_supplies import cheapest_way, note_supplies, thinned
from solver.jit import inner, lean
from solver.ties.kernels import (
    commit_insertion,
    commit_removals,
    link_allows,
    recall,
    remember,
    retime,
    shared_cost,
    time_all,
)
from solver.ties.simulate import INF
from solver.ties.table import EARLIEST_START, FREE, Ties

TOGETHER = 0.7
"""Share of iterations in which the partners of what is taken out are taken out as well."""


@inner
def tied_cost(arrays: Arrays, state: State, chain: Chain, ties: Ties) -> float:
    """Units of the whole plan, visits left out at their price."""
    cost = shared_cost(ties)
    for shift in range(state.cost.shape[0]):
        if state.count[shift] > 0:
            cost += state.cost[shift]
    for t in range(arrays.fixed.shape[0]):
        if arrays.fixed[t] > 0.0:
            for i in range(arrays.own_from[t], arrays.own_from[t + 1]):
                if state.count[arrays.own[i]] > 0:
                    cost += arrays.fixed[t]
                    break
    for visit in range(arrays.must.shape[0]):
        if state.shift_of[visit] < 0:
            cost += chain.price[visit]
    return cost


@lean
def anneal_tied(
    arrays: Arrays,
    state: State,
    work: Work,
    chain: Chain,
    ties: Ties,
    knot: Knot,
    iterations: int,
    hot: float,
    cold: float,
) -> None:
    """So many iterations, the temperature falling geometrically from `hot` to `cold` (units)."""
    for i in range(iterations):
        temperature = hot * (cold / hot) ** (i / iterations)
        if not _changed(arrays, state, work, chain, ties, knot):
            _put_back(arrays, state, work, ties)
            continue
        cost = tied_cost(arrays, state, chain, ties)
        kept = cost < chain.cost[0] + temperature * exponential(chain.seed)
        if kept and cost < chain.cost[1] - 1e-6:
            kept = time_all(ties)
            cost = tied_cost(arrays, state, chain, ties)
        if not kept:
            _put_back(arrays, state, work, ties)
            continue
        chain.cost[0] = cost
        remember(ties)
        if cost < chain.cost[1] - 1e-6:
            remember_tied(arrays, state, chain, knot)


@inner
def _changed(arrays: Arrays, state: State, work: Work, chain: Chain, ties: Ties, knot: Knot) -> bool:
    """Takes visits out and puts them in elsewhere; False when what stays, or what comes of it, cannot be."""
    _ruin(arrays, state, work, chain, knot)
    if not _stays(arrays, state, work, ties, knot):
        return False
    call_left_out(arrays, state, work, chain)
    sort_waiting(arrays, work, chain.seed, chain.far)
    _partners_next(work, knot)
    return put_in(arrays, state, work, chain, ties, knot, BLINK) and no_halves(arrays, state, work, ties, knot)


@inner
def _ruin(arrays: Arrays, state: State, work: Work, chain: Chain, knot: Knot) -> None:
    work.stamp[0] += 1
    work.touches[0] = work.waits[0] = 0
    drawn = uniform(chain.seed)
    kinds = chain.kin.shape[0]
    if drawn < 0.8 or kinds == 0:
        strings(arrays, state, work, chain.near, chain.seed, chain.average[0], chain.average[1])
    elif drawn < 0.82:
        whole_shift(arrays, state, work, chain.seed)
    elif drawn < 0.9:
        scattered(arrays, state, work, chain.seed, chain.average[0])
    else:
        related(arrays, state, work, chain.kin[below(chain.seed, kinds)], chain.seed, chain.average[0])
    if uniform(chain.seed) < TOGETHER:
        for i in range(work.waits[0]):
            visit = work.waiting[i]
            for j in range(knot.mate_from[visit], knot.mate_from[visit + 1]):
                if state.shift_of[knot.mate[j]] >= 0:
                    take_out(arrays, state, work, knot.mate[j])


@inner
def _stays(arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot) -> bool:
    """Times what is left after the waiting visits were taken out; False: it cannot be."""
    for i in range(work.touches[0]):
        shift = work.touched[i]
        if arrays.any_order and not _in_order(arrays, state, shift):
            return False
        if state.stores[shift] > 0:
            k = _as_kept(state, work, i, knot.route[0])
            thinned(arrays, state, work, knot, shift, knot.route[0], k)
    return commit_removals(ties, work.waiting, work.waits[0], work.touched, work.touches[0])


@inner
def _in_order(arrays: Arrays, state: State, shift: int) -> bool:
    place = 0
    visit = state.first[shift]
    while visit >= 0:
        if arrays.pinned_order[visit] >= 0 and arrays.pinned_order[visit] != place:
            return False
        place += 1
        visit = state.after[visit]
    return True


@inner
def _as_kept(state: State, work: Work, i: int, into: IntArray) -> int:
    """Writes the stops that the shift touched as the i-th had before; returns how many."""
    shift, k, store = work.touched[i], 0, 0
    for j in range(work.kept_from[i], work.kept_from[i + 1]):
        while store < state.stores[shift] and state.store_place[shift, store] <= k:
            into[k] = state.store_stop[shift, store]
            store += 1
            k += 1
        into[k] = work.kept[j]
        k += 1
    while store < state.stores[shift]:
        into[k] = state.store_stop[shift, store]
        store += 1
        k += 1
    return k


@inner
def _partners_next(work: Work, knot: Knot) -> None:
    """Lets the partners of a waiting visit wait right behind it."""
    for i in range(work.waits[0]):
        visit, next_place = work.waiting[i], i + 1
        for j in range(knot.mate_from[visit], knot.mate_from[visit + 1]):
            mate = knot.mate[j]
            for place in range(next_place, work.waits[0]):
                if work.waiting[place] == mate:
                    while place > next_place:
                        work.waiting[place] = work.waiting[place - 1]
                        place -= 1
                    work.waiting[next_place] = mate
                    next_place += 1
                    break


@inner
def put_in(arrays: Arrays, state: State, work: Work, chain: Chain, ties: Ties, knot: Knot, blink: float) -> bool:
    """Puts every waiting visit in where it costs least; False when a route could not be timed after all."""
    for i in range(work.waits[0]):
        visit = work.waiting[i]
        price = chain.price[visit]
        best_place(arrays, state, work, ties, knot, chain.beside, chain.seed, visit, blink, price)
        if work.found[0] < 0 and chain.beside.shape[1] > 0 and arrays.must[visit]:
            best_place(arrays, state, work, ties, knot, chain.beside[:, :0], chain.seed, visit, blink, price)
        if work.found[0] >= 0 and not _committed(arrays, state, work, ties, knot, visit):
            return False
    work.waits[0] = 0
    return True


@inner
def _committed(arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot, visit: int) -> bool:
    """Puts the visit at the place found; False when the plan cannot be timed so: its times are then undefined."""
    shift, place = work.found[0], work.found[1]
    keep(state, work, shift)
    knot.way_size[0] = 0
    if arrays.complete.shape[0] > 0 and exact_cost(arrays, state, work, ties, knot, visit, shift, place, INF) == INF:
        return False
    link(arrays, state, visit, shift, place)
    if knot.way_size[0] > 0:
        copied(knot.way, knot.route[0], knot.way_size[0])
        note_supplies(arrays, state, work, shift, knot.route[0], knot.way_size[0])
    return commit_insertion(ties, visit)


@inner
def no_halves(arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot) -> bool:
    """Takes out what is served of links that are to be served whole or not at all; False: that cannot be timed."""
    again = len(knot.halves) > 0
    while again:
        again = False
        for i in range(len(knot.halves)):
            row = knot.halves[i]
            served = 0
            low, high = arrays.link_from[row], arrays.link_from[row + 1]
            for j in range(low, high):
                served += state.shift_of[arrays.link_visit[j]] >= 0
            if served == 0 or served == high - low:
                continue
            for j in range(low, high):
                visit = arrays.link_visit[j]
                shift = state.shift_of[visit]
                if shift >= 0:
                    again = True
                    if not _dropped(arrays, state, work, ties, knot, visit, shift):
                        return False
    return True


@inner
def _dropped(arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot, visit: int, shift: int) -> bool:
    """Takes one visit out and times what is left."""
    keep(state, work, shift)
    k = 0
    if state.stores[shift] > 0:
        k = _with_stores(state, shift, knot.route[0])
    unlink(arrays, state, visit)
    if arrays.any_order and not _in_order(arrays, state, shift):
        return False
    if k > 0:
        thinned(arrays, state, work, knot, shift, knot.route[0], k)
    knot.gone[0], knot.home[0] = visit, shift
    return commit_removals(ties, knot.gone, 1, knot.home, 1)


@inner
def _with_stores(state: State, shift: int, into: IntArray) -> int:
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
def _put_back(arrays: Arrays, state: State, work: Work, ties: Ties) -> None:
    """Makes every route what it was when the plan was kept last, and all times."""
    for i in range(work.touches[0]):
        shift = work.touched[i]
        visit = state.first[shift]
        while visit >= 0:
            later = state.after[visit]
            unlink(arrays, state, visit)
            visit = later
    for i in range(work.touches[0]):
        shift, row, place = work.touched[i], work.kept_row[i], -1
        for j in range(work.kept_from[i], work.kept_from[i + 1]):
            link(arrays, state, work.kept[j], shift, place)
            place = work.kept[j]
        state.stores[shift], state.short[shift] = row[6], row[7] >= 2
        for j in range(RELOADS):
            state.store_stop[shift, j], state.store_place[shift, j] = row[8 + j], row[8 + RELOADS + j]
        for store in range(state.drawn.shape[0] if state.draws.shape[0] > 0 else 0):
            for part in range(state.drawn.shape[1]):
                state.drawn[store, part] += work.kept_draws[i, store, part] - state.draws[shift, store, part]
                state.draws[shift, store, part] = work.kept_draws[i, store, part]
    recall(ties)


@lean
def remember_tied(arrays: Arrays, state: State, chain: Chain, knot: Knot) -> None:
    """Makes the plan now the best one."""
    remember_lists(state, chain)
    for shift in range(len(state.first)):
        knot.stores[shift] = state.stores[shift]
        for i in range(RELOADS):
            knot.store_stop[shift, i] = state.store_stop[shift, i]
            knot.store_place[shift, i] = state.store_place[shift, i]


@lean
def take_up_tied(
    arrays: Arrays,
    state: State,
    work: Work,
    chain: Chain,
    ties: Ties,
    knot: Knot,
    first: IntArray,
    after: IntArray,
) -> bool:
    """Makes the plan that of the lists given; False when some route cannot be as listed and was left empty."""
    work.stamp[0] += 1
    work.touches[0] = work.waits[0] = 0
    for shift in range(len(state.first)):
        _emptied(arrays, state, shift)
    time_all(ties)
    sound = True
    for shift in range(len(first)):
        if first[shift] >= 0 and not _taken_up(arrays, state, work, ties, knot, shift, first[shift], after):
            sound = False
            _emptied(arrays, state, shift)
            time_all(ties)
    sound = no_halves(arrays, state, work, ties, knot) and sound
    if not time_all(ties):
        sound = False
        for shift in range(len(state.first)):
            _emptied(arrays, state, shift)
        time_all(ties)
    chain.cost[0] = tied_cost(arrays, state, chain, ties)
    remember(ties)
    return sound


@inner
def _emptied(arrays: Arrays, state: State, shift: int) -> None:
    visit = state.first[shift]
    while visit >= 0:
        later = state.after[visit]
        unlink(arrays, state, visit)
        visit = later
    state.stores[shift] = 0
    state.short[shift] = False
    if arrays.finite:
        undraw(state, shift)


@inner
def _taken_up(
    arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot, shift: int, visit: int, after: IntArray
) -> bool:
    """Gives an empty shift its visits, and warehouse stops as needed; False when that cannot be."""
    place = -1
    while visit >= 0:
        allowed = arrays.allowed[visit, shift] and state.count[shift] < arrays.max_visits[shift]
        if not allowed or not link_allows(ties, visit, shift):
            return False
        link(arrays, state, visit, shift, place)
        ties.visitwise[EARLIEST_START, visit] = ties.start[visit] = FREE
        place, visit = visit, after[visit]
    if arrays.any_order and not _in_order(arrays, state, shift):
        return False
    if not _supplied(arrays, state, work, ties, knot, shift):
        return False
    knot.home[0] = shift
    return retime(ties, knot.home, 1)


@inner
def _supplied(arrays: Arrays, state: State, work: Work, ties: Ties, knot: Knot, shift: int) -> bool:
    """Lets a listed route have what it needs; False when it lacks something."""
    t, enough = arrays.technician[shift], True
    for part in range(arrays.van.shape[1]):
        enough = enough and state.used[t, part] <= arrays.van[t, part]
    visit = state.first[shift]
    while visit >= 0:
        for i in range(arrays.tool_from[visit], arrays.tool_from[visit + 1]):
            enough = enough and arrays.has_tool[t, arrays.tool[i]]
        visit = state.after[visit]
    if enough:
        return True
    if arrays.complete.shape[0] == 0:
        return False
    knot.way_size[0] = 0
    cheapest_way(arrays, state, work, ties, knot, shift, 0.0, INF)
    if knot.way_size[0] == 0:
        return False
    copied(knot.way, knot.route[0], knot.way_size[0])
    note_supplies(arrays, state, work, shift, knot.route[0], knot.way_size[0])
    return True


@lean
def build_tied(arrays: Arrays, state: State, work: Work, chain: Chain, ties: Ties, knot: Knot) -> None:
    """Puts every visit left out in, each where it costs least."""
    work.stamp[0] += 1
    work.touches[0] = work.waits[0] = 0
    for visit in range(arrays.must.shape[0]):
        if state.shift_of[visit] < 0:
            work.waiting[work.waits[0]] = visit
            work.waits[0] += 1
    sort_waiting(arrays, work, chain.seed, chain.far)
    _partners_next(work, knot)
    done = put_in(arrays, state, work, chain, ties, knot, 0.0) and no_halves(arrays, state, work, ties, knot)
    if not (done and time_all(ties)):
        _put_back(arrays, state, work, ties)
    chain.cost[0] = tied_cost(arrays, state, chain, ties)
    remember(ties)
