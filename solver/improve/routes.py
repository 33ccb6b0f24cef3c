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
def around(arrays: Arrays, state: State, shift: int, place: int) -> tuple[int, int, int]:
    """(the visit that follows a place of the shift, -1: none; the location before it; the one after it, -1: ends)."""
    then = state.first[shift] if place < 0 else state.after[place]
    origin = arrays.start_location[shift] if place < 0 else arrays.location[place]
    return then, origin, arrays.end_location[shift] if then < 0 else arrays.location[then]


@inner
def detour_metres(arrays: Arrays, origin: int, here: int, onward: int, first: bool) -> int:
    """Metres more when the way from one to the other leads past here; `onward` -1: ends here. first: nobody went."""
    metres = arrays.metres[origin, here]
    if onward < 0:
        return int(metres)
    return int(metres + arrays.metres[here, onward] - (0 if first else arrays.metres[origin, onward]))


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
    forward(arrays, state, shift, state.first[shift])
    backward(arrays, state, shift, state.last[shift])


@inner
def forward(arrays: Arrays, state: State, shift: int, visit: int) -> bool:
    """Works out anew what is known of the visit and of those after it from the departure on.

    visit: -1 when there is none. Returns False when breaks apart one of them or the return is too late.
    """
    t = arrays.technician[shift]
    before = -1 if visit < 0 else state.before[visit]
    if before < 0:
        place = arrays.start_location[shift]
        ready = early = state.begin[shift]
        late = early if arrays.at_start[shift] else state.finish[shift]
        seconds = longest = 0
    else:
        place, longest = arrays.location[before], state.legs[shift, 0]
        ready, seconds = state.ready[before], state.head_seconds[before]
        early, late = state.head_open[before], state.head_close[before]
    in_time = True
    while visit >= 0:
        here = arrays.location[visit]
        drive = arrays.seconds[place, here]
        if before >= 0:
            longest = max(longest, drive)
        else:
            state.legs[shift, 1] = drive
        service = arrays.service[visit, t]
        if arrays.any_setup and place != here:
            service += arrays.setup[visit]
        opens, close = arrays.open[visit], min(arrays.close[visit], arrays.finish_by[visit] - service)
        begins = opening(arrays, visit, ready + drive) if arrays.soft[visit] else max(ready + drive, opens)
        in_time = in_time and begins <= close
        ready = begins + service
        reach = seconds + drive
        wait = max(0, opens - reach - late)
        early = max(opens - reach, early) - wait
        late = min(close - reach, late)
        seconds = reach + wait + service
        state.ready[visit] = ready
        state.lead_seconds[visit] = drive
        if arrays.has_metres:
            state.lead_metres[visit] = arrays.metres[place, here]
        state.head_seconds[visit], state.head_open[visit], state.head_close[visit] = seconds, early, late
        place, before = here, visit
        visit = state.after[visit]
    end = arrays.end_location[shift]
    home = arrays.seconds[place, end] if end >= 0 and state.count[shift] > 0 else 0
    state.legs[shift, 0], state.legs[shift, 2] = longest, home
    state.hull_seconds[shift] = seconds + home
    state.hull_back[shift] = early + seconds + home
    return bool(in_time and ready + home <= state.finish[shift])


@inner
def backward(arrays: Arrays, state: State, shift: int, visit: int) -> None:
    """Works out anew what is known of the visit and of those before it from the return on; -1: there is none."""
    t = arrays.technician[shift]
    then = -1 if visit < 0 else state.after[visit]
    if then < 0:
        place, seconds = arrays.end_location[shift], 0
        early, late = state.begin[shift], state.finish[shift]
        latest = late
    else:
        place, seconds, latest = arrays.location[then], state.tail_seconds[then], state.latest[then]
        early, late = state.tail_open[then], state.tail_close[then]
    while visit >= 0:
        here = arrays.location[visit]
        drive = 0 if place < 0 else arrays.seconds[here, place]
        earlier = state.before[visit]
        service = arrays.service[visit, t]
        if arrays.any_setup and (arrays.start_location[shift] if earlier < 0 else arrays.location[earlier]) != here:
            service += arrays.setup[visit]
        latest = min(latest - drive, arrays.finish_by[visit]) - service
        latest = closing(arrays, visit, latest) if arrays.soft[visit] else min(latest, arrays.close[visit])
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
