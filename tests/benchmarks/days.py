"""Seeded days of the sample company: ours and each peer on the features that the peer can state.

For each peer the day is reduced to what it knows; ours and the peer solve that same problem on the same cores. The
peer's orders of visits become our routes with the cheapest times there are, and our referee prices both. Days of up
to 30 visits are solved whole, by ours alone, and held against the proven bound.
"""

import argparse
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from typing import Final

from solver.problem import Problem
from tests.benchmarks.contest import gaps, limits, proven, report, slots, solvers
from tests.benchmarks.contest.features import CAN_STATE, Feature, reduced, shared
from tests.benchmarks.contest.judging import Judged, judge
from tests.benchmarks.contest.protocol import Request
from tests.benchmarks.contest.racing import race, warm
from tests.benchmarks.contest.sample_days import sample_day

SECONDS: Final = {30: 10.0, 150: 10.0, 600: 30.0, 2000: 60.0}


@dataclass(frozen=True, slots=True)
class Task:
    """A solver (ours, or a peer) on a day reduced to what `peer` can state."""

    visits: int
    seed: int
    peer: str
    solver: str
    features: frozenset[Feature]
    cores: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a task. cost: cents, what left-out visits cost apart; None without a plan."""

    visits: int
    seed: int
    peer: str
    solver: str
    cores: int
    cost: int | None
    unserved: int
    left_out: int
    took: float
    told: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them; the exit code."""
    asked = _options().parse_args(arguments)
    if not all(solvers.installed(_module(peer)) for peer in asked.peers):
        return report.skipped(solvers.MISSING)
    report.say(report.opening())
    seconds = limits.by_size(asked.seconds, SECONDS)
    runs: list[Run] = []
    for cores in asked.cores:
        places = slots.slots(cores)
        if not places:
            report.say(f"# rows of {cores} cores left out: there are {len(slots.cores())}")
            continue
        tasks = _tasks(asked, cores, seconds)
        if not tasks:
            continue
        for told in dict.fromkeys(_telling(task) for task in tasks):
            report.say(told)
        for task in {task.features: task for task in reversed(tasks)}.values():
            warm(reduced(sample_day(task.visits, task.seed), task.features), places[0])
        report.say(_columns())
        for task, run in slots.run_all(tasks, _solved(), places):
            runs.append(run)
            report.say(_line(task, run))
    kept = _summary(runs) if runs else True
    bounds = _bounded(asked, seconds)
    kept = kept and all(one.kept for one in bounds)
    rows = [asdict(run) for run in runs]
    report.keep(asked.json, "days", vars(asked), rows, {"kept": kept, "bounds": [asdict(one) for one in bounds]})
    wrong = any(run.told for run in runs if run.solver == solvers.OURS) or any(one.told for one in bounds)
    return 1 if wrong or (asked.judge and not kept) else 0


def _options() -> argparse.ArgumentParser:
    parser = report.parser("days", __doc__)
    limits.add_option(parser, SECONDS)
    parser.add_argument("--sizes", type=int, nargs="+", default=sorted(SECONDS), help="visits of a day")
    parser.add_argument("--seeds", type=int, default=3, help="days of each size (default: 3)")
    parser.add_argument("--cores", type=int, nargs="+", default=[2], help="rows to make (default: 2)")
    parser.add_argument("--peers", nargs="+", choices=sorted(CAN_STATE), default=["pyvrp", "vroom", "ortools"])
    parser.add_argument("--bound-seconds", type=float, default=60.0, help="for each proof (default: 60)")
    parser.add_argument("--common", action="store_true", help="one problem for all: what every one of the peers knows")
    parser.add_argument("--judge", action="store_true", help="end with exit code 1 when a target is missed")
    return parser


def _bounded(asked: argparse.Namespace, seconds: dict[int, float]) -> list[proven.Proven]:
    """The small days among those asked for, one after another on as many cores as there are asked for."""
    places = slots.slots(min(max(asked.cores), len(slots.cores())), 1)
    days = [(size, seed) for size in asked.sizes if size <= proven.SMALL for seed in range(1, asked.seeds + 1)]
    found: list[proven.Proven] = []
    for size, seed in days:
        if not found:
            warm(sample_day(size, seed), places[0])
            report.say(proven.columns())
        spent = (limits.seconds_for(size, seconds), asked.bound_seconds)
        found.append(proven.against_bound(size, seed, sample_day(size, seed), places[0], spent))
        report.say(proven.line(found[-1]))
    if found:
        proven.summary(found)
    return found


def _tasks(asked: argparse.Namespace, cores: int, seconds: dict[int, float]) -> list[Task]:
    found: list[Task] = []
    for visits in (size for size in asked.sizes if size > proven.SMALL):
        for seed in range(1, asked.seeds + 1):
            states = {peer: shared(peer, sample_day(visits, seed)) for peer in asked.peers}
            if asked.common:
                states = dict.fromkeys(states, frozenset.intersection(*states.values()))
            for peer, features in states.items():
                pair = (solvers.OURS, peer)
                found += [
                    Task(visits, seed, peer, name, features, cores, limits.seconds_for(visits, seconds))
                    for name in pair
                ]
    return found


def _module(peer: str) -> str:
    """The solver behind a peer: the same may take part with more of the features."""
    return peer.partition("-")[0]


def _solved() -> Callable[[Task, slots.Slot], Run]:
    @cache
    def problem_of(visits: int, seed: int, features: frozenset[Feature]) -> Problem:
        return reduced(sample_day(visits, seed), features)

    def solved(task: Task, place: slots.Slot) -> Run:
        problem = problem_of(task.visits, task.seed, task.features)
        alone = _module(task.solver) in solvers.SEVERAL_CORES
        shares: list[slots.Slot] = [place] if alone else [(core,) for core in place]
        seeds = [task.seed * len(shares) + i for i in range(len(shares))]
        with ThreadPoolExecutor(len(shares)) as pool:
            judged = list(pool.map(lambda pair: _judged(task, problem, *pair), zip(seeds, shares, strict=True)))
        best = min(judged, key=lambda one: math.inf if one.cost is None else one.cost + one.unserved)
        return Run(
            visits=task.visits,
            seed=task.seed,
            peer=task.peer,
            solver=task.solver,
            cores=task.cores,
            cost=best.cost,
            unserved=best.unserved,
            left_out=best.left_out,
            took=max(one.seconds for one in judged),
            told=best.told,
        )

    return solved


def _judged(task: Task, problem: Problem, seed: int, cores: slots.Slot) -> Judged:
    request = Request(_module(task.solver), problem, task.seconds, seed, len(cores), frozenset(cores))
    return judge(problem, race(request))


def _telling(task: Task) -> str:
    told = ", ".join(sorted(task.features)) or "no more than skills, tools, windows, shifts and costs of driving"
    return f"# {task.peer}, {task.visits} visits, shares: {told}"


def _columns() -> str:
    return f"{'visits':>6} {'seed':>4} {'against':14} {'solver':14} {'cores':>5} {'cost':>10} {'left':>5} {'s':>6}"


def _line(task: Task, run: Run) -> str:
    cost = "-" if run.cost is None else str(run.cost)
    return (
        f"{run.visits:6} {run.seed:4} {task.peer:14} {run.solver:14} {run.cores:5} {cost:>10} {run.left_out:5} "
        f"{run.took:6.1f} {run.told}"
    ).rstrip()


def _summary(runs: Sequence[Run]) -> bool:
    """Prints each peer's cost over ours by size, and whether ours is below everywhere with no more left out."""
    ahead = True
    report.say(f"{'cores':>5} {'visits':>6} {'peer':14} {'days':>4} {'ratio':>7} {'left, ours':>10} {'its':>5}")
    for cores, visits, peer in sorted({(run.cores, run.visits, run.peer) for run in runs}):
        own = [run for run in runs if (run.cores, run.visits, run.peer) == (cores, visits, peer)]
        ours = {run.seed: run for run in own if run.solver == solvers.OURS}
        its = {run.seed: run for run in own if run.solver != solvers.OURS}
        ratio = gaps.ratio([_cost(its[seed]) for seed in ours], [_cost(ours[seed]) for seed in ours])
        left = [sum(run.left_out for run in side.values()) for side in (ours, its)]
        behind = [seed for seed in ours if _behind(ours[seed], its[seed])]
        ahead = ahead and not behind
        verdict = f"behind on day {', '.join(map(str, behind))}" if behind else "ahead"
        told = f"{gaps.shown(ratio, 4):>7} {left[0]:10} {left[1]:5}  {verdict}"
        report.say(f"{cores:5} {visits:6} {peer:14} {len(ours):4} {told}")
    report.say("ratio: its cost / ours, unserved apart, geometric mean over the days on which both have a plan")
    return ahead


def _cost(run: Run) -> float:
    return math.inf if run.cost is None or run.told else float(run.cost)


def _behind(ours: Run, its: Run) -> bool:
    return ours.left_out > its.left_out or (ours.left_out == its.left_out and _cost(ours) >= _cost(its))
