"""The weights of levels, by Fellegi and Sunter (1969), and the score of two records.

A level that is seen with probability m where two records are about the same, and u where they are not, weighs
log2(m / u) bits. Fields that say the same (site and address) form a group: only its strongest evidence for and its
strongest against count, times the group's scale for and against ("who+", "who-"), which hold how far groups hang
together.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self

from dispatch.intake.matching.aspects import aspects_of, corrections_in, doubt, is_together
from dispatch.intake.matching.evidence import Evidence, words_for
from dispatch.intake.matching.levels import COMPARISONS, Agreement, Comparison
from dispatch.intake.matching.record import Record

LEAST: Final = 1e-7
"""Probability that no level falls below: what was never seen is not impossible."""
MOST_BITS: Final = 60.0
MOST_DOUBTED: Final = 0.79
"""The highest probability of two tickets between which something is open that a person can tell: below the usual
threshold for merging."""
_MOST_DOUBTED_BITS: Final = math.log2(MOST_DOUBTED / (1 - MOST_DOUBTED))


@dataclass(frozen=True, slots=True)
class FieldModel:
    """The levels of a field with their (m, u), and the group of the field."""

    group: str
    levels: Mapping[str, tuple[float, float]]

    def bits(self, level: str) -> float:
        """The weight of a level; 0 for one that the model does not know."""
        m, u = self.levels.get(level, (1.0, 1.0))
        return math.log2(max(m, LEAST) / max(u, LEAST))


@dataclass(frozen=True, slots=True)
class Model:
    """All parameters of matching. prior: bits that any two candidates have. scales: factor of each group's weight.
    corrections: bits by level of an aspect (`aspects.key`); without any, aspects are not looked at. least: pairs of
    fewer bits are clearly apart, and nothing else of them is looked at."""

    prior: float
    fields: Mapping[str, FieldModel]
    scales: Mapping[str, float] = field(default_factory=dict)
    corrections: Mapping[str, float] = field(default_factory=dict)
    least: float = -math.inf

    def scale(self, group: str, *, positive: bool) -> float:
        """The factor of a group's evidence for or against."""
        return self.scales.get(f"{group}{'+' if positive else '-'}", 1.0)

    def as_json(self) -> dict[str, Any]:
        """As a file or a `MatchModel` keeps it."""
        return {
            "prior": self.prior,
            "scales": dict(self.scales),
            "corrections": dict(self.corrections),
            **({"least": self.least} if math.isfinite(self.least) else {}),
            "fields": {
                name: {"group": each.group, "levels": {level: list(pair) for level, pair in each.levels.items()}}
                for name, each in self.fields.items()
            },
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `as_json` gave."""
        fields = {
            name: FieldModel(each["group"], {level: (m, u) for level, (m, u) in each["levels"].items()})
            for name, each in kept["fields"].items()
        }
        scales, corrections = kept.get("scales", {}), kept.get("corrections", {})
        return cls(kept["prior"], fields, scales, corrections, kept.get("least", -math.inf))


class Commonness(Protocol):
    """Knows how many share a value."""

    def bits(self, field: str, value: str) -> float:
        """What is to be added to the weight of agreeing on this value: less than 0 for a common one."""


@dataclass(frozen=True, slots=True)
class Score:
    """How probably two records are about the same, and why: the prior and all weights add up to `bits`."""

    probability: float
    bits: float
    evidence: tuple[Evidence, ...]


def compare(
    a: Record,
    b: Record,
    model: Model,
    commonness: Commonness | None = None,
    comparisons: Mapping[str, Comparison] = COMPARISONS,
) -> Score:
    """The score of two records; the same whichever comes first. Evidence is ordered from the strongest on."""
    return weighed(a, b, agreements(a, b, model, comparisons), model, commonness)


def weighed(
    a: Record, b: Record, found: Mapping[str, Agreement], model: Model, commonness: Commonness | None = None
) -> Score:
    """`compare` of two records whose `agreements` are known."""
    bits_by_field = {name: _bits(name, agreed, model, commonness) for name, agreed in found.items()}
    counted = _counted(bits_by_field, model)
    evidence = [
        Evidence(name, agreed.level, counted.get(name, 0.0), words_for(name, agreed, counted.get(name)))
        for name, agreed in found.items()
    ]
    bits = model.prior + math.fsum(counted.values())
    if model.corrections and bits > model.least:
        closer = _closer(a, b, model, bits)
        evidence += closer
        bits = math.fsum([bits, *(each.weight for each in closer)])
    return Score(probability_of(bits), bits, tuple(sorted(evidence, key=lambda each: (-abs(each.weight), each.field))))


def _closer(a: Record, b: Record, model: Model, bits: float) -> list[Evidence]:
    """What the aspects say of two that have so many bits by their fields; a doubt holds them below `MOST_DOUBTED`."""
    aspects = aspects_of(a, b)
    corrected = corrections_in(aspects, model.corrections)
    single = {name: each for name, each in corrected.items() if not is_together(name)}
    found = [
        Evidence(name, aspects[name], each, words_for(name, Agreement(aspects[name]), each))
        for name, each in single.items()
    ]
    together = math.fsum(each for name, each in corrected.items() if name not in single)
    if len(single) < len(corrected):
        found.append(Evidence("together", "all", together, words_for("together", Agreement("all"), together)))
    open_question = doubt(aspects)
    over = bits + math.fsum(corrected.values()) - _MOST_DOUBTED_BITS
    if open_question is not None and over > 0:
        found.append(Evidence("doubt", open_question, -over, words_for("doubt", Agreement(open_question), -over)))
    return found


def agreements(
    a: Record, b: Record, model: Model, comparisons: Mapping[str, Comparison] = COMPARISONS
) -> dict[str, Agreement]:
    """The level of each field that both sides have and the model knows."""
    levels: dict[str, Callable[[Record, Record], Agreement | None]] = {
        name: comparisons[name] for name in model.fields if name in comparisons
    }
    return {name: agreed for name, level in levels.items() if (agreed := level(a, b)) is not None}


def probability_of(bits: float) -> float:
    """The probability behind so many bits of odds."""
    return 1.0 / (1.0 + math.exp(-math.log(2) * max(-MOST_BITS, min(MOST_BITS, bits))))


def _bits(name: str, agreed: Agreement, model: Model, commonness: Commonness | None) -> float:
    bits = model.fields[name].bits(agreed.level)
    if bits > 0 and agreed.value is not None and commonness is not None:
        return max(0.0, bits + commonness.bits(name, agreed.value))
    return bits


def _counted(weighed: Mapping[str, float], model: Model) -> dict[str, float]:
    """Of each group the strongest for and the strongest against, scaled."""
    strongest: dict[tuple[str, bool], tuple[float, str]] = {}
    for name, bits in weighed.items():
        place = (model.fields[name].group, bits > 0)
        strongest[place] = max(strongest.get(place, (0.0, "")), (abs(bits), name))
    return {
        name: model.scale(group, positive=positive) * (size if positive else -size)
        for (group, positive), (size, name) in strongest.items()
        if name
    }
