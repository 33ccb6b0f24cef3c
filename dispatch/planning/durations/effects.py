"""What makes visits longer or shorter than planned: a mixed model of what they took, fitted and asked.

The logarithm of what a visit took over what was planned is a sum: in general, of the work type, of the technician, of
the model of equipment, of the technician with that model, of each year of the unit's age, and luck. All but the first
are random effects: drawn towards nothing as far as few visits speak for them (Henderson, "Best linear unbiased
estimation and prediction under a selection model", Biometrics 31, 1975). Their variances are found by expectation
maximisation, the effects by one group after the other (Gauss-Seidel on the mixed model equations). Logarithms become
durations again by the mean of what luck did, not by a formula (Duan, "Smearing estimate", JASA 78, 1983): so a heavy
tail counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS: Final = 60
PRIOR: Final = 0.01
"""Variance of an effect before any visit is seen: ten percent up or down."""
COUNTS_AS: Final = 20
"""What luck does in general weighs as much as so many visits of one work type."""
USUAL: Final = 0.3
"""Standard deviation, as a share of the mean, where nothing is known."""


@dataclass(frozen=True, slots=True)
class Done:
    """A visit that was completed: what it took as a share of what was planned. model: None without a unit."""

    share: float
    work_type: str
    technician: str
    model: str | None
    age_years: float


@dataclass(frozen=True, slots=True)
class Effect:
    """How much longer something makes a visit, on the logarithm, and the variance of what is known of that."""

    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class Luck:
    """What is left to chance within a work type: mean and standard deviation of a factor."""

    mean: float = 1.0
    deviation: float = USUAL


@dataclass(frozen=True)
class Effects:
    """A fitted model. effects: {kind: {key: effect}}; variances: of a kind, for a key never seen."""

    general: float = 0.0
    per_year: float = 0.0
    effects: Mapping[str, Mapping[str, Effect]] = field(default_factory=dict)
    variances: Mapping[str, float] = field(default_factory=dict)
    luck: Mapping[str, Luck] = field(default_factory=dict)
    usual: Luck = field(default_factory=Luck)
    visits: int = 0

    def factor(
        self, work_type: str, technician: str | None, model: str | None, age_years: float
    ) -> tuple[float, float]:
        """Mean and standard deviation of what a visit takes, as shares of what is planned.

        technician: None where it is not known who comes.
        """
        told = [self._effect("work_type", work_type)]
        if technician is not None:
            told.append(self._effect("technician", technician))
        if model is not None:
            told.append(self._effect("model", model))
        pair = knack(technician, model)
        if pair is not None:
            told.append(self._effect("knack", pair))
        luck = self.luck.get(work_type, self.usual)
        mean, unknown = self.general + self.per_year * age_years, 0.0
        for effect in told:
            mean += effect.mean
            unknown += effect.variance
        # What is not known of the effects is more luck; both are lognormal, or nearly.
        mean = exp(mean + unknown / 2) * luck.mean
        share = (1 + (luck.deviation / luck.mean) ** 2) * exp(unknown) - 1
        return mean, mean * sqrt(share)

    def _effect(self, kind: str, key: str) -> Effect:
        known = self.effects.get(kind, {}).get(key)
        return known if known is not None else Effect(0.0, self.variances.get(kind, 0.0))

    def as_json(self) -> dict[str, Any]:
        """Plain values, which `from_json` reads."""
        return {
            "general": self.general,
            "per_year": self.per_year,
            "effects": {
                kind: {key: [one.mean, one.variance] for key, one in own.items()} for kind, own in self.effects.items()
            },
            "variances": dict(self.variances),
            "luck": {key: [one.mean, one.deviation] for key, one in self.luck.items()},
            "usual": [self.usual.mean, self.usual.deviation],
            "visits": self.visits,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Effects":
        """The model as `as_json` wrote it."""
        return cls(
            general=stored["general"],
            per_year=stored["per_year"],
            effects={kind: {key: Effect(*one) for key, one in own.items()} for kind, own in stored["effects"].items()},
            variances=stored["variances"],
            luck={key: Luck(*one) for key, one in stored["luck"].items()},
            usual=Luck(*stored["usual"]),
            visits=stored["visits"],
        )


def knack(technician: str | None, model: str | None) -> str | None:
    """The key of a technician with a model."""
    return None if technician is None or model is None else f"{technician}/{model}"


def fit(done: Sequence[Done]) -> Effects:
    """The model that explains these visits best; the same visits in whatever order, the same model."""
    if not done:
        return Effects()
    rows = sorted(done, key=lambda one: (one.work_type, one.technician, one.model or "", one.age_years, one.share))
    target = np.log(np.array([one.share for one in rows], dtype=np.float64))
    age = np.array([one.age_years for one in rows], dtype=np.float64)
    groups = {
        "work_type": _Group([one.work_type for one in rows]),
        "technician": _Group([one.technician for one in rows]),
        "model": _Group([one.model for one in rows]),
        "knack": _Group([knack(one.technician, one.model) for one in rows]),
    }
    solved = _Solver(target, age, groups)
    for _ in range(ROUNDS):
        solved.round()
    left = solved.left()
    kinds = groups["work_type"]
    usual = _luck(np.exp(left), None)
    return Effects(
        general=solved.general,
        per_year=solved.per_year,
        effects={name: group.told() for name, group in groups.items()},
        variances={name: group.variance for name, group in groups.items()},
        luck={key: _luck(np.exp(left[kinds.index == i]), usual) for i, key in enumerate(kinds.keys)},
        usual=usual,
        visits=len(rows),
    )


class _Group:
    """The effects of one kind: which row has which, and what is thought of each so far."""

    def __init__(self, keys: Sequence[str | None]) -> None:
        self.keys = sorted({key for key in keys if key is not None})
        place = {key: i for i, key in enumerate(self.keys)}
        # Rows without this kind of thing point at a last entry, which is always 0.
        self.index: Ints = np.array([len(place) if key is None else place[key] for key in keys], dtype=np.int64)
        self.counts: Floats = np.bincount(self.index, minlength=len(place) + 1).astype(np.float64)[: len(place)]
        self.means: Floats = np.zeros(len(place) + 1)
        self.unsure: Floats = np.zeros(len(place))
        self.variance = PRIOR

    def update(self, rest: Floats, noise: float) -> None:
        """The effects that explain what the other kinds leave; then their variance."""
        if not self.keys:
            return
        sums = np.bincount(self.index, weights=rest, minlength=len(self.keys) + 1)[: len(self.keys)]
        weight = self.counts + noise / self.variance
        self.means[:-1] = sums / weight
        self.unsure = noise / weight
        found = float(np.mean(self.means[:-1] ** 2 + self.unsure))
        # One effect alone says nothing of how effects vary.
        self.variance = max(1e-6, (found * len(self.keys) + PRIOR) / (len(self.keys) + 1))

    def told(self) -> dict[str, Effect]:
        return {key: Effect(float(self.means[i]), float(self.unsure[i])) for i, key in enumerate(self.keys)}


class _Solver:
    def __init__(self, target: Floats, age: Floats, groups: Mapping[str, _Group]) -> None:
        self.target, self.age, self.groups = target, age, groups
        self.general, self.per_year = float(np.mean(target)), 0.0
        self.noise = max(1e-4, float(np.var(target)))

    def left(self) -> Floats:
        """What no effect explains."""
        rest: Floats = self.target - self.general - self.per_year * self.age
        for group in self.groups.values():
            rest = rest - group.means[group.index]
        return rest

    def round(self) -> None:
        for group in self.groups.values():
            group.update(self.left() + group.means[group.index], self.noise)
        middle = self.age - np.mean(self.age)
        # A little weight on "age does not matter", for histories in which all units are of one age.
        self.per_year += float(np.dot(middle, self.left()) / (np.dot(middle, middle) + 1.0))
        self.general += float(np.mean(self.left()))
        rest = self.left()
        self.noise = max(1e-4, float(np.mean(rest * rest)))


def _luck(factors: Floats, usual: Luck | None) -> Luck:
    """Mean and deviation of these factors; drawn towards what is usual."""
    before = Luck(1.0, USUAL) if usual is None else usual
    weight = COUNTS_AS + len(factors)
    mean = (COUNTS_AS * before.mean + float(np.sum(factors))) / weight
    squares = COUNTS_AS * before.deviation**2 + float(np.sum((factors - mean) ** 2))
    return Luck(mean, sqrt(squares / weight))
