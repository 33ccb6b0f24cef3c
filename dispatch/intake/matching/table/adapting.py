"""Fits the model to one file by expectation maximisation, starting from general assumptions.

Candidates are counted in full; of all other pairs, which are hardly ever about the same, a sample tells how often
levels come by chance. So the probabilities are those of any two rows of the file (Fellegi and Sunter 1969; Winkler
1988).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from dispatch.intake.matching.levels import Agreement
from dispatch.intake.matching.record import Record
from dispatch.intake.matching.table.households import FIRST_NAME, living_alone, most_bits
from dispatch.intake.matching.table.rows import TABLE_COMPARISONS, plain_value
from dispatch.intake.matching.weights import FieldModel, Model, agreements, probability_of

SAMPLE: Final = 20_000
ROUNDS: Final = 30
STRENGTH: Final = 12.0
"""Pairs that the assumptions about right pairs weigh as much as."""
CHANCE: Final = 100.0
"""Pairs that the assumptions about chance weigh as much as: a handful of rows does not show what is rare."""
MOST_BITS: Final = 11.0
LEAST_BITS: Final = -6.0
RARE: Final = 1e-6

_USUAL: Final = {"exact": (0.75, 0.01), "close": (0.14, 0.01), "far": (0.06, 0.05), "disagree": (0.05, 0.93)}
_ADDRESS: Final = {
    "exact": (0.62, 0.001), "close": (0.12, 0.001), "street_far": (0.06, 0.002), "street": (0.06, 0.01),
    "number_close": (0.03, 0.002), "neighbour": (0.04, 0.01), "number_only": (0.03, 0.02), "disagree": (0.04, 0.954),
}  # fmt: skip
_SYMPTOM: Final = {
    "exact": (0.3, 0.01), "concept": (0.3, 0.05), "overlap": (0.15, 0.06), "close": (0.1, 0.01), "general": (0.05, 0.1),
    "unclear": (0.04, 0.17), "related": (0.03, 0.1), "disagree": (0.03, 0.5),
}  # fmt: skip
_DATE: Final = {
    "hours": (0.4, 0.01), "half_day": (0.2, 0.02), "day": (0.15, 0.05), "days": (0.1, 0.07), "week": (0.07, 0.1),
    "weeks": (0.05, 0.15), "disagree": (0.03, 0.6),
}  # fmt: skip
_GROUPS: Final = {
    "postcode": "region",
    "city": "region",
    "region": "region",
    "coordinates": "address",
    "text": "symptom",
    FIRST_NAME: "name",
}


def assumed(fields: Iterable[str]) -> Model:
    """What is assumed of the fields of any file before its rows are looked at."""
    levels = {"address": _ADDRESS, "symptom": _SYMPTOM, "date": _DATE}
    known = {name: FieldModel(_GROUPS.get(name, name), levels.get(name, _USUAL)) for name in fields}
    return Model(-12.0, known)


Pattern = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The model of a file; `alone`: bits that speak against households in it; `agreed`: levels of each candidate."""

    model: Model
    alone: float
    agreed: Sequence[Mapping[str, Agreement]]


def adapted(records: Sequence[Record], pairs: Sequence[tuple[int, int]]) -> Fitted:
    """What fits a file. pairs: all its candidates. Fields that no pair can be compared by are left out."""
    model = assumed(TABLE_COMPARISONS)
    agreed = [_agreed(records[one], records[other], model) for one, other in pairs]
    candidates = Counter(_pattern(each) for each in agreed)
    sample = _sampled(len(records), pairs)
    others = Counter(_pattern(_agreed(records[one], records[other], model)) for one, other in sample)
    seen = {name for pattern in (*candidates, *others) for name, _ in pattern}
    base = Model(model.prior, {name: each for name, each in model.fields.items() if name in seen})
    everything = len(records) * (len(records) - 1) / 2
    each_other = (everything - len(pairs)) / max(1, others.total())
    fitted, alone = base, living_alone(candidates)
    for _ in range(ROUNDS):
        fitted = _round(base, fitted, candidates, others, each_other, everything, alone)
    return Fitted(fitted, alone, agreed)


def _agreed(a: Record, b: Record, model: Model) -> Mapping[str, Agreement]:
    return agreements(a, b, model, TABLE_COMPARISONS)


def _pattern(agreed: Mapping[str, Agreement]) -> Pattern:
    return tuple((name, each.level) for name, each in agreed.items())


def _sampled(count: int, pairs: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Pairs that are no candidates, drawn with a fixed seed."""
    random, known = Random(count), set(pairs)
    for _ in range(min(SAMPLE, count * (count - 1) // 2)):
        one, other = sorted((random.randrange(count), random.randrange(count)))
        if one != other and (one, other) not in known:
            yield one, other


def _round(
    base: Model,
    model: Model,
    candidates: Counter[Pattern],
    others: Counter[Pattern],
    each_other: float,
    everything: float,
    alone: float,
) -> Model:
    """One step: who is how probably the same, and the levels counted anew."""
    same: defaultdict[tuple[str, str], float] = defaultdict(float)
    chance: defaultdict[tuple[str, str], float] = defaultdict(float)
    matches = 0.0
    for pattern, count in candidates.items():
        share = probability_of(min(pattern_bits(model, pattern), most_bits(dict(pattern), alone)))
        matches += share * count
        for each in pattern:
            same[each] += share * count
            chance[each] += (1.0 - share) * count
    for pattern, count in others.items():
        for each in pattern:
            chance[each] += each_other * count
    rate = max(matches, 0.5) / max(everything, 1.0)
    fields = {name: _field(name, each, same, chance) for name, each in base.fields.items()}
    return Model(math.log2(rate / max(1e-12, 1.0 - rate)), fields)


def _field(
    name: str, base: FieldModel, same: Mapping[tuple[str, str], float], chance: Mapping[tuple[str, str], float]
) -> FieldModel:
    all_same = sum(same.get((name, level), 0.0) for level in base.levels)
    all_chance = sum(chance.get((name, level), 0.0) for level in base.levels)
    levels = {}
    for level, (m, u) in base.levels.items():
        here = (same.get((name, level), 0.0) + STRENGTH * m) / (all_same + STRENGTH)
        by_chance = max(RARE, (chance.get((name, level), 0.0) + CHANCE * u) / (all_chance + CHANCE))
        bits = max(LEAST_BITS, min(MOST_BITS, math.log2(here / by_chance)))
        levels[level] = (here, here / 2.0**bits)
    return FieldModel(base.group, _ordered(levels))


def _ordered(levels: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """A disagreement never speaks for, and an exact agreement never speaks against."""
    kept = dict(levels)
    for level, wrong in (("disagree", 1.0), ("exact", -1.0)):
        if level in kept:
            m, u = kept[level]
            if (math.log2(m / u)) * wrong > 0:
                kept[level] = (m, m)
    return kept


def pattern_bits(model: Model, pattern: Pattern) -> float:
    """The odds in bits of a pair with these levels."""
    best: dict[str, tuple[float, float]] = {}
    for name, level in pattern:
        if name in model.fields:
            bits, group = model.fields[name].bits(level), model.fields[name].group
            high, low = best.get(group, (0.0, 0.0))
            best[group] = (max(high, bits), min(low, bits))
    return model.prior + sum(high + low for high, low in best.values())


@dataclass(frozen=True, slots=True)
class TableCommonness:
    """How common values are in a file: agreeing on one that many rows have says less than on the usual one."""

    counts: Mapping[str, Counter[str]]
    usual: Mapping[str, float]

    @classmethod
    def of(cls, records: Sequence[Record], fields: Iterable[str]) -> "TableCommonness":
        """Counts the values of these fields."""
        counts = {name: Counter(value for each in records for value in plain_value(each, name)) for name in fields}
        usual = {
            name: sum(count * count for count in found.values()) / max(1, found.total())
            for name, found in counts.items()
        }
        return cls(counts, usual)

    def bits(self, field: str, value: str) -> float:
        """What is taken away, at most 6 bits; nothing for values as common as most."""
        count = self.counts.get(field, Counter())[value]
        return max(-6.0, min(0.0, math.log2(max(2.0, self.usual.get(field, 1.0)) / max(2, count))))
