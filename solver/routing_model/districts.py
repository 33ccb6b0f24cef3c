"""Districts: shifts whose routes lie close together, to be searched as a small model of their own."""

from collections.abc import Sequence
from random import Random
from typing import Final

import numpy as np

from solver.insertion.plan import Plan

VISITS: Final = 60
"""A district is full at so many visits; OR-Tools gets through its neighbours in a second or two."""
SHIFTS: Final = 12
LEFT_OUT: Final = 20
"""Visits left out that a model is offered beside those of its routes."""


def district(plan: Plan, rng: Random) -> list[int]:
    """A used shift chosen by chance and those whose visits lie closest to its own, with some unused one among them."""
    used = [shift for shift, route in enumerate(plan.routes) if route is not None]
    if not used:
        return []
    middle = rng.choice(used)
    chosen: list[int] = []
    visits = 0
    for shift in sorted(range(len(plan.routes)), key=lambda s: (_apart(plan, middle, s), s)):
        visits += len(plan.visits(shift))
        if chosen and (visits > VISITS or len(chosen) >= SHIFTS):
            break
        chosen.append(shift)
    return sorted(chosen)


def nearest_left_out(plan: Plan, shifts: Sequence[int]) -> list[int]:
    """Visits left out that one of the shifts may serve: those that must be served first, then the nearest."""
    compiled = plan.compiled
    able = [v for v in plan.left_out() if compiled.allowed[v, list(shifts)].any()]
    places = [int(compiled.location[v]) for s in shifts for v in plan.visits(s)]
    places += [int(compiled.start_location[s]) for s in shifts]
    able.sort(key=lambda v: (not compiled.must[v], int(compiled.seconds[places, compiled.location[v]].min()), v))
    return sorted(able[:LEFT_OUT])


def _apart(plan: Plan, one: int, other: int) -> float:
    """Average driving from a visit of the one to the nearest place of the other (seconds)."""
    if one == other:
        return -1.0
    compiled = plan.compiled
    here = compiled.location[list(plan.visits(one))]
    there = np.append(compiled.location[list(plan.visits(other))], compiled.start_location[other])
    return float(compiled.seconds[np.ix_(here, there)].min(axis=1).mean())
