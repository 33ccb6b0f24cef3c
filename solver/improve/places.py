"""Where a visit fits best: every place of its shifts, or for large days of the routes of near visits."""

from solver.compiled import IntArray
from solver.improve.arrays import FAR, NO_LIMIT, Arrays
from solver.improve.chance import Seed, uniform
from solver.improve.price import INF, priced
from solver.improve.routes import opening
from solver.improve.state import State, Work
from solver.improve.supply import equipped, left_in_stock
from solver.jit import inner

LOOK = 400
"""Places looked at for a visit on a large day; the route at hand is looked at to its end."""
PRICED = 5
"""Places priced exactly for a visit, in routes that are not plain; twice as many while none does."""


@inner
def best_place(
    arrays: Arrays, state: State, work: Work, near: IntArray, seed: Seed, visit: int, blink: float, bound: float
) -> float:
    """The least rise of cost found for putting the visit in, below `bound`; the place goes to `work.found`.

    near: (n, k) visits whose routes are tried; of no columns: everywhere. blink: the share of places not looked at.
    Places in plain routes are priced exactly at once; of the others, `PRICED` that look cheapest.
    """
    best = bound
    work.found[0] = -1
    work.guesses[0] = 0
    if near.shape[1] == 0:
        for i in range(arrays.shifts_from[visit], arrays.shifts_from[visit + 1]):
            shift = arrays.shifts[i]
            if state.count[shift] == 0:
                continue
            best = _along(arrays, state, work, seed, visit, shift, -1, blink, best)
    else:
        best = _guess_beside(arrays, state, work, near, seed, visit, blink, best)
    best = _guess_empty(arrays, state, work, visit, best)
    return _cheapest_guess(arrays, state, work, visit, best)


@inner
def _cheapest_guess(arrays: Arrays, state: State, work: Work, visit: int, bound: float) -> float:
    """Prices places exactly, the most promising first."""
    best = bound
    count = work.guesses[0]
    tried = 0
    while count > 0 and (tried < PRICED or (work.found[0] < 0 and tried < 2 * PRICED)):
        least = 0
        for i in range(1, count):
            if work.guess[i] < work.guess[least]:
                least = i
        shift, place = work.guess_shift[least], work.guess_place[least]
        count -= 1
        work.guess[least] = work.guess[count]
        work.guess_shift[least], work.guess_place[least] = work.guess_shift[count], work.guess_place[count]
        rise = _exact(arrays, state, work, visit, shift, place, best)
        if rise < best:
            best = rise
            work.found[0], work.found[1] = shift, place
        tried += 1
    return best


@inner
def _guess_beside(
    arrays: Arrays, state: State, work: Work, near: IntArray, seed: Seed, visit: int, blink: float, bound: float
) -> float:
    """Every place of the routes that near visits are on, the nearest first, until `LOOK` places were looked at."""
    work.trial[0] += 1
    stamp = work.trial[0]
    best = bound
    looked = 0
    for i in range(near.shape[1]):
        shift = state.shift_of[near[visit, i]]
        if shift < 0 or work.tried[shift] == stamp:
            continue
        work.tried[shift] = stamp
        if not arrays.allowed[visit, shift]:
            continue
        best = _along(arrays, state, work, seed, visit, shift, near[visit, i], blink, best)
        looked += state.count[shift]
        if looked >= LOOK:
            return best
    return best


@inner
def _along(
    arrays: Arrays, state: State, work: Work, seed: Seed, visit: int, shift: int, other: int, blink: float, bound: float
) -> float:
    """Every place of a route. other: a visit of it that is near, -1: not known."""
    if supplied_anyway(arrays, state, visit, shift):
        if state.plain[shift] and not arrays.soft[visit] and not arrays.any_setup and not arrays.any_order:
            return _in_plain_route(arrays, state, work, seed, visit, shift, other, blink, bound)
    elif out_of_stock(arrays, state, visit, shift):
        return bound
    return _guess_route(arrays, state, work, seed, visit, shift, blink, bound)


@inner
def _guess_route(
    arrays: Arrays, state: State, work: Work, seed: Seed, visit: int, shift: int, blink: float, bound: float
) -> float:
    best = bound
    place = -1
    while True:
        if place >= 0 and state.ready[place] > arrays.close[visit]:
            return best
        if uniform(seed) >= blink:
            best = _guess(arrays, state, work, visit, shift, place, best)
        place = state.first[shift] if place < 0 else state.after[place]
        if place < 0:
            return best


@inner
def _guess_empty(arrays: Arrays, state: State, work: Work, visit: int, bound: float) -> float:
    """The first empty shift of each kind."""
    best = bound
    for i in range(work.empties[0]):
        shift = work.empty[i]
        if arrays.allowed[visit, shift] and not out_of_stock(arrays, state, visit, shift):
            best = _guess(arrays, state, work, visit, shift, -1, best)
    return best


@inner
def note_empty(arrays: Arrays, state: State, work: Work) -> None:
    """Lists the first empty shift of each kind."""
    work.trial[0] += 1
    stamp = work.trial[0]
    count = 0
    for shift in range(state.count.shape[0]):
        if state.count[shift] == 0 and work.tried[arrays.alike[shift]] != stamp:
            work.tried[arrays.alike[shift]] = stamp
            work.empty[count] = shift
            count += 1
    work.empties[0] = count


@inner
def _guess(arrays: Arrays, state: State, work: Work, visit: int, shift: int, place: int, bound: float) -> float:
    """The best rise after this place: priced exactly where that is quick, else noted with an estimate."""
    t = arrays.technician[shift]
    here = arrays.location[visit]
    then = state.first[shift] if place < 0 else state.after[place]
    origin = arrays.start_location[shift] if place < 0 else arrays.location[place]
    onward = arrays.end_location[shift] if then < 0 else arrays.location[then]
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
        rise += arrays.metre_rate[t] * _detour(arrays, origin, here, onward, place < 0 and then < 0)
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
        work.found[0], work.found[1] = shift, place
        return float(rise)
    i = work.guesses[0]
    work.guess[i], work.guess_shift[i], work.guess_place[i] = rise, shift, place
    work.guesses[0] = i + 1
    return bound


@inner
def _in_plain_route(
    arrays: Arrays, state: State, work: Work, seed: Seed, visit: int, shift: int, other: int, blink: float, bound: float
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
                    rise += metre_rate * _detour(arrays, origin, here, onward, False)
                if rise < best and drive < FAR and away < FAR and drive + away - spared <= spare:
                    if timed:
                        rise += _duty_rise(arrays, state, visit, shift, place, then, (drive, away), close)
                    if rise < best and uniform(seed) >= blink:
                        best = rise
                        work.found[0], work.found[1] = shift, place
        if then < 0:
            break
        place = then
        origin = arrays.location[then]
        ready = state.ready[then]
    return float(best + arrays.bonus[visit, t])


@inner
def _detour(arrays: Arrays, origin: int, here: int, onward: int, first: bool) -> int:
    """Metres more when the way from one to the other leads past here; `onward` -1: ends here. first: nobody went."""
    metres = arrays.metres[origin, here]
    if onward < 0:
        return int(metres)
    return int(metres + arrays.metres[here, onward] - (0 if first else arrays.metres[origin, onward]))


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
def fixed_cost(arrays: Arrays, state: State, shift: int) -> float:
    """The technician's fixed cost, when this is the first visit."""
    t = arrays.technician[shift]
    if arrays.fixed[t] == 0.0:
        return 0.0
    for i in range(arrays.own_from[t], arrays.own_from[t + 1]):
        if state.count[arrays.own[i]] > 0:
            return 0.0
    return float(arrays.fixed[t])


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
