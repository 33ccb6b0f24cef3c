"""Routes whose cost one pass tells: no breaks, no cost that depends on a start, nothing to fetch from a warehouse."""

from solver.improve.arrays import FAR, Arrays
from solver.improve.memory import mark
from solver.improve.routes import backward, detour_metres, forward, undraw
from solver.improve.state import State
from solver.improve.supply import equipped
from solver.jit import inner

NOT_PLAIN, IMPOSSIBLE, SETTLED = -1, 0, 1


@inner
def settled_plain(arrays: Arrays, state: State, shift: int) -> int:
    """Prices the shift's route as its list now stands and notes all about it, where it is such a route."""
    if arrays.any_order or arrays.any_setup or state.count[shift] == 0:
        return NOT_PLAIN
    if arrays.break_from[shift + 1] > arrays.break_from[shift] or not _supplied(arrays, state, shift):
        return NOT_PLAIN
    if state.count[shift] > arrays.max_visits[shift]:
        return IMPOSSIBLE
    found = _priced(arrays, state, shift)
    if found == SETTLED:
        if arrays.finite:
            undraw(state, shift)
        state.stores[shift] = 0
        state.short[shift], state.plain[shift] = False, True
        backward(arrays, state, shift, state.last[shift])
    return found


@inner
def lengthened_plain(arrays: Arrays, state: State, shift: int, visit: int) -> int:
    """The same for a settled route of other visits in which this one was put: only what it changes is worked out."""
    if not state.plain[shift] or state.short[shift] or state.count[shift] == 1 or arrays.soft[visit]:
        return NOT_PLAIN
    t = arrays.technician[shift]
    if arrays.any_order or arrays.any_setup or not equipped(arrays, visit, t) or not _supplied(arrays, state, shift):
        return NOT_PLAIN
    if state.count[shift] > arrays.max_visits[shift]:
        return IMPOSSIBLE
    before, then = state.before[visit], state.after[visit]
    origin = arrays.start_location[shift] if before < 0 else arrays.location[before]
    here = arrays.location[visit]
    onward = arrays.end_location[shift] if then < 0 else arrays.location[then]
    drive, away, spared = arrays.seconds[origin, here], 0, 0
    if onward >= 0:
        away, spared = arrays.seconds[here, onward], arrays.seconds[origin, onward]
    driven = state.driven[shift] + drive + away - spared
    if drive >= FAR or away >= FAR or spared >= FAR or driven > arrays.max_travel[shift]:
        return IMPOSSIBLE
    metres = state.metres[shift]
    if arrays.has_metres:
        metres += detour_metres(arrays, origin, here, onward, False)
    if not forward(arrays, state, shift, visit):
        return IMPOSSIBLE
    backward(arrays, state, shift, visit)
    _note(arrays, state, shift, driven, metres, state.bonus[shift] + arrays.bonus[visit, t])
    mark(state, shift)
    return SETTLED


@inner
def _supplied(arrays: Arrays, state: State, shift: int) -> bool:
    """Whether the van has all parts that the technician's visits use up."""
    t = arrays.technician[shift]
    for part in range(arrays.van.shape[1]):
        if state.used[t, part] > arrays.van[t, part]:
            return False
    return True


@inner
def _note(arrays: Arrays, state: State, shift: int, driven: int, metres: int, bonus: float) -> None:
    """Notes what the route costs, and when it is driven."""
    t = arrays.technician[shift]
    seconds, back = state.hull_seconds[shift], state.hull_back[shift]
    cost = arrays.travel_rate[t] * driven + arrays.metre_rate[t] * metres + bonus
    cost += arrays.duty_rate[t] * seconds + arrays.overtime_rate[t] * max(0, back - arrays.end[shift])
    state.cost[shift], state.bonus[shift] = cost, bonus
    state.driven[shift], state.metres[shift], state.duty[shift] = driven, metres, seconds
    state.depart[shift], state.back[shift] = back - seconds, back


@inner
def _priced(arrays: Arrays, state: State, shift: int) -> int:
    t = arrays.technician[shift]
    visit = state.first[shift]
    driven = metres = 0
    bonus = 0.0
    while visit >= 0:
        if arrays.soft[visit] or not equipped(arrays, visit, t):
            return NOT_PLAIN
        before = state.before[visit]
        origin = arrays.start_location[shift] if before < 0 else arrays.location[before]
        drive = arrays.seconds[origin, arrays.location[visit]]
        if drive >= FAR:
            return IMPOSSIBLE
        driven += drive
        bonus += arrays.bonus[visit, t]
        if arrays.has_metres:
            metres += arrays.metres[origin, arrays.location[visit]]
        visit = state.after[visit]
    end = arrays.end_location[shift]
    if end >= 0:
        origin = arrays.location[state.last[shift]]
        home = arrays.seconds[origin, end]
        if home >= FAR:
            return IMPOSSIBLE
        driven += home
        if arrays.has_metres:
            metres += arrays.metres[origin, end]
    if driven > arrays.max_travel[shift] or not forward(arrays, state, shift, state.first[shift]):
        return IMPOSSIBLE
    _note(arrays, state, shift, driven, metres, bonus)
    return SETTLED
