"""Matching learns each night from what people decided, once, and never to its harm."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.worker import make_worker
from db import models as m
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.compute.solving import SolveInChild
from dispatch.compute.worker import Worker
from dispatch.intake.matching import Model, active_model, learn
from dispatch.intake.reviews import nightly
from dispatch.intake.reviews.nightly import fit, learn_tonight
from dispatch.settings import Settings
from dispatch.travel.straight import StraightLine
from tests.intake.merging.desk import LIMITS, SYSTEM, Desk

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ALIKE = {"equipment": "exact", "email": "exact"}
UNLIKE = {"equipment": "disagree", "email": "disagree"}


def decide(
    desk: Desk,
    count: int,
    levels: dict[str, str],
    status: m.ReviewStatus,
    *,
    evidence: bool = True,
    by_person: bool = True,
    at_once: bool = False,
) -> None:
    """So many pairs of tickets with these levels, and what a person said of them."""
    said = [{"field": name, "level": level, "weight": 1.0, "words": ""} for name, level in levels.items()]
    now = desk.session.info["now"]()
    query = select(m.User.id).where(m.User.email == "rita@puntal.example")
    rita = (
        desk.session.scalar(query)
        or desk.company.add(m.User(name="Rita", email="rita@puntal.example", role=m.Role.SCHEDULER)).id
    )
    for number in range(count):
        one, other = (desk.ticket("Stuck", received_at=now) for _ in range(2))
        desk.company.add(
            m.MatchPair(
                ticket_id=one.id,
                other_id=other.id,
                probability=0.5,
                band=m.MatchBand.REVIEW,
                evidence=said if evidence else [],
                compared_at=now,
                status=status,
                decided_by_id=rita if by_person else None,
                decided_at=now if at_once else now - timedelta(minutes=number),
            )
        )


def models(desk: Desk) -> int:
    """How often it has learned."""
    return desk.session.scalar(select(func.count()).select_from(m.MatchModel)) or 0


def test_enough_decisions_are_learned_from_once(desk: Desk) -> None:
    decide(desk, 15, ALIKE, m.ReviewStatus.ACCEPTED)
    decide(desk, 4, UNLIKE, m.ReviewStatus.REJECTED)
    decide(desk, 5, ALIKE, m.ReviewStatus.ACCEPTED, evidence=False)
    few = learn_tonight(desk.session, LIMITS, least=20)
    assert (few.used, few.decided, few.said) == (False, 19, "19 decisions of people are there, 20 are needed")
    later = desk.session.info["now"]() + timedelta(hours=1)
    desk.session.info["now"] = lambda: later
    decide(desk, 1, UNLIKE, m.ReviewStatus.REJECTED)
    pairs = [(ALIKE, True), (UNLIKE, False)]
    before = fit(active_model(desk.session), pairs, LIMITS)
    night = learn_tonight(desk.session, LIMITS, least=20)
    assert night.used, night.said
    assert models(desk) == 1
    assert fit(active_model(desk.session), pairs, LIMITS).loss < before.loss
    again = learn_tonight(desk.session, LIMITS, least=20)
    assert (again.used, again.said, models(desk)) == (False, "nothing was decided since it learned last", 1)


@SQLITE
def test_what_one_undo_tells_apart_is_one_decision_and_nobody_is_no_person(desk: Desk) -> None:
    decide(desk, 7, ALIKE, m.ReviewStatus.REJECTED, at_once=True)
    decide(desk, 14, ALIKE, m.ReviewStatus.ACCEPTED, by_person=False)
    few = learn_tonight(desk.session, LIMITS, least=20)
    assert (few.used, few.decided) == (False, 1)
    before = fit(active_model(desk.session), [(ALIKE, True)], LIMITS)
    learn(desk.session)
    assert desk.session.scalars(select(m.MatchModel)).one().learned_from == {"pairs": 21, "rejected": 1}
    assert fit(active_model(desk.session), [(ALIKE, True)], LIMITS).missed == before.missed


@SQLITE
def test_what_makes_it_worse_is_not_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(desk, 12, ALIKE, m.ReviewStatus.ACCEPTED)
    decide(desk, 12, UNLIKE, m.ReviewStatus.REJECTED)
    kept = active_model(desk.session)

    def backwards(session: Session) -> Model:
        for pair in desk.session.scalars(select(m.MatchPair)):
            accepted = pair.status is m.ReviewStatus.ACCEPTED
            pair.status = m.ReviewStatus.REJECTED if accepted else m.ReviewStatus.ACCEPTED
        desk.session.flush()
        return learn(session)

    monkeypatch.setattr(nightly, "learn", backwards)
    night = learn_tonight(desk.session, LIMITS, least=20)
    assert not night.used
    assert night.said.startswith("what it would learn is worse")
    assert models(desk) == 0
    assert active_model(desk.session) == kept
    statuses = set(desk.session.scalars(select(m.MatchPair.status).where(m.MatchPair.evidence != [])))
    assert statuses == {m.ReviewStatus.ACCEPTED, m.ReviewStatus.REJECTED}


def test_worse_is_any_of_three() -> None:
    best = nightly.Fit(1, 1, 0.5)
    assert best.is_no_worse_than(best)
    for worse in (nightly.Fit(2, 0, 0.1), nightly.Fit(0, 2, 0.1), nightly.Fit(0, 0, 0.6)):
        assert not worse.is_no_worse_than(best)


def worker(uow: UnitOfWork, clock: FixedClock, *, on: bool = True) -> Worker:
    settings = Settings(learn_nightly=on, learn_hour=6)
    return make_worker(settings, uow, clock, StraightLine(), SolveInChild(settings.solve_memory_mb))


@SQLITE
def test_each_night_one_job_however_many_workers(uow: UnitOfWork, clock: FixedClock) -> None:
    with uow(viewer=SYSTEM) as session:
        desk = Desk.open(session)
        decide(desk, 30, ALIKE, m.ReviewStatus.ACCEPTED)
        decide(desk, 30, UNLIKE, m.ReviewStatus.REJECTED)
        session.commit()

    def jobs() -> list[tuple[str, m.JobStatus]]:
        with uow(viewer=SYSTEM, read_only=True) as session:
            query = select(m.Job).where(m.Job.kind == nightly.JOB_KIND).order_by(m.Job.run_after)
            return [(job.key.rpartition(":")[2], job.status) for job in session.scalars(query)]

    worker(uow, clock, on=False).work_once()
    assert jobs() == []
    one, other = worker(uow, clock), worker(uow, clock)
    for each in (one, other, one):
        each.work_once()
    ((night, status),) = jobs()
    assert status is m.JobStatus.QUEUED
    clock.instant = clock.instant.replace(hour=6, minute=0) + timedelta(days=1, minutes=1)
    for each in (one, other, one):
        each.work_once()
    (first, done), (second, waits) = jobs()
    assert (first, done, waits) == (night, m.JobStatus.DONE, m.JobStatus.QUEUED)
    assert second > first
    with uow(viewer=SYSTEM, read_only=True) as session:
        learned = session.scalars(select(m.MatchModel)).one()
        assert learned.learned_from == {"pairs": 60, "accepted": 30, "rejected": 30}
