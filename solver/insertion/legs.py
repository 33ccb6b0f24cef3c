"""The legs of routes as arrays, and a quick estimate of what putting visits on them would cost.

For each leg: the earliest second its first stop can be left, and the latest second its second stop can start at
without breaking a bound further on. A visit fits a leg only if it can be reached, served and left between the two:
O(1) per visit and leg, all legs and visits at once. What passes is timed exactly by the planner.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from solver.compiled import NEVER, Compiled, Duty, FloatArray, IntArray
from solver.insertion.plan import Plan
from solver.problem import Window
from solver.timing.planner import TimedRoute

FIELDS: Final = (
    "shift", "position", "start", "goal", "leave", "reach_by", "rest", "ready_from", "drive", "metres", "setup",
    "reach_beside",
)  # fmt: skip
SHIFT, POSITION, START, GOAL, LEAVE, REACH_BY, REST, READY_FROM, DRIVE, METRES, SETUP, REACH_BESIDE = range(len(FIELDS))

IMPOSSIBLE: Final = float("inf")

MEMORY: Final = 50_000
"""Routes whose legs are remembered at most."""


class Offers(NamedTuple):
    """For visits (rows) and shifts (columns): the estimated cost of the best place, and that place."""

    cost: FloatArray
    position: IntArray


def legs_of(plan: Plan, shift: int) -> IntArray:
    """The shift's legs, one column each, rows as `FIELDS`; `goal` -1: the route ends there.

    setup: seconds at the leg's second stop that a visit at the same place before it would save; `reach_beside`: the
    latest start there without them.
    """
    route = plan.routes[shift]
    key = ~shift if route is None else id(route)
    known = plan.legs.get(key)
    if known is None:
        if len(plan.legs) >= MEMORY:
            plan.legs.clear()
        # The route is kept beside its legs, so that its id stays its own.
        known = (route, _empty(plan.compiled, shift) if route is None else columns_of(plan, route))
        plan.legs[key] = known
    return known[1]


def offers(plan: Plan, visits: IntArray, shifts: Sequence[int], legs: IntArray) -> Offers:
    """Estimates for these visits on these shifts; `legs`: the shifts' legs side by side, in the same order."""
    cost = estimate(plan.compiled, visits, legs)
    owners = legs[SHIFT]
    first = np.flatnonzero(np.append(True, owners[1:] != owners[:-1]))
    best = np.minimum.reduceat(cost, first, axis=1)
    column = np.repeat(np.arange(len(shifts)), np.diff(np.append(first, owners.size)))
    places = np.where(cost == best[:, column], legs[POSITION][None, :], np.iinfo(np.int64).max)
    position = np.minimum.reduceat(places, first, axis=1)
    return Offers(best + _first_use(plan, shifts) + _supply(plan, visits, shifts), position)


def _first_use(plan: Plan, shifts: Sequence[int]) -> FloatArray:
    """The fixed cost of technicians that have no route yet."""
    crews = [plan.compiled.crews[plan.compiled.duties[shift].technician] for shift in shifts]
    return np.array([0 if any(plan.routes[s] for s in crew.shifts) else crew.fixed for crew in crews], dtype=np.float64)


def estimate(compiled: Compiled, visits: IntArray, legs: IntArray) -> FloatArray:
    """The estimated cost of each visit (rows) on each leg (columns), in units; infinite where it does not fit."""
    places = compiled.location[visits]
    shift = legs[SHIFT]
    technician = compiled.technician_of[shift]
    rates = compiled.rates[:, technician]
    out = _between(compiled.seconds_to, compiled.seconds, places, legs[START])
    last = legs[GOAL] < 0
    goal = np.where(last, 0, legs[GOAL])
    on = np.where(last, 0, _between(compiled.seconds, compiled.seconds_to, places, goal))
    start: IntArray = _first_start(compiled, visits, legs[LEAVE] + out)
    # A warehouse stop at the visit's own place may come before it and save the setup.
    elsewhere = (places[:, None] != legs[START]) & ~compiled.at_store[visits][:, None]
    beside = places[:, None] == np.where(last, -1, goal)
    service = compiled.duration[visits][:, technician] + compiled.setup[visits][:, None] * elsewhere
    ready = np.maximum(start + service + on + legs[REST], legs[READY_FROM])
    detour = out + on - legs[DRIVE]
    metres = np.where(last, 0, _between(compiled.metres, compiled.metres_to, places, goal)) - legs[METRES]
    metres = metres + _between(compiled.metres_to, compiled.metres, places, legs[START])
    late = np.maximum(0, start - compiled.due[visits][:, None]) * compiled.late_estimate[visits][:, None]
    work = detour + service - beside * legs[SETUP]
    cost = rates[0] * detour + rates[1] * work + rates[2] * metres + late
    cost = cost + compiled.bonus_estimate[visits][:, technician]
    fits = (start <= compiled.window_close[visits][:, None]) & (
        ready <= np.where(beside, legs[REACH_BESIDE], legs[REACH_BY])
    )
    fits &= compiled.allowed[visits][:, shift] & (detour < NEVER)
    order = compiled.pinned_order[visits][:, None]
    fits &= (order < 0) | (order == legs[POSITION])
    return np.where(fits, cost, IMPOSSIBLE)


def _between(matrix: IntArray, transposed: IntArray, rows: IntArray, columns: IntArray) -> IntArray:
    """`matrix[rows, columns]` for all pairs, read along whichever is fewer: large matrices do not fit the cache."""
    if rows.size <= columns.size:
        return matrix[rows][:, columns]
    return transposed[columns][:, rows].T


def _first_start(compiled: Compiled, visits: IntArray, arrive: IntArray) -> IntArray:
    """The first second at which each visit may start for who arrives then; NEVER after its last window."""
    opens, closes = compiled.opens[visits], compiled.closes[visits]
    start = np.full_like(arrive, NEVER)
    for w in range(opens.shape[1] - 1, -1, -1):
        rows = np.flatnonzero(opens[:, w] < NEVER)
        if rows.size == arrive.shape[0]:
            start = np.where(arrive <= closes[:, w, None], np.maximum(arrive, opens[:, w, None]), start)
        elif rows.size:
            there = arrive[rows]
            within = np.maximum(there, opens[rows, w, None])
            start[rows] = np.where(there <= closes[rows, w, None], within, start[rows])
    return start


def _supply(plan: Plan, visits: IntArray, shifts: Sequence[int]) -> FloatArray:
    """What fetching lacking parts or tools would add: a way to a warehouse, or nothing when it is on the route."""
    compiled = plan.compiled
    extra = np.zeros((len(visits), len(shifts)))
    rows = np.flatnonzero(compiled.supplied[visits])
    if not rows.size:
        return extra
    for column, shift in enumerate(shifts):
        route = plan.routes[shift]
        if route is not None and route.loads:
            continue
        crew = compiled.crews[compiled.duties[shift].technician]
        left = np.array(plan.van_now(shift), dtype=np.int64)
        if route is not None:
            left = left - compiled.need[list(route.visits)].sum(axis=0)
        lacks = (compiled.need[visits[rows]] > left).any(axis=1)
        lacks |= np.array([not compiled.tools[v] <= crew.tools for v in visits[rows]], dtype=bool)
        extra[rows[lacks], column] = _detour(compiled, shift)
    return extra


def _detour(compiled: Compiled, shift: int) -> float:
    """About what a stop at the nearest warehouse costs at the start of the shift."""
    duty = compiled.duties[shift]
    crew = compiled.crews[duty.technician]
    ways = [
        (crew.travel_rate + crew.duty_rate) * compiled.seconds.item(duty.start_location, store.service.location)
        + crew.duty_rate * store.service.seconds
        + crew.metre_rate * compiled.metres.item(duty.start_location, store.service.location)
        for store in compiled.stores
    ]
    return float(min(ways)) if ways else IMPOSSIBLE


def _empty(compiled: Compiled, shift: int) -> IntArray:
    """One leg, out and back; the way home is part of its first trip and costs nothing yet."""
    duty = compiled.duties[shift]
    column = [
        shift,
        0,
        duty.start_location,
        duty.end_location,
        duty.start,
        duty.hard_end,
        0,
        -NEVER,
        0,
        0,
        0,
        duty.hard_end,
    ]
    return np.array([column], dtype=np.int64).T


def columns_of(plan: Plan, route: TimedRoute) -> IntArray:
    """The legs of a route, in the plan or not, as `legs_of` gives them."""
    compiled = plan.compiled
    duty = compiled.duties[route.shift]
    services = [plan.planner.service(stop, duty.technician) for stop in route.stops]
    places = [duty.start_location, *(service.location for service in services)]
    goals = [*places[1:], duty.end_location]
    leaves = [duty.start if duty.at_start else route.schedule.depart_from]
    for i, service in enumerate(services):
        rests = route.schedule.rests[i]
        ready = max(leaves[-1] + route.drives[i] + rests.seconds, rests.ready_from)
        leaves.append(_next_start(service.windows, ready) + route.seconds[i])
    reach_by = [_back_by(duty, route)]
    setups, reach_beside = [0], [reach_by[0]]
    for i in range(len(services) - 1, -1, -1):
        rests = route.schedule.rests[i + 1]
        latest = min(reach_by[-1] - route.drives[i + 1] - rests.seconds, rests.depart_by, services[i].finish_by)
        reach_by.append(_last_start(services[i].windows, latest - route.seconds[i]))
        setups.append(route.seconds[i] - services[i].seconds)
        reach_beside.append(_last_start(services[i].windows, latest - services[i].seconds))
    for row in (reach_by, setups, reach_beside):
        row.reverse()
    positions, seen = [], 0
    for stop in (*route.stops, -1):
        positions.append(seen)
        seen += stop >= 0
    metres = [compiled.metres.item(a, b) if b >= 0 else 0 for a, b in zip(places, goals, strict=True)]
    rests_seconds = [rests.seconds for rests in route.schedule.rests]
    ready_from = [rests.ready_from for rests in route.schedule.rests]
    shift = [route.shift] * len(places)
    columns = (shift, positions, places, goals, leaves, reach_by, rests_seconds, ready_from, route.drives, metres)
    return np.array((*columns, setups, reach_beside), dtype=np.int64)


def _back_by(duty: Duty, route: TimedRoute) -> int:
    """When the route must be back at the latest, however it takes its breaks.

    A route that is back before a break falls due does without it; a longer one takes it, which the planner times.
    """
    taken = 0
    for rests in route.schedule.rests:
        taken |= rests.bits
    skipped = sum(rest.duration for b, rest in enumerate(duty.breaks) if not (rest.optional or taken >> b & 1))
    return max(route.schedule.return_by, duty.hard_end - skipped)


def _next_start(windows: Sequence[Window], ready: int) -> int:
    return next((max(ready, low) for low, high in windows if ready <= high), NEVER)


def _last_start(windows: Sequence[Window], latest: int) -> int:
    return next((min(latest, high) for low, high in reversed(windows) if low <= latest), -NEVER)
