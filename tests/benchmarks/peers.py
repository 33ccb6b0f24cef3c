"""Ours, PyVRP, VROOM and OR-Tools on the VRPTW instances: the same instances, cores and seconds, by turns.

Who uses one core only is run twice at once where two are given, with two seeds, and the better plan counts. Gaps are
per cent above the best value known; every plan is judged by our referee and its distance summed a second time.
"""

import argparse
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Final

from tests.benchmarks.contest import gaps, limits, report, slots, solvers
from tests.benchmarks.contest.instances import Instance, instances
from tests.benchmarks.contest.judging import Judged, driven, judge, orders_of
from tests.benchmarks.contest.protocol import Request
from tests.benchmarks.contest.racing import race, warm
from tests.benchmarks.contest.standings import Run, standings, targets_kept
from tests.builders import published

SECONDS: Final = {100: 30.0, 200: 30.0, 400: 30.0, 1000: 60.0}


@dataclass(frozen=True, slots=True)
class Task:
    """One solver on one instance. turn: from 0, of all solvers together. seeds: as many as it is run at once."""

    instance: Instance
    solver: str
    cores: int
    turn: int
    seeds: tuple[int, ...]
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them; the exit code."""
    asked = _options().parse_args(arguments)
    if not published.FOLDER.is_dir():
        return report.skipped(published.MISSING)
    if not all(map(solvers.installed, asked.solvers)):
        return report.skipped(solvers.MISSING)
    report.say(report.opening())
    runs: list[Run] = []
    for cores in asked.cores:
        places = slots.slots(cores)
        if not places:
            report.say(f"# rows of {cores} cores left out: there are {len(slots.cores())}")
            continue
        report.say(f"# {cores} core{'s' * (cores > 1)} for each solver, {len(places)} at once")
        report.say(f"{'instance':10} {'solver':8} {'cores':>5} {'seed':>4} {'value':>9} {'gap %':>7} {'s':>6}")
        tasks = _tasks(asked, cores)
        for task in tasks[:1]:
            warm(task.instance.problem(), places[0])
        for _, run in slots.run_all(tasks, _solved, places):
            runs.append(run)
            report.say(_line(run))
    found = standings(runs, asked.solvers)
    kept = targets_kept(found)
    report.keep(asked.json, "peers", vars(asked), [asdict(run) for run in runs], [asdict(one) for one in found])
    wrong = any(run.told for run in runs if run.solver == solvers.OURS)
    return 1 if wrong or (asked.judge and not kept) else 0


def _options() -> argparse.ArgumentParser:
    parser = report.parser("peers", __doc__)
    limits.add_option(parser, SECONDS)
    parser.add_argument("--seeds", type=int, default=3, help="runs of each (default: 3); who knows no seed runs once")
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2], help="rows to make (default: 1 2)")
    parser.add_argument("--only", default="", help="instances whose name holds this")
    parser.add_argument("--sizes", type=int, nargs="+", default=sorted(SECONDS))
    parser.add_argument("--solvers", nargs="+", choices=sorted(solvers.MODULES), default=list(solvers.MODULES))
    parser.add_argument("--judge", action="store_true", help="end with exit code 1 when a target is missed")
    return parser


def _tasks(asked: argparse.Namespace, cores: int) -> list[Task]:
    seconds = limits.by_size(asked.seconds, SECONDS)
    found = []
    for instance in instances("vrptw", asked.only):
        for turn in range(asked.seeds):
            for solver in asked.solvers:
                at_once = 1 if solver in solvers.SEVERAL_CORES else cores
                seeds = tuple(range(turn * at_once, (turn + 1) * at_once))
                if instance.size in asked.sizes and not (turn and solver in solvers.WITHOUT_SEED):
                    found.append(Task(instance, solver, cores, turn, seeds, limits.seconds_for(instance.size, seconds)))
    return found


def _solved(task: Task, place: slots.Slot) -> Run:
    shares: list[slots.Slot] = [place] if len(task.seeds) == 1 else [(core,) for core in place]
    with ThreadPoolExecutor(len(shares)) as pool:
        judged = list(pool.map(lambda pair: _judged(task, *pair), zip(task.seeds, shares, strict=True)))
    best = min(judged, key=lambda one: task.instance.gap(one.cost) if one.complete else math.inf)
    cost = best.cost if best.complete else None
    return Run(
        instance=task.instance.name,
        size=task.instance.size,
        solver=task.solver,
        cores=task.cores,
        turn=task.turn,
        seed=task.seeds[0],
        value=math.inf if cost is None else task.instance.value(cost),
        gap=task.instance.gap(cost),
        took=max(one.seconds for one in judged),
        told=best.told or (f"{best.left_out} left out" if best.left_out else ""),
    )


def _judged(task: Task, seed: int, cores: slots.Slot) -> Judged:
    problem = task.instance.problem()
    finish = race(Request(task.solver, problem, task.seconds, seed, len(cores), frozenset(cores)))
    judged = judge(problem, finish)
    orders = orders_of(finish.solution.routes) if finish.solution else finish.orders
    if judged.right and driven(problem, orders) != judged.cost:
        raise AssertionError(f"{task}: the referee says {judged.cost}, the legs come to {driven(problem, orders)}")
    return judged


def _line(run: Run) -> str:
    value = "-" if math.isinf(run.value) else f"{run.value:.1f}"
    return (
        f"{run.instance:10} {run.solver:8} {run.cores:5} {run.seed:4} {value:>9} {gaps.shown(run.gap):>7} "
        f"{run.took:6.1f} {run.told}"
    ).rstrip()
