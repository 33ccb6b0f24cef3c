"""Fits prior and scales to labelled candidate pairs, after the levels are counted: how far groups hang together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sklearn.linear_model import LogisticRegression

from dispatch.intake.matching.learning import Example, counted, group_bits
from dispatch.intake.matching.weights import Model

NATURAL_BITS: Final = 1.4426950408889634
"""Bits in one natural unit of log odds."""


PLACE_GROUPS: Final = frozenset({"place", "region", "unit"})
TIME_GROUPS: Final = frozenset({"when"})
OPEN_BITS: Final = -2.0
"""Pairs whose place, or time, speaks against them by more are settled by it alone."""
LEAST_SCALE: Final = 0.1
LEAST_OF_SETTLING: Final = {"place-": 1.5, "when-": 0.8}
"""What settles pairs by itself is not seen among the pairs left open, so that no regression can scale it. Against
another house next door stands that faults there have much else in common: the same street, hour and symptom."""


def fitted(base: Model, examples: Sequence[Example], strength: float = 20.0) -> Model:
    """Parameters from a fair sample of candidate pairs, all of them labelled.

    Levels are counted where they have to tell pairs apart: those of the place among all pairs, those of time among the
    pairs that the place leaves open, and the others among the pairs that place and time leave open. Of these a logistic
    regression of the groups' weights then gives prior and scales, so that probabilities hold although groups depend on
    each other.
    """
    plain = replace(base, scales={})
    everywhere = counted(plain, examples, strength)
    here = [each for each in examples if _bits(everywhere, each, PLACE_GROUPS) > OPEN_BITS]
    timed = counted(plain, here, strength)
    left_open = [each for each in here if _bits(timed, each, TIME_GROUPS) > OPEN_BITS]
    rest = counted(plain, left_open, strength)
    fields = {}
    for name, each in base.fields.items():
        source = everywhere if each.group in PLACE_GROUPS else timed if each.group in TIME_GROUPS else rest
        fields[name] = source.fields[name]
    return _scaled(replace(plain, fields=fields), left_open)


def _scaled(model: Model, examples: Sequence[Example]) -> Model:
    groups = sorted({each.group for each in model.fields.values() if len(each.levels) > 1})
    rows = []
    for each in examples:
        bits = group_bits(model, each.levels)
        rows.append([side / NATURAL_BITS for group in groups for side in bits[group]])
    labels = [round(each.same or 0.0) for each in examples]
    regression = LogisticRegression(C=10.0, max_iter=2000).fit(rows, labels)
    signed = [f"{group}{sign}" for group in groups for sign in "+-"]
    scales = {
        name: round(max(LEAST_OF_SETTLING.get(name, LEAST_SCALE), float(scale)), 4)
        for name, scale in zip(signed, regression.coef_[0], strict=True)
    }
    return replace(model, prior=round(float(regression.intercept_[0]) * NATURAL_BITS, 4), scales=scales)


def _bits(model: Model, example: Example, groups: frozenset[str]) -> float:
    return sum(high + low for group, (high, low) in group_bits(model, example.levels).items() if group in groups)
