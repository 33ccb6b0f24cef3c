"""Solving a problem where a crash is only a message: in a child process, or on many machines through an executor.

The solver's own words (limits, progress, crashes) are turned into plain ones here, for the rooms above.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Protocol

from dispatch.errors import DispatchError
from solver.problem import Problem
from solver.solution import Solution


class SolveFailed(DispatchError):
    """The optimiser ended without an answer; the message says what happened and what to do."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search: for so many seconds, or so many iterations, which alone can be repeated exactly."""

    seconds: float | None = None
    iterations: int | None = None
    threads: int = 1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: `share` of its limits used (0..1), the cost of the best plan, visits served in it."""

    stage: str
    share: float
    cost: int | None
    served: int | None


class Solve(Protocol):
    """Something that solves."""

    def __call__(
        self,
        problem: Problem,
        effort: Effort,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> Solution:
        """The best plan found; once `cancel` says so, whatever there is, within a second.

        Raises SolveFailed.
        """
        ...


def submit(executor: Executor, solve: Solve, problem: Problem, effort: Effort) -> "Future[Solution]":
    """One of many solves at once; `executor` may be local processes, or Dask's."""
    return executor.submit(solve, problem, effort)
