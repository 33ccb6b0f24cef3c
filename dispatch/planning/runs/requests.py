"""Planning runs: asked for, cancelled, looked at, downloaded."""

import gzip
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import PlanningRun, Proposal, RunStatus, Territory
from dispatch.access import Action, Viewer, require
from dispatch.access.audit import note
from dispatch.clock import Clock
from dispatch.compute import jobs
from dispatch.compute.solving import Effort
from dispatch.errors import Conflict, Fault, Invalid, NotFound
from dispatch.planning.runs.handler import JOB_KIND

MOST_SECONDS: Final = 3600.0
MOST_ITERATIONS: Final = 1_000_000
MOST_THREADS: Final = 64
LARGEST_SEED: Final = 2**31 - 1
OVER: Final = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED)


def request_run(
    session: Session,
    viewer: Viewer,
    clock: Clock,
    *,
    territory_id: int,
    local_date: date,
    effort: Effort,
    queued: bool = True,
) -> PlanningRun:
    """A new run for a territory-day, waiting for a worker; with `queued=False`, for whoever calls `execute`.

    Raises NotFound for a territory that the viewer may not see, Forbidden, and Invalid for limits out of range.
    """
    require(viewer, Action.CREATE, PlanningRun)
    if session.get(Territory, territory_id) is None:
        raise NotFound(f"there is no territory {territory_id}; GET /v1/territories lists those you may see")
    _check(effort)
    run = PlanningRun(
        territory_id=territory_id,
        local_date=local_date,
        status=RunStatus.QUEUED,
        requested_by_id=viewer.user_id,
        requested_at=clock.now(),
        seed=effort.seed,
        limits={"seconds": effort.seconds, "iterations": effort.iterations, "threads": effort.threads},
    )
    session.add(run)
    session.flush()
    note(session, viewer, "request", run, {"local_date": (None, local_date), "limits": (None, run.limits)})
    if queued:
        jobs.enqueue(session, JOB_KIND, job_key(run.id), {"run_id": run.id})
    return run


def job_key(run_id: int) -> str:
    """The key of the job that carries out a run."""
    return f"{JOB_KIND}:{run_id}"


def cancel(session: Session, viewer: Viewer, clock: Clock, run_id: int) -> PlanningRun:
    """Stops a run: at once if nobody has begun it, else within a second; nothing happens to one that is cancelled.

    Raises NotFound, Forbidden, and Conflict when the run has ended.
    """
    require(viewer, Action.EDIT, PlanningRun)
    run = get(session, viewer, run_id, lock=True)
    if run.status is RunStatus.CANCELLED:
        return run
    if run.status in OVER:
        raise Conflict(f"run {run_id} has {run.status.value} already; a proposal can be dropped, a run that ended not")
    if run.cancel_requested_at is None:
        run.cancel_requested_at = clock.now()
        note(session, viewer, "cancel", run)
    if run.status is RunStatus.QUEUED:
        run.status = RunStatus.CANCELLED
        run.finished_at = clock.now()
        jobs.cancel(session, job_key(run_id), clock.now())
    session.flush()
    return run


def get(session: Session, viewer: Viewer, run_id: int, *, lock: bool = False) -> PlanningRun:
    """The run, without its files.

    Raises NotFound.
    """
    require(viewer, Action.READ, PlanningRun)
    query = select(PlanningRun).where(PlanningRun.id == run_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    run = session.scalars(query).one_or_none()
    if run is None:
        raise NotFound(f"there is no planning run {run_id}; GET /v1/planning-runs lists those you may see")
    return run


def listed(
    session: Session,
    viewer: Viewer,
    *,
    territory_id: int | None = None,
    local_date: date | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[PlanningRun]:
    """Runs, newest first, those with ids below `before`."""
    require(viewer, Action.READ, PlanningRun)
    query = select(PlanningRun).order_by(PlanningRun.id.desc()).limit(limit)
    if territory_id is not None:
        query = query.where(PlanningRun.territory_id == territory_id)
    if local_date is not None:
        query = query.where(PlanningRun.local_date == local_date)
    if before is not None:
        query = query.where(PlanningRun.id < before)
    return session.scalars(query).all()


def proposal_of(session: Session, run_id: int) -> int | None:
    """The id of the run's proposal, None while it has none."""
    return session.scalars(select(Proposal.id).where(Proposal.planning_run_id == run_id)).one_or_none()


def proposals_of(session: Session, run_ids: Sequence[int]) -> dict[int, int]:
    """{run id: proposal id} of those that have one."""
    query = select(Proposal.planning_run_id, Proposal.id).where(Proposal.planning_run_id.in_(run_ids))
    return dict(session.execute(query).all())


def problem_file(session: Session, viewer: Viewer, run_id: int) -> bytes:
    """The run's problem as a JSON document in the optimiser's format.

    Raises NotFound when there is no such run, or its input is not stored yet.
    """
    return _file(session, viewer, run_id, "problem")


def solution_file(session: Session, viewer: Viewer, run_id: int) -> bytes:
    """The run's solution as a JSON document in the optimiser's format.

    Raises NotFound when there is no such run, or it has none.
    """
    return _file(session, viewer, run_id, "solution")


def _file(session: Session, viewer: Viewer, run_id: int, what: str) -> bytes:
    run = get(session, viewer, run_id)
    column = {"problem": PlanningRun.problem, "solution": PlanningRun.solution}[what]
    stored: Any = session.scalar(select(column).where(PlanningRun.id == run_id))
    if stored is None:
        raise NotFound(f"run {run_id} is {run.status.value} and has no {what}; see its events or its error")
    return gzip.decompress(stored)


def _check(effort: Effort) -> None:
    faults = []
    if (effort.seconds is None) == (effort.iterations is None):
        faults.append(Fault("/seconds", "give either seconds or iterations, not both"))
    limits: list[tuple[str, float | None, float, float]] = [
        ("seconds", effort.seconds, 0.1, MOST_SECONDS),
        ("iterations", effort.iterations, 1, MOST_ITERATIONS),
        ("threads", effort.threads, 1, MOST_THREADS),
        ("seed", effort.seed, 0, LARGEST_SEED),
    ]
    for name, value, low, high in limits:
        if value is not None and not low <= value <= high:
            faults.append(Fault(f"/{name}", f"{name} is {value}, outside {low:g}..{high:g}; bring it within"))
    if faults:
        raise Invalid("; ".join(fault.message for fault in faults), tuple(faults))
