"""Breaks on a leg: what taking some of a shift's breaks between two stops does to time and cost."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from solver.problem import Break

NO_LIMIT: Final = 1 << 40


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


NO_REST: Final = Rests((), 0, NO_LIMIT, -NO_LIMIT, 0, 0)


@lru_cache(maxsize=4096)
def choices(breaks: tuple[Break, ...]) -> tuple[Rests, ...]:
    """What may be taken on one leg: nothing first, then per set of breaks the orders that no other order beats."""
    best: list[list[Rests]] = [[] for _ in range(1 << len(breaks))]
    best[0].append(NO_REST)
    for bits, found in enumerate(best):  # a larger set has a larger number
        for rests in found:
            for b, rest in enumerate(breaks):
                if not bits >> b & 1 and rests.ready_from <= rest.latest:
                    _keep(best[bits | 1 << b], _then(rests, b, rest))
    return tuple(rests for found in best for rests in found)


def _then(rests: Rests, b: int, rest: Break) -> Rests:
    return Rests(
        order=(*rests.order, b),
        bits=rests.bits | 1 << b,
        depart_by=min(rests.depart_by, rest.latest - rests.seconds),
        ready_from=max(rests.ready_from, rest.earliest) + rest.duration,
        seconds=rests.seconds + rest.duration,
        unpaid=rests.unpaid + (0 if rest.paid else rest.duration),
    )


def _keep(found: list[Rests], new: Rests) -> None:
    """Adds the order unless one of the same breaks may leave as late and is ready as early; drops those it beats."""
    if not any(_beats(old, new) for old in found):
        found[:] = [old for old in found if not _beats(new, old)] + [new]


def _beats(one: Rests, other: Rests) -> bool:
    return one.depart_by >= other.depart_by and one.ready_from <= other.ready_from


def steps(breaks: Sequence[Break]) -> list[list[tuple[int, int]]]:
    """For each set of breaks taken (as bits): the sets before the leg, each with what was then taken (its choice).

    The leg on which nothing is taken comes last in each.
    """
    found: list[list[tuple[int, int]]] = [[] for _ in range(1 << len(breaks))]
    for number, rests in enumerate(choices(tuple(breaks))):
        for before in range(1 << len(breaks)):
            if not before & rests.bits:
                found[before | rests.bits].append((before, number))
    return [sorted(ways) for ways in found]
