"""Solvers side by side: gaps and ratios by size, and whether ours is where it should be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.benchmarks.contest import gaps, report, solvers

TARGETS: Final = {100: 0.1, 200: 0.05, 400: 0.8, 1000: 1.3}
"""Ours: median gap at most, in per cent, by size."""
LEVEL_AT: Final = 200
LEVEL: Final = 0.02
"""At this size ours need not be ahead of every peer, but level: so many per cent worse than the best at most."""


@dataclass(frozen=True, slots=True)
class Run:
    """A solver on an instance. turn: from 0, of all solvers alike. value: infinite without a plan that serves all."""

    instance: str
    size: int
    solver: str
    cores: int
    turn: int
    seed: int
    value: float
    gap: float
    took: float
    told: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A solver's runs on instances of a size. Gaps in per cent; ratio: its values over ours, geometric mean."""

    cores: int
    size: int
    solver: str
    runs: int
    median: float
    mean: float
    worst: float
    without: int
    ratio: float


def standings(runs: Sequence[Run], names: Sequence[str]) -> list[Standing]:
    """One for each number of cores, size and solver; printed."""
    columns = f"{'median %':>8} {'mean %':>8} {'worst %':>8} {'no plan':>7} {'ratio':>7}"
    report.say(f"{'cores':>5} {'visits':>6} {'solver':8} {'runs':>4} {columns}   (ratio: its distance / ours)")
    found = []
    for cores, size in sorted({(run.cores, run.size) for run in runs}):
        alike = [run for run in runs if (run.cores, run.size) == (cores, size)]
        for name in names:
            found.append(_standing(name, [run for run in alike if run.solver == name], alike))
            report.say(_line(found[-1]))
    return found


def _standing(name: str, own: Sequence[Run], alike: Sequence[Run]) -> Standing:
    found = [run.gap for run in own]
    ours = {(run.instance, run.turn): run.value for run in alike if run.solver == solvers.OURS}
    pairs = [(run.value, ours.get((run.instance, run.turn), math.inf)) for run in own]
    return Standing(
        cores=alike[0].cores,
        size=alike[0].size,
        solver=name,
        runs=len(own),
        median=gaps.median(found),
        mean=gaps.mean(found),
        worst=max(found, default=math.nan),
        without=sum(map(math.isinf, found)),
        ratio=gaps.ratio([its for its, _ in pairs], [value for _, value in pairs]),
    )


def _line(one: Standing) -> str:
    figures = " ".join(f"{gaps.shown(figure):>8}" for figure in (one.median, one.mean, one.worst))
    ratio = gaps.shown(one.ratio, 4)
    return f"{one.cores:5} {one.size:6} {one.solver:8} {one.runs:4} {figures} {one.without:7} {ratio:>7}"


def targets_kept(found: Sequence[Standing]) -> bool:
    """Prints, for each number of cores and size, whether ours is as near the best known as it should be, and ahead."""
    kept = True
    for own in (one for one in found if one.solver == solvers.OURS):
        peers = [one for one in found if (one.cores, one.size) == (own.cores, own.size) and one is not own]
        allowed = LEVEL if own.size == LEVEL_AT else 0.0
        near = own.median <= TARGETS.get(own.size, math.inf)
        behind = [one.solver for one in peers if own.median > one.median + allowed]
        kept = kept and near and not behind
        report.say(
            f"target, cores {own.cores}, {own.size} visits: median {gaps.shown(own.median)} % of at most "
            f"{TARGETS.get(own.size, math.inf):g} % {'kept' if near else 'missed'}; "
            f"{'behind ' + ', '.join(behind) if behind else 'no peer ahead'}"
        )
    return kept
