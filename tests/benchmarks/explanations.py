"""How long it takes to tell why visits are left out, and remedies: `python -m tests.benchmarks.explanations`.

A made-up day of 200 technicians that has more visits than fit. The plan is made by insertion alone, as only what comes
after it is measured; routes are timed once before, so that nothing is compiled meanwhile.
"""

import time
from random import Random
from typing import Final

import numpy as np

from solver.compiling import compile_problem
from solver.explain import WORK, explain
from solver.insertion.plan import Plan
from solver.insertion.regret import insert_all
from solver.problem import Break, Duration, Problem, Shift, Technician, Travel, Visit, Warehouse
from solver.timing.planner import Planner
from tests.builders.problems import HOUR, MINUTE

VISITS: Final = 2000
TECHNICIANS: Final = 200
LEFT_OUT: Final = 40
WIDE: Final = 2700
"""Seconds from one side of the area to the other."""


def crowded_day(seed: int = 1) -> Problem:
    """The day; breaks, skills, tools, parts, a warehouse, windows and due times are all in it."""
    draw = Random(seed)
    places = VISITS + TECHNICIANS + 1
    points = np.array([[draw.uniform(0, WIDE), draw.uniform(0, WIDE)] for _ in range(places)])
    seconds = np.ceil(np.linalg.norm(points[:, None] - points[None], axis=2)).astype(np.int64)
    return Problem(
        Travel(seconds, seconds * 8),
        tuple(_technician(draw, i) for i in range(TECHNICIANS)),
        tuple(_visit(draw, i) for i in range(VISITS)),
        (Warehouse("depot", places - 1, stock={"belt": 200}, handling=300),),
    )


def _technician(draw: Random, i: int) -> Technician:
    home = VISITS + i
    lunch = Break("lunch", 12 * HOUR, 13 * HOUR, 30 * MINUTE)
    day = Shift(f"S{i}", 8 * HOUR, 16 * HOUR, home, home, max_overtime=30 * MINUTE, breaks=(lunch,))
    return Technician(
        f"T{i}",
        (day,),
        skills={skill: draw.randint(1, 3) for skill in ("doors", "lifts", "gas") if draw.random() < 0.8},
        tools=frozenset(tool for tool in ("ladder", "meter") if draw.random() < 0.5),
        van_stock={"belt": draw.randint(0, 4)},
        cost_per_travel_hour=2000,
        cost_per_duty_hour=3000,
        cost_per_overtime_hour=4000,
        cost_per_km=30,
        fixed_cost=1000,
    )


def _visit(draw: Random, i: int) -> Visit:
    opening = draw.choice([8, 10, 12, 14]) * HOUR
    return Visit(
        f"V{i}",
        i,
        Duration(draw.choice([20, 30, 40, 58]) * MINUTE),
        setup=3 * MINUTE,
        windows=((opening, opening + 2 * HOUR),) if draw.random() < 0.5 else (),
        due=16 * HOUR if draw.random() < 0.3 else None,
        late_cost_per_hour=500,
        skills={draw.choice(("doors", "lifts", "gas")): draw.randint(1, 3)} if draw.random() < 0.5 else {},
        tools=frozenset({draw.choice(("ladder", "meter"))}) if draw.random() < 0.2 else frozenset(),
        parts={"belt": 1} if draw.random() < 0.3 else {},
        unserved_cost=draw.choice([None, 5000, 20_000]),
    )


def main() -> None:
    """Prints the seconds for the reasons alone and with remedies."""
    plan = Plan(Planner(compile_problem(crowded_day())))
    insert_all(plan, plan.left_out(), range(TECHNICIANS))
    left = plan.left_out()[:LEFT_OUT]
    explain(plan, left[:2])
    print(f"{VISITS} visits, {TECHNICIANS} technicians, {len(left)} of the visits left out")
    for what, work in (("reasons", 0), ("reasons and remedies", WORK), ("the same, four times the work", 4 * WORK)):
        plan.planner = Planner(plan.compiled)  # which remembers nothing
        began, used = time.perf_counter(), time.process_time()
        told = explain(plan, left, work)
        seconds = f"{time.perf_counter() - began:.2f} s, {time.process_time() - used:.2f} s of a core"
        remedies, helped = sum(len(one.remedies) for one in told), sum(bool(one.remedies) for one in told)
        explored = sum(one.explored for one in told)
        print(f"{what}: {seconds}; {remedies} remedies for {helped} visits, {explored} explored to the end")


if __name__ == "__main__":
    main()
