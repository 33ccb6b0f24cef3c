"""Large days shared out: each chain searches its own part of one plan, and the parts are joined and cut anew.

Two chains over a whole large day do the same work twice; over halves of it they come twice as far. Every cut is another
one, so that no border stays.
"""

from typing import Final

import numpy as np

from solver.compiled import BoolArray, FloatArray, IntArray
from solver.improve.arrays import Arrays

SHARED_FROM: Final = 600
"""Visits from which a day is shared out."""
JOINED_EVERY: Final = 10
"""Steps of a search from one cut to the next."""


def may_share(arrays: Arrays, tied: bool) -> bool:
    """Whether parts of a plan can be searched side by side: no rule, cost or limited stock reaches across them."""
    return arrays.visits >= SHARED_FROM and not tied and not arrays.finite


def cut(arrays: Arrays, shift_of: IntArray, parts: int, draw: np.random.Generator) -> IntArray:
    """(s,) the part of each shift: rings around a random visit, with about as many visits and idle technicians each.

    shift_of: (n,) the shift of each visit, -1: left out. All shifts of a technician are of one part.
    """
    n, technicians = arrays.visits, len(arrays.fixed)
    centre = int(draw.integers(n))
    from_centre = arrays.seconds[arrays.location[centre]]
    planned = shift_of >= 0
    owner = arrays.technician[shift_of[planned]]
    count = np.bincount(owner, minlength=technicians)
    away = np.bincount(owner, weights=from_centre[arrays.location[:n][planned]], minlength=technicians)
    first = np.full(technicians, len(arrays.start), dtype=np.int64)
    np.minimum.at(first, arrays.technician, np.arange(len(arrays.start)))
    part = np.zeros(technicians, dtype=np.int64)
    for group in (count > 0, (count == 0) & (first < len(arrays.start))):
        members = np.flatnonzero(group)
        home = from_centre[arrays.start_location[first[members]]]
        ranked = members[np.argsort(np.where(count[members] > 0, away[members] / np.maximum(1, count[members]), home))]
        part[ranked] = _evenly(np.maximum(1, count[ranked]), parts)
    return part[arrays.technician]


def _evenly(weights: IntArray, parts: int) -> IntArray:
    """Which of so many parts of about the same weight each falls into, in the order given."""
    middle: FloatArray = np.cumsum(weights) - weights / 2
    return np.minimum(parts - 1, (middle * parts / max(1.0, float(weights.sum()))).astype(np.int64))


def visits_of(part: IntArray, shift_of: IntArray, near: IntArray) -> IntArray:
    """(n,) the part of each visit: that of its shift, or where it is left out that of the nearest visit served."""
    found = np.where(shift_of >= 0, part[np.maximum(shift_of, 0)], 0)
    for visit in np.flatnonzero(shift_of < 0).tolist():
        beside = shift_of[near[visit]]
        served = beside[beside >= 0]
        found[visit] = part[served[0]] if len(served) else 0
    return found


def joined(part: IntArray, plans: list[tuple[IntArray, IntArray, IntArray]]) -> tuple[IntArray, IntArray]:
    """(first, after) of the plan whose shifts are each as in the plan of its part.

    plans: per part (first, after, shift_of).
    """
    first, after = np.full_like(plans[0][0], -1), np.full_like(plans[0][1], -1)
    for number, (own_first, own_after, shift_of) in enumerate(plans):
        shifts: BoolArray = part == number
        first[shifts] = own_first[shifts]
        visits = (shift_of >= 0) & shifts[np.maximum(shift_of, 0)]
        after[visits] = own_after[visits]
    return first, after
