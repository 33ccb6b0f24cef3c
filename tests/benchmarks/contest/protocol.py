"""What a solver's process is told and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from solver.problem import Problem
from solver.solution import Solution

Orders = Mapping[str, tuple[str, ...]]
"""Ids of visits in order, by shift; shifts that are not used may be absent."""


@dataclass(frozen=True, slots=True)
class Request:
    """A problem and how long to search it.

    solver: its name in `contest.solvers`. threads: of one process. cores: numbers of the cores it may run on.
    iterations: in place of seconds; ours alone knows them.
    """

    solver: str
    problem: Problem
    seconds: float
    seed: int = 0
    threads: int = 1
    cores: frozenset[int] = frozenset()
    iterations: int | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """What a solver found: a whole solution (ours) or orders of visits (peers), or why there is neither.

    seconds: wall seconds of the search with the making of the solver's own model. base_mib, peak_mib: the process's
    memory before it was given the problem, and at its most.
    """

    orders: Orders = field(default_factory=dict)
    solution: Solution | None = None
    seconds: float = 0.0
    base_mib: float = 0.0
    peak_mib: float = 0.0
    told: str = ""

    @property
    def failed(self) -> bool:
        """Whether there is no plan."""
        return self.solution is None and not self.orders
