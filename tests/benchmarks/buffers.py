"""What a buffer before windows' closes costs, and how many promises it keeps: `python -m tests.benchmarks buffers`."""

import argparse
from dataclasses import replace
from statistics import fmean

from solver.confidence import confidence
from solver.problem import Problem
from solver.solve import Limits, solve
from tests.benchmarks.contest.sample_days import sample_day

PRICES = ((0, 0.0), (100, 1.0), (150, 3.0))
"""Hundredths of a standard deviation in the buffer, and hours of a technician's time that an hour within it costs."""


def main() -> int:
    """Print a line for each price: means over the seeds, cost apart from the buffer's own."""
    parser = argparse.ArgumentParser(description="Cost against kept promises, on seeded days of the sample company.")
    parser.add_argument("--visits", type=int, default=100, metavar="N", help="size of the day (default: 100)")
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S", help="per plan (default: 10)")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3], metavar="N", help="days (default: 1 2 3)")
    given = parser.parse_args()
    print("buffer  hours     cost  left out  share kept")
    for percent, hours in PRICES:
        found = [_planned(sample_day(given.visits, seed), percent, hours, given.seconds) for seed in given.seeds]
        cost, left, share = (fmean(column) for column in zip(*found, strict=True))
        print(f"{percent:5}%  {hours:5.1f}  {cost:7.0f}  {left:8.1f}  {share:10.3f}")
    return 0


def _planned(day: Problem, percent: int, hours: float, seconds: float) -> tuple[float, float, float]:
    """(cost apart from the buffer's, visits left out, share of promises kept)."""
    rate = fmean(t.cost_per_duty_hour + t.cost_per_travel_hour for t in day.technicians)
    costs = replace(day.costs, buffer_percent=percent, buffer_per_hour=round(hours * rate))
    solution = solve(replace(day, costs=costs), Limits(seconds=seconds))
    share = confidence(day, solution.routes).expected_share or 0.0
    return solution.cost.total - solution.cost.buffer, len(solution.unserved), share
