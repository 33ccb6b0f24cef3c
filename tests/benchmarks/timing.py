"""How long the exact timing of one route takes: processor time per route of some stops, by what the route has."""

import argparse
import random
import time
from typing import Final, NamedTuple

import numpy as np

from solver.compiled import NEVER, IntArray
from solver.compiling import compile_problem
from solver.improve.arrays import Arrays, arrays_of
from solver.jit import lean
from solver.problem import (
    Break,
    Costs,
    Duration,
    PreviousRoute,
    PreviousStop,
    Problem,
    Shift,
    Technician,
    Travel,
    Visit,
    Window,
)
from solver.timing.cost import route_cost
from solver.timing.times import route_times
from solver.timing.work import TimingWork, timing_work

HOUR: Final = 3600
PLACES: Final = 30
VISITS: Final = 200
ROUTES: Final = 400
LUNCH: Final = Break("lunch", 41400, 13 * HOUR, 1800, paid=False)
TEA: Final = Break("tea", 15 * HOUR, 16 * HOUR, 900)


class Case(NamedTuple):
    """What the routes have. several: two windows each; away: previous starts cost."""

    name: str
    breaks: tuple[Break, ...] = ()
    due: bool = False
    several: bool = False
    away: bool = False
    duty: int = 3000


CASES: Final = (
    Case("windows, duty"),
    Case("due, no duty costs", due=True, duty=0),
    Case("due, duty", due=True),
    Case("due, two windows each, previous starts", due=True, several=True, away=True),
    Case("one break, unpaid", (LUNCH,)),
    Case("one break, due", (LUNCH,), due=True),
    Case("two breaks", (LUNCH, TEA)),
    Case("two breaks, due, two windows each, previous starts", (LUNCH, TEA), due=True, several=True, away=True),
)


@lean
def _costs(arrays: Arrays, stops: IntArray, work: TimingWork, route: IntArray, bound: float, times: int) -> None:
    """Prices every route so many times; no bound: a negative one stands for the times themselves."""
    count = stops.shape[1]
    for _ in range(times):
        for r in range(len(stops)):
            for i in range(count):
                route[i] = stops[r, i]
            if bound < 0.0:
                route_times(arrays, 0, route, count, 0, NEVER, work)
            else:
                route_cost(arrays, 0, route, count, 0, NEVER, bound, work)


def main() -> None:
    """Print a table of nanoseconds per route."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=20)
    given = parser.parse_args()
    print(f"| route of {given.stops} stops | cost, ns | cost above a bound, ns | times, ns |")
    print("|---|---|---|---|")
    for case in CASES:
        figures = _measured(case, given.stops, given.repeats)
        print(f"| {case.name} | " + " | ".join(f"{1e9 * figure:.0f}" for figure in figures) + " |", flush=True)


def _measured(case: Case, count: int, repeats: int) -> tuple[float, ...]:
    arrays = arrays_of(compile_problem(_problem(case, count)))
    work, rng = timing_work(arrays), random.Random(3)
    stops = np.array([[i + count * rng.randrange(VISITS // count) for i in range(count)] for _ in range(ROUTES)])
    costs = [route_cost(arrays, 0, row, count, 0, NEVER, np.inf, work) for row in stops[:100]]
    tight = 0.9 * float(np.median(costs))
    return tuple(_seconds(arrays, stops, work, bound, repeats) for bound in (np.inf, tight, -1.0))


def _seconds(arrays: Arrays, stops: IntArray, work: TimingWork, bound: float, repeats: int) -> float:
    """Processor seconds per route, the best of five."""
    route, taken = np.zeros(stops.shape[1], dtype=np.int64), []
    _costs(arrays, stops, work, route, bound, 1)
    for _ in range(5):
        start = time.thread_time()
        _costs(arrays, stops, work, route, bound, repeats)
        taken.append(time.thread_time() - start)
    return min(taken) / (repeats * len(stops))


def _problem(case: Case, count: int) -> Problem:
    """Visits whose windows follow one another, so that any route through one of each kind can be driven."""
    rng = random.Random(1)
    points = np.array([[rng.uniform(0, 1500), rng.uniform(0, 1500)] for _ in range(PLACES)])
    seconds = np.ceil(np.linalg.norm(points[:, None] - points[None], axis=2)).astype(np.int64)
    middles = [8 * HOUR + int((v % count + 0.5) * 8 * HOUR / count) for v in range(VISITS)]
    day = Shift("day", 8 * HOUR, 17 * HOUR, 0, 0, 2 * HOUR, case.breaks)
    ann = Technician(
        id="ann",
        shifts=(day,),
        cost_per_travel_hour=1000,
        cost_per_duty_hour=case.duty,
        cost_per_overtime_hour=3000,
    )
    visits = tuple(
        Visit(
            id=f"V{v}",
            location=rng.randrange(1, PLACES),
            duration=Duration(rng.randint(900, 2700)),
            windows=_windows(middle, case.several),
            due=middle if case.due else None,
            late_cost_per_hour=2000 if case.due else 0,
        )
        for v, middle in enumerate(middles)
    )
    before = tuple(PreviousStop(f"V{v}", middle) for v, middle in enumerate(middles))
    return Problem(
        travel=Travel(seconds),
        technicians=(ann,),
        visits=visits,
        previous=(PreviousRoute("day", "ann", before),) if case.away else (),
        costs=Costs(change_start_per_hour=500 if case.away else 0),
    )


def _windows(middle: int, several: bool) -> tuple[Window, ...]:
    if several:
        return (middle - HOUR, middle - HOUR // 2), (middle - HOUR // 4, middle + HOUR)
    return ((middle - HOUR, middle + HOUR),)


if __name__ == "__main__":
    main()
