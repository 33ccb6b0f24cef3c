"""What each stage of the optimiser adds, by size: on VRPTW and technician routing instances and on sample days.

A stage's share is by how much the cost fell while it ran, in per cent of the cost before it; what a visit left out
costs counts, but for one that must be served; and a first plan has nothing to be compared with.
"""

import argparse
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from solver.problem import Problem
from tests.benchmarks.contest import gaps, limits, report, slots, solvers
from tests.benchmarks.contest.instances import instances
from tests.benchmarks.contest.judging import Judged, judge
from tests.benchmarks.contest.protocol import Request
from tests.benchmarks.contest.racing import race, warm
from tests.benchmarks.contest.sample_days import sample_day
from tests.builders import published

PUBLISHED: Final = ("vrptw", "trsp", "hhcrsp")
DAYS: Final = (30, 150, 600, 2000)
SECONDS: Final = {150: 10.0, 600: 30.0, 2000: 60.0}


@dataclass(frozen=True, slots=True)
class Case:
    """A problem to solve once."""

    kind: str
    size: int
    name: str
    seed: int
    seconds: float
    problem: Callable[[], Problem]


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of one solve. place: from 0. before, after: cost in cents; None where there was no plan yet."""

    kind: str
    size: int
    name: str
    seed: int
    place: int
    stage: str
    seconds: float
    before: int | None
    after: int | None

    @property
    def fell(self) -> float | None:
        """Per cent of the cost before that the stage took off."""
        return None if not self.before or self.after is None else 100 * (1 - self.after / self.before)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them; the exit code."""
    asked = _options().parse_args(arguments)
    wanted = [kind for kind in asked.kinds if kind != "days"]
    if wanted and not published.FOLDER.is_dir():
        return report.skipped(published.MISSING)
    report.say(report.opening())
    places = slots.slots(asked.threads or len(slots.cores()))
    if not places:
        return report.skipped(f"--threads is {asked.threads}, and there are {len(slots.cores())} cores; ask for fewer")
    report.say(f"# {len(places[0])} threads; {len(places)} solved at once")
    steps: list[Step] = []
    wrong = False
    cases = _cases(asked)
    for case in {case.kind: case for case in reversed(cases)}.values():
        warm(case.problem(), places[0])
    for case, judged in slots.run_all(cases, _solved, places):
        wrong = wrong or bool(judged.told)
        steps += _steps(case, judged)
        told = judged.told or ", ".join(f"{stage.name} {stage.seconds:.1f} s {stage.cost}" for stage in judged.stages)
        report.say(f"{case.kind:7} {case.size:5} {case.name:24} {case.seed:3}  {told}")
    _summary(steps)
    report.keep(asked.json, "stages", vars(asked), [asdict(step) for step in steps], None)
    return 1 if wrong else 0


def _options() -> argparse.ArgumentParser:
    parser = report.parser("stages", __doc__)
    limits.add_option(parser, SECONDS)
    parser.add_argument("--kinds", nargs="+", choices=[*PUBLISHED, "days"], default=["vrptw", "trsp", "days"])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(DAYS), help="visits of sample days")
    parser.add_argument("--only", default="", help="instances whose name holds this")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each instance, days of each size (default: 1)")
    parser.add_argument("--threads", type=int, help="default: as many as there are cores")
    return parser


def _cases(asked: argparse.Namespace) -> list[Case]:
    seconds = limits.by_size(asked.seconds, SECONDS)
    found = [
        Case(kind, one.size, one.name, seed, limits.seconds_for(one.size, seconds), one.problem)
        for kind in asked.kinds
        if kind != "days"
        for one in instances(kind, asked.only)
        for seed in range(asked.seeds)
    ]
    for size in asked.sizes if "days" in asked.kinds else ():
        for seed in range(1, asked.seeds + 1):
            spent = limits.seconds_for(size, seconds)
            found.append(Case("days", size, f"day {seed}", seed, spent, _day(size, seed)))
    return found


def _day(size: int, seed: int) -> Callable[[], Problem]:
    return lambda: sample_day(size, seed)


def _solved(case: Case, place: slots.Slot) -> Judged:
    problem = case.problem()
    request = Request(solvers.OURS, problem, case.seconds, case.seed, len(place), frozenset(place))
    return judge(problem, race(request))


def _steps(case: Case, judged: Judged) -> list[Step]:
    found: list[Step] = []
    before: int | None = None
    for place, stage in enumerate(judged.stages):
        about = (case.kind, case.size, case.name, case.seed)
        found.append(Step(*about, place, stage.name, stage.seconds, before, stage.cost))
        before = stage.cost
    return found


def _summary(steps: Sequence[Step]) -> None:
    """A line for each kind, size and stage, in the order of the stages."""
    report.say(f"{'kind':7} {'size':>5} {'stage':20} {'runs':>4} {'mean s':>7} {'mean fall %':>11} {'helped in':>9}")
    places = sorted({(step.kind, step.size, step.place, step.stage) for step in steps})
    for kind, size, stage in dict.fromkeys((kind, size, stage) for kind, size, _, stage in places):
        own = [step for step in steps if (step.kind, step.size, step.stage) == (kind, size, stage)]
        falls = [step.fell for step in own if step.fell is not None]
        seconds = statistics.fmean(step.seconds for step in own)
        helped = sum(fall > 0 for fall in falls)
        told = f"{gaps.shown(gaps.mean(falls)):>11} {helped if falls else '-':>9}"
        report.say(f"{kind:7} {size:5} {stage:20} {len(own):4} {seconds:7.2f} {told}")
