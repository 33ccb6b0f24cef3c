"""The search where routes hang together: ruin, recreate, and keep or put back, all routes timed with one another.

The times of the whole plan are remembered when it is kept and recalled when a change is put back; a best plan is timed
from scratch, so that it costs here what it costs when it is handed on.
"""

from solver.compiled import IntArray
from solver.improve.anneal import BLINK, Chain, call_left_out
from solver.improve.anneal import remember as remember_lists
from solver.improve.arrays import Arrays
from solver.improve.chance import below, cooled, exponential, uniform
from solver.improve.knot import Knot
from solver.improve.price import copied
from solver.improve.recreate import sort_waiting
from solver.improve.routes import link, unlink
from solver.improve.ruin import in_focus, related, scattered, strings, take_out, whole_shift
from solver.improve.settle import keep
from solver.improve.state import RELOADS, State, Work
from solver.improve.tied_places import best_place, exact_cost
from solver.improve.tied_supplies import note_supplies, thinned
from solver.jit import inner, lean
from solver.ties.kernels import (
    commit_insertion,
    commit_removals,
    recall,
    remember,
    shared_cost,
    time_all,
)
from solver.ties.simulate import INF
from solver.ties.table import Ties

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
        temperature = cooled(hot, cold, i / iterations)
        if not _changed(arrays, state, work, chain, ties, knot):
            put_back_tied(arrays, state, work, ties)
            continue
        cost = tied_cost(arrays, state, chain, ties)
        kept = cost < chain.cost[0] + temperature * exponential(chain.seed)
        if kept and cost < chain.cost[1] - 1e-6:
            kept = time_all(ties)
            cost = tied_cost(arrays, state, chain, ties)
        if not kept:
            put_back_tied(arrays, state, work, ties)
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
    partners_next(work, knot)
    return put_in(arrays, state, work, chain, ties, knot, BLINK) and no_halves(arrays, state, work, ties, knot)


@inner
def _ruin(arrays: Arrays, state: State, work: Work, chain: Chain, knot: Knot) -> None:
    work.stamp[0] += 1
    work.touches[0] = work.waits[0] = 0
    chain.focus[2] = -1
    drawn = uniform(chain.seed)
    kinds = chain.kin.shape[0]
    if drawn < 0.8 or kinds == 0:
        middle = in_focus(state, work, chain.near, chain.focus, chain.seed)
        chain.focus[2] = middle
        strings(arrays, state, work, chain.near, chain.seed, middle, chain.average[0], chain.average[1])
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
        if arrays.any_order and not in_order_tied(arrays, state, shift):
            return False
        if state.stores[shift] > 0:
            k = _as_kept(state, work, i, knot.route[0])
            thinned(arrays, state, work, knot, shift, knot.route[0], k)
    return commit_removals(ties, work.waiting, work.waits[0], work.touched, work.touches[0])


@inner
def in_order_tied(arrays: Arrays, state: State, shift: int) -> bool:
    """Whether visits pinned to a place in the shift are at it."""
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
def partners_next(work: Work, knot: Knot) -> None:
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
    if arrays.any_order and not in_order_tied(arrays, state, shift):
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
def put_back_tied(arrays: Arrays, state: State, work: Work, ties: Ties) -> None:
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
