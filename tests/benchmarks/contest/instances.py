"""The published instances with their best known values."""

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from solver.problem import Problem
from tests.builders import published

KINDS: Final = {"trsp": "duration", "hhcrsp": "total_cost", "vrptw": "best_known_distance"}
"""The column of best values of each kind."""
SHARES: Final = {"trsp": 1.0, "hhcrsp": 3.0, "vrptw": 1.0}
"""Published values are the cost divided by this, besides the scale in the problem's name."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A published instance. best: the best value known, in the published unit. size: customers, requests, patients."""

    kind: str
    name: str
    path: Path
    best: float
    size: int

    def problem(self) -> Problem:
        """In our format; read once per process."""
        return _problem(self.kind, self.path)

    def value(self, cost: int) -> float:
        """A cost in the published unit."""
        return cost / (scale(self.problem()) * SHARES[self.kind])

    def gap(self, cost: int | None) -> float:
        """Per cent above the best value known; infinite without a plan."""
        return math.inf if cost is None else 100 * (self.value(cost) / self.best - 1)

    def rounding(self, legs: int) -> float:
        """What rounding the times of so many legs may have made of a value."""
        return self.value(legs) / 2


def instances(kind: str, only: str = "") -> list[Instance]:
    """All of a kind whose name holds `only`, the smallest first."""
    with (published.FOLDER / kind / "best_known.csv").open(encoding="utf-8", newline="") as file:
        best = {row["instance"]: float(row[KINDS[kind]]) for row in csv.DictReader(file)}
    found = [
        Instance(kind, path.stem, path, best[path.stem], _size(kind, path))
        for path in published.published(kind)
        if only in path.stem
    ]
    return sorted(found, key=lambda one: (one.size, one.name))


def scale(problem: Problem) -> int:
    """By how much the converter multiplied: the end of the problem's name."""
    return int((problem.name or "x1").rsplit("x", 1)[1])


def _size(kind: str, path: Path) -> int:
    if kind == "vrptw":
        return published.customers(path)
    return int(path.stem.split("_")[-2]) if kind == "hhcrsp" else int(path.stem.split(".")[1].split("_")[0])


_problem = cache(published.load)
