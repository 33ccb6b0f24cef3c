"""Durable jobs: work that survives a killed worker.

A job is a row. A worker claims it under a lease that it renews by a heartbeat; when the lease runs out, another worker
claims it, and the job's `attempt` rises. The attempt is a fence: who holds an older one may not finish, fail or release
the job any more, and what they wrote in the same transaction is rolled back with the `LeaseLost` it gets.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from db.errors import IntegrityError
from db.models import Job, JobStatus
from dispatch.access import Viewer, elevated
from dispatch.errors import DispatchError

SYSTEM: Final = Viewer.system("jobs")
LOST_TOO_OFTEN: Final = "its worker was lost {attempts} times; look at the worker's memory and log, then start it again"


class LeaseLost(DispatchError):
    """Somebody else works on the job by now; what this worker did is void."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in the hands of one worker; `attempt` is the fence."""

    job_id: int
    kind: str
    key: str
    attempt: int
    max_attempts: int
    worker: str
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_last_attempt(self) -> bool:
        """Whether a failure now is final."""
        return self.attempt >= self.max_attempts


def enqueue(
    session: Session,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    *,
    run_after: datetime | None = None,
    max_attempts: int = 3,
) -> Job:
    """Puts a job in the queue, in the caller's transaction; the job that has this key already, if there is one."""
    with elevated(session, "jobs"):
        found = session.scalars(select(Job).where(Job.key == key)).one_or_none()
        if found is not None:
            return found
        now: datetime = session.info["now"]()
        job = Job(
            kind=kind,
            key=key,
            payload=dict(payload),
            status=JobStatus.QUEUED,
            created_at=now,
            run_after=run_after or now,
            attempt=0,
            max_attempts=max_attempts,
        )
        try:
            with session.begin_nested():
                session.add(job)
        except IntegrityError:
            # Another transaction enqueued the same key since the look above.
            return session.scalars(select(Job).where(Job.key == key)).one()
        return job


def is_waiting(session: Session, kinds: Collection[str], now: datetime) -> bool:
    """Whether there is something to claim; takes no lock."""
    with elevated(session, "jobs"):
        return session.scalars(select(Job.id).where(_free(kinds, now)).limit(1)).first() is not None


def claim(session: Session, worker: str, kinds: Collection[str], now: datetime, lease: timedelta) -> Claim | None:
    """The job that has waited longest, now this worker's for the length of the lease; None when none is free.

    A job whose last attempt ran out of its lease is claimed once more, so that its handler can give it up in order.
    """
    with elevated(session, "jobs"):
        query = select(Job).where(_free(kinds, now)).order_by(Job.run_after, Job.id).limit(1)
        job = session.scalars(query.with_for_update(skip_locked=True)).first()
        if job is None:
            return None
        job.status = JobStatus.RUNNING
        job.attempt += 1
        job.worker = worker
        job.heartbeat_at = now
        job.lease_until = now + lease
        session.flush()
        return Claim(job.id, job.kind, job.key, job.attempt, job.max_attempts, worker, dict(job.payload))


def _free(kinds: Collection[str], now: datetime) -> Any:
    queued = and_(Job.status == JobStatus.QUEUED, Job.run_after <= now)
    silent = and_(Job.status == JobStatus.RUNNING, Job.lease_until <= now)
    return and_(Job.kind.in_(kinds), or_(queued, silent))


def held(session: Session, claim: Claim) -> Job:
    """The claimed job's row, locked until the transaction ends: what the worker writes with it counts.

    Raises LeaseLost when the job passed to somebody else, or was cancelled.
    """
    with elevated(session, "jobs"):
        query = select(Job).where(Job.id == claim.job_id).with_for_update()
        job = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if job is None or job.attempt != claim.attempt or job.status is not JobStatus.RUNNING:
        message = f"job {claim.key} is no longer in the hands of {claim.worker} (attempt {claim.attempt})"
        raise LeaseLost(f"{message}; whoever has it now carries on")
    return job


def renew(session: Session, claim: Claim, now: datetime, lease: timedelta) -> None:
    """A heartbeat: the lease begins anew.

    Raises LeaseLost.
    """
    job = held(session, claim)
    job.heartbeat_at = now
    job.lease_until = now + lease
    session.flush()


def finish(session: Session, claim: Claim, now: datetime) -> None:
    """Ends the job as done.

    Raises LeaseLost.
    """
    _end(session, held(session, claim), JobStatus.DONE, now)


def fail(session: Session, claim: Claim, error: str, now: datetime, retry_after: timedelta | None = None) -> None:
    """Ends the attempt; the job is tried again after `retry_after`, else it has failed.

    Raises LeaseLost.
    """
    job = held(session, claim)
    job.error = error
    if retry_after is None:
        _end(session, job, JobStatus.FAILED, now)
    else:
        _requeue(session, job, now + retry_after)


def release(session: Session, claim: Claim, now: datetime) -> None:
    """Gives the job back unfinished, for another worker to begin at once; this attempt does not count.

    Raises LeaseLost.
    """
    job = held(session, claim)
    job.max_attempts += 1
    _requeue(session, job, now)


def finish_queued(session: Session, key: str, now: datetime) -> bool:
    """Ends a job that nobody has begun yet as done: the caller does its work in the same transaction. Whether so."""
    with elevated(session, "jobs"):
        query = select(Job).where(Job.key == key, Job.status == JobStatus.QUEUED)
        job = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
        if job is None:
            return False
        _end(session, job, JobStatus.DONE, now)
        return True


def cancel(session: Session, key: str, now: datetime) -> bool:
    """Ends a queued or running job for good; whether there was one. Who works on it loses the lease."""
    with elevated(session, "jobs"):
        query = select(Job).where(Job.key == key, Job.status.in_((JobStatus.QUEUED, JobStatus.RUNNING)))
        job = session.scalars(query.with_for_update()).one_or_none()
        if job is None:
            return False
        _end(session, job, JobStatus.CANCELLED, now)
        return True


def _requeue(session: Session, job: Job, run_after: datetime) -> None:
    job.status = JobStatus.QUEUED
    job.run_after = run_after
    job.worker = job.lease_until = None
    session.flush()


def _end(session: Session, job: Job, status: JobStatus, now: datetime) -> None:
    job.status = status
    job.finished_at = now
    job.lease_until = None
    session.flush()
