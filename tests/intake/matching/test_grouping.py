"""Groups do not depend on the order in which pairs come, and respect what people decided."""

import itertools
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.models import MatchBand
from dispatch.errors import Invalid
from dispatch.intake.matching.grouping import Rivals, grouped, grouping
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


BETWEEN_TWO = {(1, 2): 0.99, (1, 9): 0.985, (2, 9): 0.98, (3, 9): 0.98, (1, 3): 0.1, (2, 3): 0.1}
"""1 and 2 are one fault, 3 is another; 9 fits either about as well."""


def test_who_fits_two_groups_that_are_apart_about_as_well_joins_neither_and_is_asked_about() -> None:
    found = grouping([1, 2, 3, 9], BETWEEN_TWO, {}, LIMITS)
    assert sets(found.groups) == [[1, 2], [3], [9]]
    assert found.asked == {
        (1, 9): Rivals(9, frozenset({3})),
        (2, 9): Rivals(9, frozenset({3})),
        (3, 9): Rivals(9, frozenset({1, 2})),
    }


def test_two_who_fit_both_hold_no_groups_together_either() -> None:
    second = {(1, 8): 0.98, (2, 8): 0.98, (3, 8): 0.985, (8, 9): 0.99}
    assert sets(grouped([1, 2, 3, 8, 9], BETWEEN_TWO | second, {}, LIMITS)) == [[1, 2], [3], [8], [9]]


def test_who_fits_one_clearly_better_joins_that_and_the_other_stays_apart_and_is_asked_about() -> None:
    found = grouping([1, 3, 9], {(1, 9): 0.9995, (3, 9): 0.99, (1, 3): 0.3}, {}, LIMITS)
    assert sets(found.groups) == [[1, 9], [3]]
    assert found.asked == {(3, 9): Rivals(9, frozenset({1}))}


def test_who_was_said_to_belong_to_one_is_asked_about_no_more() -> None:
    found = grouping([1, 2, 3, 9], BETWEEN_TWO, {(1, 9): True, (3, 9): False}, LIMITS)
    assert (sets(found.groups), found.asked) == ([[1, 2, 9], [3]], {})


def test_groups_that_are_a_question_themselves_are_brought_together() -> None:
    found = grouping([1, 3, 9], {(1, 9): 0.98, (3, 9): 0.98, (1, 3): 0.6}, {}, LIMITS)
    assert (sets(found.groups), found.asked) == ([[1, 3, 9]], {})


def test_rows_of_a_file_may_be_joined_by_one_that_is_like_both() -> None:
    scores = {(1, 9): 0.99, (3, 9): 0.99, (1, 3): 0.3}
    assert sets(grouped([1, 3, 9], scores, {}, LIMITS)) == [[1], [3], [9]]
    assert sets(grouped([1, 3, 9], scores, {}, LIMITS, chained=True)) == [[1, 3, 9]]


def test_pairs_of_others_are_left_out() -> None:
    assert sets(grouped([1, 2], {(1, 9): 0.99, (9, 2): 0.99}, {}, LIMITS)) == [[1], [2]]


@settings(max_examples=40)
@given(probabilities, decisions, st.randoms(use_true_random=False))
def test_order_of_arrival_changes_nothing(
    scores: dict[tuple[int, int], float], decided: dict[tuple[int, int], bool], random: Random
) -> None:
    first = grouping(KEYS, scores, decided, LIMITS)
    mixed = [((b, a), value) if random.random() < 0.5 else ((a, b), value) for (a, b), value in scores.items()]
    random.shuffle(mixed)
    keys = random.sample(KEYS, len(KEYS))
    assert grouping(keys, dict(mixed), decided, LIMITS) == first
    assert sorted(itertools.chain.from_iterable(first.groups)) == list(KEYS)


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
