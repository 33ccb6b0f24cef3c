"""From scored pairs to groups that belong together; the same groups in whatever order pairs and keys are given."""

import heapq
import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from dispatch.intake.matching.thresholds import Thresholds


class Ordered(Hashable, Protocol):
    """What can be put in order: a ticket's id, the number of a row."""

    def __lt__(self, other: Any, /) -> bool:
        """Whether this comes before the other."""


Key = TypeVar("Key", bound=Ordered)

DIGITS = 9
"""Probabilities that differ less are ties: which of two comes first must not hang on the last bit of a sum."""
LEAST = 1e-6
"""No probability counts as nearer to 0 or 1."""
MOST = 1e6
"""Bits against joining what must not be joined."""
CLEARLY = 8
"""A pair is clearly separate below this part of the threshold for review."""


def grouped(
    keys: Iterable[Key],
    scores: Mapping[tuple[Key, Key], float],
    decided: Mapping[tuple[Key, Key], bool] | None = None,
    thresholds: Thresholds | None = None,
) -> list[frozenset[Key]]:
    """All keys in groups that belong together, each key in one group, ordered by each group's lowest key.

    Constrained agglomeration: pairs that a person accepted are joined first. Then, among those that hang together by
    accepted pairs and pairs of at least `thresholds.merge`, the two groups with the strongest evidence, as long as it
    reaches `thresholds.merge`. All pairs between two groups speak: their bits add up, over the root of their number,
    since they say much the same; so one pair that is doubtful does not keep apart what many others bring together, nor
    does one pair join what the others are against. Ties by key. Two groups are never joined across a pair that a
    person rejected, nor, by score, across one that is clearly separate (below an eighth of `thresholds.review`).

    scores: probability by pair, in either order of its keys. decided: True where a person accepted, False where
    rejected. Pairs of keys that are not among `keys` are left out.
    """
    limits = thresholds or Thresholds()
    groups = {key: frozenset((key,)) for key in keys}
    decisions = _ordered(decided or {}, groups)
    probabilities = _ordered(scores, groups)
    rejected = _by_key(pair for pair, yes in decisions.items() if not yes)
    _join(groups, sorted(pair for pair, yes in decisions.items() if yes), rejected)
    certain = [pair for pair, value in probabilities.items() if value >= limits.merge and decisions.get(pair, True)]
    together = dict(groups)
    _join(together, certain, {})
    bits = {pair: _bits(value) for pair, value in probabilities.items() if together[pair[0]] is together[pair[1]]}
    apart = {pair: -MOST for pair, yes in decisions.items() if not yes and together[pair[0]] is together[pair[1]]}
    _agglomerate(groups, bits | apart, _bits(limits.merge), _bits(limits.review / CLEARLY))
    return sorted(set(groups.values()), key=min)


def _bits(probability: float) -> float:
    kept = min(max(probability, LEAST), 1.0 - LEAST)
    return math.log2(kept / (1.0 - kept))


@dataclass(slots=True)
class _Between:
    """The evidence between two groups: the bits of its pairs."""

    bits: list[float]

    def strength(self, least: float) -> float:
        """Their sum over the root of their number; nothing joins across less than `least`."""
        if min(self.bits) < least:
            return -MOST
        return round(math.fsum(self.bits) / math.sqrt(len(self.bits)), DIGITS)


def _agglomerate(
    groups: dict[Key, frozenset[Key]], bits: Mapping[tuple[Key, Key], float], needed: float, least: float
) -> None:
    """Joins the two groups with the strongest evidence, again and again; a group is known by its lowest key."""
    between: dict[Key, dict[Key, _Between]] = {}
    for (one, other), value in bits.items():
        _add(between, min(groups[one]), min(groups[other]), [value])
    needed = round(needed, DIGITS)
    waiting = [
        (-strength, low, high)
        for low, others in between.items()
        for high, each in others.items()
        if low < high and (strength := each.strength(least)) >= needed
    ]
    heapq.heapify(waiting)
    while waiting:
        strength, low, high = heapq.heappop(waiting)
        now = between.get(low, {}).get(high)
        if now is None or -now.strength(least) != strength:
            continue
        joined = groups[low] | groups[high]
        groups.update(dict.fromkeys(joined, joined))
        del between[low][high]
        for other, each in between.pop(high).items():
            if other == low:
                continue
            del between[other][high]
            _add(between, low, other, each.bits)
            found = between[low][other].strength(least)
            if found >= needed:
                heapq.heappush(waiting, (-found, min(low, other), max(low, other)))


def _add(between: dict[Key, dict[Key, _Between]], one: Key, other: Key, bits: list[float]) -> None:
    """More evidence between two groups; none within one."""
    if one == other:
        return
    known = between.get(one, {}).get(other)
    both = _Between([*(known.bits if known else ()), *bits])
    between.setdefault(one, {})[other] = both
    between.setdefault(other, {})[one] = both


def _ordered(pairs: Mapping[tuple[Key, Key], Any], known: Mapping[Key, object]) -> dict[tuple[Key, Key], Any]:
    return {
        ((one, other) if one < other else (other, one)): value
        for (one, other), value in pairs.items()
        if one in known and other in known and one != other
    }


def _by_key(pairs: Iterable[tuple[Key, Key]]) -> dict[Key, set[Key]]:
    apart: dict[Key, set[Key]] = {}
    for one, other in pairs:
        apart.setdefault(one, set()).add(other)
        apart.setdefault(other, set()).add(one)
    return apart


def _join(groups: dict[Key, frozenset[Key]], pairs: Iterable[tuple[Key, Key]], apart: Mapping[Key, set[Key]]) -> None:
    """Joins the groups of each pair in turn, unless something keeps them apart."""
    for one, other in pairs:
        left, right = groups[one], groups[other]
        if left is right or any(not right.isdisjoint(apart.get(key, ())) for key in left):
            continue
        joined = left | right
        groups.update(dict.fromkeys(joined, joined))
