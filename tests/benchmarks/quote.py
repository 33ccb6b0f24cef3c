"""How long a quote takes in a warm process: 100 technicians, 10 days, 1,000 booked visits, windows of two hours."""

import argparse
import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from solver.compiling import compile_problem
from solver.insertion.plan import Plan
from solver.insertion.regret import insert_all
from solver.outcome import routes_of
from solver.problem import Break, Duration, Problem, Shift, Technician, Travel, Visit, Warehouse
from solver.quote.book import Book
from solver.quote.joint import quote_together
from solver.quote.quote import quote
from solver.timing.planner import Planner

PLACES: Final = 500
HOUR: Final = 3600
DAY: Final = 24 * HOUR
SKILLS: Final = ("electric", "hydraulic", "doors")
HALVES: Final = ((8, 12), (13, 17), (8, 10), (10, 12), (13, 15), (15, 17))
WARM: Final = 10
"""Quotes of each kind before the clock counts."""


def main() -> None:
    """Print the percentiles of wall clock and processor time per kind of quote."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--technicians", type=int, default=100)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--visits", type=int, default=1000)
    parser.add_argument("--quotes", type=int, default=300, help="of each kind (default: 300)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    problem = _problem(rng, given.technicians, given.days, given.visits)
    plan = Plan(Planner(compile_problem(problem)))
    insert_all(plan, range(given.visits), range(len(plan.routes)), lambda: False)
    routes = routes_of(plan)
    Book(problem, routes)  # compiles
    start = time.perf_counter()
    book = Book(problem, routes)
    made = time.perf_counter() - start
    start = time.perf_counter()
    for route in routes[:100]:
        book.update(route.shift, route)
    updated = (time.perf_counter() - start) / min(100, len(routes))
    print(f"{given.technicians} technicians, {given.days} days, {given.visits - len(plan.left_out())} booked visits")
    print(f"book made in {1000 * made:.0f} ms, a route replaced in {1000 * updated:.2f} ms\n")
    print("| quote | windows offered | wall ms: 50 % | 95 % | 99 % | processor ms: 50 % | 95 % | 99 % |")
    print("|---|---|---|---|---|---|---|---|")
    kinds: dict[str, Callable[[int], int]] = {
        "one technician": lambda i: len(quote(book, _asked(rng, i)).offers),
        "a part to fetch": lambda i: len(quote(book, replace(_asked(rng, i), parts={"motor": 1})).offers),
        "two technicians": lambda i: len(quote_together(book, _two(rng, i)).offers),
    }
    for name, ask in kinds.items():
        _measure(name, ask, given.quotes)


def _measure(name: str, ask: Callable[[int], int], count: int) -> None:
    wall, processor, offers = [], [], 0
    for i in range(WARM + count):
        before = time.perf_counter(), time.thread_time()
        found = ask(i)
        if i >= WARM:
            wall.append(time.perf_counter() - before[0])
            processor.append(time.thread_time() - before[1])
            offers += found
    figures = [1000 * np.percentile(taken, part) for taken in (wall, processor) for part in (50, 95, 99)]
    print(f"| {name} | {offers / count:.0f} | " + " | ".join(f"{figure:.1f}" for figure in figures) + " |", flush=True)


def _problem(rng: random.Random, technicians: int, days: int, visits: int) -> Problem:
    points = np.array([[rng.uniform(0, 3000), rng.uniform(0, 3000)] for _ in range(PLACES)])
    seconds = np.ceil(np.linalg.norm(points[:, None] - points[None], axis=2)).astype(np.int64)
    return Problem(
        travel=Travel(seconds, seconds * 12),
        technicians=tuple(_technician(rng, t, days) for t in range(technicians)),
        visits=tuple(_booked(rng, i, days) for i in range(visits)),
        warehouses=(Warehouse("north", 0, handling=600), Warehouse("south", 1, handling=600)),
    )


def _technician(rng: random.Random, number: int, days: int) -> Technician:
    home = rng.randrange(PLACES)
    return Technician(
        id=f"T{number}",
        shifts=tuple(_shift(f"T{number} day {day}", day * DAY, home) for day in range(days)),
        skills={skill: rng.randint(1, 3) for skill in SKILLS if rng.random() < 0.7},
        van_stock={"fuse": 20},
        cost_per_travel_hour=1500,
        cost_per_duty_hour=3000,
        cost_per_overtime_hour=1500,
        cost_per_km=20,
    )


def _shift(name: str, midnight: int, home: int) -> Shift:
    lunch = Break("lunch", midnight + 41400, midnight + 13 * HOUR, 1800, paid=False)
    return Shift(name, midnight + 8 * HOUR, midnight + 17 * HOUR, home, home, HOUR, (lunch,))


def _booked(rng: random.Random, number: int, days: int) -> Visit:
    """Nearer days are fuller."""
    midnight = DAY * min(days - 1, int(rng.expovariate(3.5 / days)))
    opens, closes = rng.choice(HALVES)
    window = (midnight + opens * HOUR, midnight + closes * HOUR)
    return replace(_asked(rng, number), id=f"V{number}", windows=(window,))


def _asked(rng: random.Random, number: int) -> Visit:
    return Visit(
        id=f"asked {number}",
        location=rng.randrange(2, PLACES),
        duration=Duration(rng.choice([1800, 2700, 3600])),
        setup=300,
        skills={rng.choice(SKILLS): rng.randint(1, 2)} if rng.random() < 0.7 else {},
        parts={"fuse": 1} if rng.random() < 0.5 else {},
        unserved_cost=100_000,
    )


def _two(rng: random.Random, number: int) -> tuple[Visit, Visit]:
    first = _asked(rng, number)
    return first, replace(first, id=f"second {number}", skills={})


if __name__ == "__main__":
    main()
