"""Published benchmark instances: they stand beside the checkout in ../shared/benchmarks, no part of the project."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from solver.formats import native
from solver.problem import Problem

FOLDER: Final = Path(__file__).resolve().parents[2].parent / "shared" / "benchmarks"
MISSING: Final = f"the published instances are not there: put them in {FOLDER}"
LARGEST: Final = 400
"""Customers of the largest VRPTW instances that must be solved in seconds."""


def published(kind: str) -> list[Path]:
    """The instances of a kind (trsp, vrptw, hhcrsp, cfr), by name."""
    endings = {"trsp": ".txt", "vrptw": ".txt", "hhcrsp": ".json", "cfr": ".json"}
    return sorted(path for path in (FOLDER / kind).glob(f"*{endings[kind]}") if path.name != "LICENSE.txt")


def customers(vrptw: Path) -> int:
    """How many customers a VRPTW instance has: 100 for Solomon's, else hundreds by the second part of the name."""
    parts = vrptw.stem.split("_")
    return 100 * int(parts[1]) if len(parts) == 3 else 100


def wanted() -> list[tuple[str, Path]]:
    """Every instance that must be solved: all of trsp and cfr, and vrptw of 100 to 400 customers."""
    small = [path for path in published("vrptw") if customers(path) <= LARGEST]
    return [
        *(("trsp", path) for path in published("trsp")),
        *(("vrptw", path) for path in small),
        *(("cfr", path) for path in published("cfr")),
    ]


def converted(kind: str, path: Path) -> bytes:
    """The instance in the problem format."""
    command = [sys.executable, str(FOLDER / "convert.py"), kind, str(path)]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def load(kind: str, path: Path) -> Problem:
    """The instance as a problem."""
    return native.load_problem(converted(kind, path))
