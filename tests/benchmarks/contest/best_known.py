"""Ours against the best values known of one kind of instance: gaps, what was left out, and new best values."""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from tests.benchmarks.contest import gaps, report, slots, solvers
from tests.benchmarks.contest.instances import Instance, instances
from tests.benchmarks.contest.judging import Judged, judge
from tests.benchmarks.contest.protocol import Request
from tests.benchmarks.contest.racing import race, warm
from tests.builders import published

SEEDS: Final = 3


@dataclass(frozen=True, slots=True)
class Target:
    """What must hold at a limit: per cent above the best known, at most."""

    mean: float
    worst: float = math.inf


@dataclass(frozen=True, slots=True)
class Run:
    """One instance solved once. value: in the published unit, None without a complete plan; gap: per cent."""

    instance: str
    seconds: float
    seed: int
    left_out: int
    value: float | None
    best: float
    gap: float
    rounding: float
    took: float
    told: str


def compare(kind: str, about: str | None, targets: dict[float, Target], arguments: Sequence[str] | None) -> int:
    """Runs the instances, prints the table; 0 unless the referee disagrees or, asked to judge, a target is missed."""
    asked = _options(kind, about, targets).parse_args(arguments)
    if not published.FOLDER.is_dir():
        return report.skipped(published.MISSING)
    each = asked.threads or max(1, len(slots.cores()) // asked.processes)
    places = slots.slots(each, asked.processes)
    if not places:
        return report.skipped(f"--threads is {each}, and there are {len(slots.cores())} cores; ask for fewer")
    report.say(report.opening())
    report.say(f"# ours alone, {each} threads on {each} cores; {len(places)} solved at once")
    report.say(f"{'instance':24} {'limit':>6} {'seed':>4} {'left':>5} {'value':>11} {'best':>11} {'gap %':>7} {'s':>6}")
    runs = []
    tasks = _tasks(kind, asked)
    for instance, _, _ in tasks[:1]:
        warm(instance.problem(), places[0])
    for (instance, seconds, seed), run in slots.run_all(tasks, _solved(each), places):
        runs.append(run)
        report.say(_line(instance, seconds, seed, run))
    summary = [_summary(runs, seconds, targets.get(seconds)) for seconds in asked.seconds]
    better = new_best(runs)
    report.keep(asked.json, kind, vars(asked), [asdict(run) for run in runs], {"limits": summary, "new best": better})
    kept = all(one["kept"] is not False for one in summary)
    return 1 if any(run.told for run in runs) or (asked.judge and not kept) else 0


def new_best(runs: Sequence[Run]) -> dict[str, float]:
    """Values better than the best known by more than rounding may have made; printed."""
    found: dict[str, float] = {}
    for run in runs:
        if run.value is not None and run.value < run.best - run.rounding:
            found[run.instance] = min(run.value, found.get(run.instance, math.inf))
    best = {run.instance: run.best for run in runs}
    report.say(f"new best values, checked by the referee: {len(found) or 'none'}")
    for name, value in sorted(found.items()):
        report.say(f"  {name:24} {value:11.3f}, was {best[name]:.3f} ({100 * (value / best[name] - 1):+.3f} %)")
    return found


def _options(kind: str, about: str | None, targets: dict[float, Target]) -> argparse.ArgumentParser:
    parser = report.parser(kind, about)
    parser.add_argument("--seconds", type=float, nargs="+", default=sorted(targets), help="limits to try")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="from 0 on (default: %(default)s)")
    parser.add_argument("--only", default="", help="instances whose name holds this")
    parser.add_argument("--processes", type=int, default=1, help="solved at once (default: 1)")
    parser.add_argument("--threads", type=int, help="for each; default: the cores dealt out to the processes")
    parser.add_argument("--judge", action="store_true", help="end with exit code 1 when a target is missed")
    return parser


def _tasks(kind: str, asked: argparse.Namespace) -> list[tuple[Instance, float, int]]:
    return [
        (instance, seconds, seed)
        for seconds in asked.seconds
        for seed in range(asked.seeds)
        for instance in instances(kind, asked.only)
    ]


def _solved(threads: int) -> Callable[[tuple[Instance, float, int], slots.Slot], Run]:
    def solved(task: tuple[Instance, float, int], place: slots.Slot) -> Run:
        instance, seconds, seed = task
        problem = instance.problem()
        finish = race(Request(solvers.OURS, problem, seconds, seed, threads, frozenset(place)))
        legs = sum(len(route.stops) + 1 for route in finish.solution.routes) if finish.solution else 0
        return _run(instance, seconds, seed, judge(problem, finish), legs)

    return solved


def _run(instance: Instance, seconds: float, seed: int, judged: Judged, legs: int) -> Run:
    value = instance.value(judged.cost) if judged.complete and judged.cost is not None else None
    return Run(
        instance=instance.name,
        seconds=seconds,
        seed=seed,
        left_out=judged.left_out,
        value=value,
        best=instance.best,
        gap=math.inf if value is None else instance.gap(judged.cost),
        rounding=instance.rounding(legs),
        took=judged.seconds,
        told=judged.told,
    )


def _line(instance: Instance, seconds: float, seed: int, run: Run) -> str:
    value = "-" if run.value is None else f"{run.value:.3f}"
    return (
        f"{instance.name:24} {seconds:6g} {seed:4} {run.left_out:5} {value:>11} {run.best:11.3f} "
        f"{gaps.shown(run.gap):>7} {run.took:6.1f} {run.told}"
    ).rstrip()


def _summary(runs: Sequence[Run], seconds: float, target: Target | None) -> dict[str, Any]:
    own = [run for run in runs if run.seconds == seconds]
    found = [run.gap for run in own]
    complete = sum(run.value is not None for run in own)
    mean, worst = gaps.mean(found), max(found, default=math.nan)
    line = (
        f"{seconds:g} s: mean {gaps.shown(mean)} %, median {gaps.shown(gaps.median(found))} %, "
        f"worst {gaps.shown(worst)} %; all served in {complete} of {len(own)} runs"
    )
    kept = None if target is None or not own else mean <= target.mean and worst <= target.worst
    if target is not None:
        wanted = f"mean at most {target.mean:g} %" + (f", worst {target.worst:g} %" if target.worst < math.inf else "")
        line += f"; target ({wanted}, all served) {'kept' if kept else 'missed'}"
    report.say(line)
    return {
        "seconds": seconds,
        "mean": mean,
        "median": gaps.median(found),
        "worst": worst,
        "runs": len(own),
        "complete": complete,
        "kept": kept,
    }
