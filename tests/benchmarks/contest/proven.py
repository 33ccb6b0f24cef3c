"""Small days, whole and solved by ours alone, held against the lower bound that is proven for them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from solver.bound import bound_in_child
from solver.child import SolverCrashed
from solver.problem import Problem
from tests.benchmarks.contest import gaps, report, slots, solvers
from tests.benchmarks.contest.judging import judge
from tests.benchmarks.contest.protocol import Request
from tests.benchmarks.contest.racing import race

SMALL: Final = 30
"""Days of up to so many visits are held against the bound."""
TARGET: Final = 1.0
"""Per cent above the bound, at most."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A small day. cost, bound: cents, what left-out visits cost included; gap: per cent of the cost."""

    visits: int
    seed: int
    cost: int | None
    left_out: int
    bound: int | None
    gap: float
    took: float
    proof: float
    relaxed: tuple[str, ...]
    told: str

    @property
    def kept(self) -> bool:
        """Whether the plan is as near the bound as it should be."""
        return self.gap <= TARGET


def columns() -> str:
    """The head of the table."""
    figures = f"{'cost':>10} {'left':>5} {'bound':>10} {'gap %':>6} {'s':>6} {'proof s':>7}"
    return f"{'visits':>6} {'seed':>4} {figures}  relaxed in the bound"


def against_bound(visits: int, seed: int, problem: Problem, place: slots.Slot, seconds: tuple[float, float]) -> Proven:
    """The day solved and bounded. seconds: for the plan, for the proof."""
    finish = race(Request(solvers.OURS, problem, seconds[0], seed, len(place), frozenset(place)))
    judged = judge(problem, finish)
    told, cost = judged.told, None if judged.cost is None else judged.cost + judged.unserved
    found = None
    if not told:
        try:
            found = bound_in_child(problem, seconds[1], finish.solution)
        except SolverCrashed as crash:
            told = str(crash)
    gap = None if found is None or cost is None else found.gap(cost)
    return Proven(
        visits=visits,
        seed=seed,
        cost=cost,
        left_out=judged.left_out,
        bound=None if found is None else found.cost,
        gap=math.inf if gap is None else 100 * gap,
        took=judged.seconds,
        proof=0.0 if found is None else found.seconds,
        relaxed=() if found is None else found.relaxed,
        told=told,
    )


def line(one: Proven) -> str:
    """A row of the table."""
    cost, bound = ("-" if figure is None else str(figure) for figure in (one.cost, one.bound))
    return (
        f"{one.visits:6} {one.seed:4} {cost:>10} {one.left_out:5} {bound:>10} {gaps.shown(one.gap):>6} {one.took:6.1f} "
        f"{one.proof:7.1f}  {one.told or ', '.join(one.relaxed) or 'nothing'}"
    )


def summary(found: Iterable[Proven]) -> None:
    """Prints the gaps' mean and worst and whether the target is kept."""
    days = list(found)
    worst = max(one.gap for one in days)
    kept = "kept" if all(one.kept for one in days) else "missed"
    mean = gaps.shown(gaps.mean([one.gap for one in days]))
    report.say(
        f"{len(days)} days against the bound: mean {mean} %, worst {gaps.shown(worst)} %; target ({TARGET:g} %) {kept}"
    )
