"""Regret insertion: the visit that would suffer most from waiting goes in first, at its cheapest place.

After Potvin and Rousseau, "A parallel route building algorithm for the vehicle routing and scheduling problem with
time windows", EJOR 66, 1993. Places are estimated for all visits and shifts at once; the best few are timed exactly.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from solver.compiled import BoolArray, FloatArray, IntArray
from solver.insertion.legs import IMPOSSIBLE, POSITION, estimate, legs_of, offers
from solver.insertion.plan import Change, Plan

TRIALS: Final = 2
"""Shifts timed exactly for a visit about to go in."""
PLACES: Final = 5
"""Places tried in one shift when the estimated best proves impossible."""
FAR_FIRST: Final = 1e-3
"""How much a visit's own cost counts beside its regret: between equals the dearest goes first."""

Stop = Callable[[], bool]


def insert_all(
    plan: Plan,
    visits: Iterable[int],
    shifts: Sequence[int],
    stop: Stop = lambda: False,
) -> None:
    """Puts as many of the visits as pay into routes of these shifts; stops early when told."""
    _Board(plan, np.array(sorted(visits), dtype=np.int64), shifts).run(stop)


class _Board:
    """The estimated cost of every waiting visit (row) in every shift (column), kept up to date."""

    def __init__(self, plan: Plan, visits: IntArray, shifts: Sequence[int]) -> None:
        self.plan = plan
        self.visits = visits
        self.shifts = np.array(shifts, dtype=np.int64)
        self.waiting: BoolArray = np.ones(visits.size, dtype=bool)
        self.worth = np.array([float(plan.compiled.unserved[v]) for v in visits])
        self.cost: FloatArray = np.zeros((0, 0))
        self.place: IntArray = np.zeros((0, 0), dtype=np.int64)
        self.best: FloatArray = np.zeros(0)
        self.second: FloatArray = np.zeros(0)
        self.best_column: IntArray = np.zeros(0, dtype=np.int64)
        if visits.size and self.shifts.size:
            self._offer()

    def run(self, stop: Stop) -> None:
        """Inserts until no waiting visit fits or pays."""
        while self.cost.size and not stop():
            row = self._most_urgent()
            if row is None:
                return
            change = self._cheapest(row)
            if change is not None:
                self.plan.apply(change)
                self.waiting[row] = False
                for shift in change.routes:
                    for column in np.flatnonzero(self.shifts == shift):
                        self._refresh(int(column))

    def _offer(self) -> None:
        legs = np.concatenate([legs_of(self.plan, int(s)) for s in self.shifts], axis=1)
        found = offers(self.plan, self.visits, self.shifts.tolist(), legs)
        self.cost, self.place = found.cost, found.position
        self.best, self.second = np.zeros(self.visits.size), np.zeros(self.visits.size)
        self.best_column = np.zeros(self.visits.size, dtype=np.int64)
        self._rank(np.arange(self.visits.size))

    def _rank(self, rows: IntArray) -> None:
        """Looks up the best and second-best shift of these rows."""
        cost = self.cost[rows]
        column = np.argmin(cost, axis=1)
        self.best_column[rows] = column
        line = np.arange(rows.size)
        self.best[rows] = cost[line, column]
        if cost.shape[1] > 1:
            cost[line, column] = IMPOSSIBLE
            self.second[rows] = cost.min(axis=1)
        else:
            self.second[rows] = IMPOSSIBLE

    def _most_urgent(self) -> int | None:
        fits = self.waiting & (self.best < self.worth)
        if not fits.any():
            return None
        rows = np.flatnonzero(fits)
        best = self.best[rows]
        regret = np.minimum(self.second[rows], self.worth[rows]) - best
        return int(rows[np.argmax(regret + FAR_FIRST * best)])

    def _cheapest(self, row: int) -> Change | None:
        """The cheapest exact change among the most promising shifts; their estimates are struck when it is none."""
        visit = int(self.visits[row])
        tried = np.argsort(self.cost[row], kind="stable")[:TRIALS]
        best: Change | None = None
        for column in tried[self.cost[row, tried] < self.worth[row]]:
            change = self._exact(visit, int(column), row)
            if change is None or change.cost >= self.worth[row]:
                self.cost[row, column] = IMPOSSIBLE
            elif best is None or change.cost < best.cost:
                best = change
        if best is None:
            self._rank(np.array([row]))
        return best

    def _exact(self, visit: int, column: int, row: int) -> Change | None:
        shift = int(self.shifts[column])
        change = self.plan.insertion(visit, shift, int(self.place[row, column]))
        if change is not None or self.plan.routes[shift] is None:
            return change
        return best_place(self.plan, visit, shift)

    def _refresh(self, column: int) -> None:
        """Estimates anew what one shift offers, after its route has changed."""
        shift = int(self.shifts[column])
        rows = np.flatnonzero(self.waiting & self.plan.compiled.allowed[self.visits, shift])
        if not rows.size:
            return
        found = offers(self.plan, self.visits[rows], [shift], legs_of(self.plan, shift))
        old, new = self.cost[rows, column], found.cost[:, 0]
        self.cost[rows, column] = new
        self.place[rows, column] = found.position[:, 0]
        self._rank(rows[np.minimum(old, new) <= self.second[rows]])


def best_place(plan: Plan, visit: int, shift: int) -> Change | None:
    """The cheapest exact insertion among the estimated best places of the shift."""
    legs = legs_of(plan, shift)
    one = np.array([visit], dtype=np.int64)
    costs = estimate(plan.compiled, one, legs)[0]
    order = [i for i in np.argsort(costs, kind="stable")[:PLACES] if costs[i] < IMPOSSIBLE]
    positions = list(dict.fromkeys(int(legs[POSITION, i]) for i in order))
    changes = [plan.insertion(visit, shift, position) for position in positions]
    return min((change for change in changes if change is not None), key=lambda change: change.cost, default=None)
