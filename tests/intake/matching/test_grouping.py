"""Groups do not depend on the order in which pairs come, and respect what people decided."""

import itertools
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.models import MatchBand
from dispatch.errors import Invalid
from dispatch.intake.matching.grouping import grouped
from dispatch.intake.matching.thresholds import Thresholds, band

LIMITS = Thresholds(merge=0.9, review=0.4)
KEYS = range(7)
PAIRS = list(itertools.combinations(KEYS, 2))
probabilities = st.dictionaries(st.sampled_from(PAIRS), st.sampled_from([0.1, 0.5, 0.9, 0.95, 0.99]))
decisions = st.dictionaries(st.sampled_from(PAIRS), st.booleans(), max_size=4)


def sets(groups: list[frozenset[int]]) -> list[list[int]]:
    """As lists, which read better."""
    return [sorted(group) for group in groups]


def test_certain_pairs_are_joined_and_doubtful_ones_are_not() -> None:
    assert sets(grouped([4, 3, 2, 1], {(1, 2): 0.95, (3, 4): 0.6}, {}, LIMITS)) == [[1, 2], [3], [4]]


def test_no_chain_leads_across_a_clear_difference() -> None:
    scores = {(1, 2): 0.99, (2, 3): 0.95, (1, 3): 0.01}
    assert sets(grouped([1, 2, 3], scores, {}, LIMITS)) == [[1, 2], [3]]


def test_many_pairs_together_say_more_than_each_alone() -> None:
    against = {(1, 2): 0.99, (1, 3): 0.91, (2, 3): 0.2}
    assert sets(grouped([1, 2, 3], against, {}, LIMITS)) == [[1, 2], [3]]
    supported = {(1, 2): 0.99, (1, 3): 0.97, (2, 3): 0.6}
    assert sets(grouped([1, 2, 3], supported, {}, LIMITS)) == [[1, 2, 3]]


def test_what_a_person_decided_comes_before_every_score() -> None:
    scores = {(1, 2): 0.99, (2, 3): 0.01}
    assert sets(grouped([1, 2, 3], scores, {(1, 2): False, (3, 2): True}, LIMITS)) == [[1], [2, 3]]


def test_pairs_of_others_are_left_out() -> None:
    assert sets(grouped([1, 2], {(1, 9): 0.99, (9, 2): 0.99}, {}, LIMITS)) == [[1], [2]]


@settings(max_examples=40)
@given(probabilities, decisions, st.randoms(use_true_random=False))
def test_order_of_arrival_changes_nothing(
    scores: dict[tuple[int, int], float], decided: dict[tuple[int, int], bool], random: Random
) -> None:
    first = grouped(KEYS, scores, decided, LIMITS)
    mixed = [((b, a), value) if random.random() < 0.5 else ((a, b), value) for (a, b), value in scores.items()]
    random.shuffle(mixed)
    keys = random.sample(KEYS, len(KEYS))
    assert grouped(keys, dict(mixed), decided, LIMITS) == first
    assert sorted(itertools.chain.from_iterable(first)) == list(KEYS)


@settings(max_examples=40)
@given(probabilities, decisions)
def test_nobody_is_grouped_with_whom_a_person_kept_apart(
    scores: dict[tuple[int, int], float], decided: dict[tuple[int, int], bool]
) -> None:
    groups = grouped(KEYS, scores, decided, LIMITS)
    apart = [pair for pair, accepted in decided.items() if not accepted]
    assert not [pair for pair in apart for group in groups if group.issuperset(pair)]


def test_bands() -> None:
    assert [band(p, LIMITS) for p in (0.95, 0.9, 0.5, 0.4, 0.39)] == [
        MatchBand.MERGE,
        MatchBand.MERGE,
        MatchBand.REVIEW,
        MatchBand.REVIEW,
        MatchBand.SEPARATE,
    ]


@pytest.mark.parametrize(("merge", "review"), [(0.4, 0.9), (1.0, 0.5), (0.9, 0.0)])
def test_thresholds_without_sense_are_refused(merge: float, review: float) -> None:
    with pytest.raises(Invalid, match="0 < review <= merge < 1"):
        Thresholds(merge, review)
