"""What `python -m solver solve|check|bound|confidence` was asked to do."""

import argparse
import math
from collections.abc import Sequence

from solver.bound.command import SECONDS, run_bound
from solver.cli import FORMATS, run_check, run_solve
from solver.confidence import MOST_SAMPLES, SAMPLES
from solver.confidence.command import run_confidence
from solver.search import Limits
from solver.showing import Showing

SOLVE_EXAMPLE = "example: python -m solver solve day.json -o plan.json --seconds 30"
BOUND_EXAMPLE = "example: python -m solver bound day.json plan.json --seconds 120"
CHECK_EXAMPLE = "example: python -m solver check day.json plan.json"
CONFIDENCE_EXAMPLE = "example: python -m solver confidence day.json plan.json --samples 100000"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    given = _parser().parse_args(arguments)
    if given.command == "check":
        return run_check(given.problem, given.solution, given.json)
    if given.command == "bound":
        return run_bound(given.problem, given.solution, given.seconds, as_json=given.json)
    if given.command == "confidence":
        return run_confidence(
            given.problem, given.solution, given.samples, given.seed, given.correlation, as_json=given.json
        )
    limits = Limits(
        seconds=None if given.iterations is not None else given.seconds,
        iterations=given.iterations,
        seed=given.seed,
        threads=given.threads,
    )
    bound = given.bound_seconds if given.bound else None
    showing = Showing(given.progress)
    return run_solve(given.problem, given.output, limits, given.format, showing, given.quiet, bound, given.spread)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m solver", description="Plan field-service days, and judge plans.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="solve|check|bound|confidence")
    _add_solve(commands.add_parser("solve", help="plan a problem", description="Plan a problem.", epilog=SOLVE_EXAMPLE))
    about = "Recompute every rule and the cost of a plan."
    _add_check(commands.add_parser("check", help="judge a plan", description=about, epilog=CHECK_EXAMPLE))
    about = "Prove what every plan of a small day costs at least, and how far above it a plan is."
    _add_bound(commands.add_parser("bound", help="how far from optimal", description=about, epilog=BOUND_EXAMPLE))
    about = "How surely a plan keeps each promised window, when durations and travel vary by their spreads."
    _add_confidence(
        commands.add_parser(
            "confidence", help="how surely a plan keeps its promises", description=about, epilog=CONFIDENCE_EXAMPLE
        )
    )
    return parser


def _add_solve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("problem", metavar="PROBLEM.json", help='the problem ("-": standard input)')
    parser.add_argument("-o", "--output", default="-", metavar="FILE", help="the solution (default: standard output)")
    effort = parser.add_mutually_exclusive_group()
    effort.add_argument("--seconds", type=_seconds, default=10.0, metavar="S", help="how long to search (default: 10)")
    effort.add_argument("--iterations", type=_count, metavar="N", help="in place of seconds; the same plan every time")
    parser.add_argument("--seed", type=_count, default=0, metavar="N", help="of the random choices (default: 0)")
    parser.add_argument("--threads", type=_threads, default=1, metavar="N", help="how many cores to use (default: 1)")
    about = "spread a large problem by territory over so many processes, one core each"
    parser.add_argument("--spread", type=_threads, metavar="N", help=about)
    parser.add_argument("--format", choices=FORMATS, default="native", help="of problem and solution")
    ways = [str(way) for way in Showing]
    about = "a bar, a line a second, or nothing (default: a bar on a terminal)"
    parser.add_argument("--progress", choices=ways, default="auto", help=about)
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    about = "then prove what every plan costs at least, and tell the gap (small days)"
    parser.add_argument("--bound", action="store_true", help=about)
    _add_bound_seconds(parser, "--bound-seconds")


def _add_bound(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("problem", metavar="PROBLEM.json", help='the problem ("-": standard input)')
    parser.add_argument(
        "solution", metavar="SOLUTION.json", nargs="?", help="a plan to compare, which makes it quicker"
    )
    _add_bound_seconds(parser, "--seconds")
    parser.add_argument("--json", action="store_true", help="print the bound as JSON")


def _add_bound_seconds(parser: argparse.ArgumentParser, name: str) -> None:
    about = f"how long to prove the bound (default: {SECONDS:.0f})"
    parser.add_argument(name, type=_seconds, default=SECONDS, metavar="S", help=about)


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_files(parser)
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")


def _add_confidence(parser: argparse.ArgumentParser) -> None:
    _add_files(parser)
    parser.add_argument(
        "--samples", type=_samples, default=SAMPLES, metavar="N", help=f"days to simulate (default: {SAMPLES})"
    )
    parser.add_argument("--seed", type=_count, default=0, metavar="N", help="of the random delays (default: 0)")
    about = "how alike the delays of a day's legs are, 0 to 100 (default: 0, independent)"
    parser.add_argument("--correlation", type=_percent, default=0, metavar="PERCENT", help=about)
    parser.add_argument("--json", action="store_true", help="print the probabilities as JSON")


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("problem", metavar="PROBLEM.json", help='the problem ("-": standard input)')
    parser.add_argument("solution", metavar="SOLUTION.json", help='the solution ("-": standard input)')


def _seconds(text: str) -> float:
    value = float(text) if text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdecimal() else math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number of seconds greater than 0, such as 30")
    return value


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, 0 to 999999999")
    return int(text)


def _samples(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 7 and 0 < int(text) <= MOST_SAMPLES):
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, 1 to {MOST_SAMPLES}")
    return int(text)


def _percent(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= 100):
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number of percent, 0 to 100")
    return int(text)


def _threads(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, 1 to 9999")
    return int(text)
