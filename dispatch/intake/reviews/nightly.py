"""Each night matching learns from what people decided about pairs of tickets, if that makes it no worse."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import MatchModel, MatchPair, ReviewStatus
from db.session import UnitOfWork
from dispatch.access import Viewer, elevated
from dispatch.compute.worker import Lease
from dispatch.intake.matching import Model, Thresholds, active_model, learn
from dispatch.intake.matching.learning import bits_of, decided_by_people
from dispatch.intake.matching.weights import probability_of

log = logging.getLogger(__name__)

JOB_KIND: Final = "intake.learn"
INTAKE: Final = Viewer.system("intake")
LEAST_DECIDED: Final = 50
"""Fewer decisions than these say too little: they may all be about one building."""
SURE: Final = 1e-6

_BY_PEOPLE: Final = (
    select(MatchPair)
    .where(MatchPair.status.in_((ReviewStatus.ACCEPTED, ReviewStatus.REJECTED)), MatchPair.decided_by_id.is_not(None))
    .order_by(MatchPair.id)
)

Decided = tuple[Mapping[str, str], bool]
"""The levels of a pair's evidence, and whether a person said that the two are about the same."""


@dataclass(frozen=True, slots=True)
class Night:
    """What came of a night. used: whether what was learned is in use from now on. said: why, in words."""

    decided: int
    used: bool
    said: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a model does on decided pairs: what it would wrongly merge, would miss, and its loss in bits a pair."""

    merged_wrongly: int
    missed: int
    loss: float

    def is_no_worse_than(self, other: "Fit") -> bool:
        """Whether nothing of it is worse."""
        wrongly, missed = self.merged_wrongly <= other.merged_wrongly, self.missed <= other.missed
        return wrongly and missed and self.loss <= other.loss + SURE


def learn_tonight(session: Session, thresholds: Thresholds, least: int = LEAST_DECIDED) -> Night:
    """Learns further, and keeps the result only where it is no worse on the pairs that people decided; flushed.

    Nothing is learned from fewer than `least` decisions, nor twice from the same ones.
    """
    with elevated(session, "matching"):
        decided = _decided(session)
        latest = session.scalar(select(MatchModel).order_by(MatchModel.id.desc()).limit(1))
        since = None if latest is None else latest.learned_at
        count = round(sum(decided_by_people(session.scalars(_BY_PEOPLE)).values()))
        if count < least:
            return Night(count, used=False, said=f"{count} decisions of people are there, {least} are needed")
        if since is not None and not _any_since(session, since):
            return Night(count, used=False, said="nothing was decided since it learned last")
        before = fit(active_model(session), decided, thresholds)
        trial = session.begin_nested()
        after = fit(learn(session), decided, thresholds)
        if not after.is_no_worse_than(before):
            trial.rollback()
            return Night(count, used=False, said=f"what it would learn is worse: {after}, now {before}")
        trial.commit()
        return Night(count, used=True, said=f"learned: {after}, before {before}")


def fit(model: Model, decided: Sequence[Decided], thresholds: Thresholds) -> Fit:
    """How well the model does on pairs that people decided."""
    wrongly = missed = 0
    loss = 0.0
    for levels, same in decided:
        probability = min(max(probability_of(bits_of(model, levels)), SURE), 1.0 - SURE)
        wrongly += not same and probability >= thresholds.merge
        missed += same and probability < thresholds.review
        loss -= math.log2(probability if same else 1.0 - probability)
    return Fit(wrongly, missed, loss / max(1, len(decided)))


def _decided(session: Session) -> list[Decided]:
    return [
        ({each["field"]: each["level"] for each in pair.evidence}, pair.status is ReviewStatus.ACCEPTED)
        for pair in session.scalars(_BY_PEOPLE)
        if pair.evidence
    ]


def _any_since(session: Session, instant: datetime) -> bool:
    return session.scalar(select(MatchPair.id).where(MatchPair.decided_at > instant).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class LearnHandler:
    """Carries out a night's job, in one transaction. `thresholds`: what counts as merged, and as missed."""

    uow: UnitOfWork
    thresholds: Thresholds
    least: int = LEAST_DECIDED

    def run(self, lease: Lease) -> None:
        """Learns, if there is enough to learn from and it does not get worse by it."""

        def work(session: Session) -> Night:
            lease.check(session)
            return learn_tonight(session, self.thresholds, self.least)

        night = self.uow.run(work, viewer=INTAKE)
        log.info("matching, %s: %s", lease.claim.key, night.said)

    def gave_up(self, session: Session, payload: Mapping[str, Any], error: str) -> None:
        """Matching goes by what it knew; the next night tries again."""
        log.warning("matching did not learn tonight: %s", error)
