"""Cost, seconds and memory of sample days from 50 to 2,000 visits, and with which power of the size they grow.

Seconds are those to the first plan and of the whole solve; memory is the most that the searching process held, and
what of it is neither the program itself (held before the problem was read) nor the matrices of travel (eight bytes for
each pair of places, times and distances).
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from solver.problem import Problem
from tests.benchmarks.contest import gaps, limits, report, slots, solvers
from tests.benchmarks.contest.judging import Judged, judge
from tests.benchmarks.contest.protocol import Request
from tests.benchmarks.contest.racing import race, warm
from tests.benchmarks.contest.sample_days import sample_day

SIZES: Final = (50, 100, 200, 400, 1000, 2000)
SECONDS: Final = {200: 10.0, 1000: 30.0, 2000: 60.0}
MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class Row:
    """A day solved. cost: cents, unserved apart; first: seconds to the first plan; MiB of memory."""

    visits: int
    technicians: int
    places: int
    cost: int | None
    left_out: int
    first: float
    seconds: float
    limit: float
    peak: float
    program: float
    matrices: float
    told: str

    @property
    def rest(self) -> float:
        """MiB beyond the program and the matrices."""
        return self.peak - self.program - self.matrices


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them; the exit code."""
    asked = _options().parse_args(arguments)
    places = slots.slots(asked.threads or len(slots.cores()), 1)
    if not places:
        return report.skipped(f"--threads is {asked.threads}, and there are {len(slots.cores())} cores; ask for fewer")
    report.say(report.opening())
    report.say(f"# {len(places[0])} threads, seed {asked.seed}")
    report.say(
        f"{'visits':>6} {'technicians':>11} {'places':>6} {'cost':>10} {'left':>4} {'limit s':>7} {'first s':>7} "
        f"{'s':>6} {'MiB':>7} {'matrices':>8} {'rest':>7}"
    )
    seconds = limits.by_size(asked.seconds, SECONDS)
    rows = []
    warm(sample_day(min(asked.sizes), asked.seed), places[0])
    for size in asked.sizes:
        rows.append(_row(size, asked, limits.seconds_for(size, seconds), places[0]))
        report.say(_line(rows[-1]))
    report.keep(asked.json, "scale", vars(asked), [asdict(row) for row in rows], growth(rows))
    return 1 if any(row.told for row in rows) else 0


def growth(rows: Sequence[Row]) -> dict[str, float]:
    """The powers of the number of visits, printed: straight lines through the logarithms, by least squares."""
    sizes = [row.visits for row in rows]
    found = {
        "seconds to the first plan": gaps.exponent(sizes, [row.first for row in rows]),
        "memory": gaps.exponent(sizes, [row.peak for row in rows]),
        "memory beyond the program": gaps.exponent(sizes, [row.peak - row.program for row in rows]),
        "memory beyond program and matrices": gaps.exponent(sizes, [row.rest for row in rows]),
    }
    for what, power in found.items():
        report.say(f"{what} grows with the number of visits to the power of {gaps.shown(power)}")
    return found


def _options() -> argparse.ArgumentParser:
    parser = report.parser("scale", __doc__)
    limits.add_option(parser, SECONDS)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="visits of a day")
    parser.add_argument("--seed", type=int, default=1, help="of the days and of the search (default: 1)")
    parser.add_argument("--threads", type=int, help="default: as many as there are cores")
    parser.add_argument("--iterations", type=int, help="in place of seconds, so that the work grows and not the time")
    return parser


def _row(size: int, asked: argparse.Namespace, limit: float, place: slots.Slot) -> Row:
    problem = sample_day(size, asked.seed)
    request = Request(
        solvers.OURS, problem, limit, asked.seed, len(place), frozenset(place), iterations=asked.iterations
    )
    judged = judge(problem, race(request))
    return Row(
        visits=len(problem.visits),
        technicians=len(problem.technicians),
        places=len(problem.travel.seconds),
        cost=judged.cost,
        left_out=judged.left_out,
        first=_first(judged),
        seconds=judged.seconds,
        limit=limit,
        peak=judged.peak_mib,
        program=judged.base_mib,
        matrices=_matrices(problem),
        told=judged.told,
    )


def _first(judged: Judged) -> float:
    """Seconds until there was a plan: those of the stages up to the first that has one."""
    total = 0.0
    for stage in judged.stages:
        total += stage.seconds
        if stage.cost is not None:
            return total
    return math.nan


def _matrices(problem: Problem) -> float:
    travel = problem.travel
    return (travel.seconds.nbytes + (0 if travel.metres is None else travel.metres.nbytes)) / MIB


def _line(row: Row) -> str:
    cost = "-" if row.cost is None else str(row.cost)
    return (
        f"{row.visits:6} {row.technicians:11} {row.places:6} {cost:>10} {row.left_out:4} {row.limit:7g} "
        f"{gaps.shown(row.first):>7} {row.seconds:6.1f} {row.peak:7.0f} {row.matrices:8.1f} {row.rest:7.1f} {row.told}"
    ).rstrip()
