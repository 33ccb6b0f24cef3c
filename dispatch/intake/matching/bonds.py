"""What speaks for groups of tickets belonging together: the bits of the pairs between them."""

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from dispatch.intake.matching.thresholds import Thresholds


class Ordered(Protocol):
    """What can be put in order: a ticket's id, the number of a row."""

    def __lt__(self, other: Any, /) -> bool:
        """Whether this comes before the other."""

    def __hash__(self) -> int:
        """Equal ones have the same."""


Key = TypeVar("Key", bound=Ordered)
Pair = tuple[Key, Key]

DIGITS = 9
"""Probabilities that differ less are ties: which of two comes first must not hang on the last bit of a sum."""
LEAST = 1e-6
"""No probability counts as nearer to 0 or 1."""
MOST = 1e6
"""Bits against joining what must not be joined."""
CLEARLY = 8
"""A pair is clearly separate below this part of the threshold for review."""


def bits_of(probability: float) -> float:
    """The odds in bits."""
    kept = min(max(probability, LEAST), 1.0 - LEAST)
    return math.log2(kept / (1.0 - kept))


class Bonds(Generic[Key]):
    """The evidence between keys, and between groups of them.

    needed: bits from which groups are joined. near: {key: those that it alone would be joined with}.
    """

    def __init__(
        self,
        scores: Mapping[Pair[Key], float],
        apart: Iterable[Pair[Key]],
        own: Mapping[Key, frozenset[Key]],
        limits: Thresholds,
    ) -> None:
        """scores: with the lower key first. apart: pairs never to be joined. own: those that a person put together."""
        self.needed = round(bits_of(limits.merge), DIGITS)
        self._least, self._doubtful = bits_of(limits.review / CLEARLY), bits_of(limits.review)
        self._own = own
        self._bits: dict[Pair[Key], float] = {}
        self.near: dict[Key, set[Key]] = {}
        for (one, other), value in scores.items():
            self._set(one, other, bits_of(value))
            if value >= limits.merge:
                self.near.setdefault(one, set()).add(other)
                self.near.setdefault(other, set()).add(one)
        for one, other in apart:
            self._set(one, other, -MOST)
            self.near.get(one, set()).discard(other)
            self.near.get(other, set()).discard(one)

    def _set(self, one: Key, other: Key, bits: float) -> None:
        self._bits[one, other] = self._bits[other, one] = bits

    def strength(self, one: Collection[Key], other: Collection[Key]) -> float | None:
        """The bits of all pairs between two groups, added up, over the root of their number; None: nothing is known.

        Nothing outweighs a pair that is clearly separate.
        """
        found = self._between(one, other)
        if not found:
            return None
        if min(found) < self._least:
            return -MOST
        return round(math.fsum(found) / math.sqrt(len(found)), DIGITS)

    def fit(self, key: Key, group: Collection[Key]) -> float:
        """How well a key fits a group, whatever its size: the mean of the bits."""
        found = self._between((key,), group)
        return math.fsum(found) / len(found)

    def are_apart(self, one: frozenset[Key], other: frozenset[Key]) -> bool:
        """Whether two groups are separate by what is known of them, or but for those who fit both."""
        return self._doubted(one, other) or bool(self.bridging(one, other))

    def bridging(self, one: frozenset[Key], other: frozenset[Key]) -> dict[Key, frozenset[Key]]:
        """{who alone holds two groups together: the others of their group, which are separate from the other group}.

        Empty where the groups belong together without them too. Those that a person put together count as one.
        """
        found: dict[Key, frozenset[Key]] = {}
        for some, others in ((one, other), (other, one)):
            close = {key for key in some if self.near.get(key, frozenset()) & others}
            rest = some.difference(*(self._own[key] for key in close))
            if close and rest and self._doubted(rest, others):
                found |= dict.fromkeys(close, rest)
        return found

    def _doubted(self, one: frozenset[Key], other: frozenset[Key]) -> bool:
        strength = self.strength(one, other)
        return strength is not None and strength < self._doubtful

    def _between(self, one: Collection[Key], other: Collection[Key]) -> list[float]:
        return [self._bits[a, b] for a in one for b in other if (a, b) in self._bits]
