"""Rounds of taking out neighbouring visits and putting them back: room for those left out, and a cheaper plan.

Ruin and recreate after Schrimpf, Schneider, Stamm-Wilbrandt and Dueck, "Record breaking optimization results using the
ruin and recreate principle", Journal of Computational Physics 159, 2000, with the acceptance of simulated annealing.
"""

from collections.abc import Callable
from math import log
from random import Random
from typing import Final, Protocol

import numpy as np

from solver.compiled import IntArray
from solver.insertion.orders import bound_after, settle
from solver.insertion.plan import Plan
from solver.insertion.regret import insert_all

LEAST_RUIN: Final = 4
MOST_RUIN: Final = 16
SKIPPED: Final = 0.3
"""Chance of a neighbour to stay where it is."""
SHIFTS_BESIDE: Final = 8
"""Shifts offered besides those that lost visits."""
LEFT_OUT_FIRST: Final = 0.3
"""Share of the rounds that are about a visit left out, while there are any."""
HEAT: Final = 0.3
"""The temperature at the start, in costs of an average visit; it falls to 0."""


class Pace(Protocol):
    """How far a stage has come, by its seconds or its rounds."""

    def share(self) -> float:
        """From 0 at the start to 1 at the end."""
        ...

    def next_round(self) -> bool:
        """Counts a round; False when there is none left."""
        ...

    def over(self) -> bool:
        """Whether the stage is to end at once."""
        ...


def improve(plan: Plan, rng: Random, pace: Pace, better: Callable[[Plan], None], left_out_only: bool = False) -> Plan:
    """The best plan found until the pace is over; the plan given is not changed.

    left_out_only: every round is about a visit left out, and the search ends when none is left.
    better: told of each plan that is the best so far.
    """
    best = current = plan
    least = cost = plan.cost()
    absences = [0] * len(plan.shift_of)
    while pace.next_round():
        left = current.left_out()
        if not left and left_out_only:
            break
        draft = current.copy()
        if not _renewed(draft, _centre(draft, left, rng, left_out_only), rng, pace):
            continue
        found = draft.cost()
        heat = HEAT * _average(draft) * (1 - pace.share())
        missed = _note_absences(draft, absences) - sum(absences[v] for v in left if plan.compiled.must[v])
        if missed < 0 or (missed == 0 and found <= cost - heat * log(1 - rng.random())):
            current, cost = draft, found
        if found < least:
            best, least = draft, found
            better(best)
    return best


def _note_absences(plan: Plan, absences: list[int]) -> int:
    """Counts each mandatory visit left out once more; how often those of this plan were left out so far.

    A plan that leaves out what was seldom left out goes before one that leaves out what always is, as where Christiaens
    and Vanden Berghe spare vehicles, "Slack induction by string removals", Transportation Science 54, 2020.
    """
    left = [visit for visit in plan.left_out() if plan.compiled.must[visit]]
    for visit in left:
        absences[visit] += 1
    return sum(absences[visit] for visit in left)


def _centre(plan: Plan, left: list[int], rng: Random, left_out_only: bool) -> int:
    """The visit a round is about: often one left out, of those first one that must be served."""
    if left and (left_out_only or rng.random() < LEFT_OUT_FIRST):
        return rng.choice([visit for visit in left if plan.compiled.must[visit]] or left)
    return rng.randrange(len(plan.shift_of))


def _average(plan: Plan) -> float:
    """What an average served visit costs, in units."""
    served = sum(shift >= 0 for shift in plan.shift_of)
    return sum(route.cost for route in plan.routes if route is not None) / max(1, served)


def _renewed(plan: Plan, visit: int, rng: Random, pace: Pace) -> bool:
    """Takes the visit and neighbours of it out and puts back what fits; False when they cannot be taken out."""
    near = _neighbours(plan, visit, rng)
    out = {visit, *near}
    touched = {plan.shift_of[v] for v in out} - {-1}
    bound = {v for shift in touched for v in bound_after(plan, shift, out)}
    out |= bound
    if not plan.remove(v for v in out if plan.shift_of[v] >= 0):
        return False
    shifts = _shifts(plan, visit, sorted(out), touched)
    if bound:  # others go first by chance, as whatever stands before a pinned place stays there
        insert_all(plan, rng.sample(sorted(out), len(out) // 2), shifts, pace.over, rng)
    insert_all(plan, (v for v in out if plan.shift_of[v] < 0), shifts, pace.over, rng)
    if any(plan.shift_of[v] < 0 for v in bound):
        settle(plan, pace.over, touched)
    return True


def _neighbours(plan: Plan, visit: int, rng: Random) -> list[int]:
    """Served visits close in place and time, in shifts that may serve the visit; some are skipped by chance."""
    compiled = plan.compiled
    shift_of = np.array(plan.shift_of, dtype=np.int64)
    served = np.flatnonzero((shift_of >= 0) & compiled.allowed[visit, shift_of])
    served = served[served != visit]
    wanted = rng.randint(LEAST_RUIN, MOST_RUIN)
    order = served[np.argsort(_distance(plan, visit, served), kind="stable")[: 3 * wanted]]
    return [v for v in order.tolist() if rng.random() > SKIPPED][:wanted]


def _distance(plan: Plan, visit: int, others: IntArray) -> IntArray:
    """Driving between the visit and others, and how far apart their windows lie (seconds)."""
    compiled = plan.compiled
    here, there = compiled.location[visit], compiled.location[others]
    road = np.minimum(compiled.seconds[here, there], compiled.seconds[there, here])
    apart = np.maximum(
        compiled.window_open[others] - compiled.window_close[visit],
        compiled.window_open[visit] - compiled.window_close[others],
    )
    distance: IntArray = road + np.maximum(0, apart)
    return distance


def _shifts(plan: Plan, visit: int, out: list[int], touched: set[int]) -> list[int]:
    """The shifts that lost visits, and of those that may serve any of them the ones that pass closest."""
    compiled = plan.compiled
    here = int(compiled.location[visit])
    away = compiled.seconds[here, compiled.start_location].astype(np.float64)
    shift_of = np.array(plan.shift_of, dtype=np.int64)
    served = np.flatnonzero(shift_of >= 0)
    np.minimum.at(away, shift_of[served], compiled.seconds[here, compiled.location[served]])
    away[~compiled.allowed[out].any(axis=0)] = np.inf
    nearest = [int(s) for s in np.argsort(away, kind="stable")[:SHIFTS_BESIDE] if away[s] < np.inf]
    return sorted(touched.union(nearest))
