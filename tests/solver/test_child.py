"""A solve in its own process: the same answer, and an error message or the best plan whatever happens to it."""

import multiprocessing
import os
import signal
import threading

import pytest

from solver import child
from solver.child import SolverCrashed, solve_in_child
from solver.problem import Problem
from solver.referee import check
from solver.search import Limits, Progress
from solver.solve import solve
from tests.builders.problems import problem, shift, technician, visit

ENDLESS = Limits(seconds=None)


def day(visits: int = 24) -> Problem:
    people = [technician(f"t{i}", shift(f"t{i}"), cost_per_travel_hour=2000, cost_per_duty_hour=3000) for i in range(3)]
    return problem([visit(f"v{i}", i % 9 + 1, 20, unserved_cost=90_000) for i in range(visits)], people)


def test_gives_what_solve_gives() -> None:
    limits = Limits(iterations=5, seed=3)
    there, here = solve_in_child(day(), limits), solve(day(), limits)
    assert (there.routes, there.cost, there.unserved) == (here.routes, here.cost, here.unserved)


def test_cancel_gives_the_best_plan_so_far() -> None:
    given, cancel, told = day(), threading.Event(), list[Progress]()

    def on_progress(progress: Progress) -> None:
        told.append(progress)
        if progress.served:
            cancel.set()

    solution = solve_in_child(given, ENDLESS, on_progress, cancel)
    assert check(given, solution) == []
    assert len(solution.unserved) < len(given.visits)
    assert told


def test_a_child_that_does_not_answer_is_ended_and_its_last_plan_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "GRACE", 0.0)
    given, cancel = day(), threading.Event()
    solution = solve_in_child(given, ENDLESS, lambda progress: cancel.set() if progress.served else None, cancel)
    assert check(given, solution) == []
    assert solution.unserved == ()
    assert solution.stats.seconds > 0


def test_cancelled_before_it_began_it_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "GRACE", 0.0)
    cancel = threading.Event()
    cancel.set()
    given = day(3)
    assert check(given, solve_in_child(given, ENDLESS, None, cancel)) == []


def test_killed_from_outside_it_says_so_and_what_next() -> None:
    def kill(_: Progress) -> None:
        for process in multiprocessing.active_children():
            process.kill()

    with pytest.raises(SolverCrashed, match=r"signal 9 \(SIGKILL\).*Start the solve again"):
        solve_in_child(day(), ENDLESS, kill)
    assert multiprocessing.active_children() == []


def test_too_little_memory_is_a_message() -> None:
    with pytest.raises(SolverCrashed, match="the 30 MiB allowed; allow more or plan fewer visits"):
        solve_in_child(day(400), Limits(iterations=5), memory_limit_bytes=30 * 2**20)


def test_ctrl_c_is_the_parents_to_handle() -> None:
    """The signal that a terminal sends to both leaves the child working."""
    limits = Limits(iterations=5, seed=3)

    def interrupt(_: Progress) -> None:
        for process in multiprocessing.active_children():
            assert process.pid is not None
            os.kill(process.pid, signal.SIGINT)

    assert solve_in_child(day(), limits, interrupt).routes == solve(day(), limits).routes


def test_a_caller_that_fails_leaves_no_process_behind() -> None:
    def fail(_: Progress) -> None:
        raise RuntimeError("the screen is gone")

    with pytest.raises(RuntimeError, match="the screen is gone"):
        solve_in_child(day(), ENDLESS, fail)
    assert multiprocessing.active_children() == []
