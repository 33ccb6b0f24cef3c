"""Durable jobs: claimed once, fenced, tried again, never lost."""

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Job, JobStatus
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.compute import jobs
from dispatch.compute.jobs import Claim, LeaseLost
from dispatch.compute.worker import Interrupted, Lease, Worker
from dispatch.errors import RuleBroken, Unavailable

LEASE = timedelta(seconds=60)
SYSTEM = Viewer.system()


def put(uow: UnitOfWork, key: str = "a", kind: str = "count", **options: Any) -> int:
    with uow(viewer=SYSTEM) as session:
        job = jobs.enqueue(session, kind, key, {"n": 1}, **options)
        session.commit()
        return job.id


def take(uow: UnitOfWork, clock: FixedClock, worker: str = "w1") -> Claim | None:
    return uow.run(lambda s: jobs.claim(s, worker, ["count"], clock.now(), LEASE), viewer=SYSTEM)


def taken(uow: UnitOfWork, clock: FixedClock, worker: str = "w1") -> Claim:
    claim = take(uow, clock, worker)
    assert claim is not None
    return claim


def row(uow: UnitOfWork, job_id: int) -> Job:
    with uow(viewer=SYSTEM, read_only=True) as session:
        return session.scalars(select(Job).where(Job.id == job_id)).one()


def test_the_same_key_is_one_job(uow: UnitOfWork) -> None:
    assert put(uow) == put(uow)


def test_a_key_enqueued_by_two_at_once_is_one_job(uow: UnitOfWork) -> None:
    barrier, found = threading.Barrier(2), []

    def enqueue() -> None:
        barrier.wait()
        found.append(put(uow))

    threads = [threading.Thread(target=enqueue) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1]


def test_a_job_is_claimed_by_one_worker_only(uow: UnitOfWork, clock: FixedClock) -> None:
    for n in range(6):
        put(uow, f"job {n}")
    barrier, claims = threading.Barrier(3), []

    def work(name: str) -> None:
        barrier.wait()
        while (claim := take(uow, clock, name)) is not None:
            claims.append(claim.key)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Under contention a worker may find nothing although the others have not taken all; what is left is still there.
    while (claim := take(uow, clock)) is not None:
        claims.append(claim.key)
    assert sorted(claims) == [f"job {n}" for n in range(6)]


def test_jobs_are_taken_in_the_order_they_may_run(uow: UnitOfWork, clock: FixedClock) -> None:
    put(uow, "late", run_after=clock.now() + timedelta(seconds=30))
    put(uow, "first")
    put(uow, "second")
    assert taken(uow, clock).key == "first"
    assert taken(uow, clock).key == "second"
    assert take(uow, clock) is None
    clock.instant += timedelta(seconds=30)
    assert taken(uow, clock).key == "late"


def test_after_the_lease_another_worker_takes_over_and_the_old_one_is_fenced(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    job_id = put(uow)
    old = taken(uow, clock)
    assert take(uow, clock, "w2") is None
    clock.instant += LEASE
    new = taken(uow, clock, "w2")
    assert (new.attempt, new.job_id) == (2, job_id)
    for act in (
        lambda s: jobs.finish(s, old, clock.now()),
        lambda s: jobs.fail(s, old, "no", clock.now()),
        lambda s: jobs.renew(s, old, clock.now(), LEASE),
        lambda s: jobs.release(s, old, clock.now()),
    ):
        with pytest.raises(LeaseLost):
            uow.run(act, viewer=SYSTEM)
    uow.run(lambda s: jobs.finish(s, new, clock.now()), viewer=SYSTEM)
    assert row(uow, job_id).status is JobStatus.DONE


def test_a_heartbeat_keeps_the_lease(uow: UnitOfWork, clock: FixedClock) -> None:
    put(uow)
    claim = taken(uow, clock)
    clock.instant += LEASE / 2
    uow.run(lambda s: jobs.renew(s, claim, clock.now(), LEASE), viewer=SYSTEM)
    clock.instant += LEASE / 2
    assert take(uow, clock, "w2") is None


def test_what_a_fenced_worker_writes_is_rolled_back(uow: UnitOfWork, clock: FixedClock) -> None:
    put(uow)
    old = taken(uow, clock)
    clock.instant += LEASE
    taken(uow, clock, "w2")

    def write(session: Session) -> None:
        jobs.enqueue(session, "count", "written by the old one", {})
        jobs.held(session, old)

    with pytest.raises(LeaseLost):
        uow.run(write, viewer=SYSTEM)
    with uow(viewer=SYSTEM, read_only=True) as session:
        assert session.scalars(select(Job.key)).all() == ["a"]


def test_a_cancelled_job_is_over_for_its_worker_too(uow: UnitOfWork, clock: FixedClock) -> None:
    job_id = put(uow)
    claim = taken(uow, clock)
    assert uow.run(lambda s: jobs.cancel(s, "a", clock.now()), viewer=SYSTEM)
    with pytest.raises(LeaseLost):
        uow.run(lambda s: jobs.finish(s, claim, clock.now()), viewer=SYSTEM)
    assert row(uow, job_id).status is JobStatus.CANCELLED
    assert not uow.run(lambda s: jobs.cancel(s, "a", clock.now()), viewer=SYSTEM)


class Handler:
    """Does what a test tells it, and remembers what was given up."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.given_up: list[str] = []

    def run(self, lease: Lease) -> None:
        outcome = self.outcomes.pop(0)
        if outcome is not None:
            raise outcome

    def gave_up(self, session: Session, payload: Mapping[str, Any], error: str) -> None:
        self.given_up.append(error)


def worker(uow: UnitOfWork, clock: FixedClock, handler: Handler) -> Worker:
    return Worker(uow, clock, {"count": handler}, LEASE, "w1")


def test_the_worker_finishes_what_it_did(uow: UnitOfWork, clock: FixedClock) -> None:
    job_id = put(uow)
    one = worker(uow, clock, Handler(None))
    assert one.work_once()
    assert not one.work_once()
    assert row(uow, job_id).status is JobStatus.DONE


def test_what_may_pass_is_tried_again_and_given_up_at_last(uow: UnitOfWork, clock: FixedClock) -> None:
    job_id = put(uow, max_attempts=2)
    handler = Handler(Unavailable("the roads are away"), Unavailable("the roads are still away"))
    one = worker(uow, clock, handler)
    assert one.work_once()
    assert row(uow, job_id).status is JobStatus.QUEUED
    assert not one.work_once()
    clock.instant += timedelta(minutes=1)
    assert one.work_once()
    assert row(uow, job_id).status is JobStatus.FAILED
    assert handler.given_up == ["the roads are still away"]


@pytest.mark.parametrize(
    ("error", "said"),
    [(RuleBroken("it may not be"), "it may not be"), (KeyError("x"), "an unexpected fault (KeyError)")],
)
def test_what_cannot_pass_fails_at_once(uow: UnitOfWork, clock: FixedClock, error: Exception, said: str) -> None:
    job_id = put(uow)
    handler = Handler(error)
    worker(uow, clock, handler).work_once()
    assert row(uow, job_id).status is JobStatus.FAILED
    assert handler.given_up[0].startswith(said)


def test_an_interrupted_job_goes_back_at_once_and_does_not_count(uow: UnitOfWork, clock: FixedClock) -> None:
    job_id = put(uow, max_attempts=1)
    one = worker(uow, clock, Handler(Interrupted(), None))
    one.work_once()
    assert row(uow, job_id).status is JobStatus.QUEUED
    one.work_once()
    assert row(uow, job_id).status is JobStatus.DONE


def test_a_job_whose_workers_keep_dying_is_given_up(uow: UnitOfWork, clock: FixedClock) -> None:
    job_id = put(uow, max_attempts=2)
    for _ in range(2):
        taken(uow, clock, "killed")
        clock.instant += LEASE
    handler = Handler()
    worker(uow, clock, handler).work_once()
    assert row(uow, job_id).status is JobStatus.FAILED
    assert "its worker was lost 2 times" in handler.given_up[0]


def test_a_worker_that_lost_its_lease_changes_nothing(uow: UnitOfWork, clock: FixedClock) -> None:
    job_id = put(uow)

    class Slow(Handler):
        def run(self, lease: Lease) -> None:
            clock.instant += LEASE
            self.taken_over = taken(uow, clock, "w2")

    handler = Slow()
    worker(uow, clock, handler).work_once()
    job = row(uow, job_id)
    assert (job.status, job.worker, job.attempt) == (JobStatus.RUNNING, "w2", 2)
    assert not handler.given_up


def test_the_worker_runs_until_it_is_ended(uow: UnitOfWork, clock: FixedClock) -> None:
    job_id = put(uow)
    done = threading.Event()

    class Telling(Handler):
        def run(self, lease: Lease) -> None:
            done.set()

    one = worker(uow, clock, Telling())
    thread = threading.Thread(target=one.run)
    thread.start()
    assert done.wait(30)
    one.end()
    thread.join(30)
    assert not thread.is_alive()
    assert row(uow, job_id).status is JobStatus.DONE
