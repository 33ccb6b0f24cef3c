"""Every place for one more visit, priced exactly: the loops behind a quote."""

import numpy as np

from solver.compiled import FloatArray, IntArray
from solver.improve.arrays import FAR, Arrays
from solver.jit import lean
from solver.timing.cost import route_cost
from solver.timing.times import route_times
from solver.timing.work import CLOSE, DEPART, LOCATION, ON_DUTY, OPEN, RETURN, SETUP, WINDOW_FROM, TimingWork

TOUR, PLACE, STORE, STORE_PLACE = range(4)
"""Columns of the candidates: the visit goes before stop PLACE of the tour, after a new warehouse stop STORE (-1: none)
before stop STORE_PLACE."""
ROUTE, FROM, AFTER, FIRST, LAST = range(5)
"""Columns of the tours: shift, span of its stops in `stops`, first and last place where the visit may go."""
OFFER, OPENS, CLOSES, ONLY = range(4)
"""Columns of the spells: the window offered, the start bounds of a piece of it, and the only shift (-1: any)."""


@lean
def candidates(tours: IntArray, stores: IntArray, found: IntArray) -> int:
    """Writes the visit at every place of every tour; how many. stores: one is stopped at before it, if any."""
    count = 0
    for r in range(len(tours)):
        for place in range(tours[r, FIRST], tours[r, LAST] + 1):
            for s in range(max(1, len(stores))):
                for before in range(place + 1 if len(stores) else 1):
                    found[count, TOUR] = r
                    found[count, PLACE] = place
                    found[count, STORE] = stores[s] if len(stores) else -1
                    found[count, STORE_PLACE] = before
                    count += 1
    return count


@lean
def lay(tours: IntArray, stops: IntArray, candidate: IntArray, c: int, slot: int, route: IntArray) -> int:
    """Writes the stops of the tour with the visit in it; how many."""
    first, after = tours[candidate[c, TOUR], FROM], tours[candidate[c, TOUR], AFTER]
    count = 0
    for i in range(after - first + 1):
        if candidate[c, STORE] >= 0 and candidate[c, STORE_PLACE] == i:
            route[count] = candidate[c, STORE]
            count += 1
        if candidate[c, PLACE] == i:
            route[count] = slot
            count += 1
        if first + i < after:
            route[count] = stops[first + i]
            count += 1
    return count


@lean
def _driven(arrays: Arrays, work: TimingWork, shift: int, route: IntArray, count: int) -> tuple[int, int]:
    """(seconds, metres) of the route; FAR seconds when a road lacks."""
    place, seconds, metres = arrays.start_location[shift], 0, 0
    for i in range(count + 1):
        if i < count:
            here = work.stop[route[i], LOCATION]
        elif count > 0 and arrays.end_location[shift] >= 0:
            here = arrays.end_location[shift]
        else:
            break
        if arrays.seconds[place, here] >= FAR:
            return FAR, 0
        seconds += arrays.seconds[place, here]
        if arrays.has_metres:
            metres += arrays.metres[place, here]
        place = here
    return seconds, metres


@lean
def driving_cost(arrays: Arrays, work: TimingWork, shift: int, route: IntArray, count: int) -> float:
    """Units of driving and metres of the route; infinite when a road lacks or it is too much driving."""
    seconds, metres = _driven(arrays, work, shift, route, count)
    if seconds >= FAR or seconds > arrays.max_travel[shift]:
        return np.inf
    technician = arrays.technician[shift]
    return float(arrays.travel_rate[technician] * seconds + arrays.metre_rate[technician] * metres)


@lean
def _worked(arrays: Arrays, work: TimingWork, shift: int, route: IntArray, count: int) -> int:
    """Seconds of driving and service of the route, less than which its duty never is."""
    seconds, _ = _driven(arrays, work, shift, route, count)
    place = arrays.start_location[shift]
    for i in range(count):
        seconds += arrays.service[route[i], arrays.technician[shift]]
        if work.stop[route[i], LOCATION] != place:
            seconds += work.stop[route[i], SETUP]
        place = work.stop[route[i], LOCATION]
    return seconds


@lean
def price_roads(
    arrays: Arrays,
    work: TimingWork,
    tours: IntArray,
    stops: IntArray,
    candidate: IntArray,
    slot: int,
    extra: FloatArray,
    route: IntArray,
    cost: FloatArray,
    least: FloatArray,
) -> None:
    """Writes per candidate what it costs beyond its times, and what it costs at least with them.

    extra: units per shift, what it costs now taken off.
    """
    for c in range(len(candidate)):
        shift = tours[candidate[c, TOUR], ROUTE]
        laid = lay(tours, stops, candidate, c, slot, route)
        cost[c] = driving_cost(arrays, work, shift, route, laid) + extra[shift]
        technician = arrays.technician[shift]
        least[c] = cost[c] + arrays.duty_rate[technician] * _worked(arrays, work, shift, route, laid)


@lean
def hold(arrays: Arrays, work: TimingWork, slot: int, opens: int, closes: int) -> None:
    """Gives the new visit this one window."""
    work.stop[slot, OPEN] = opens
    work.stop[slot, CLOSE] = closes
    arrays.window_open[work.stop[slot, WINDOW_FROM]] = opens
    arrays.window_close[work.stop[slot, WINDOW_FROM]] = closes
    work.promised[work.stop[slot, WINDOW_FROM]] = closes


@lean
def cheapest(
    arrays: Arrays,
    work: TimingWork,
    tours: IntArray,
    stops: IntArray,
    candidate: IntArray,
    order: IntArray,
    roads: FloatArray,
    least: FloatArray,
    spells: IntArray,
    slot: int,
    limits: IntArray,
    route: IntArray,
    cost: FloatArray,
    chosen: IntArray,
) -> None:
    """Writes per window offered the least cost and its candidate and spell.

    limits: per shift the earliest departure, the latest return and the most duty. roads, least: of `price_roads`.
    """
    for o in range(len(order)):
        c = order[o]
        if roads[c] == np.inf:
            break
        shift = tours[candidate[c, TOUR], ROUTE]
        begin, finish, most = limits[shift, 0], limits[shift, 1], limits[shift, 2]
        laid = lay(tours, stops, candidate, c, slot, route)
        for w in range(len(spells)):
            offer = spells[w, OFFER]
            if least[c] >= cost[offer] or spells[w, OPENS] > finish or spells[w, CLOSES] < begin:
                continue
            if spells[w, ONLY] not in (-1, shift):
                continue
            hold(arrays, work, slot, spells[w, OPENS], spells[w, CLOSES])
            found = route_cost(arrays, shift, route, laid, begin, finish, cost[offer] - roads[c], work) + roads[c]
            if found < cost[offer] and _within(arrays, work, shift, route, laid, begin, finish, most):
                cost[offer] = found
                chosen[offer, 0] = c
                chosen[offer, 1] = w


@lean
def _within(
    arrays: Arrays, work: TimingWork, shift: int, route: IntArray, laid: int, begin: int, finish: int, most: int
) -> bool:
    """Whether the route's cheapest times keep to the most duty."""
    if most >= finish - begin:
        return True
    route_times(arrays, shift, route, laid, begin, finish, work)
    return bool(work.times[ON_DUTY] <= most)


@lean
def starts_of(
    arrays: Arrays,
    work: TimingWork,
    tours: IntArray,
    stops: IntArray,
    candidate: IntArray,
    spells: IntArray,
    slot: int,
    limits: IntArray,
    route: IntArray,
    chosen: IntArray,
    times: IntArray,
) -> None:
    """Writes per window offered (start of the visit, departure, return) of what was chosen; -1 in `chosen`: nothing."""
    for offer in range(len(chosen)):
        c = chosen[offer, 0]
        if c < 0:
            continue
        shift, w = tours[candidate[c, TOUR], ROUTE], chosen[offer, 1]
        laid = lay(tours, stops, candidate, c, slot, route)
        hold(arrays, work, slot, spells[w, OPENS], spells[w, CLOSES])
        route_times(arrays, shift, route, laid, limits[shift, 0], limits[shift, 1], work)
        for i in range(laid):
            if route[i] == slot:
                times[offer, 0] = work.starts[i]
        times[offer, 1] = work.times[DEPART]
        times[offer, 2] = work.times[RETURN]


@lean
def timing_costs(
    arrays: Arrays,
    work: TimingWork,
    tours: IntArray,
    stops: IntArray,
    limits: IntArray,
    route: IntArray,
    cost: FloatArray,
) -> None:
    """Writes per tour the least cost of its times, and that of its driving; infinite when it breaks a rule."""
    for r in range(len(tours)):
        shift, first, count = tours[r, ROUTE], tours[r, FROM], tours[r, AFTER] - tours[r, FROM]
        for i in range(count):
            route[i] = stops[first + i]
        cost[r, 0] = route_cost(arrays, shift, route, count, limits[shift, 0], limits[shift, 1], np.inf, work)
        cost[r, 1] = driving_cost(arrays, work, shift, route, count) if count > 0 else 0.0
