"""From scored pairs to groups that belong together; the same groups in whatever order pairs and keys are given."""

import heapq
import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic

from dispatch.intake.matching.bonds import Bonds, Key, Pair
from dispatch.intake.matching.thresholds import Thresholds

ABOUT_AS_WELL: Final = 1.5
"""A key fits two groups about as well where the evidence differs by no more than so many bits."""

Groups = dict[Key, frozenset[Key]]


@dataclass(frozen=True, slots=True)
class Rivals(Generic[Key]):
    """Why a person is asked: `key` fits these others as well, which are apart from the one it is paired with."""

    key: Key
    others: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Grouping(Generic[Key]):
    """groups: each key in one, ordered by each group's lowest key. asked: pairs that only a person can decide."""

    groups: list[frozenset[Key]]
    asked: Mapping[Pair[Key], Rivals[Key]]


def grouped(
    keys: Iterable[Key],
    scores: Mapping[Pair[Key], float],
    decided: Mapping[Pair[Key], bool] | None = None,
    thresholds: Thresholds | None = None,
    *,
    chained: bool = False,
) -> list[frozenset[Key]]:
    """The groups of `grouping`."""
    return grouping(keys, scores, decided, thresholds, chained=chained).groups


def grouping(
    keys: Iterable[Key],
    scores: Mapping[Pair[Key], float],
    decided: Mapping[Pair[Key], bool] | None = None,
    thresholds: Thresholds | None = None,
    fixed: Collection[Pair[Key]] = (),
    *,
    chained: bool = False,
) -> Grouping[Key]:
    """All keys in groups that belong together, and the pairs about which a person is to be asked.

    Constrained agglomeration: pairs that a person accepted, and fixed ones, are joined first. Then, among those that
    hang together by such pairs and pairs of at least `thresholds.merge`, the two groups with the strongest evidence, as
    long as it reaches `thresholds.merge`. All pairs between two groups speak: their bits add up, over the root of their
    number, since they say much the same; so one pair that is doubtful does not keep apart what many others bring
    together, nor does one pair join what the others are against. Ties by key. Two groups are never joined across a pair
    that a person rejected, nor, by score, across one that is clearly separate (below an eighth of `thresholds.review`),
    nor where they are separate but for somebody who fits both.

    Who fits two groups that are apart about as well (within 1.5 bits of the better) joins neither.

    scores: probability by pair, in either order of its keys. decided: True where a person accepted, False where
    rejected. fixed: pairs that are together as it is. Pairs of keys that are not among `keys` are left out.
    chained: who fits two groups joins them, as a row of a file that has both of two spellings does; nobody is asked.
    """
    limits = thresholds or Thresholds()
    alone: Groups[Key] = {key: frozenset((key,)) for key in keys}
    decisions, probabilities = _ordered(decided or {}, alone), _ordered(scores, alone)
    rejected = [pair for pair, yes in decisions.items() if not yes]
    accepted = sorted(pair for pair, yes in decisions.items() if yes)
    own = dict(alone)
    _join(own, accepted, _by_key(rejected))
    start = dict(own)
    _join(start, sorted(_ordered(dict.fromkeys(fixed, True), alone)), _by_key(rejected))
    bonds = Bonds(_hanging_together(start, probabilities, rejected, limits), rejected, own, limits)
    if chained:
        return Grouping(sorted(set(_agglomerated(start, bonds, chained=True).values()), key=min), {})
    groups = _agglomerated(start, bonds)
    torn = [key for key in bonds.near if start[key] == alone[key] and _is_torn(key, groups, bonds)]
    if torn:
        groups = _agglomerated({key: each for key, each in start.items() if key not in set(torn)}, bonds)
        groups |= {key: alone[key] for key in torn}
    asked = _bridges(groups, bonds) | _torn(torn, groups, bonds)
    open_pairs = {pair: why for pair, why in asked.items() if pair not in decisions}
    return Grouping(sorted(set(groups.values()), key=min), open_pairs)


def _hanging_together(
    start: Groups[Key], probabilities: Mapping[Pair[Key], float], rejected: Collection[Pair[Key]], limits: Thresholds
) -> dict[Pair[Key], float]:
    """The scores of those that a chain of pairs to be merged, or of decided ones, leads to."""
    together, never = dict(start), set(rejected)
    _join(together, (pair for pair, value in probabilities.items() if value >= limits.merge and pair not in never), {})
    return {pair: value for pair, value in probabilities.items() if together[pair[0]] is together[pair[1]]}


def _agglomerated(start: Groups[Key], bonds: Bonds[Key], *, chained: bool = False) -> Groups[Key]:
    """Joins the two groups with the strongest evidence, again and again."""
    groups = dict(start)
    waiting: list[tuple[float, Key, Key, frozenset[Key], frozenset[Key]]] = []

    def await_(group: frozenset[Key]) -> None:
        for other in {groups[near] for key in group for near in bonds.near.get(key, ()) if near in groups}:
            strength = bonds.strength(group, other) if other is not group else None
            if strength is not None and strength >= bonds.needed:
                low, high = sorted((group, other), key=min)
                heapq.heappush(waiting, (-strength, min(low), min(high), low, high))

    for group in sorted({id(each): each for each in groups.values()}.values(), key=min):
        await_(group)
    while waiting:
        _, low, high, one, other = heapq.heappop(waiting)
        if groups[low] is not one or groups[high] is not other:
            continue
        if not chained and bonds.bridging(one, other):
            continue
        joined = one | other
        groups.update(dict.fromkeys(joined, joined))
        await_(joined)
    return groups


def _is_torn(key: Key, groups: Groups[Key], bonds: Bonds[Key]) -> bool:
    """Whether a key fits two groups that are apart about as well."""
    candidates = {groups[near] for near in bonds.near[key]} | {groups[key]}
    fits = []
    for group in (each - {key} for each in candidates):
        strength = bonds.strength((key,), group)
        if strength is not None and strength >= bonds.needed:
            fits.append((bonds.fit(key, group), group))
    best = max((fit for fit, _ in fits), default=0.0)
    good = [group for fit, group in fits if best - fit <= ABOUT_AS_WELL]
    return any(bonds.are_apart(one, other) for one, other in itertools.combinations(good, 2))


def _torn(torn: Collection[Key], groups: Groups[Key], bonds: Bonds[Key]) -> dict[Pair[Key], Rivals[Key]]:
    found = {}
    for key in sorted(torn):
        for near in bonds.near[key]:
            others = frozenset(each for each in bonds.near[key] if each not in groups[near])
            found[_two(key, near)] = Rivals(key, others)
    return {pair: why for pair, why in found.items() if why.others}


def _bridges(groups: Groups[Key], bonds: Bonds[Key]) -> dict[Pair[Key], Rivals[Key]]:
    """Pairs of groups that are not joined because they are separate but for who fits both."""
    found = {}
    for key, neighbours in bonds.near.items():
        for near in neighbours:
            one, other = groups[key], groups[near]
            strength = bonds.strength(one, other) if one is not other else None
            if strength is not None and strength >= bonds.needed:
                others = bonds.bridging(one, other).get(key)
                if others:
                    found[_two(key, near)] = Rivals(key, others)
    return found


def _two(one: Key, other: Key) -> Pair[Key]:
    return (one, other) if one < other else (other, one)


def _ordered(pairs: Mapping[Pair[Key], Any], known: Mapping[Key, object]) -> dict[Pair[Key], Any]:
    return {
        _two(one, other): value
        for (one, other), value in pairs.items()
        if one in known and other in known and one != other
    }


def _by_key(pairs: Iterable[Pair[Key]]) -> dict[Key, set[Key]]:
    apart: dict[Key, set[Key]] = {}
    for one, other in pairs:
        apart.setdefault(one, set()).add(other)
        apart.setdefault(other, set()).add(one)
    return apart


def _join(groups: Groups[Key], pairs: Iterable[Pair[Key]], apart: Mapping[Key, set[Key]]) -> None:
    """Joins the groups of each pair in turn, unless something keeps them apart."""
    for one, other in pairs:
        left, right = groups[one], groups[other]
        if left is right or any(not right.isdisjoint(apart.get(key, ())) for key in left):
            continue
        joined = left | right
        groups.update(dict.fromkeys(joined, joined))
