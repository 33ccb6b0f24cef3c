"""Planning runs: carried out once, resumable, cancellable, repeatable; what goes wrong is an error on the run."""

import gzip
import hashlib
import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from db.models import Job, JobStatus, PlanningRun, Proposal, Role, RunStatus
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.compute import jobs
from dispatch.compute.jobs import LeaseLost
from dispatch.compute.solving import Effort, Progress, Solve, SolveFailed, SolveInChild
from dispatch.compute.worker import Lease, Worker
from dispatch.errors import Forbidden, Invalid, NotFound, Unavailable
from dispatch.planning import runs
from dispatch.planning.runs import JOB_KIND, RunHandler
from dispatch.travel.places import Matrix, Place
from dispatch.travel.straight import StraightLine
from solver.formats import native
from solver.problem import Problem
from solver.search import Limits
from solver.solution import Solution
from solver.solve import solve
from tests.builders.planning import DAY, Company, quick_solve
from tests.planning.common import ROADS, SYSTEM, sqlite_only
from tests.planning.scene import Scene

LEASE = timedelta(seconds=60)


def request(scene: Scene, effort: Effort | None = None, *, queued: bool = True) -> int:
    """A run of the company's day; its id."""
    company = scene.company
    return scene.act(
        lambda s: runs.request_run(
            s,
            SYSTEM,
            scene.clock,
            territory_id=company.territory.id,
            local_date=company.day,
            effort=effort or Effort(iterations=5),
            queued=queued,
        )
    ).id


def run_of(scene: Scene, run_id: int) -> PlanningRun:
    return scene.row(PlanningRun, run_id)


def worker(scene: Scene, solve: Solve = quick_solve, roads: StraightLine = ROADS, name: str = "w") -> Worker:
    handler = RunHandler(scene.uow, scene.clock, roads, solve)
    return Worker(scene.uow, scene.clock, {JOB_KIND: handler}, LEASE, name)


def sample(company: Company, visits: int = 6) -> None:
    company.crew(2)
    for place in range(visits):
        company.visit(place)


def test_a_run_records_all_it_takes_to_repeat_it(scene: Scene, company: Company) -> None:
    sample(company)
    run_id = request(scene, Effort(iterations=7, seed=3))
    assert run_of(scene, run_id).status is RunStatus.QUEUED
    assert worker(scene).work_once()
    run = run_of(scene, run_id)
    assert (run.status, run.seed) == (RunStatus.SUCCEEDED, 3)
    assert run.limits == {"seconds": None, "iterations": 7, "threads": 1}
    assert run.started_at == run.finished_at == scene.clock.now()
    assert run.cost is not None
    assert run.cost["total"] > 0
    assert run.base["routes"] == {}
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        document = runs.problem_file(session, SYSTEM, run_id)
        assert hashlib.sha256(document).hexdigest() == run.problem_sha256
        assert len(native.load_problem(document).visits) == 6
        assert native.load_solution(runs.solution_file(session, SYSTEM, run_id)).cost.total == run.cost["total"]
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        job = session.scalars(select(Job)).one()
    assert (job.status, job.key) == (JobStatus.DONE, f"planning_run:{run_id}")


@sqlite_only
def test_the_downloads_give_the_same_solution_again(scene: Scene, company: Company) -> None:
    sample(company, 9)
    run_id = request(scene, Effort(iterations=20, seed=5))
    worker(scene, SolveInChild(4096)).work_once()
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        problem = native.load_problem(runs.problem_file(session, SYSTEM, run_id))
        solution = native.load_solution(runs.solution_file(session, SYSTEM, run_id))
    again = solve(problem, Limits(seconds=None, iterations=20, seed=5))
    assert replace(again, stats=solution.stats) == solution
    assert [stage["name"] for stage in run_of(scene, run_id).stages] == [stage.name for stage in again.stats.stages]


@sqlite_only
def test_progress_is_noted_while_it_runs(scene: Scene, company: Company) -> None:
    sample(company)
    run_id = request(scene)
    noted = threading.Event()

    def watched(problem: Problem, effort: Effort, **options: Any) -> Solution:
        options["on_progress"](Progress("halfway", 0.5, 123, 4))
        for _ in range(200):
            if (run_of(scene, run_id).progress or {}).get("stage") == "halfway":
                noted.set()
                break
            threading.Event().wait(0.05)
        return quick_solve(problem, effort)

    worker(scene, watched).work_once()
    assert noted.is_set()


@sqlite_only
def test_a_run_is_cancelled_while_it_solves(scene: Scene, company: Company) -> None:
    sample(company)
    run_id = request(scene)

    def endless(problem: Problem, effort: Effort, *, cancel: threading.Event | None = None, **_: Any) -> Solution:
        assert cancel is not None
        scene.act(lambda s: runs.cancel(s, SYSTEM, scene.clock, run_id))
        assert cancel.wait(30)
        return quick_solve(problem, effort)

    worker(scene, endless).work_once()
    assert run_of(scene, run_id).status is RunStatus.CANCELLED
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        assert session.scalars(select(Proposal)).all() == []
        with pytest.raises(NotFound, match="is cancelled and has no solution"):
            runs.solution_file(session, SYSTEM, run_id)


@sqlite_only
def test_a_real_search_is_cancelled(scene: Scene, company: Company) -> None:
    sample(company)
    run_id = request(scene, Effort(seconds=600.0))
    began = threading.Event()
    thread = threading.Thread(
        target=runs.execute,
        args=(scene.uow, run_id),
        kwargs={
            "travel": ROADS,
            "clock": scene.clock,
            "solve": SolveInChild(),
            "on_progress": lambda _: began.set(),
        },
    )
    thread.start()
    assert began.wait(120)
    scene.act(lambda s: runs.cancel(s, SYSTEM, scene.clock, run_id))
    thread.join(60)
    assert not thread.is_alive()
    assert run_of(scene, run_id).status is RunStatus.CANCELLED


def test_what_a_killed_worker_began_another_takes_over(scene: Scene, company: Company) -> None:
    """The first worker is gone after it stored the input; the plan is changed; the second solves that same input."""
    sample(company)
    run_id = request(scene)
    asked: list[Problem] = []

    class Killed(BaseException):
        """Ends a worker as a signal would: nothing is tidied up."""

    def die(problem: Problem, effort: Effort, **options: Any) -> Solution:
        asked.append(problem)
        raise Killed

    with pytest.raises(Killed):
        worker(scene, die, name="first").work_once()
    assert run_of(scene, run_id).status is RunStatus.RUNNING
    assert not worker(scene, name="second").work_once()
    company.visit()
    company.session.commit()
    scene.clock.instant += LEASE

    def remember(problem: Problem, effort: Effort, **options: Any) -> Solution:
        asked.append(problem)
        return quick_solve(problem, effort)

    assert worker(scene, remember, name="second").work_once()
    assert run_of(scene, run_id).status is RunStatus.SUCCEEDED
    assert native.dump_problem(asked[0]) == native.dump_problem(asked[1])


def test_a_worker_that_lost_its_lease_stores_nothing(scene: Scene, company: Company) -> None:
    sample(company)
    run_id = request(scene)
    claim = scene.act(lambda s: jobs.claim(s, "slow", [JOB_KIND], scene.clock.now(), LEASE))
    assert claim is not None
    proposals: list[int] = []

    def slow(problem: Problem, effort: Effort, **options: Any) -> Solution:
        scene.clock.instant += LEASE
        assert worker(scene, name="quick").work_once()
        proposals.append(scene.proposal(run_id))
        return quick_solve(problem, effort)

    with pytest.raises(LeaseLost):
        runs.execute(scene.uow, run_id, travel=ROADS, clock=scene.clock, solve=slow, lease=Lease(claim))
    assert scene.proposal(run_id) == proposals[0]
    assert run_of(scene, run_id).status is RunStatus.SUCCEEDED


@sqlite_only
def test_a_worker_that_is_stopped_gives_its_run_back(scene: Scene, company: Company) -> None:
    sample(company)
    run_id = request(scene)
    one = worker(scene)

    def stopped(problem: Problem, effort: Effort, *, cancel: threading.Event | None = None, **_: Any) -> Solution:
        one.end()
        assert cancel is not None
        assert cancel.wait(30)
        return quick_solve(problem, effort)

    one.handlers = {JOB_KIND: RunHandler(scene.uow, scene.clock, ROADS, stopped)}
    one.work_once()
    assert run_of(scene, run_id).status is RunStatus.RUNNING
    assert worker(scene, name="next").work_once()
    assert run_of(scene, run_id).status is RunStatus.SUCCEEDED


def test_a_crash_is_an_error_on_the_run_and_nothing_else_breaks(scene: Scene, company: Company) -> None:
    sample(company)
    broken, sound = request(scene), request(scene)

    def crash(problem: Problem, effort: Effort, **options: Any) -> Solution:
        raise SolveFailed("The search process was ended by signal 9 (SIGKILL) before it answered.")

    worker(scene, crash).work_once()
    run = run_of(scene, broken)
    assert run.status is RunStatus.FAILED
    assert "signal 9" in (run.error or "")
    worker(scene).work_once()
    assert run_of(scene, sound).status is RunStatus.SUCCEEDED


@sqlite_only
def test_a_child_that_is_killed_is_an_error_on_the_run(scene: Scene, company: Company) -> None:
    import multiprocessing

    sample(company)
    run_id = request(scene, Effort(seconds=600.0), queued=False)

    def kill(_: Progress) -> None:
        for child in multiprocessing.active_children():
            if child.pid is not None:
                os.kill(child.pid, signal.SIGKILL)

    status = runs.execute(scene.uow, run_id, travel=ROADS, clock=scene.clock, solve=SolveInChild(), on_progress=kill)
    assert status is RunStatus.FAILED
    assert "signal 9 (SIGKILL)" in (run_of(scene, run_id).error or "")


@sqlite_only
def test_a_fault_of_ours_fails_the_run_and_names_no_traceback(scene: Scene, company: Company) -> None:
    sample(company)
    run_id = request(scene)

    def broken(problem: Problem, effort: Effort, **options: Any) -> Solution:
        raise ZeroDivisionError

    worker(scene, broken).work_once()
    run = run_of(scene, run_id)
    assert (run.status, run.error) == (
        RunStatus.FAILED,
        "an unexpected fault (ZeroDivisionError); the worker's log says more",
    )


class Away(StraightLine):
    """A source of travel times that cannot be reached."""

    def matrix(self, places: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        raise Unavailable("the road server does not answer; is it running?")


@sqlite_only
def test_roads_that_are_away_are_waited_for(scene: Scene, company: Company) -> None:
    sample(company)
    run_id = request(scene)
    worker(scene, roads=Away()).work_once()
    assert run_of(scene, run_id).status is RunStatus.RUNNING
    scene.clock.instant += timedelta(minutes=1)
    worker(scene).work_once()
    assert run_of(scene, run_id).status is RunStatus.SUCCEEDED


@sqlite_only
def test_roads_that_stay_away_fail_the_run_at_last(scene: Scene, company: Company) -> None:
    sample(company)
    run_id = request(scene)
    for _ in range(3):
        worker(scene, roads=Away()).work_once()
        scene.clock.instant += timedelta(minutes=1)
    run = run_of(scene, run_id)
    assert (run.status, run.error) == (RunStatus.FAILED, "the road server does not answer; is it running?")


@sqlite_only
def test_without_a_queue_the_caller_is_told_that_roads_are_away(scene: Scene, company: Company) -> None:
    sample(company)
    run_id = request(scene, queued=False)
    with pytest.raises(Unavailable):
        runs.execute(scene.uow, run_id, travel=Away(), clock=scene.clock, solve=quick_solve)
    assert run_of(scene, run_id).status is RunStatus.FAILED


@sqlite_only
def test_a_run_that_is_over_is_left_as_it_is(scene: Scene, company: Company) -> None:
    sample(company)
    run_id = request(scene, queued=False)
    for _ in range(2):
        status = runs.execute(scene.uow, run_id, travel=ROADS, clock=scene.clock, solve=quick_solve)
        assert status is RunStatus.SUCCEEDED
    with pytest.raises(NotFound):
        runs.execute(scene.uow, 999, travel=ROADS, clock=scene.clock, solve=quick_solve)


@sqlite_only
@pytest.mark.parametrize("make", [lambda c: None, lambda c: c.crew(1), lambda c: c.visit()])
def test_days_with_nobody_or_nothing(scene: Scene, company: Company, make: Callable[[Company], object]) -> None:
    make(company)
    run_id = request(scene, queued=False)
    status = runs.execute(scene.uow, run_id, travel=ROADS, clock=scene.clock, solve=SolveInChild())
    assert (status, run_of(scene, run_id).error) == (RunStatus.SUCCEEDED, None)
    assert scene.apply(run_id).changed == ()


@sqlite_only
def test_who_may_ask_for_a_run(scene: Scene, company: Company, clock: FixedClock, uow: UnitOfWork) -> None:
    company.session.commit()
    territory = company.territory.id
    for role, scope, error in (
        (Role.CALL_TAKER, {territory}, Forbidden),
        (Role.TECHNICIAN, {territory}, Forbidden),
        (Role.SCHEDULER, {territory + 1}, NotFound),
    ):
        viewer = Viewer(role.value, role, user_id=1, territory_ids=frozenset(scope))
        with uow(viewer=viewer) as session, pytest.raises(error):
            runs.request_run(session, viewer, clock, territory_id=territory, local_date=DAY, effort=Effort(seconds=1))


@sqlite_only
@pytest.mark.parametrize(
    "effort",
    [Effort(), Effort(1.0, 1), Effort(seconds=0), Effort(seconds=1e9), Effort(iterations=0), Effort(1.0, seed=-1)],
)
def test_limits_out_of_range(scene: Scene, effort: Effort) -> None:
    with pytest.raises(Invalid):
        request(scene, effort)


@sqlite_only
def test_the_linter_is_part_of_the_record(scene: Scene, company: Company) -> None:
    sample(company)
    company.visit(skills={"boiler": 1})
    run_id = request(scene, queued=False)
    runs.execute(scene.uow, run_id, travel=ROADS, clock=scene.clock, solve=quick_solve)
    assert [finding["code"] for finding in run_of(scene, run_id).findings] == ["skill_nobody_has"]


@sqlite_only
def test_files_are_compressed_the_same_way_every_time(scene: Scene, company: Company) -> None:
    sample(company)
    stored = []
    for _ in range(2):
        run_id = request(scene, queued=False)
        runs.execute(scene.uow, run_id, travel=ROADS, clock=scene.clock, solve=quick_solve)
        with scene.uow(viewer=SYSTEM, read_only=True) as session:
            stored.append(session.scalar(select(PlanningRun.problem).where(PlanningRun.id == run_id)))
    assert stored[0] == stored[1]
    assert gzip.decompress(stored[0] or b"").startswith(b"{")
