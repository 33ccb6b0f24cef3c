"""How good the groups are, where the truth is known."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from dispatch.intake.matching.table.matching import Found, Pair

_COPY: Final = re.compile(r"[-_ ](?:org|orig|original|dup|duplicate|copy)(?:[-_ ]?\d+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quality:
    """Pairs of rows: there are `pairs`; `precision` and `recall` of those joined without asking; `recall_with_review`,
    once a person has answered; `review_share` of the rows that a person would be asked about."""

    pairs: int
    joined: int
    precision: float
    recall: float
    recall_with_review: float
    review_share: float


def clusters_of(values: Sequence[str]) -> list[str]:
    """What a column of truth says of each row; where no value comes twice, "rec-12-dup-0" is a copy of "rec-12-org"."""
    said = [value.strip() for value in values]
    if len(set(said)) < len(said) or not any(_COPY.search(value) for value in said):
        return said
    return [_COPY.sub("", value) for value in said]


def quality(found: Found, truth: Sequence[str]) -> Quality:
    """Compares the groups with a cluster's id per row; an empty id is of a row alone."""
    there = _pairs_in(_clusters(truth))
    joined = _joined_right(found.groups, truth)
    all_joined = sum(len(group) * (len(group) - 1) // 2 for group in found.groups)
    answered = joined + sum(_same(truth, pair) for pair in _across(found))
    asked = {key for pair in found.review for key in pair}
    return Quality(
        pairs=there,
        joined=all_joined,
        precision=joined / all_joined if all_joined else 1.0,
        recall=joined / there if there else 1.0,
        recall_with_review=min(1.0, answered / there) if there else 1.0,
        review_share=len(asked) / max(1, len(truth)),
    )


def _clusters(truth: Sequence[str]) -> Collection[int]:
    return Counter(each for each in truth if each).values()


def _pairs_in(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _same(truth: Sequence[str], pair: Pair) -> bool:
    return bool(truth[pair[0]]) and truth[pair[0]] == truth[pair[1]]


def _joined_right(groups: Iterable[Collection[int]], truth: Sequence[str]) -> int:
    return sum(_same(truth, pair) for group in groups for pair in combinations(sorted(group), 2))


def _across(found: Found) -> set[Pair]:
    """All pairs that an answer would join, were it yes: those of the groups that the pair asked about lies in."""
    group = {key: keys for keys in found.groups for key in keys}
    return {(min(a, b), max(a, b)) for one, other in found.review for a in group[one] for b in group[other]}
