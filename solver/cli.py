"""What the commands `solve` and `check` do, whoever parsed their arguments. Each returns the exit code.

Problems with files and input are told on standard error, in one line or one line a fault, and never as a traceback.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from types import FrameType
from typing import Any, Final

from solver.bound.command import require_small, tell_bound
from solver.child import solve_in_child
from solver.formats import native, parsing
from solver.formats.files import STANDARD, check_writable, read_bytes, write_bytes
from solver.formats.vroom import read_vroom
from solver.formats.vroom_answer import write_vroom
from solver.problem import Problem
from solver.referee import Violation, admitted, check, cost
from solver.search import Limits
from solver.showing import Showing, shown
from solver.solution import Cost, Solution, Status, Unserved
from solver.spread import solve_spread
from solver.telling import DONE, INFEASIBLE, WRONG, named, say, told
from solver.words import plural

LEFT_OUT_SHOWN: Final = 5
"""Visits left out of which the reason and the cheapest remedy are told; the solution has them all."""

FORMATS: Final = ("native", "vroom")
Answer = Callable[[Solution], bytes]


def run_solve(
    problem: str | Path,
    output: str | Path = STANDARD,
    limits: Limits | None = None,
    format_: str = "native",
    showing: Showing = Showing.AUTO,
    quiet: bool = False,
    bound_seconds: float | None = None,
    spread: int | None = None,
) -> int:
    """Solve the problem in a file and write the solution ("-": standard input, standard output).

    format_: "native" or "vroom", of both files. Ctrl-C stops the search, and the best plan found is still written.
    bound_seconds: then also prove, for about so long, what every plan costs at least, and tell the gap (None: do not).
    spread: the search is spread by territory over so many processes, in place of the one process that it is.
    Exit code: 0 feasible, 3 infeasible, 2 bad input or output, 1 the search failed.
    """
    showing = Showing.NONE if quiet else showing
    return told(lambda: _solve(problem, output, limits or Limits(), format_, showing, quiet, bound_seconds, spread))


def run_check(problem: str | Path, solution: str | Path, as_json: bool = False) -> int:
    """Judge a solution and recompute its cost, on standard output.

    Exit code: 0 no rule is broken and the stated cost is right; 3 the same, but it leaves visits out that
    must be served, and says so; 1 something is wrong; 2 bad input.
    """
    return told(lambda: _check(problem, solution, as_json))


def _solve(
    problem: str | Path,
    output: str | Path,
    limits: Limits,
    format_: str,
    showing: Showing,
    quiet: bool,
    bound_seconds: float | None,
    spread: int | None,
) -> int:
    check_writable(output)
    given, answer = named(problem, lambda: _read(problem, format_))
    if bound_seconds is not None:
        require_small(given)
    with _interruptible() as stop:
        with shown(showing, len(given.visits)) as on_progress:
            if spread is None:
                solution = solve_in_child(given, limits, on_progress=on_progress, cancel=stop)
            else:
                limits = replace(limits, threads=spread)
                solution = solve_spread(given, limits, on_progress=on_progress, cancel=stop.is_set)
        write_bytes(output, answer(solution))
        if not quiet:
            for left in solution.unserved[:LEFT_OUT_SHOWN]:
                say(left_out(left))
            say(summary(given, solution, stopped=stop.is_set()))
        if bound_seconds is not None and not stop.is_set():
            tell_bound(given, solution, bound_seconds, stop)
    return DONE if solution.status is Status.FEASIBLE else INFEASIBLE


def _read(path: str | Path, format_: str) -> tuple[Problem, Answer]:
    """The problem, and how its solution is written in the same format."""
    if format_ == "vroom":
        given = read_vroom(read_bytes(path))
        return given.problem, lambda solution: write_vroom(given, solution)
    return native.read_problem(path), native.dump_solution


def left_out(left: Unserved) -> str:
    """Why a visit is left out, and what would let it in at the least cost, in a line."""
    why = f" {left.reasons[0].message}" if left.reasons else ""
    if not left.remedies:
        return f"{left.visit!r} is left out.{why}"
    remedy = left.remedies[0]
    return f"{left.visit!r} is left out.{why} To let it in at {remedy.cost}: {remedy.message}"


def summary(problem: Problem, solution: Solution, stopped: bool = False) -> str:
    """The outcome in a line: status, visits served, cost, time; and whether the search was stopped before its end."""
    served = len(problem.visits) - len(solution.unserved)
    visits = f"{served} of {plural(len(problem.visits), 'visit')} served"
    routes = plural(sum(1 for route in solution.routes if route.stops), "route")
    end = ", stopped before its end" if stopped else ""
    return f"{solution.status}: {visits} in {routes}, cost {solution.cost.total}, {solution.stats.seconds:.1f} s{end}"


def _check(problem: str | Path, solution: str | Path, as_json: bool) -> int:
    if str(problem) == STANDARD == str(solution):
        raise OSError("only one of the two files can come from standard input")
    given = named(problem, lambda: native.read_problem(problem))
    judged = named(solution, lambda: native.read_solution(solution))
    found = check(given, judged)
    right = cost(given, judged.routes)
    fair = admitted(judged, found)
    document = verdict(judged, found, right, fair)
    write_bytes(STANDARD, parsing.write(document, indent=1) if as_json else _verdict_text(judged, found, right, fair))
    if not found:
        return DONE
    return INFEASIBLE if fair else WRONG


def verdict(judged: Solution, found: list[Violation], right: Cost, fair: bool) -> dict[str, Any]:
    """The referee's verdict as a JSON document; fair: nothing is wrong but what an infeasible solution says itself."""
    return {
        "right": not found,
        "honest": fair,
        "status": str(judged.status),
        "violations": [{"rule": str(v.rule), "route": v.route, "stop": v.stop, "message": v.message} for v in found],
        "cost": {"total": right.total, **{part.name: getattr(right, part.name) for part in fields(Cost)}},
        "stated_total": judged.cost.total if judged.stated_total is None else judged.stated_total,
    }


def _verdict_text(judged: Solution, found: list[Violation], right: Cost, fair: bool) -> bytes:
    lines = []
    for violation in found:
        place = "" if violation.route is None else f" (shift {violation.route!r}"
        place += ")" if place and violation.stop is None else f", stop {violation.stop})" if place else ""
        lines.append(f"{violation}{place}")
    parts = [(part.name, getattr(right, part.name)) for part in fields(Cost)]
    shares = ", ".join(f"{name} {value}" for name, value in parts if value)
    lines.append(f"cost {right.total}" + (f": {shares}" if shares else ""))
    if not found:
        lines.append(f"right: {judged.status}, no rule is broken")
    elif fair:
        count = plural(len(found), "visit")
        lines.append(f"honest: infeasible, as it says; {count} left out that must be served, nothing else is wrong")
    else:
        lines.append(plural(len(found), "violation"))
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """An event that Ctrl-C or a request to end sets; a second Ctrl-C ends at once. Only the main thread hears them."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
