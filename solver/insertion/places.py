"""Last places for visits left out, timed exactly, so that nothing is left out that would pay."""

from typing import Final

import numpy as np

from solver.insertion.legs import IMPOSSIBLE, estimate, legs_of
from solver.insertion.orders import settle
from solver.insertion.plan import Change, Plan
from solver.insertion.regret import best_place

TRIALS: Final = 5
"""Shifts in which a visit is timed exactly: those that look cheapest."""
STUCK: Final = 10
"""Shifts in which places before a pinned visit are filled, as it takes a tenth of a second each and time is up."""


def fill(plan: Plan) -> Plan:
    """The plan with every visit that still has a place and pays; the plan given is not changed."""
    filled = plan.copy()
    while _filled(filled) or settle(filled, most=STUCK):
        pass
    return filled


def cheapest_place(plan: Plan, visit: int) -> Change | None:
    """The cheapest exact insertion of the visit among the shifts that look cheapest."""
    changes = [best_place(plan, visit, shift) for shift in promising(plan, visit)]
    return min((c for c in changes if c is not None), key=lambda change: change.cost, default=None)


def promising(plan: Plan, visit: int) -> list[int]:
    """The few shifts that look cheapest for the visit, cheapest first."""
    compiled = plan.compiled
    shifts = np.flatnonzero(compiled.allowed[visit])
    if not shifts.size:
        return []
    legs = [legs_of(plan, int(shift)) for shift in shifts]
    costs = estimate(compiled, np.array([visit], dtype=np.int64), np.concatenate(legs, axis=1))[0]
    first = np.cumsum([0, *(part.shape[1] for part in legs[:-1])])
    least = np.minimum.reduceat(costs, first)
    return [int(shifts[i]) for i in np.argsort(least, kind="stable")[:TRIALS] if least[i] < IMPOSSIBLE]


def _filled(plan: Plan) -> bool:
    """Whether some visit found a place."""
    found = False
    for visit in plan.left_out():
        change = cheapest_place(plan, visit)
        if change is not None and change.cost < plan.compiled.unserved[visit]:
            plan.apply(change)
            found = True
    return found
