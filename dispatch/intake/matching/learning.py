"""Where the parameters come from: the file that is shipped, labelled pairs, or expectation maximisation.

The shipped file is made by `python -m tests.benchmarks intake --fit`, on one seed of the sample tickets.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import MatchModel, MatchPair, ReviewStatus
from dispatch.access import elevated
from dispatch.intake.matching.aspects import corrections_in
from dispatch.intake.matching.weights import FieldModel, Model, probability_of

SHIPPED: Final = Path(__file__).parent / "model.json"
STRENGTH: Final = 200.0
"""Pairs that the model in use weighs as much as, when it is learned further."""
ROUNDS: Final = 25
AT_ONCE: Final = timedelta(seconds=1)
SCALE_RANGE: Final = (0.3, 1.5)


@dataclass(frozen=True, slots=True)
class Example:
    """A compared pair: the level of each field, and whether it is one about the same (1), or not (0); None: unknown.

    weight: how much of a decision it is.
    """

    levels: Mapping[str, str]
    same: float | None = None
    weight: float = 1.0


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The defaults."""
    return Model.from_json(json.loads(SHIPPED.read_text(encoding="utf-8")))


def active_model(session: Session) -> Model:
    """The parameters in use: those learned last, or the shipped ones."""
    with elevated(session, "matching"):
        latest = session.scalar(select(MatchModel).order_by(MatchModel.id.desc()).limit(1))
    return shipped_model() if latest is None else Model.from_json(latest.parameters)


def learn(session: Session) -> Model:
    """Learns further from the pairs that are kept, and uses the result from now on; flushed.

    Decided pairs are known; of the others the model guesses (expectation maximisation), from the parameters in use,
    which weigh as much as 200 pairs, so that a handful of decisions turns nothing over. Prior and scales stay: kept
    pairs are not a fair sample of candidates. Without any kept pair nothing changes.
    """
    with elevated(session, "matching"):
        model = active_model(session)
        pairs = list(session.scalars(select(MatchPair).order_by(MatchPair.id)))
        if not pairs:
            return model
        weights = decided_by_people(pairs)
        learned = maximise(model, [_example(pair, weights.get(pair.id)) for pair in pairs])
        by_status: dict[str, float] = {}
        for pair in sorted((pair for pair in pairs if pair.id in weights), key=lambda pair: str(pair.status)):
            by_status[str(pair.status)] = by_status.get(str(pair.status), 0.0) + weights[pair.id]
        learned_from = {"pairs": len(pairs), **{status: round(share) for status, share in by_status.items()}}
        now = session.info["now"]()
        session.add(MatchModel(learned_at=now, parameters=learned.as_json(), learned_from=learned_from))
        session.flush()
    return learned


def learned(session: Session) -> dict[str, int] | None:
    """Learns further; from how many pairs, and how many were accepted and rejected. None: there are no pairs."""
    before = session.scalar(select(MatchModel.id).order_by(MatchModel.id.desc()).limit(1))
    learn(session)
    latest = session.scalar(select(MatchModel).order_by(MatchModel.id.desc()).limit(1))
    return None if latest is None or latest.id == before else {name: int(n) for name, n in latest.learned_from.items()}


_LABELS: Final = {ReviewStatus.ACCEPTED: 1.0, ReviewStatus.REJECTED: 0.0}


def decided_by_people(pairs: Iterable[MatchPair]) -> dict[int, float]:
    """How much of a decision each pair is that a person decided, by the pair's id; others are left out.

    Taking one merge back tells many pairs apart at once, and is one decision: it is shared among them. So is whatever
    else one person decided alike within a second.
    """
    acts: list[list[MatchPair]] = []
    last: tuple[int, str, datetime] | None = None
    for who, status, at, pair in sorted(_decisions(pairs), key=lambda each: (*each[:3], each[3].id)):
        if last is None or last[:2] != (who, status) or at - last[2] > AT_ONCE:
            acts.append([])
        acts[-1].append(pair)
        last = (who, status, at)
    return {pair.id: 1.0 / len(act) for act in acts for pair in act}


def _decisions(pairs: Iterable[MatchPair]) -> Iterator[tuple[int, str, datetime, MatchPair]]:
    for pair in pairs:
        if pair.status in _LABELS and pair.evidence and pair.decided_by_id is not None and pair.decided_at is not None:
            yield pair.decided_by_id, str(pair.status), pair.decided_at, pair


def _example(pair: MatchPair, weight: float | None) -> Example:
    levels = {each["field"]: each["level"] for each in pair.evidence}
    if weight is None or pair.status is None:
        return Example(levels)
    return Example(levels, _LABELS[pair.status], weight)


def counted(base: Model, examples: Iterable[Example], strength: float = STRENGTH) -> Model:
    """The (m, u) of each level counted from labelled pairs, the base model's counting as `strength` pairs.

    A level that the base model does not know is left out. `Example.same` may lie between 0 and 1.
    """
    seen = {name: {level: [0.0, 0.0] for level in each.levels} for name, each in base.fields.items()}
    for example in examples:
        share = example.same or 0.0
        for name, level in example.levels.items():
            if level in seen.get(name, {}):
                seen[name][level][0] += share * example.weight
                seen[name][level][1] += (1.0 - share) * example.weight
    fields = {name: _blended(base.fields[name], levels, strength) for name, levels in seen.items()}
    return replace(base, fields=fields)


def _blended(base: FieldModel, seen: Mapping[str, Sequence[float]], strength: float) -> FieldModel:
    if len(base.levels) < 2:  # what only ever speaks for has no share to count: those who do not say it are not seen
        return base
    same, other = (sum(counts[side] for counts in seen.values()) for side in (0, 1))
    levels = {
        level: (
            (seen[level][0] + strength * m) / (same + strength),
            (seen[level][1] + strength * u) / (other + strength),
        )
        for level, (m, u) in base.levels.items()
    }
    return FieldModel(base.group, levels)


def maximise(base: Model, examples: Sequence[Example], rounds: int = ROUNDS, strength: float = STRENGTH) -> Model:
    """Expectation maximisation: guess which unlabelled pairs are about the same, count, and again (Dempster 1977)."""
    model = base
    for _ in range(rounds):
        guessed = [
            each if each.same is not None else replace(each, same=probability_of(bits_of(model, each.levels)))
            for each in examples
        ]
        model = counted(base, guessed, strength)
    return model


def bits_of(model: Model, levels: Mapping[str, str]) -> float:
    """The odds in bits of a pair with these levels, common values aside."""
    corrected = sum(corrections_in(levels, model.corrections).values())
    return (
        model.prior
        + corrected
        + sum(
            model.scale(group, positive=True) * high + model.scale(group, positive=False) * low
            for group, (high, low) in group_bits(model, levels).items()
        )
    )


def group_bits(model: Model, levels: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """The unscaled weights of each group: its strongest for, and its strongest against."""
    best: dict[str, tuple[float, float]] = {each.group: (0.0, 0.0) for each in model.fields.values()}
    for name, level in levels.items():
        if name in model.fields:
            bits, group = model.fields[name].bits(level), model.fields[name].group
            best[group] = (max(best[group][0], bits), min(best[group][1], bits))
    return best
