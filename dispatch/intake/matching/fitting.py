"""Fits prior and scales to labelled candidate pairs, after the levels are counted: how far groups hang together."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sklearn.linear_model import LogisticRegression

from dispatch.intake.matching.aspects import aspect_names, key
from dispatch.intake.matching.learning import Example, bits_of, counted, group_bits
from dispatch.intake.matching.weights import Model

NATURAL_BITS: Final = 1.4426950408889634
"""Bits in one natural unit of log odds."""


PLACE_GROUPS: Final = frozenset({"place", "region", "unit"})
TIME_GROUPS: Final = frozenset({"when"})
OPEN_BITS: Final = -2.0
"""Pairs whose place, or time, speaks against them by more are settled by it alone."""
LEAST_SCALE: Final = 0.1
LEAST_OPEN: Final = -8.0
"""Pairs with fewer bits are not corrected by what the others teach."""
LEAST_SEEN: Final = 8
SHRINKAGE: Final = 0.3
"""Inverse strength of keeping corrections small."""
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
    return corrected(_scaled(replace(plain, fields=fields), left_open), examples)


def corrected(model: Model, examples: Sequence[Example]) -> Model:
    """The model with corrections of what its fields say, by a logistic regression of its bits and all aspects.

    Only pairs that the fields leave open are looked at, and levels that are seen in eight of them. Small corrections
    are preferred: of a level that says nothing new there is little.
    """
    bits = [bits_of(model, each.levels) for each in examples]
    open_pairs = [(each, value) for each, value in zip(examples, bits, strict=True) if value > LEAST_OPEN]
    names = aspect_names()
    found = [[key(name, each.levels[name]) for name in names if name in each.levels] for each, _ in open_pairs]
    seen = Counter(itertools.chain.from_iterable(found))
    keys = sorted(each for each, times in seen.items() if times >= LEAST_SEEN)
    rows = [
        [*(float(each in levels) for each in keys), value]
        for levels, (_, value) in zip(map(set, found), open_pairs, strict=True)
    ]
    labels = [round(each.same or 0.0) for each, _ in open_pairs]
    regression = LogisticRegression(C=SHRINKAGE, solver="newton-cholesky").fit(rows, labels)
    *weights, factor = (float(each) for each in regression.coef_[0])
    factor *= NATURAL_BITS
    start = float(regression.intercept_[0]) * NATURAL_BITS
    groups = {each.group for each in model.fields.values()}
    signed = [(group, sign) for group in sorted(groups) for sign in "+-"]
    return replace(
        model,
        prior=round(model.prior * factor + start, 4),
        scales={
            f"{group}{sign}": round(model.scale(group, positive=sign == "+") * factor, 4) for group, sign in signed
        },
        corrections={name: round(weight * NATURAL_BITS, 3) for name, weight in zip(keys, weights, strict=True)},
        least=round(LEAST_OPEN * factor + start, 4),
    )


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
