"""Where a visit fits best in one route."""

from solver.improve.arrays import FAR, NO_LIMIT, Arrays
from solver.improve.price import INF, fixed_cost, priced
from solver.improve.routes import around, detour_metres, opening
from solver.improve.state import State, Work
from solver.improve.supply import later_shifts_stay, out_of_stock, supplied_anyway
from solver.jit import inner

NOWHERE = -2
"""No place; -1 is the first."""
PRICED = 3
"""Places of a route priced exactly for a visit, where it is not plain; twice as many while none does."""


@inner
def scanned(
    arrays: Arrays, state: State, work: Work, visit: int, shift: int, other: int, barred: int, bound: float
) -> float:
    """The least rise of cost for putting the visit in the route, below `bound`; the place goes to `work.at`.

    other: a visit of the route that is near, -1: none known. barred: a place overlooked. Places in plain routes are
    priced exactly at once; of the others, those that look cheapest. `bound` and NOWHERE when there is none.
    """
    work.at[0] = NOWHERE
    if supplied_anyway(arrays, state, visit, shift):
        quick = not arrays.soft[visit] and not arrays.any_setup and not arrays.any_order
        if quick and state.plain[shift] and state.count[shift] > 0:
            return _in_plain_route(arrays, state, work, visit, shift, other, barred, bound)
    elif out_of_stock(arrays, state, visit, shift):
        return bound
    best = _guess_route(arrays, state, work, visit, shift, barred, bound)
    return _cheapest_guess(arrays, state, work, visit, shift, best)


@inner
def _guess_route(arrays: Arrays, state: State, work: Work, visit: int, shift: int, barred: int, bound: float) -> float:
    """Every place of the route: priced exactly where that is quick, else noted with an estimate."""
    work.guesses[0] = 0
    best = bound
    place = -1
    while place < 0 or state.ready[place] <= arrays.close[visit]:
        if place != barred:
            best = _guess(arrays, state, work, visit, shift, place, best)
        place = state.first[shift] if place < 0 else state.after[place]
        if place < 0:
            break
    return best


@inner
def _cheapest_guess(arrays: Arrays, state: State, work: Work, visit: int, shift: int, bound: float) -> float:
    """Prices places exactly, the most promising first."""
    best = bound
    count = work.guesses[0]
    tried = 0
    while count > 0 and (tried < PRICED or (work.at[0] == NOWHERE and tried < 2 * PRICED)):
        least = 0
        for i in range(1, count):
            if work.guess[i] < work.guess[least]:
                least = i
        if work.guess[least] >= best:
            return best
        place = work.guess_place[least]
        count -= 1
        work.guess[least], work.guess_place[least] = work.guess[count], work.guess_place[count]
        rise = _exact(arrays, state, work, visit, shift, place, best)
        if rise < best:
            best = rise
            work.at[0] = place
        tried += 1
    return best


@inner
def _guess(arrays: Arrays, state: State, work: Work, visit: int, shift: int, place: int, bound: float) -> float:
    """The best rise after this place: priced exactly where that is quick, else noted with an estimate."""
    t = arrays.technician[shift]
    here = arrays.location[visit]
    then, origin, onward = around(arrays, state, shift, place)
    drive = arrays.seconds_to[here, origin]
    away = 0 if onward < 0 else arrays.seconds[here, onward]
    if drive >= FAR or away >= FAR:
        return bound
    spared = 0
    if then >= 0:
        spared = state.lead_seconds[then]
    elif onward >= 0 and place >= 0:
        spared = arrays.seconds[origin, onward]
    rise = arrays.travel_rate[t] * (drive + away - spared) + arrays.bonus[visit, t]
    if arrays.has_metres:
        rise += arrays.metre_rate[t] * detour_metres(arrays, origin, here, onward, place < 0 and then < 0)
    if rise >= bound:
        return bound
    service = arrays.service[visit, t] + (arrays.setup[visit] if origin != here else 0)
    ready = state.begin[shift] if place < 0 else state.ready[place]
    begins = opening(arrays, visit, ready + drive)
    close = min(arrays.close[visit], arrays.finish_by[visit] - service)
    if begins > close:
        return bound
    latest = state.finish[shift] if then < 0 else state.latest[then]
    if begins + service + away > latest + _setup_saved(arrays, then, origin, here):
        return bound
    rise += fixed_cost(arrays, state, shift)
    rise += arrays.late_rate[visit] * max(0, begins - arrays.due[visit])
    if rise >= bound:
        return bound
    rise += _duty_rise(arrays, state, visit, shift, place, then, (drive, away), close)
    simple = state.plain[shift] and not arrays.soft[visit] and not arrays.any_setup and not arrays.any_order
    if simple and supplied_anyway(arrays, state, visit, shift):
        if rise >= bound or state.count[shift] >= arrays.max_visits[shift]:
            return bound
        if not _may_drive(arrays, state, shift, origin, onward, drive + away):
            return bound
        work.at[0] = place
        return float(rise)
    i = work.guesses[0]
    work.guess[i], work.guess_place[i] = rise, place
    work.guesses[0] = i + 1
    return bound


@inner
def _in_plain_route(
    arrays: Arrays, state: State, work: Work, visit: int, shift: int, other: int, barred: int, bound: float
) -> float:
    """The same for a route without breaks and soft costs that lacks nothing, where each place is priced at once.

    Latest starts rise along the route, so the places too early for the visit all come first: they are skipped.
    """
    t = arrays.technician[shift]
    here = arrays.location[visit]
    opens, service = arrays.open[visit], arrays.service[visit, t]
    close = min(arrays.close[visit], arrays.finish_by[visit] - service)
    rate, metre_rate = arrays.travel_rate[t], arrays.metre_rate[t]
    timed = arrays.duty_rate[t] > 0.0 or arrays.overtime_rate[t] > 0.0
    spare = arrays.max_travel[shift] - state.driven[shift]
    if state.count[shift] >= arrays.max_visits[shift]:
        return bound
    best = bound - arrays.bonus[visit, t]
    place = other
    while place >= 0 and state.latest[place] >= opens + service:
        place = state.before[place]
    origin = arrays.start_location[shift] if place < 0 else arrays.location[place]
    ready = state.begin[shift] if place < 0 else state.ready[place]
    while ready <= close:
        then = state.first[shift] if place < 0 else state.after[place]
        latest = state.finish[shift] if then < 0 else state.latest[then]
        if opens + service <= latest:
            drive = arrays.seconds_to[here, origin]
            begins = max(ready + drive, opens)
            onward = arrays.end_location[shift] if then < 0 else arrays.location[then]
            away = 0 if onward < 0 else arrays.seconds[here, onward]
            if begins <= close and begins + service + away <= latest:
                spared = arrays.seconds[origin, max(onward, 0)] if then < 0 else state.lead_seconds[then]
                if onward < 0:
                    spared = 0
                rise = rate * (drive + away - spared)
                if arrays.has_metres:
                    rise += metre_rate * detour_metres(arrays, origin, here, onward, False)
                if rise < best and drive < FAR and away < FAR and drive + away - spared <= spare:
                    if timed:
                        rise += _duty_rise(arrays, state, visit, shift, place, then, (drive, away), close)
                    if rise < best and place != barred:
                        best = rise
                        work.at[0] = place
        if then < 0:
            break
        place = then
        origin = arrays.location[then]
        ready = state.ready[then]
    return float(best + arrays.bonus[visit, t])


@inner
def _may_drive(arrays: Arrays, state: State, shift: int, origin: int, onward: int, seconds: int) -> bool:
    """Whether the shift may drive so many seconds in place of the leg from `origin` to `onward`."""
    if arrays.max_travel[shift] >= NO_LIMIT:
        return True
    spared = 0 if onward < 0 or state.count[shift] == 0 else arrays.seconds[origin, onward]
    return bool(state.driven[shift] + seconds - spared <= arrays.max_travel[shift])


@inner
def _setup_saved(arrays: Arrays, then: int, origin: int, here: int) -> int:
    """Seconds by which the next visit may take another time than its bounds assume, as who comes to it changes."""
    if then < 0 or arrays.setup[then] == 0:
        return 0
    place = arrays.location[then]
    return int(arrays.setup[then]) if (origin == place) != (here == place) else 0


@inner
def _duty_rise(
    arrays: Arrays, state: State, visit: int, shift: int, place: int, then: int, legs: tuple[int, int], closes: int
) -> float:
    """What duty and overtime cost more; exact for routes without breaks whose costs do not depend on starts.

    legs: seconds to the visit and on. closes: its latest start.
    """
    t = arrays.technician[shift]
    if arrays.duty_rate[t] == 0.0 and arrays.overtime_rate[t] == 0.0:
        return 0.0
    if place < 0:
        seconds, early = 0, state.begin[shift]
        late = early if arrays.at_start[shift] else state.finish[shift]
    else:
        seconds, early, late = state.head_seconds[place], state.head_open[place], state.head_close[place]
    here = arrays.location[visit]
    origin = arrays.start_location[shift] if place < 0 else arrays.location[place]
    service = arrays.service[visit, t] + (arrays.setup[visit] if origin != here else 0)
    reach = seconds + legs[0]
    wait = max(0, arrays.open[visit] - reach - late)
    early = max(arrays.open[visit] - reach, early) - wait
    late = min(closes - reach, late)
    reach += wait + service + legs[1]
    if then < 0:
        rest, opens = 0, state.begin[shift]
    else:
        rest, opens = state.tail_seconds[then], state.tail_open[then]
    wait = max(0, opens - reach - late)
    early = max(opens - reach, early) - wait
    total = reach + wait + rest
    before, earlier = 0, 0
    if state.count[shift] > 0:
        before = max(0, state.hull_back[shift] - arrays.end[shift])
        earlier = state.hull_seconds[shift]
    after = max(0, early + total - arrays.end[shift])
    return float(arrays.duty_rate[t] * (total - earlier) + arrays.overtime_rate[t] * (after - before))


@inner
def _exact(arrays: Arrays, state: State, work: Work, visit: int, shift: int, place: int, bound: float) -> float:
    """The rise of cost from pricing the whole route with the visit in it."""
    if not later_shifts_stay(arrays, state, visit, shift):
        return INF
    stops = work.level[0]
    k = 0
    if place < 0:
        stops[0] = visit
        k = 1
    other = state.first[shift]
    while other >= 0:
        stops[k] = other
        k += 1
        if other == place:
            stops[k] = visit
            k += 1
        other = state.after[other]
    fixed = fixed_cost(arrays, state, shift)
    base = state.cost[shift] - fixed
    supplied = supplied_anyway(arrays, state, visit, shift)
    return float(priced(arrays, state, work, shift, k, supplied, bound + base) - base)
