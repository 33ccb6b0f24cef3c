"""Solving a problem where a crash is only a message: in a child process, or on many machines through an executor.

The solver's own words (limits, progress, crashes) are turned into plain ones here, for the rooms above.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dispatch.errors import DispatchError
from solver.faults import Malformed
from solver.problem import Problem
from solver.solution import Solution

if TYPE_CHECKING:
    from solver import search


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
        cancel: threading.Event | None = None,
    ) -> Solution:
        """The best plan found; once `cancel` is set, whatever there is, within a second.

        Raises SolveFailed.
        """
        ...


@dataclass(frozen=True, slots=True)
class SolveInChild:
    """Solves in a spawned process that may hold so many MiB of data; a crash there is a `SolveFailed` here."""

    memory_mb: int | None = None

    def __call__(
        self,
        problem: Problem,
        effort: Effort,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Solution:
        """As `Solve` says."""
        # Imported when first needed: OR-Tools takes a while to load, and most processes that import this never solve.
        from solver.child import SolverCrashed, solve_in_child

        memory = None if self.memory_mb is None else self.memory_mb * 2**20
        try:
            return solve_in_child(problem, _limits(effort), _told(on_progress), cancel, memory)
        except SolverCrashed as error:
            raise SolveFailed(str(error)) from error
        except Malformed as error:
            raise SolveFailed(f"the optimiser refuses the problem: {error}") from error


def submit(executor: Executor, problem: Problem, effort: Effort) -> "Future[Solution]":
    """One of many solves at once, in a process of the executor: local ones, or Dask's on other machines.

    The executor looks after its processes; one that dies there is an error of the future.
    """
    return executor.submit(_solve_here, problem, effort)


def _solve_here(problem: Problem, effort: Effort) -> Solution:
    from solver.solve import solve  # in the executor's process, where alone it is needed

    return solve(problem, _limits(effort))


def _limits(effort: Effort) -> "search.Limits":
    from solver.search import Limits  # as above

    return Limits(effort.seconds, effort.iterations, effort.seed, effort.threads)


def _told(on_progress: Callable[[Progress], None] | None) -> "Callable[[search.Progress], None] | None":
    if on_progress is None:
        return None

    def tell(step: "search.Progress") -> None:
        on_progress(Progress(step.stage, step.share, step.cost, step.served))

    return tell
