"""Breaks on a leg: what taking some of a shift's breaks between two stops does to time and cost."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

from solver.problem import Break


class Rests(NamedTuple):
    """Breaks taken one after the other on one leg.

    Who departs at t (at the latest `depart_by`) and drives for τ is ready for the next stop at
    `max(t + τ + seconds, ready_from)`, as the driving goes on around the breaks and while one is waited for.
    """

    order: tuple[int, ...]
    bits: int
    depart_by: int
    ready_from: int
    seconds: int
    unpaid: int


Choices = tuple[tuple[Rests, ...], ...]
"""For each set of breaks taken so far (as bits), what may be taken on the next leg; nothing comes first."""

NO_LIMIT = 1 << 40


@lru_cache(maxsize=4096)
def choices(breaks: tuple[Break, ...]) -> Choices:
    """What may be taken on a leg, for each set of breaks already taken."""
    everything = range(len(breaks))
    return tuple(
        tuple(_orders(breaks, [b for b in everything if not taken >> b & 1])) for taken in range(1 << len(breaks))
    )


def _orders(breaks: Sequence[Break], left: Sequence[int]) -> list[Rests]:
    found = []
    for count in range(len(left) + 1):
        for order in permutations(left, count):
            rests = _rests(breaks, order)
            if rests is not None:
                found.append(rests)
    return found


def _rests(breaks: Sequence[Break], order: tuple[int, ...]) -> Rests | None:
    """The breaks in this order, or None when they cannot follow one another."""
    depart_by, ready_from, seconds, unpaid = NO_LIMIT, -NO_LIMIT, 0, 0
    for b in order:
        rest = breaks[b]
        if ready_from > rest.latest:
            return None
        depart_by = min(depart_by, rest.latest - seconds)
        ready_from = max(ready_from, rest.earliest) + rest.duration
        seconds += rest.duration
        unpaid += 0 if rest.paid else rest.duration
    return Rests(order, sum(1 << b for b in order), depart_by, ready_from, seconds, unpaid)
