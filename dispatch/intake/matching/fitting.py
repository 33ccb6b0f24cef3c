"""Fits prior and scales to labelled candidate pairs, after the levels are counted: how far groups hang together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sklearn.linear_model import LogisticRegression

from dispatch.intake.matching.learning import Example, counted, group_bits
from dispatch.intake.matching.weights import Model

NATURAL_BITS: Final = 1.4426950408889634
"""Bits in one natural unit of log odds."""


def fitted(base: Model, examples: Sequence[Example], strength: float = 20.0) -> Model:
    """Parameters from a fair sample of candidate pairs, all of them labelled.

    Levels are counted; then a logistic regression of the groups' weights gives prior and scales, so that
    probabilities hold although groups depend on each other.
    """
    model = counted(replace(base, scales={}), examples, strength)
    groups = sorted({each.group for each in model.fields.values()})
    rows = [[group_bits(model, each.levels)[group] / NATURAL_BITS for group in groups] for each in examples]
    labels = [round(each.same or 0.0) for each in examples]
    regression = LogisticRegression(C=10.0, max_iter=2000).fit(rows, labels)
    scales = {group: round(max(0.1, float(scale)), 4) for group, scale in zip(groups, regression.coef_[0], strict=True)}
    return replace(model, prior=round(float(regression.intercept_[0]) * NATURAL_BITS, 4), scales=scales)
