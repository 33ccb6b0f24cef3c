"""A changed route made whole again: priced, its warehouse stops placed, its bounds worked out; or put back."""

from solver.improve.arrays import NO_LIMIT, Arrays
from solver.improve.memory import mark
from solver.improve.plain import NOT_PLAIN, SETTLED, lengthened_plain, settled_plain
from solver.improve.price import priced, stops_cost
from solver.improve.routes import link, listed, refresh, undraw, unlink
from solver.improve.state import RELOADS, State, Work
from solver.improve.supply import first_lack, left_in_stock, needed, van_at_start
from solver.jit import inner


@inner
def settled(arrays: Arrays, state: State, work: Work, shift: int) -> bool:
    """Prices the shift's route as its list now stands and notes all about it; False when no rule-abiding one exists."""
    mark(state, shift)
    quick = settled_plain(arrays, state, shift)
    if quick != NOT_PLAIN:
        return quick == SETTLED
    k = listed(state, shift, work.level[0])
    state.short[shift] = k > 0 and first_lack(arrays, state, work, shift, work.level[0], k) >= 0
    cost = priced(arrays, state, work, shift, k, not state.short[shift], 1e300)
    if cost >= 1e300:
        return False
    size = work.size[0]
    if size != k:  # sums of the sequence chosen, not of the one tried last
        cost = stops_cost(arrays, state, work, shift, work.chosen, size, 1e300)
    state.cost[shift] = cost
    if k == 0:
        for i in range(4):
            work.sums[i] = 0
        work.bonus[0] = 0.0
    state.driven[shift], state.metres[shift], state.bonus[shift] = work.sums[0], work.sums[1], work.bonus[0]
    state.duty[shift], state.depart[shift] = work.sums[2], work.sums[3]
    state.back[shift] = work.sums[2] + work.sums[3]
    note_stores(arrays, state, work, shift, size)
    state.plain[shift] = _is_plain(arrays, work, shift, size)
    refresh(arrays, state, shift)
    return True


@inner
def lengthened(arrays: Arrays, state: State, work: Work, shift: int, visit: int) -> bool:
    """The same where the visit was put in a settled route."""
    quick = lengthened_plain(arrays, state, shift, visit)
    if quick != NOT_PLAIN:
        return quick == SETTLED
    return settled(arrays, state, work, shift)


@inner
def _is_plain(arrays: Arrays, work: Work, shift: int, size: int) -> bool:
    if arrays.break_from[shift + 1] > arrays.break_from[shift]:
        return False
    for i in range(size):
        if arrays.soft[work.chosen[i]]:
            return False
    return True


@inner
def note_stores(arrays: Arrays, state: State, work: Work, shift: int, size: int) -> None:
    """Notes the warehouse stops among the stops chosen, and draws from stock what is loaded there."""
    n = arrays.must.shape[0]
    if arrays.finite:
        undraw(state, shift)
    count = 0
    for place in range(size):
        if work.chosen[place] >= n:
            state.store_stop[shift, count], state.store_place[shift, count] = work.chosen[place], place
            count += 1
    state.stores[shift] = count
    if arrays.finite and count:
        _draw(arrays, state, work, shift, size)
        for store in range(state.drawn.shape[0]):
            for part in range(state.drawn.shape[1]):
                state.drawn[store, part] += state.draws[shift, store, part]


@inner
def _draw(arrays: Arrays, state: State, work: Work, shift: int, size: int) -> None:
    """Writes what the route loads at each warehouse: what later visits need beyond what the van has, stock allowing."""
    n = arrays.must.shape[0]
    for part in range(arrays.stock.shape[1]):
        has = van_at_start(arrays, state, shift, part)
        for i in range(size):
            stop = work.chosen[i]
            if stop < n:
                has -= needed(arrays, stop, part)
                continue
            later = 0
            for j in range(i + 1, size):
                if work.chosen[j] < n:
                    later += needed(arrays, work.chosen[j], part)
            left = left_in_stock(arrays, state, shift, stop - n, part)
            if left < NO_LIMIT:
                left -= state.draws[shift, stop - n, part]
            load = max(0, min(later - has, left))
            has += load
            if arrays.stock[stop - n, part] < NO_LIMIT:
                state.draws[shift, stop - n, part] += load


@inner
def keep(state: State, work: Work, shift: int) -> None:
    """Remembers the shift's route as it is, unless that was done in this iteration."""
    if work.seen[shift] == work.stamp[0]:
        return
    work.seen[shift] = work.stamp[0]
    i = work.touches[0]
    work.touches[0] = i + 1
    work.touched[i] = shift
    k = listed(state, shift, work.kept[work.kept_from[i] :])
    work.kept_from[i + 1] = work.kept_from[i] + k
    row = work.kept_row[i]
    row[0], row[1], row[2], row[3] = state.driven[shift], state.metres[shift], state.duty[shift], state.tardiness[shift]
    row[4], row[5], row[6] = state.depart[shift], state.back[shift], state.stores[shift]
    row[7] = 2 * state.short[shift] + state.plain[shift]
    row[8 + 2 * RELOADS] = state.mark[shift]
    for j in range(RELOADS):
        row[8 + j], row[8 + RELOADS + j] = state.store_stop[shift, j], state.store_place[shift, j]
    if state.draws.shape[0] > 0:
        for store in range(state.drawn.shape[0]):
            for part in range(state.drawn.shape[1]):
                work.kept_draws[i, store, part] = state.draws[shift, store, part]
    work.kept_cost[i, 0], work.kept_cost[i, 1] = state.cost[shift], state.bonus[shift]


@inner
def put_back(arrays: Arrays, state: State, work: Work) -> None:
    """Makes every route touched in this iteration what it was."""
    for i in range(work.touches[0]):
        shift = work.touched[i]
        visit = state.first[shift]
        while visit >= 0:
            later = state.after[visit]
            unlink(arrays, state, visit)
            visit = later
    for i in range(work.touches[0]):
        place = -1
        for j in range(work.kept_from[i], work.kept_from[i + 1]):
            link(arrays, state, work.kept[j], work.touched[i], place)
            place = work.kept[j]
    for i in range(work.touches[0]):
        _numbers_back(state, work, i)
        refresh(arrays, state, work.touched[i])


@inner
def _numbers_back(state: State, work: Work, i: int) -> None:
    shift, row = work.touched[i], work.kept_row[i]
    state.driven[shift], state.metres[shift], state.duty[shift], state.tardiness[shift] = row[0], row[1], row[2], row[3]
    state.depart[shift], state.back[shift], state.stores[shift] = row[4], row[5], row[6]
    state.short[shift], state.plain[shift] = row[7] >= 2, row[7] % 2 == 1
    state.mark[shift] = row[8 + 2 * RELOADS]
    for j in range(RELOADS):
        state.store_stop[shift, j], state.store_place[shift, j] = row[8 + j], row[8 + RELOADS + j]
    if state.draws.shape[0] > 0:
        for store in range(state.drawn.shape[0]):
            for part in range(state.drawn.shape[1]):
                state.drawn[store, part] += work.kept_draws[i, store, part] - state.draws[shift, store, part]
                state.draws[shift, store, part] = work.kept_draws[i, store, part]
    state.cost[shift], state.bonus[shift] = work.kept_cost[i, 0], work.kept_cost[i, 1]
