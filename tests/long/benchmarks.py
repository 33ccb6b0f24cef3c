"""Every published instance of trsp, vrptw (100 to 400 customers) and cfr: solved, judged, and counted.

Prints a line for each. The exit code is 1 when fewer than 90 % are feasible or the referee disagrees on any.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.builders import published

SHARE: Final = 0.9
SPARE: Final = 60.0
"""Seconds beyond the limit after which a solve counts as hanging."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an instance. agreed: the referee found nothing but what must be served left out."""

    kind: str
    name: str
    visits: int
    left_out: int
    status: str
    agreed: bool
    cost: int
    seconds: float
    told: str


def main(arguments: Sequence[str]) -> int:
    """Solve them all, one process for each core."""
    parser = argparse.ArgumentParser(prog="python -m tests.long benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="for each instance (default: 20)")
    parser.add_argument("--only", default="", help="instances whose kind or name holds this")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    if not published.FOLDER.is_dir():
        print(published.MISSING, file=sys.stderr)
        return 2
    instances = [(kind, path) for kind, path in published.wanted() if given.only in f"{kind}/{path.stem}"]
    print(f"{'instance':32} {'visits':>6} {'left':>5} {'status':10} {'agreed':6} {'cost':>12} {'s':>6}", flush=True)
    outcomes = []
    with ThreadPoolExecutor(given.processes) as pool:
        for outcome in pool.map(lambda pair: solved(pair[0], pair[1], given.seconds), instances):
            outcomes.append(outcome)
            print(_line(outcome), flush=True)
    return _verdict(outcomes)


def solved(kind: str, path: Path, seconds: float) -> Outcome:
    """The instance solved and checked by the commands, as a user would."""
    with tempfile.TemporaryDirectory() as folder:
        problem, solution = Path(folder, "problem.json"), Path(folder, "solution.json")
        problem.write_bytes(published.converted(kind, path))
        visits = len(json.loads(problem.read_bytes())["visits"])
        command = ["solve", str(problem), "-o", str(solution), "--seconds", str(seconds), "--quiet"]
        run = _solver(command, seconds + SPARE)
        if run.returncode not in (0, 3):
            told = f"solve ended with {run.returncode}: {run.stderr.strip()}"
            return Outcome(kind, path.stem, visits, visits, "failed", False, 0, 0.0, told)
        verdict = _solver(["check", str(problem), str(solution), "--json"], SPARE)
        if verdict.returncode not in (0, 1):
            told = f"check ended with {verdict.returncode}: {verdict.stderr.strip()}"
            return Outcome(kind, path.stem, visits, visits, "unchecked", False, 0, 0.0, told)
        found = json.loads(solution.read_bytes())
        return _outcome(kind, path.stem, visits, found, verdict)


def _solver(command: list[str], timeout: float) -> subprocess.CompletedProcess[str]:
    whole = [sys.executable, "-m", "solver", *command]
    try:
        return subprocess.run(whole, capture_output=True, text=True, check=False, timeout=timeout)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(whole, -1, "", f"did not end within {timeout:.0f} s")


def _outcome(
    kind: str, name: str, visits: int, found: dict[str, object], run: subprocess.CompletedProcess[str]
) -> Outcome:
    verdict = json.loads(run.stdout)
    infeasible = found["status"] == "infeasible"
    told = [violation for violation in verdict["violations"] if violation["rule"] != "must_be_served"]
    left = found["unserved"]
    stats = found["stats"]
    assert isinstance(left, list)
    assert isinstance(stats, dict)
    return Outcome(
        kind=kind,
        name=name,
        visits=visits,
        left_out=len(left),
        status=str(found["status"]),
        agreed=not told and run.returncode == (1 if infeasible else 0),
        cost=verdict["cost"]["total"],
        seconds=stats["seconds"],
        told=told[0]["message"] if told else "",
    )


def _line(outcome: Outcome) -> str:
    agreed = "yes" if outcome.agreed else "NO"
    numbers = f"{outcome.visits:6} {outcome.left_out:5} {outcome.status:10} {agreed:6} {outcome.cost:12}"
    return f"{outcome.kind + '/' + outcome.name:32} {numbers} {outcome.seconds:6.1f} {outcome.told}".rstrip()


def _verdict(outcomes: Sequence[Outcome]) -> int:
    """Print the share that is feasible; 0 when that is enough and the referee agreed on all."""
    feasible = sum(outcome.status == "feasible" for outcome in outcomes)
    disagreed = [outcome.name for outcome in outcomes if not outcome.agreed]
    share = feasible / len(outcomes) if outcomes else 0.0
    print(f"feasible: {feasible} of {len(outcomes)} ({share:.0%}); the referee disagrees on {len(disagreed)}")
    return 0 if outcomes and share >= SHARE and not disagreed else 1
