"""Room for visits left out: neighbours of one are taken out, and all are put back with regret.

Ruin and recreate after Schrimpf, Schneider, Stamm-Wilbrandt and Dueck, "Record breaking optimization results using the
ruin and recreate principle", Journal of Computational Physics 159, 2000, aimed at one visit at a time.
"""

from collections.abc import Callable
from random import Random
from typing import Final

import numpy as np

from solver.compiled import SCALE, IntArray
from solver.insertion.plan import Plan
from solver.insertion.regret import insert_all

LEAST_RUIN: Final = 4
MOST_RUIN: Final = 16
SHIFTS_BESIDE: Final = 12
"""Shifts offered besides those that lost visits."""
SLACK: Final = 0.02
"""A plan may become dearer by this share on the way to a better one, but never leave out more of worth."""


def make_room(plan: Plan, rounds: int, rng: Random, stop: Callable[[], bool]) -> Plan:
    """The best plan found within so many rounds; the plan given is not changed."""
    best = current = plan
    least = cost = plan.cost()
    for _ in range(rounds):
        left = current.left_out()
        if not left or stop():
            break
        draft = current.copy()
        if not _ruined(draft, rng.choice(_weighty(draft, left)), rng):
            continue
        found = draft.cost()
        if found < cost + SLACK * _routes_cost(draft) or (found <= cost):
            current, cost = draft, found
        if cost < least:
            best, least = current, cost
    return best


def _weighty(plan: Plan, left: list[int]) -> list[int]:
    """Those left out that must be served, or all when there are none."""
    return [visit for visit in left if plan.compiled.must[visit]] or left


def _routes_cost(plan: Plan) -> int:
    return sum(route.cost for route in plan.routes if route is not None) + SCALE


def _ruined(plan: Plan, visit: int, rng: Random) -> bool:
    """Takes out neighbours of the visit and puts back what fits, the visit among the first."""
    near = _neighbours(plan, visit, rng)
    if not near or not plan.remove(near):
        return False
    touched = {int(s) for s in np.flatnonzero(plan.compiled.allowed[[visit, *near]].any(axis=0))}
    shifts = _nearest_shifts(plan, visit, touched)
    insert_all(plan, [*plan.left_out()] if len(near) < 2 else {visit, *near}, shifts)
    return True


def _neighbours(plan: Plan, visit: int, rng: Random) -> list[int]:
    """Served visits close to this one, in shifts that may serve it; a few are skipped by chance."""
    compiled = plan.compiled
    served = [v for v, s in enumerate(plan.shift_of) if s >= 0 and compiled.allowed[visit, s]]
    if not served:
        return []
    order = np.argsort(_distance(plan, visit, np.array(served, dtype=np.int64)), kind="stable")
    wanted = rng.randint(LEAST_RUIN, MOST_RUIN)
    near = (served[i] for i in order if rng.random() > 0.3)
    return [v for v, _ in zip(near, range(wanted), strict=False)]


def _distance(plan: Plan, visit: int, others: IntArray) -> IntArray:
    """Driving between the visit and others, and how far apart their windows lie."""
    compiled = plan.compiled
    here, there = compiled.location[visit], compiled.location[others]
    road = np.minimum(compiled.seconds[here, there], compiled.seconds[there, here])
    apart = np.maximum(
        compiled.window_open[others] - compiled.window_close[visit],
        compiled.window_open[visit] - compiled.window_close[others],
    )
    return road + np.maximum(0, apart)


def _nearest_shifts(plan: Plan, visit: int, allowed: set[int]) -> list[int]:
    """Of the allowed shifts, those passing closest to the visit."""
    compiled = plan.compiled
    here = compiled.location[visit]

    def away(shift: int) -> int:
        route = plan.routes[shift]
        places = [compiled.duties[shift].start_location]
        places += [] if route is None else [int(compiled.location[v]) for v in route.visits]
        return int(compiled.seconds[here, places].min())

    return sorted(sorted(allowed, key=away)[: SHIFTS_BESIDE + MOST_RUIN])
