"""What the command `bound` does, and what `solve --bound` tells, whoever parsed their arguments."""

import math
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from solver.bound.bound import MOST_VISITS, Bound
from solver.bound.child import bound_in_child
from solver.child import SolverCrashed
from solver.formats import native, parsing
from solver.formats.files import STANDARD, write_bytes
from solver.problem import Problem
from solver.referee import check
from solver.solution import Solution, Status
from solver.telling import DONE, WRONG, Refused, named, say, told
from solver.words import plural

SECONDS: Final = 60.0
"""Given to a bound unless told otherwise."""


def run_bound(
    problem: str | Path, solution: str | Path | None = None, seconds: float = SECONDS, as_json: bool = False
) -> int:
    """Tell on standard output what every plan of a small day costs at least, and how far above it a plan is.

    Exit code: 0, 1 when the plan breaks a rule or the proof failed, 2 bad input.
    """
    return told(lambda: _bound(problem, solution, seconds, as_json))


def _bound(problem: str | Path, solution: str | Path | None, seconds: float, as_json: bool) -> int:
    if str(problem) == STANDARD == str(solution):
        raise OSError("only one of the two files can come from standard input")
    given = named(problem, lambda: native.read_problem(problem))
    require_small(given)
    plan = None if solution is None else named(solution, lambda: native.read_solution(solution))
    broken = [] if plan is None else check(given, plan)
    if broken:
        say(f"error: {plural(len(broken), 'thing')} in the plan is wrong, which `check` lists. {broken[0]}")
        return WRONG
    found = bound_in_child(given, seconds, plan)
    text = parsing.write(as_tree(found, plan), indent=1) if as_json else f"{sentence(found, plan)}\n".encode()
    write_bytes(STANDARD, text)
    return DONE


def require_small(problem: Problem) -> None:
    """Raise `Refused` for a problem of more visits than a bound is made for."""
    if len(problem.visits) > MOST_VISITS:
        told_ = f"a bound is proven for up to {MOST_VISITS} visits, and the problem has {len(problem.visits)}"
        raise Refused(f"error: {told_}; ask for one on a smaller day")


def tell_bound(problem: Problem, plan: Solution, seconds: float, cancel: threading.Event | None = None) -> None:
    """Tell on standard error how far from the best possible plan this one is at most, or why that is not known."""
    try:
        found = bound_in_child(problem, seconds, plan, cancel)
    except SolverCrashed as crash:  # the plan is written, and as good as it was
        say(f"error: {crash}")
    else:
        say(sentence(found, plan))


def sentence(found: Bound, plan: Solution | None = None) -> str:
    """The bound, the gap of the plan, and how it was proven, in a line."""
    how = f"proven in {found.seconds:.1f} s"
    if found.routes:
        how += f", CP-SAT choosing from {plural(found.routes, 'route')}"
    if not found.possible:
        return f"bound: no plan serves all that must be served, {how}"
    told_ = f"bound: every plan that serves what it must costs at least {found.cost}"
    if plan is None or plan.status is Status.INFEASIBLE:
        return f"{told_}, {how}"
    share = found.gap(plan.cost.total)
    more = max(0, plan.cost.total - found.cost)
    gap = f"{more} more" if share is None else f"{more} or {percent(share)} more"
    return f"{told_}; this plan costs {gap}, {how}"


def percent(share: float) -> str:
    """In percent, rounded up, so that no gap looks smaller than it is."""
    return f"{math.ceil(share * 10_000) / 100:.2f} %"


def as_tree(found: Bound, plan: Solution | None) -> dict[str, Any]:
    """The answer as a JSON document; `gap` is a share of the plan's cost."""
    feasible = plan is not None and plan.status is Status.FEASIBLE
    cost = plan.cost.total if plan is not None and feasible else None
    return {**asdict(found), "plan": cost, "gap": None if cost is None else found.gap(cost)}
