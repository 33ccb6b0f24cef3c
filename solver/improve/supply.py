"""What a route lacks on its way: parts in the van, what warehouses have left, tools lent."""

from solver.compiled import IntArray
from solver.improve.arrays import NO_LIMIT, Arrays
from solver.improve.state import State, Work
from solver.jit import inner


@inner
def helps(arrays: Arrays, state: State, shift: int, store: int, part: int, tool: int) -> bool:
    """Whether the warehouse has the part left, or lends the tool; -1: not that."""
    if part >= 0:
        return not arrays.finite or left_in_stock(arrays, state, shift, store, part) > 0
    return bool(arrays.lends[store, tool])


@inner
def left_in_stock(arrays: Arrays, state: State, shift: int, store: int, part: int) -> int:
    """What the warehouse has left of a part for this shift, all other routes kept."""
    if arrays.stock[store, part] >= NO_LIMIT:
        return NO_LIMIT
    return int(arrays.stock[store, part] - state.drawn[store, part] + state.draws[shift, store, part])


@inner
def first_lack(arrays: Arrays, state: State, work: Work, shift: int, stops: IntArray, k: int) -> int:
    """The place of the first visit that lacks a part or a tool, -1: none; which one in `work.lacking`."""
    n = arrays.must.shape[0]
    t = arrays.technician[shift]
    work.trial[0] += 1
    reloaded = False
    for place in range(k):
        stop = stops[place]
        if stop >= n:
            if arrays.complete[stop - n]:
                return -1
            reloaded = True
            continue
        for i in range(arrays.tool_from[stop], arrays.tool_from[stop + 1]):
            tool = arrays.tool[i]
            if not arrays.has_tool[t, tool] and not (reloaded and _lent(arrays, stops, place, tool)):
                work.lacking[0], work.lacking[1] = -1, tool
                return place
        for i in range(arrays.need_from[stop], arrays.need_from[stop + 1]):
            part, count = arrays.need_part[i], arrays.need_count[i]
            lacks = _taken(arrays, state, work, shift, part, count) < 0
            if lacks and reloaded:
                lacks = not _loaded(arrays, state, shift, stops, place, part)
            if lacks and reloaded and _offered(arrays, state, shift, stops, place, part):
                lacks = _in_van(arrays, state, shift, stops, place, k, part) < count
            if lacks:
                work.lacking[0], work.lacking[1] = part, -1
                return place
    return -1


@inner
def _taken(arrays: Arrays, state: State, work: Work, shift: int, part: int, count: int) -> int:
    """What the van has left of a part when `count` more are taken from it."""
    if work.has_stamp[part] != work.trial[0]:
        work.has_stamp[part] = work.trial[0]
        work.has[part] = van_at_start(arrays, state, shift, part)
    work.has[part] -= count
    return int(work.has[part])


@inner
def _lent(arrays: Arrays, stops: IntArray, place: int, tool: int) -> bool:
    n = arrays.must.shape[0]
    for earlier in range(place):
        if stops[earlier] >= n and arrays.lends[stops[earlier] - n, tool]:
            return True
    return False


@inner
def _in_van(arrays: Arrays, state: State, shift: int, stops: IntArray, place: int, k: int, part: int) -> int:
    """How many of a part are in the van on arrival at a place."""
    n = arrays.must.shape[0]
    later = 0
    for i in range(k):
        if stops[i] < n:
            later += needed(arrays, stops[i], part)
    has = van_at_start(arrays, state, shift, part)
    drawn = 0
    for i in range(place):
        stop = stops[i]
        if stop < n:
            used = needed(arrays, stop, part)
            has -= used
            later -= used
        elif later > has:
            left = left_in_stock(arrays, state, shift, stop - n, part) if arrays.finite else NO_LIMIT
            for j in range(i):
                if arrays.finite and stops[j] == stop:
                    left -= drawn
            load = max(0, min(later - has, left))
            has += load
            drawn += load
    return has


@inner
def _loaded(arrays: Arrays, state: State, shift: int, stops: IntArray, place: int, part: int) -> bool:
    """Whether a warehouse called at before a place has left as many of the part as the route can need."""
    n = arrays.must.shape[0]
    most = state.used[arrays.technician[shift], part] + arrays.most_needed[part]
    for i in range(place):
        if stops[i] >= n and left_in_stock(arrays, state, shift, stops[i] - n, part) >= most:
            return True
    return False


@inner
def _offered(arrays: Arrays, state: State, shift: int, stops: IntArray, place: int, part: int) -> bool:
    """Whether a warehouse called at before a place has any of the part."""
    n = arrays.must.shape[0]
    for i in range(place):
        if stops[i] >= n and left_in_stock(arrays, state, shift, stops[i] - n, part) > 0:
            return True
    return False


@inner
def needed(arrays: Arrays, visit: int, part: int) -> int:
    """How many of a part a visit uses up."""
    for i in range(arrays.need_from[visit], arrays.need_from[visit + 1]):
        if arrays.need_part[i] == part:
            return int(arrays.need_count[i])
    return 0


@inner
def van_at_start(arrays: Arrays, state: State, shift: int, part: int) -> int:
    """What the van has of a part when the shift starts: what the technician's earlier shifts have left in it."""
    t = arrays.technician[shift]
    has = arrays.van[t, part]
    for i in range(arrays.own_from[t], arrays.own_from[t + 1]):
        if arrays.own[i] == shift:
            break
        visit = state.first[arrays.own[i]]
        while visit >= 0:
            has -= needed(arrays, visit, part)
            visit = state.after[visit]
    return int(max(0, has))


@inner
def equipped(arrays: Arrays, visit: int, technician: int) -> bool:
    """Whether the technician has all tools that the visit needs."""
    for i in range(arrays.tool_from[visit], arrays.tool_from[visit + 1]):
        if not arrays.has_tool[technician, arrays.tool[i]]:
            return False
    return True


@inner
def supplied_anyway(arrays: Arrays, state: State, visit: int, shift: int) -> bool:
    """Whether the shift lacks neither parts nor tools, and nor will it with the visit."""
    if state.short[shift]:
        return False
    t = arrays.technician[shift]
    if not equipped(arrays, visit, t):
        return False
    for i in range(arrays.need_from[visit], arrays.need_from[visit + 1]):
        if state.used[t, arrays.need_part[i]] + arrays.need_count[i] > arrays.van[t, arrays.need_part[i]]:
            return False
    return True


@inner
def out_of_stock(arrays: Arrays, state: State, visit: int, shift: int) -> bool:
    """Whether all warehouses together have less left of a part than the shift would lack with the visit."""
    stores = arrays.complete.shape[0]
    if stores == 0:
        return not supplied_anyway(arrays, state, visit, shift)
    t = arrays.technician[shift]
    if not arrays.finite or arrays.own_from[t + 1] - arrays.own_from[t] > 1:
        return False
    for i in range(arrays.need_from[visit], arrays.need_from[visit + 1]):
        part = arrays.need_part[i]
        lacks = state.used[t, part] + arrays.need_count[i] - arrays.van[t, part]
        for store in range(stores):
            if lacks > 0:
                left = left_in_stock(arrays, state, shift, store, part)
                lacks -= max(0, left)
        if lacks > 0:
            return True
    return False


@inner
def later_shifts_stay(arrays: Arrays, state: State, visit: int, shift: int) -> bool:
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
