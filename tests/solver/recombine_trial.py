"""How long recombining takes for pools of several sizes: `python -m tests.solver.recombine_trial PROBLEM.json`.

The pool is every route that the search has seen in so many iterations, or a sample of them.
"""

import argparse
import time
from random import Random

import numpy as np

from solver.compiling import compile_problem
from solver.formats import native
from solver.improve.chains import Chains
from solver.improve.stage import Rhythm, plan_of
from solver.insertion.plan import Plan
from solver.recombine import Column, column_of, recombine, total
from solver.recombine.choice import stated
from solver.recombine.column import distinct
from solver.recombine.effort import Effort
from solver.recombine.exact import solve
from solver.recombine.relaxation import promising, relax
from solver.search import Limits, Search, StagePace
from solver.timing.planner import Planner


def main() -> None:
    """Makes the pool, recombines samples of it, and prints a row for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("problem")
    parser.add_argument("--iterations", type=int, default=400)
    parser.add_argument("--columns", type=int, nargs="*", default=[500, 1700, 5000, 20_000])
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    plan, pool = seen(given.problem, given.iterations)
    current = {r.shift: column_of(plan.compiled, r) for r in plan.routes if r is not None}
    print("columns  open  relaxation s  all s  gain %  CP-SAT alone s  gain %  proven")
    for count in given.columns:
        if count <= len(pool):
            print(row(plan, current, Random(0).sample(pool, count), given.seconds))


def seen(path: str, count: int) -> tuple[Plan, list[Column]]:
    """The plan after so many iterations, and all routes seen on the way as columns."""
    plan = Plan(Planner(compile_problem(native.read_problem(path))))
    chains = Chains(plan.compiled, 1, 0)
    pace = StagePace(Search(Limits(None, count), None, None, None), None, count)
    chains.start({})
    list(chains.run(pace.share, Rhythm(pace).steps))
    stock = tuple(store.stock for store in plan.compiled.stores)
    vans = [plan.compiled.crews[duty.technician].van for duty in plan.compiled.duties]
    timed = (plan.planner.route(shift, visits, vans[shift], stock) for shift, visits in chains.seen)
    return plan_of(plan, chains.best()), [column_of(plan.compiled, route) for route in timed if route is not None]


def row(plan: Plan, current: dict[int, Column], columns: list[Column], seconds: float) -> str:
    """One line: recombining these columns, and CP-SAT with eight workers on all of them at once."""
    compiled, before = plan.compiled, total(plan.compiled, current)
    began = time.monotonic()
    found = recombine(compiled, columns, current, seconds, None, 0)
    spent = time.monotonic() - began
    gain = 0.0 if found is None else 1 - total(compiled, {c.shift: c for c in found}) / before
    pool = distinct(compiled, [*current.values(), *columns])
    program = stated(compiled, pool, {c.shift: c for c in pool[: len(current)]})
    began = time.monotonic()
    relaxation = relax(program, None, 10**6)
    relaxing = time.monotonic() - began
    open_ = 0 if relaxation is None else int(promising(program, relaxation)[: len(pool)].sum())
    everything, nothing = np.ones_like(program.now, dtype=bool), np.zeros_like(program.now, dtype=bool)
    began = time.monotonic()
    answer = solve(program, everything, nothing, 1.0, Effort(seconds, None, 0, 8, lambda: False))
    alone = time.monotonic() - began
    chosen = program.now if answer.x is None else answer.x
    own = 1 - total(compiled, {c.shift: c for c, taken in zip(pool, chosen, strict=False) if taken}) / before
    start = f"{len(pool):7}  {open_:4}  {relaxing:12.2f}  {spent:5.2f}  {100 * gain:6.3f}"
    return f"{start}  {alone:14.2f}  {100 * own:6.3f}  {'yes' if answer.proven else 'no'}"


if __name__ == "__main__":
    main()
