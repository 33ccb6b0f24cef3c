"""Carrying out a planning run."""

import gzip
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import PlanningRun, RunStatus, Territory
from db.session import UnitOfWork
from dispatch.clock import Clock
from dispatch.compute.jobs import LeaseLost
from dispatch.compute.solving import Effort, Progress, Solve
from dispatch.compute.worker import Lease
from dispatch.errors import DispatchError, NotFound, Unavailable
from dispatch.planning.confidence import simulated, to_customers, windowed
from dispatch.planning.day.build import Built, build, lay_out
from dispatch.planning.day.horizon import Horizon
from dispatch.planning.day.ids import Ids
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from dispatch.planning.linter import Subject, judge, subject
from dispatch.planning.runs.outcome import RunInput, proposal_of
from dispatch.planning.runs.watching import SYSTEM, Watch
from dispatch.travel.places import TravelTimes
from solver.confidence import Promise
from solver.formats import native
from solver.solution import Solution

Result = TypeVar("Result")


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
    watch: "Watch" = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.uow, self.run_id, self._is_over)

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
        promises = simulated(given.problem, solution.routes)
        self._raise_if_over()
        return self._transaction(lambda session: self._store(session, given, solution, promises))

    def _solved(self, begun: "RunInput | tuple[Subject, Effort]") -> "tuple[RunInput, Solution]":
        given = begun if isinstance(begun, RunInput) else self._input(*begun)
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

    def _begin(self, session: Session) -> "RunStatus | RunInput | tuple[Subject, Effort]":
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

    def _input(self, matter: Subject, effort: Effort) -> RunInput:
        day = matter.day
        built = build(day, Roads.between(day.places, self.travel))
        document = native.dump_problem(built.problem)
        findings = [finding.as_json() for finding in judge(matter)]
        self._transaction(lambda session: self._store_input(session, day.horizon, built, document, findings))
        return RunInput(built.problem, built.ids, day.horizon, effort, findings)

    def _store_input(
        self, session: Session, horizon: Horizon, built: Built, document: bytes, findings: list[dict[str, Any]]
    ) -> None:
        run = self._row(session)
        run.problem = gzip.compress(document, compresslevel=1, mtime=0)
        run.problem_sha256 = hashlib.sha256(document).hexdigest()
        run.horizon_starts_at = horizon.starts_at
        run.base = {**run.base, "ids": built.ids.as_json(), "places": built.roads.points}
        run.findings = findings

    def _store(self, session: Session, given: RunInput, solution: Solution, promises: Iterable[Promise]) -> RunStatus:
        run = self._row(session)
        run.stages = [asdict(stage) for stage in solution.stats.stages]
        if run.cancel_requested_at is not None or self.cancel():
            return self._end(run, RunStatus.CANCELLED)
        run.solution = gzip.compress(native.dump_solution(solution), mtime=0)
        run.cost = {**asdict(solution.cost), "total": solution.cost.total}
        promised = windowed(session, given.ids.visits.values())
        session.add(proposal_of(run, given, solution, to_customers(promises, given.ids, promised)))
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


def _stored_input(session: Session, run: PlanningRun, effort: Effort) -> RunInput:
    problem = native.load_problem(gzip.decompress(run.problem or b""))
    territory = session.get_one(Territory, run.territory_id)
    horizon = Horizon.of(run.local_date, territory.time_zone)
    return RunInput(problem, Ids.from_json(run.base["ids"]), horizon, effort, list(run.findings))
