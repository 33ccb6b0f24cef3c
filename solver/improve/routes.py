"""Routes as linked lists: putting a visit in, taking it out, and what is known of each place afterwards.

Durations of parts of a route are joined as in Vidal, Crainic, Gendreau and Prins, "A hybrid genetic algorithm with
adaptive diversity management for a large class of vehicle routing problems with time-windows", Computers & Operations
Research 40, 2013: a part has a least duration, and the earliest and the latest departure with which it is reached.
"""

from solver.compiled import IntArray
from solver.improve.arrays import NO_LIMIT, Arrays
from solver.improve.state import State
from solver.jit import inner


@inner
def link(arrays: Arrays, state: State, visit: int, shift: int, place_after: int) -> None:
    """Puts the visit behind another of the shift, -1: first."""
    then = state.first[shift] if place_after < 0 else state.after[place_after]
    state.before[visit], state.after[visit] = place_after, then
    if place_after < 0:
        state.first[shift] = visit
    else:
        state.after[place_after] = visit
    if then < 0:
        state.last[shift] = visit
    else:
        state.before[then] = visit
    state.shift_of[visit] = shift
    state.count[shift] += 1
    _use(arrays, state, visit, shift, 1)


@inner
def unlink(arrays: Arrays, state: State, visit: int) -> None:
    """Takes the visit out of its shift."""
    shift, earlier, later = state.shift_of[visit], state.before[visit], state.after[visit]
    if earlier < 0:
        state.first[shift] = later
    else:
        state.after[earlier] = later
    if later < 0:
        state.last[shift] = earlier
    else:
        state.before[later] = earlier
    state.shift_of[visit] = state.before[visit] = state.after[visit] = -1
    state.count[shift] -= 1
    _use(arrays, state, visit, shift, -1)


@inner
def _use(arrays: Arrays, state: State, visit: int, shift: int, sign: int) -> None:
    t = arrays.technician[shift]
    for i in range(arrays.need_from[visit], arrays.need_from[visit + 1]):
        state.used[t, arrays.need_part[i]] += sign * arrays.need_count[i]


@inner
def listed(state: State, shift: int, into: IntArray) -> int:
    """Writes the shift's visits in order; returns how many."""
    return listed_from(state, state.first[shift], into)


@inner
def listed_from(state: State, visit: int, into: IntArray) -> int:
    """Writes the visit and those that follow it, -1: none; returns how many."""
    k = 0
    while visit >= 0:
        into[k] = visit
        k += 1
        visit = state.after[visit]
    return k


@inner
def opening(arrays: Arrays, stop: int, instant: int) -> int:
    """The first second from `instant` on at which the stop may start; NO_LIMIT: there is none."""
    for w in range(arrays.window_from[stop], arrays.window_from[stop + 1]):
        if instant <= arrays.window_close[w]:
            return int(max(instant, arrays.window_open[w]))
    return NO_LIMIT


@inner
def closing(arrays: Arrays, stop: int, instant: int) -> int:
    """The last second up to `instant` at which the stop may start; -NO_LIMIT: there is none."""
    for w in range(arrays.window_from[stop + 1] - 1, arrays.window_from[stop] - 1, -1):
        if instant >= arrays.window_open[w]:
            return int(min(instant, arrays.window_close[w]))
    return -NO_LIMIT


@inner
def undraw(state: State, shift: int) -> None:
    """Gives back to the warehouses what the route loads there."""
    for store in range(state.drawn.shape[0]):
        for part in range(state.drawn.shape[1]):
            state.drawn[store, part] -= state.draws[shift, store, part]
            state.draws[shift, store, part] = 0


@inner
def refresh(arrays: Arrays, state: State, shift: int) -> None:
    """Works out the bounds of every visit of the shift anew, from both ends."""
    _forward(arrays, state, shift)
    backward(arrays, state, shift)


@inner
def _forward(arrays: Arrays, state: State, shift: int) -> None:
    t = arrays.technician[shift]
    place = arrays.start_location[shift]
    ready = early = state.begin[shift]
    late = early if arrays.at_start[shift] else state.finish[shift]
    seconds = 0
    visit = state.first[shift]
    while visit >= 0:
        here = arrays.location[visit]
        drive = arrays.seconds[place, here]
        service = arrays.service[visit, t] + (arrays.setup[visit] if place != here else 0)
        close = min(arrays.close[visit], arrays.finish_by[visit] - service)
        ready = opening(arrays, visit, ready + drive) + service
        reach = seconds + drive
        wait = max(0, arrays.open[visit] - reach - late)
        early = max(arrays.open[visit] - reach, early) - wait
        late = min(close - reach, late)
        seconds = reach + wait + service
        state.ready[visit] = ready
        state.lead_seconds[visit] = drive
        if arrays.has_metres:
            state.lead_metres[visit] = arrays.metres[place, here]
        state.head_seconds[visit], state.head_open[visit], state.head_close[visit] = seconds, early, late
        place = here
        visit = state.after[visit]
    end = arrays.end_location[shift]
    home = arrays.seconds[place, end] if end >= 0 and state.count[shift] > 0 else 0
    state.hull_seconds[shift] = seconds + home
    state.hull_back[shift] = early + seconds + home


@inner
def backward(arrays: Arrays, state: State, shift: int) -> None:
    """Works out what is known of each visit from the return on."""
    t = arrays.technician[shift]
    end = arrays.end_location[shift]
    early, late = state.begin[shift], state.finish[shift]
    latest = late
    seconds = 0
    place = end
    visit = state.last[shift]
    while visit >= 0:
        here = arrays.location[visit]
        drive = 0 if place < 0 else arrays.seconds[here, place]
        earlier = state.before[visit]
        came = arrays.start_location[shift] if earlier < 0 else arrays.location[earlier]
        service = arrays.service[visit, t] + (arrays.setup[visit] if came != here else 0)
        latest = closing(arrays, visit, min(latest - drive, arrays.finish_by[visit]) - service)
        reach = service + drive
        close = min(arrays.close[visit], arrays.finish_by[visit] - service)
        wait = max(0, early - reach - close)
        early = max(early - reach, arrays.open[visit]) - wait
        late = min(late - reach, close)
        seconds += reach + wait
        state.latest[visit] = latest
        state.tail_seconds[visit], state.tail_open[visit], state.tail_close[visit] = seconds, early, late
        place = here
        visit = earlier
