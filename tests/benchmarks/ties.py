"""How long it takes to price places, and to time a plan, where routes are tied: two-person visits, processor time."""

import argparse
import random
import time
from math import inf
from typing import Final

import numpy as np

from solver.compiled import IntArray
from solver.compiling import compile_problem
from solver.improve.arrays import Arrays, arrays_of
from solver.improve.routes import link, unlink
from solver.improve.state import State, empty_state
from solver.insertion.plan import Plan
from solver.jit import jit
from solver.problem import Problem
from solver.ties.handle import ties_for
from solver.ties.kernels import commit_insertion, commit_removals, insertion_cost, time_all
from solver.ties.table import Ties
from solver.timing.planner import Planner
from tests.builders.published import MISSING, load, published

INSTANCE: Final = "InstanzVNS_HCSRP_100_1"
VISITS: Final = 40
"""Visits taken out and priced again, one after the other."""


@jit
def priced(ties: Ties, first: IntArray, after: IntArray, visit: int, shifts: IntArray, times: int) -> tuple[int, int]:
    """(places priced in so many passes over all of them, the best price so far as the bound; those found cheaper)."""
    asked, cheaper = 0, 0
    for _ in range(times):
        best = inf
        for shift in shifts:
            place = -1
            while True:
                price = insertion_cost(ties, visit, shift, place, best)
                asked += 1
                if price < best:
                    best = price
                    cheaper += 1
                place = first[shift] if place < 0 else after[place]
                if place < 0:
                    break
    return asked, cheaper


@jit
def put_in(arrays: Arrays, state: State, ties: Ties, visit: int, shift: int, place: int) -> bool:
    """Puts the visit into the list and times the plan."""
    link(arrays, state, visit, shift, place)
    return commit_insertion(ties, visit)


@jit
def take_out(arrays: Arrays, state: State, ties: Ties, visit: IntArray, shift: IntArray) -> bool:
    """Takes the one visit out of its list and times the plan."""
    unlink(arrays, state, visit[0])
    return commit_removals(ties, visit, 1, shift, 1)


@jit
def timed_again(ties: Ties, times: int) -> bool:
    """Times the whole plan from scratch so many times."""
    done = True
    for _ in range(times):
        done = time_all(ties) and done
    return done


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--passes", type=int, default=500, help="passes over all places of a visit (default 500)")
    passes = options.parse_args().passes
    paths = [path for path in published("hhcrsp") if path.stem == INSTANCE]
    print("\n".join(table(load("hhcrsp", paths[0]), passes)) if paths else MISSING)


def table(given: Problem, passes: int) -> list[str]:
    """Lines of a table with what each thing takes."""
    compiled = compile_problem(given)
    arrays = arrays_of(compiled)
    state = empty_state(arrays)
    ties = ties_for(compiled, arrays, state)
    for v in random.Random(1).sample(range(arrays.visits), arrays.visits):
        put(arrays, state, ties, v)
    places = sorted(1e6 * pricing(arrays, state, ties, v, passes) for v in range(min(VISITS, arrays.visits)))
    timed_again(ties, 1)
    began = time.process_time()
    timed_again(ties, passes)
    whole = 1e6 * (time.process_time() - began) / passes
    return [
        "| what | µs |",
        "|---|---|",
        f"| pricing one place, half of the visits | {places[len(places) // 2]:.1f} |",
        f"| pricing one place, nine in ten of the visits | {places[9 * len(places) // 10]:.1f} |",
        f"| timing the whole plan from scratch | {whole:.0f} |",
        f"| one change of a `Plan` | {1e6 * changing(given):.0f} |",
    ]


def put(arrays: Arrays, state: State, ties: Ties, visit: int) -> None:
    """Puts the visit where it costs least."""
    best = (inf, -1, -1)
    for shift in np.flatnonzero(arrays.allowed[visit]).tolist():
        place = -1
        while True:
            price = insertion_cost(ties, visit, shift, place, best[0])
            best = min(best, (price, shift, place))
            place = int(state.first[shift] if place < 0 else state.after[place])
            if place < 0:
                break
    put_in(arrays, state, ties, visit, best[1], best[2])


def pricing(arrays: Arrays, state: State, ties: Ties, visit: int, passes: int) -> float:
    """Seconds that pricing one place for the visit takes, which is taken out and put back."""
    take_out(arrays, state, ties, np.array([visit]), state.shift_of[visit : visit + 1].copy())
    shifts = np.flatnonzero(arrays.allowed[visit])
    priced(ties, state.first, state.after, visit, shifts, 1)
    began = time.process_time()
    asked, _ = priced(ties, state.first, state.after, visit, shifts, passes)
    taken = time.process_time() - began
    put(arrays, state, ties, visit)
    return taken / asked


def changing(given: Problem) -> float:
    """Seconds that a change of a plan takes, places drawn until every visit has one or was tried often."""
    draw = random.Random(1)
    plan = Plan(Planner(compile_problem(given)))
    plan.insertion(0, int(np.flatnonzero(plan.compiled.allowed[0])[0]), 0)
    changes, began = 0, time.process_time()
    for v in draw.sample(range(len(plan.shift_of)), len(plan.shift_of)):
        for _ in range(30):
            shift = draw.randrange(len(plan.routes))
            change = plan.insertion(v, shift, draw.randint(0, len(plan.visits(shift))))
            changes += 1
            if change is not None:
                plan.apply(change)
                break
    return (time.process_time() - began) / changes
