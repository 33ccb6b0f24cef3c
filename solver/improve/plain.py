"""Routes whose cost one pass tells: no breaks, no cost that depends on a start, nothing to fetch from a warehouse."""

from solver.improve.arrays import FAR, Arrays
from solver.improve.routes import backward, undraw
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
        backward(arrays, state, shift)
    return found


@inner
def _supplied(arrays: Arrays, state: State, shift: int) -> bool:
    """Whether the van has all parts that the technician's visits use up."""
    t = arrays.technician[shift]
    for part in range(arrays.van.shape[1]):
        if state.used[t, part] > arrays.van[t, part]:
            return False
    return True


@inner
def _priced(arrays: Arrays, state: State, shift: int) -> int:
    t = arrays.technician[shift]
    place = arrays.start_location[shift]
    ready = early = state.begin[shift]
    late = early if arrays.at_start[shift] else state.finish[shift]
    seconds = driven = metres = 0
    bonus = 0.0
    visit = state.first[shift]
    while visit >= 0:
        if arrays.soft[visit] or not equipped(arrays, visit, t):
            return NOT_PLAIN
        here = arrays.location[visit]
        drive = arrays.seconds[place, here]
        service = arrays.service[visit, t]
        opens, close = arrays.open[visit], min(arrays.close[visit], arrays.finish_by[visit] - service)
        begins = max(ready + drive, opens)
        if drive >= FAR or begins > close:
            return IMPOSSIBLE
        ready = begins + service
        reach = seconds + drive
        wait = max(0, opens - reach - late)
        early = max(opens - reach, early) - wait
        late = min(close - reach, late)
        seconds = reach + wait + service
        driven += drive
        bonus += arrays.bonus[visit, t]
        state.ready[visit] = ready
        state.lead_seconds[visit] = drive
        if arrays.has_metres:
            state.lead_metres[visit] = arrays.metres[place, here]
            metres += arrays.metres[place, here]
        state.head_seconds[visit], state.head_open[visit], state.head_close[visit] = seconds, early, late
        place = here
        visit = state.after[visit]
    end = arrays.end_location[shift]
    home = arrays.seconds[place, end] if end >= 0 else 0
    driven += home
    if home >= FAR or ready + home > state.finish[shift] or driven > arrays.max_travel[shift]:
        return IMPOSSIBLE
    if arrays.has_metres and end >= 0:
        metres += arrays.metres[place, end]
    seconds += home
    cost = arrays.travel_rate[t] * driven + arrays.metre_rate[t] * metres + bonus
    cost += arrays.duty_rate[t] * seconds + arrays.overtime_rate[t] * max(0, early + seconds - arrays.end[shift])
    state.hull_seconds[shift], state.hull_back[shift] = seconds, early + seconds
    state.cost[shift], state.bonus[shift] = cost, bonus
    state.driven[shift], state.metres[shift], state.duty[shift] = driven, metres, seconds
    state.depart[shift], state.back[shift] = early, early + seconds
    return SETTLED
