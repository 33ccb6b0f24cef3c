"""How long a simulation of a day takes: `python -m tests.benchmarks confidence`."""

import argparse
from dataclasses import replace
from time import perf_counter, process_time

from solver.confidence import SAMPLES, confidence
from solver.problem import Problem
from solver.solution import Route
from tests.builders.problems import MINUTE, at, line, problem, shift, technician, timed, visit

VISITS_A_DAY = 8
SPEED = ((at(9), 80), (at(11), 100), (at(13), 70))
"""A day with traffic: percent of the full speed, from each second on."""


def main() -> int:
    """Print a line for each size, with and without changing speed."""
    parser = argparse.ArgumentParser(description="Seconds that a simulation of a day takes, the best of three.")
    parser.add_argument("--visits", type=int, nargs="*", default=[200, 2000], metavar="N", help="sizes of the day")
    parser.add_argument("--samples", type=int, default=SAMPLES, metavar="N", help=f"per day (default: {SAMPLES})")
    given = parser.parse_args()
    print("visits  samples  speed     seconds  of a core  share kept")
    for visits in given.visits:
        for name, speed in (("even", ()), ("changing", SPEED)):
            day, routes = made_up(visits)
            day = replace(day, travel=replace(day.travel, speed=speed))
            seconds, core, share = _measured(day, routes, given.samples)
            print(f"{visits:6}  {given.samples:7}  {name:8}  {seconds:7.2f}  {core:9.2f}  {share:10.3f}")
    return 0


def made_up(visits: int) -> tuple[Problem, list[Route]]:
    """A day of full routes: 40 min of work give or take 10, legs of 10 min give or take 2, a window of an hour each."""
    crew = [technician(f"t{k}", shift(f"t{k}")) for k in range(-(-visits // VISITS_A_DAY))]
    spots = [divmod(i, VISITS_A_DAY) for i in range(visits)]
    starts = [at(8, 10) + 50 * MINUTE * place for _, place in spots]
    work = [
        visit(f"v{i}", 1 + place % 2, 40, windows=((start - 30 * MINUTE, start + 30 * MINUTE),), spread=10 * MINUTE)
        for i, ((_, place), start) in enumerate(zip(spots, starts, strict=True))
    ]
    day = problem(work, crew, replace(line(3), spread_percent=20))
    names = [[f"v{i}" for i, (owner, _) in enumerate(spots) if owner == k] for k in range(len(crew))]
    return day, [timed(day, f"t{k}", own) for k, own in enumerate(names)]


def _measured(day: Problem, routes: list[Route], samples: int) -> tuple[float, float, float]:
    """(seconds by the clock, seconds of a core, share kept), the least of three of each."""
    walls, cores, share = [], [], 0.0
    for _ in range(3):
        wall, core = perf_counter(), process_time()
        share = confidence(day, routes, samples).expected_share or 0.0
        walls.append(perf_counter() - wall)
        cores.append(process_time() - core)
    return min(walls), min(cores), share
