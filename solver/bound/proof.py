"""The bound of a day: worths, routes that cost little more than they are worth, and CP-SAT's choice among them.

For any amount theta: a plan with a route that costs more than theta beyond its worth costs at least the bound of the
worths plus theta; any other plan is a choice among the routes listed. So the lesser of that sum and of what CP-SAT
proves is a bound (Baldacci, Christofides and Mingozzi 2008, "An exact algorithm for the vehicle routing problem based
on the set partitioning formulation with additional cuts").
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

import numpy as np

from solver.bound.choosing import Chooser
from solver.bound.completions import Memory
from solver.bound.day import Day
from solver.bound.listing import Effort, Listed, Table, listed, table_of
from solver.bound.sheet import Sheet, only
from solver.bound.steps import NONE, widened
from solver.bound.worths import STAGES, THREADS, Gain, duals_of, grid, technicians
from solver.compiled import SCALE, IntArray

STEP: Final = 64
"""Seconds of a bucket when routes are listed."""
EXACT: Final = 1
"""Seconds of a bucket when the routes chosen are looked at again."""
MOST_LISTED: Final = 2000
MOST_EXACT: Final = 40_000
"""Buckets of a shift, listing and looking again."""
EFFORT: Final = Effort(legs=400_000, routes=40_000)
"""Per shift; CP-SAT takes so many routes without trouble."""
GROWTH: Final = 3
"""By how much theta grows when no plan is known."""
HALVINGS: Final = 6
"""How often theta is halved until the routes are few enough."""
AGAIN: Final = Effort(legs=3_000, routes=1_000)
"""For one set of visits looked at again."""
SLACK: Final = 300
"""A route looked at again is followed up to its cost and this part of it more."""
ORDERS: Final = (512, 10)
"""Seconds of a bucket and visits remembered then: all of them, in nearly all routes."""

Key = tuple[int, frozenset[int]]


class Proof(NamedTuple):
    """bound: units. routes: how many were listed. settled: whether the relaxed day costs no more than the bound."""

    bound: int
    routes: int
    settled: bool


class Prover:
    """The second half of the bound, from the best worths on."""

    def __init__(self, day: Day, gain: Gain, deadline: float, seed: int = 0) -> None:
        self._day, self._gain, self._deadline, self._seed = day, gain, deadline, seed
        self._routes: dict[Key, int] = {}
        self._exact: set[Key] = set()

    def run(self, theta: int, known: bool) -> Proof:
        """The best bound proven in time.

        theta: units beyond the worths up to which routes are wanted first. known: whether some plan costs no more than
        the worths and theta; if not, theta grows as long as there is time.
        """
        bound, settled = self._gain.bound, False
        while not settled and bound < self._day.most and time.monotonic() < self._deadline:
            reached = self._list(theta)
            found, settled = self._chosen(self._gain.bound + reached)
            bound = max(bound, found)
            if known or reached < theta or found < self._gain.bound + reached:
                break
            theta = min(GROWTH * theta, 2 * self._day.most)
        return Proof(bound, len(self._routes), settled)

    def _list(self, theta: int) -> int:
        """List every route up to theta beyond its worth, or up to a smaller amount, which is returned."""
        self._routes.clear()
        self._exact.clear()
        with ThreadPoolExecutor(THREADS) as pool:
            rounds = pool.map(lambda s: self._listed(s, theta), range(len(self._day.shifts)))
            for s, (found, reached) in enumerate(rounds):
                theta = min(theta, reached)
                self._keep(s, found)
        return theta

    def _listed(self, s: int, theta: int) -> tuple[Listed, int]:
        shift = self._day.shifts[s]
        sheet, duals = shift.sheet, duals_of(self._day, s, self._gain.worths)
        memory, table = _table(sheet, duals, *STAGES[-1])
        step = widened(sheet, STEP, MOST_LISTED)
        for _ in range(HALVINGS):
            found = listed(sheet, memory, table, step, self._limit(s, theta), EFFORT)
            if found.complete:
                return found, theta
            theta //= 2
        return Listed(found.sets[:0], found.costs[:0], False), 0

    def _limit(self, s: int, theta: int) -> int:
        """Units beyond its worth up to which a route of this shift is within theta."""
        day, least = self._day, self._gain.least
        t = day.shifts[s].technician
        others = sum(units for o, units in enumerate(least) if o != s and day.shifts[o].technician == t)
        return theta + technicians(day, least)[t] - day.fixed[t] - others - day.shifts[s].constant

    def _keep(self, s: int, found: Listed) -> None:
        """Enter the cheapest order of each set of visits."""
        shift = self._day.shifts[s]
        for bits, cost in zip(found.sets.tolist(), found.costs.tolist(), strict=True):
            key = s, frozenset(shift.visits[i] for i in range(len(shift.visits)) if bits >> i & 1)
            self._routes[key] = min(self._routes.get(key, NONE), cost + shift.constant)

    def _chosen(self, ceiling: int) -> tuple[int, bool]:
        """The bound that CP-SAT proves, at most `ceiling`, and whether it is settled.

        The routes of a best choice are looked at again, to the second, until they cost what they were said to.
        """
        bound = self._gain.bound
        while True:
            seconds = max(1.0, self._deadline - time.monotonic())
            choice = Chooser(self._day, self._routes).solve(seconds, self._seed)
            if choice.bound is None or choice.bound >= ceiling:
                return ceiling, False
            bound = max(bound, choice.bound)
            if not choice.picked:
                return bound, False
            dearer = self._dearer(choice.picked)
            if not dearer and all(key in self._exact for key in choice.picked):
                return bound, True
            if not dearer or time.monotonic() >= self._deadline:
                return bound, False

    def _dearer(self, picked: Sequence[Key]) -> bool:
        """Whether one of these routes costs more than it was said to, when looked at again; it is noted."""
        dearer = False
        for key in picked:
            if key not in self._exact and time.monotonic() < self._deadline:
                cost, exact = self._looked_at(key)
                dearer |= cost > self._routes[key]
                self._routes[key] = max(cost, self._routes[key])
                if exact:
                    self._exact.add(key)
        return dearer

    def _looked_at(self, key: Key) -> tuple[int, bool]:
        """What the cheapest order of these visits costs at least, to the second, and whether that is all there is."""
        shift = self._day.shifts[key[0]]
        sheet = only(shift.sheet, [i for i, visit in enumerate(shift.visits) if visit in key[1]])
        cost = self._routes[key] - shift.constant
        limit = cost + abs(cost) // SLACK + SCALE
        duals = np.zeros(sheet.legs.shape[2], dtype=np.int64)
        duals[: sheet.visits] = abs(limit) + self._day.most
        memory, table = _table(sheet, duals, *ORDERS)
        step = widened(sheet, EXACT, MOST_EXACT)
        found = listed(sheet, memory, table, step, limit - int(duals.sum()), AGAIN)
        if not found.complete:
            return cost + shift.constant, False
        return int(found.costs.min(initial=limit)) + shift.constant, len(found.costs) > 0


def _table(sheet: Sheet, duals: IntArray, step: int, size: int) -> tuple[Memory, Table]:
    fine = grid(sheet, step, size)
    return fine.memory, table_of(sheet, fine.memory, duals, fine.step)
