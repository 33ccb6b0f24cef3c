"""Large days shared out: each chain searches the shifts that it owns of one plan, then all are joined and dealt anew.

Two chains over a whole large day do the same work twice; over half of it each they come twice as far. Shifts are dealt
otherwise each time, so that no border stays.
"""

from typing import Final

import numpy as np

from solver.compiled import BoolArray, FloatArray, IntArray
from solver.improve.arrays import Arrays

SHARED_FROM: Final = 600
"""Visits from which a day is shared out."""
JOINED_EVERY: Final = 10
"""Steps of a search after which shifts are dealt anew."""


def may_share(arrays: Arrays, tied: bool) -> bool:
    """Whether a plan can be shared out: it is large, and no rule, cost or limited stock reaches from route to route."""
    return arrays.visits >= SHARED_FROM and not tied and not arrays.finite


def dealt(arrays: Arrays, shift_of: IntArray, chains: int, draw: np.random.Generator) -> IntArray:
    """(s,) the chain that owns each shift: rings around a random visit, about as many visits and idle technicians each.

    shift_of: (n,) the shift of each visit, -1: left out. All shifts of a technician have one owner.
    """
    n, technicians = arrays.visits, len(arrays.fixed)
    centre = int(draw.integers(n))
    from_centre = arrays.seconds[arrays.location[centre]]
    planned = shift_of >= 0
    whose = arrays.technician[shift_of[planned]]
    count = np.bincount(whose, minlength=technicians)
    away = np.bincount(whose, weights=from_centre[arrays.location[:n][planned]], minlength=technicians)
    first = np.full(technicians, len(arrays.start), dtype=np.int64)
    np.minimum.at(first, arrays.technician, np.arange(len(arrays.start)))
    owner = np.zeros(technicians, dtype=np.int64)
    for group in (count > 0, (count == 0) & (first < len(arrays.start))):
        members = np.flatnonzero(group)
        home = from_centre[arrays.start_location[first[members]]]
        ranked = members[np.argsort(np.where(count[members] > 0, away[members] / np.maximum(1, count[members]), home))]
        owner[ranked] = _evenly(np.maximum(1, count[ranked]), chains)
    return owner[arrays.technician]


def _evenly(weights: IntArray, groups: int) -> IntArray:
    """Which of so many groups of about the same weight each falls into, in the order given."""
    middle: FloatArray = np.cumsum(weights) - weights / 2
    return np.minimum(groups - 1, (middle * groups / max(1.0, float(weights.sum()))).astype(np.int64))


def movers(owner: IntArray, shift_of: IntArray, near: IntArray) -> IntArray:
    """(n,) the chain that may move each visit: its shift's; for one left out, that of the nearest visit served."""
    found = np.where(shift_of >= 0, owner[np.maximum(shift_of, 0)], 0)
    for visit in np.flatnonzero(shift_of < 0).tolist():
        beside = shift_of[near[visit]]
        served = beside[beside >= 0]
        found[visit] = owner[served[0]] if len(served) else 0
    return found


def joined(owner: IntArray, plans: list[tuple[IntArray, IntArray, IntArray]]) -> tuple[IntArray, IntArray]:
    """(first, after) of the plan whose shifts are each as in the plan of its owner.

    plans: per chain (first, after, shift_of).
    """
    first, after = np.full_like(plans[0][0], -1), np.full_like(plans[0][1], -1)
    for number, (own_first, own_after, shift_of) in enumerate(plans):
        shifts: BoolArray = owner == number
        first[shifts] = own_first[shifts]
        visits = (shift_of >= 0) & shifts[np.maximum(shift_of, 0)]
        after[visits] = own_after[visits]
    return first, after
