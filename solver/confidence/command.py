"""What the command `confidence` does, whoever parsed its arguments."""

from collections.abc import Iterator
from dataclasses import asdict
from math import floor
from pathlib import Path
from typing import Any

from solver.confidence.promises import Confidence, Promise
from solver.confidence.simulation import SAMPLES, confidence
from solver.formats import native, parsing
from solver.formats.files import STANDARD, write_bytes
from solver.referee import check_routes
from solver.telling import DONE, WRONG, named, say, told
from solver.words import clock, plural

HEAD = ("kept", "visit", "technician", "window", "planned", "95 % by")


def run_confidence(
    problem: str | Path,
    solution: str | Path,
    samples: int = SAMPLES,
    seed: int = 0,
    correlation: int = 0,
    as_json: bool = False,
) -> int:
    """Tell how surely a plan keeps each promised window, on standard output, the least sure first.

    correlation: in percent. Exit code: 0, 1 when the plan breaks a rule, 2 bad input.
    """
    return told(lambda: _confidence(problem, solution, samples, seed, correlation, as_json))


def _confidence(
    problem: str | Path, solution: str | Path, samples: int, seed: int, correlation: int, as_json: bool
) -> int:
    if str(problem) == STANDARD == str(solution):
        raise OSError("only one of the two files can come from standard input")
    given = named(problem, lambda: native.read_problem(problem))
    plan = named(solution, lambda: native.read_solution(solution))
    broken = check_routes(given, plan.routes)
    if broken:
        say(f"error: the plan breaks {plural(len(broken), 'rule')}, which `check` lists; mend it first. {broken[0]}")
        return WRONG
    found = confidence(given, plan.routes, samples, seed, correlation / 100)
    write_bytes(STANDARD, parsing.write(as_tree(found), indent=1) if as_json else as_text(found).encode())
    return DONE


def as_tree(found: Confidence) -> dict[str, Any]:
    """The answer as a JSON document; windows and starts in seconds, probabilities 0 to 1."""
    return {**asdict(found), "promises": [asdict(promise) for promise in found.promises]}


def as_text(found: Confidence) -> str:
    """The answer as a table, the least sure promise first, and the expected share under it."""
    if found.expected_share is None:
        return "Nothing was promised: no visit served has a window.\n"
    rows = [HEAD, *(tuple(_row(promise)) for promise in sorted(found.promises, key=lambda p: p.probability))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    share = f"{percent(found.expected_share)} of {plural(len(found.promises), 'promise')} can be expected to be kept"
    lines.append(f"{share} ({plural(found.samples, 'sample')}, seed {found.seed})")
    return "\n".join(lines) + "\n"


def _row(promise: Promise) -> Iterator[str]:
    yield percent(promise.probability)
    yield promise.visit
    yield promise.technician
    yield f"{clock(promise.window[0])}–{clock(promise.window[1])}"
    yield clock(promise.start)
    yield clock(promise.start_95)


def percent(probability: float) -> str:
    """In percent, rounded down, so that 100 % is said of no promise that was broken in any sample."""
    return f"{floor(probability * 1000) / 10:.1f} %"
