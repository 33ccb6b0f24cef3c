"""Carrying out a planning run."""

import gzip
import hashlib
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.errors import DatabaseError
from db.models import PlanningRun, Proposal, RunStatus, Territory
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import Clock
from dispatch.compute.jobs import LeaseLost
from dispatch.compute.solving import Effort, Progress, Solve
from dispatch.compute.worker import Lease
from dispatch.errors import DispatchError, NotFound, Unavailable
from dispatch.planning.day.build import Built, build, lay_out
from dispatch.planning.day.horizon import Horizon
from dispatch.planning.day.ids import Ids
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from dispatch.planning.drafts import of_solution, to_json
from dispatch.planning.linter import Subject, judge, subject
from dispatch.travel.places import TravelTimes
from solver.formats import native
from solver.problem import Problem
from solver.solution import Solution, Unserved

log = logging.getLogger(__name__)

JOB_KIND: Final = "planning_run"
SYSTEM: Final = Viewer.system("planning")
LOOK_EVERY: Final = 0.25
"""Seconds between two looks for a cancellation, and between two notes of progress."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class _Input:
    """What a run works on."""

    problem: Problem
    ids: Ids
    horizon: Horizon
    effort: Effort
    findings: list[dict[str, Any]]


def execute(
    uow: UnitOfWork,
    run_id: int,
    *,
    travel: TravelTimes,
    clock: Clock,
    solve: Solve,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    lease: Lease | None = None,
) -> RunStatus:
    """Carries out a run; how it ended. One that has ended already is left as it is.

    A process of these transactions; between them, nothing holds the database:
      1. reads the day and marks the run as running (or reads the input back that a lost worker had stored);
      2. stores the input: problem, what its ids stand for, base revisions, findings;
      3. while solving, some times a second: notes the progress, looks whether the run is to be cancelled;
      4. stores the solution and the Proposal, or the error, or that it was cancelled.
    With a lease, 1, 2 and 4 count only while the job is still this worker's.

    Raises NotFound, LeaseLost and Interrupted (as the lease says), and Unavailable when travel times are away: with a
    lease the run stays as it is, for another attempt.
    """
    process = _Process(uow, run_id, travel, clock, solve, on_progress, cancel or _never, lease)
    return process.run()


def _never() -> bool:
    return False


@dataclass
class _Process:
    uow: UnitOfWork
    run_id: int
    travel: TravelTimes
    clock: Clock
    solve: Solve
    on_progress: Callable[[Progress], None] | None
    cancel: Callable[[], bool]
    lease: Lease | None
    watch: "_Watch" = field(init=False)

    def __post_init__(self) -> None:
        self.watch = _Watch(self.uow, self.run_id, self._is_over)

    def run(self) -> RunStatus:
        begun = self._transaction(self._begin)
        if isinstance(begun, RunStatus):
            return begun
        try:
            given, solution = self._solved(begun)
        except LeaseLost:
            raise
        except Unavailable as error:
            if self.lease is None:
                self._failed(error)
            raise
        except DispatchError as error:
            self._raise_if_over()
            return self._failed(error)
        self._raise_if_over()
        return self._transaction(lambda session: self._store(session, given, solution))

    def _solved(self, begun: "_Input | tuple[Subject, Effort]") -> "tuple[_Input, Solution]":
        given = begun if isinstance(begun, _Input) else self._input(*begun)
        with self.watch:
            return given, self.solve(given.problem, given.effort, on_progress=self._progressed, cancel=self.watch.stop)

    def _failed(self, error: DispatchError) -> RunStatus:
        return self._transaction(lambda session: self._fail(session, error.message))

    def _transaction(self, work: Callable[[Session], Result]) -> Result:
        def fenced(session: Session) -> Result:
            if self.lease is not None:
                self.lease.check(session)
            return work(session)

        return self.uow.run(fenced, viewer=SYSTEM)

    def _raise_if_over(self) -> None:
        if self.lease is not None:
            self.lease.raise_if_over()

    def _is_over(self) -> bool:
        return self.cancel() or (self.lease is not None and self.lease.must_let_go)

    def _progressed(self, progress: Progress) -> None:
        self.watch.latest = progress
        if self.on_progress is not None:
            self.on_progress(progress)

    def _row(self, session: Session) -> PlanningRun:
        query = select(PlanningRun).where(PlanningRun.id == self.run_id).with_for_update()
        run = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if run is None:
            raise NotFound(f"there is no planning run {self.run_id}")
        return run

    def _begin(self, session: Session) -> "RunStatus | _Input | tuple[Subject, Effort]":
        run = self._row(session)
        if run.status not in (RunStatus.QUEUED, RunStatus.RUNNING):
            return run.status
        if run.cancel_requested_at is not None:
            return self._end(run, RunStatus.CANCELLED)
        run.status = RunStatus.RUNNING
        run.started_at = run.started_at or self.clock.now()
        run.progress = asdict(Progress("reading", 0.0, None, None))
        effort = effort_of(run)
        if run.problem is not None:
            return _stored_input(session, run, effort)
        rows = read_day(session, run.territory_id, run.local_date, self.clock.now())
        matter = subject(session, lay_out(rows), self.travel)
        run.base = {
            "plan version": None if rows.plan is None else rows.plan.version,
            "routes": {str(shift): revision for shift, revision in rows.revisions.items()},
        }
        return matter, effort

    def _input(self, matter: Subject, effort: Effort) -> _Input:
        day = matter.day
        built = build(day, Roads.between(day.places, self.travel))
        document = native.dump_problem(built.problem)
        findings = [finding.as_json() for finding in judge(matter)]
        self._transaction(lambda session: self._store_input(session, day.horizon, built, document, findings))
        return _Input(built.problem, built.ids, day.horizon, effort, findings)

    def _store_input(
        self, session: Session, horizon: Horizon, built: Built, document: bytes, findings: list[dict[str, Any]]
    ) -> None:
        run = self._row(session)
        run.problem = gzip.compress(document, compresslevel=1, mtime=0)
        run.problem_sha256 = hashlib.sha256(document).hexdigest()
        run.horizon_starts_at = horizon.starts_at
        run.base = {**run.base, "ids": built.ids.as_json(), "places": built.roads.points}
        run.findings = findings

    def _store(self, session: Session, given: _Input, solution: Solution) -> RunStatus:
        run = self._row(session)
        run.stages = [asdict(stage) for stage in solution.stats.stages]
        if run.cancel_requested_at is not None or self.cancel():
            return self._end(run, RunStatus.CANCELLED)
        run.solution = gzip.compress(native.dump_solution(solution), mtime=0)
        run.cost = {**asdict(solution.cost), "total": solution.cost.total}
        session.add(_proposal(run, given, solution))
        return self._end(run, RunStatus.SUCCEEDED)

    def _fail(self, session: Session, error: str) -> RunStatus:
        run = self._row(session)
        if run.cancel_requested_at is not None:
            return self._end(run, RunStatus.CANCELLED)
        run.error = error
        return self._end(run, RunStatus.FAILED)

    def _end(self, run: PlanningRun, status: RunStatus) -> RunStatus:
        run.status = status
        run.finished_at = self.clock.now()
        return status


def effort_of(run: PlanningRun) -> Effort:
    """The limits and the seed of a run."""
    return Effort(run.limits["seconds"], run.limits["iterations"], run.limits["threads"], run.seed)


def _stored_input(session: Session, run: PlanningRun, effort: Effort) -> _Input:
    problem = native.load_problem(gzip.decompress(run.problem or b""))
    territory = session.get_one(Territory, run.territory_id)
    horizon = Horizon.of(run.local_date, territory.time_zone)
    return _Input(problem, Ids.from_json(run.base["ids"]), horizon, effort, list(run.findings))


def _proposal(run: PlanningRun, given: _Input, solution: Solution) -> Proposal:
    drafts = [of_solution(route, given.ids, given.horizon) for route in solution.routes]
    left_out = [*_left_out(given.ids, solution.unserved), *_withheld(given)]
    return Proposal(
        planning_run_id=run.id,
        territory_id=run.territory_id,
        local_date=run.local_date,
        routes=to_json(drafts),
        left_out=left_out,
        cost={**asdict(solution.cost), "total": solution.cost.total},
        summary={
            "status": solution.status.value,
            "served": sum(len(draft.visit_ids) for draft in drafts),
            "left_out": len(left_out),
            "seconds": solution.stats.seconds,
        },
    )


def _left_out(ids: Ids, unserved: tuple[Unserved, ...]) -> list[dict[str, Any]]:
    return [
        {
            "visit_id": ids.visits[left.visit],
            "reasons": [{"code": reason.code.value, "message": reason.message} for reason in left.reasons],
            "remedies": [{"message": remedy.message, "cost": remedy.cost} for remedy in left.remedies],
        }
        for left in unserved
    ]


def _withheld(given: _Input) -> list[dict[str, Any]]:
    """The visits that never were in the problem, with what the linter says of them."""
    known = set(given.ids.visits.values())
    found: dict[int, dict[str, Any]] = {}
    for finding in given.findings:
        visit = finding["entity_id"]
        if finding["entity"] == "visit" and visit not in known:
            entry = found.setdefault(visit, {"visit_id": visit, "reasons": [], "remedies": []})
            entry["reasons"].append({"code": finding["code"], "message": finding["message"]})
            entry["remedies"].append({"message": finding["remedy"], "cost": None})
    return list(found.values())


class _Watch:
    """Beside a solve: notes its progress and looks whether it is to stop, from a thread of its own."""

    def __init__(self, uow: UnitOfWork, run_id: int, is_over: Callable[[], bool]) -> None:
        self._uow, self._run_id, self._is_over = uow, run_id, is_over
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, name=f"watch of run {run_id}", daemon=True)
        self.latest: Progress | None = None
        self.stop = threading.Event()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        noted: Progress | None = None
        while not self._done.wait(LOOK_EVERY):
            try:
                if self._is_over() or self._is_cancelled():
                    self.stop.set()
                if self.latest is not noted:
                    noted = self.latest
                    self._note(noted)
            except DatabaseError as error:
                log.warning("run %s goes on without its database: %s", self._run_id, error)

    def _is_cancelled(self) -> bool:
        query = select(PlanningRun.cancel_requested_at).where(PlanningRun.id == self._run_id)
        with self._uow(viewer=SYSTEM, read_only=True) as session:
            return session.scalar(query) is not None

    def _note(self, progress: Progress | None) -> None:
        def write(session: Session) -> None:
            query = select(PlanningRun).where(PlanningRun.id == self._run_id).with_for_update()
            run = session.scalars(query).one()
            if progress is not None and run.status is RunStatus.RUNNING:
                run.progress = asdict(progress)

        self._uow.run(write, viewer=SYSTEM)


@dataclass(frozen=True)
class RunHandler:
    """Carries out planning runs as durable jobs."""

    uow: UnitOfWork
    clock: Clock
    travel: TravelTimes
    solve: Solve

    def run(self, lease: Lease) -> None:
        """Carries out the job's run."""
        execute(
            self.uow,
            lease.claim.payload["run_id"],
            travel=self.travel,
            clock=self.clock,
            solve=self.solve,
            lease=lease,
        )

    def gave_up(self, session: Session, payload: Mapping[str, Any], error: str) -> None:
        """Marks the run as failed."""
        run = session.get(PlanningRun, payload["run_id"], with_for_update=True)
        if run is not None and run.status in (RunStatus.QUEUED, RunStatus.RUNNING):
            run.status = RunStatus.FAILED
            run.error = error
            run.finished_at = self.clock.now()
