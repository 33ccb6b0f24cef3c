"""CP-SAT on a programme, or on the part of it that a step leaves open."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple, Protocol

import numpy as np
from ortools.sat.python import cp_model

from solver.compiled import BoolArray, IntArray
from solver.recombine.effort import Effort
from solver.recombine.program import Program

WATCH: Final = 0.05
"""Seconds between two looks at whether the caller wants an end."""

SPINNING: Final = ("core", "core_default_lp", "core_max_lp", "core_or_no_lp")
"""Strategies left out where there are several workers: when seconds of duty or tardiness have a price, one step of
theirs may take minutes that deterministic time hardly counts."""


class Stoppable(Protocol):
    """A search that can be told to end."""

    def stop_search(self) -> None:
        """Ends it soon."""
        ...


class Answer(NamedTuple):
    """x: the best numbers found, None when no better ones than the plan at hand. proven: none are better still."""

    x: IntArray | None
    proven: bool


def solve(program: Program, open_: BoolArray, fixed: BoolArray, share: float, effort: Effort) -> Answer:
    """The least cost when only the open variables may change from 0, and the fixed ones stay as the plan has them.

    share: of what is left of the effort. Variables neither open nor fixed are 0.
    """
    kept = np.flatnonzero(open_ | fixed)
    model, variables = _model(program, kept, fixed)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = effort.workers
    solver.parameters.linearization_level = 2
    solver.parameters.random_seed = effort.seed
    solver.parameters.ignore_subsolvers.extend(SPINNING)
    left, fair = effort.seconds_left(), effort.deterministic_left()
    if left is not None:
        solver.parameters.max_time_in_seconds = share * left
    if fair is not None:
        solver.parameters.max_deterministic_time = share * fair
        solver.parameters.num_workers = 1
    with watched(solver, effort):
        status = solver.solve(model)
    effort.spend(solver.deterministic_time)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(None, status == cp_model.INFEASIBLE)
    x = np.zeros(len(program.cost), dtype=np.int64)
    x[kept] = [solver.value(variable) for variable in variables]
    better = int(program.cost @ x) < program.value()
    return Answer(x if better else None, status == cp_model.OPTIMAL)


def _model(program: Program, kept: IntArray, fixed: BoolArray) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    model = cp_model.CpModel()
    variables = []
    for i in kept.tolist():
        now, upper = program.now.item(i), program.upper.item(i)
        variable = model.new_int_var(now if fixed[i] else 0, now if fixed[i] else upper, "")
        model.add_hint(variable, now)
        variables.append(variable)
    part = program.matrix[:, kept].tocsr()
    counts = part.data.astype(np.int64).tolist()
    places, ends = part.indices.tolist(), part.indptr.tolist()
    for row, (low, high) in enumerate(zip(program.low.tolist(), program.high.tolist(), strict=True)):
        begin, end = ends[row], ends[row + 1]
        if begin < end:
            terms = [variables[place] for place in places[begin:end]]
            model.add_linear_constraint(cp_model.LinearExpr.weighted_sum(terms, counts[begin:end]), low, high)
    model.minimize(cp_model.LinearExpr.weighted_sum(variables, program.cost[kept].tolist()))
    return model, variables


@contextmanager
def watched(solver: Stoppable, effort: Effort) -> Iterator[None]:
    """Ends the search soon after the caller wants an end; CP-SAT lets other threads run while it searches."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(WATCH):
            if effort.cancel():
                solver.stop_search()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
