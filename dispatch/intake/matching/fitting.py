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
CONTESTED_BITS: Final = -2.0
"""Pairs whose place speaks against them by more are settled by it alone."""
LEAST_SCALE: Final = 0.1
LEAST_PLACE_SCALE: Final = 0.8


def fitted(base: Model, examples: Sequence[Example], strength: float = 20.0) -> Model:
    """Parameters from a fair sample of candidate pairs, all of them labelled.

    Levels are counted: those of the place among all pairs, the others among the pairs that the place leaves open, where
    they have to tell one fault from another. Of these a logistic regression of the groups' weights then gives prior and
    scales, so that probabilities hold although groups depend on each other.
    """
    everywhere = counted(replace(base, scales={}), examples, strength)
    contested = [each for each in examples if _place_bits(everywhere, each) > CONTESTED_BITS]
    here = counted(replace(base, scales={}), contested, strength)
    fields = {
        name: everywhere.fields[name] if each.group in PLACE_GROUPS else here.fields[name]
        for name, each in base.fields.items()
    }
    model = replace(base, fields=fields, scales={})
    groups = sorted({each.group for each in model.fields.values() if len(each.levels) > 1})
    rows = []
    for each in contested:
        bits = group_bits(model, each.levels)
        rows.append([side / NATURAL_BITS for group in groups for side in bits[group]])
    labels = [round(each.same or 0.0) for each in contested]
    regression = LogisticRegression(C=10.0, max_iter=2000).fit(rows, labels)
    signed = [f"{group}{sign}" for group in groups for sign in "+-"]
    scales = {
        name: round(max(LEAST_PLACE_SCALE if name.startswith("place") else LEAST_SCALE, float(scale)), 4)
        for name, scale in zip(signed, regression.coef_[0], strict=True)
    }
    return replace(model, prior=round(float(regression.intercept_[0]) * NATURAL_BITS, 4), scales=scales)


def _place_bits(model: Model, example: Example) -> float:
    bits = group_bits(model, example.levels)
    return sum(high + low for group, (high, low) in bits.items() if group in PLACE_GROUPS)
