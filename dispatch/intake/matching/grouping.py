"""From scored pairs to groups that belong together; the same groups in whatever order pairs and keys are given."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from dispatch.intake.matching.thresholds import Thresholds


class Ordered(Hashable, Protocol):
    """What can be put in order: a ticket's id, the number of a row."""

    def __lt__(self, other: Any, /) -> bool:
        """Whether this comes before the other."""


Key = TypeVar("Key", bound=Ordered)

DIGITS = 9
"""Probabilities that differ less are ties: which of two comes first must not hang on the last bit of a sum."""


def grouped(
    keys: Iterable[Key],
    scores: Mapping[tuple[Key, Key], float],
    decided: Mapping[tuple[Key, Key], bool] | None = None,
    thresholds: Thresholds | None = None,
) -> list[frozenset[Key]]:
    """All keys in groups that belong together, each key in one group, ordered by each group's lowest key.

    Constrained agglomeration: pairs that a person accepted are joined first, then pairs from the highest probability
    down to `thresholds.merge`, ties by their keys. Two groups are never joined across a pair that a person rejected,
    nor, by score, across a pair that is clearly separate (below `thresholds.review`).

    scores: probability by pair, in either order of its keys. decided: True where a person accepted, False where
    rejected. Pairs of keys that are not among `keys` are left out.
    """
    limits = thresholds or Thresholds()
    groups = {key: frozenset((key,)) for key in keys}
    decisions = _ordered(decided or {}, groups)
    probabilities = _ordered(scores, groups)
    rejected = {pair for pair, accepted in decisions.items() if not accepted}
    separate = rejected | {
        pair for pair, value in probabilities.items() if value < limits.review and not decisions.get(pair, False)
    }
    accepted = sorted(pair for pair, yes in decisions.items() if yes)
    certain = sorted(
        (-round(value, DIGITS), pair)
        for pair, value in probabilities.items()
        if value >= limits.merge and pair not in decisions
    )
    _join(groups, accepted, _by_key(rejected))
    _join(groups, [pair for _, pair in certain], _by_key(separate))
    return sorted(set(groups.values()), key=min)


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
