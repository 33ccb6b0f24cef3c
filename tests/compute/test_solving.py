"""Solving where a crash is only a message: in a child process, and through an executor."""

import threading
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from dispatch.compute.solving import Effort, Progress, SolveFailed, SolveInChild, submit
from solver import problem as p
from solver.referee import check
from solver.solution import Solution, Status

EFFORT = Effort(iterations=5, seed=1)


def problem(count: int = 4) -> p.Problem:
    """So many visits in a row, ten minutes apart, and one technician at its end."""
    places = np.arange(count + 1, dtype=np.int64)
    seconds = 600 * np.abs(places[:, None] - places[None, :])
    shift = p.Shift("s", 0, 8 * 3600, 0, 0)
    visits = tuple(p.Visit(f"v{i}", i + 1, p.Duration(900), unserved_cost=100_000) for i in range(count))
    return p.Problem(p.Travel(seconds), (p.Technician("t", (shift,), cost_per_duty_hour=3600),), visits)


def without_times(solution: Solution) -> Solution:
    return replace(solution, stats=replace(solution.stats, seconds=0.0, stages=()))


def test_a_child_solves_and_tells_its_progress() -> None:
    steps: list[Progress] = []
    solution = SolveInChild(4096)(problem(), EFFORT, on_progress=steps.append)
    assert solution.status is Status.FEASIBLE
    assert check(problem(), solution) == []
    assert all(0 <= step.share <= 1 for step in steps)
    assert steps[-1].served == 4


def test_a_cancelled_child_gives_what_it_has() -> None:
    cancel = threading.Event()
    solution = SolveInChild()(
        problem(), Effort(seconds=600.0), on_progress=lambda step: cancel.set() if step.served else None, cancel=cancel
    )
    assert check(problem(), solution) == []


def test_visits_tied_by_a_link_are_planned_too() -> None:
    asked = replace(problem(), links=(p.Link("same_technician", ("v0", "v1")),))
    assert check(asked, SolveInChild()(asked, EFFORT)) == []


def test_too_little_memory_is_told() -> None:
    with pytest.raises(SolveFailed, match=r"memory|ended"):
        SolveInChild(memory_mb=1)(problem(), EFFORT)


def test_many_solves_go_through_an_executor() -> None:
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as executor:
        futures = [submit(executor, problem(count), EFFORT) for count in (2, 4)]
        solutions = [future.result() for future in futures]
    assert [len(solution.routes[0].stops) for solution in solutions] == [2, 4]
    assert without_times(solutions[1]) == without_times(SolveInChild()(problem(), EFFORT))
