"""How a pool too large for CP-SAT is gone through: the most promising columns first, then groups of routes."""

from collections.abc import Sequence
from random import Random
from typing import Final

import numpy as np
import scipy.sparse

from solver.compiled import BoolArray, FloatArray, IntArray
from solver.recombine.column import Column
from solver.recombine.effort import Effort
from solver.recombine.exact import solve
from solver.recombine.program import Program
from solver.recombine.relaxation import Relaxation, promising, relax

AT_ONCE: Final = (500, 1_500, 4_000)
"""Columns that CP-SAT is given, the most promising ones first; each time only when fewer were not enough."""
IN_A_GROUP: Final = 600
"""A group of routes grows until so many columns could replace them."""
SHARE: Final = 0.5
"""Share of the time left that one call of CP-SAT may take while there is more to try, and the relaxation."""
GROUP_SHARE: Final = 0.2
PATIENCE: Final = 12
"""Groups in a row that bring nothing, after which no more are tried."""
PIVOTS: Final = 100_000
"""Steps of the simplex at the most, which end it where the clock does not count."""


class Search:
    """A programme, and the best choice so far."""

    def __init__(self, program: Program, columns: Sequence[Column], effort: Effort) -> None:
        self.program, self.columns, self.effort = program, columns, effort
        self._is_column = np.arange(len(program.cost)) < len(columns)
        self._relaxation: Relaxation | None = None

    def run(self) -> IntArray:
        """The numbers of the best choice found until nothing is left of the effort, or nothing better can be there."""
        left = self.effort.seconds_left()
        if not self.effort.over():
            self._relaxation = relax(self.program, None if left is None else SHARE * left, PIVOTS)
            if self._relaxation is None or not self._whole():
                self._groups()
        return self.program.now

    def _open(self) -> BoolArray:
        """The columns, by the relaxation, that can still be part of something better."""
        if self._relaxation is None:
            return self._is_column
        open_: BoolArray = self._is_column & promising(self.program, self._relaxation)
        return open_

    def _excess(self) -> FloatArray:
        return np.zeros(len(self.program.cost)) if self._relaxation is None else self._relaxation.excess

    def _whole(self) -> bool:
        """The most promising columns of all routes, more and more of them; whether there is no better choice left."""
        for most in AT_ONCE:
            candidates = np.flatnonzero(self._open())
            if not len(candidates):
                return True
            few = len(candidates) <= most
            chosen = candidates[np.argsort(self._excess()[candidates], kind="stable")[:most]]
            proven = self._solve(chosen, np.zeros_like(self._is_column), 1.0 if few else SHARE)
            if self.effort.over() or (few and proven):
                return True
        return False

    def _solve(self, chosen: IntArray, fixed: BoolArray, share: float) -> bool:
        """CP-SAT with the chosen columns; takes what is better; whether it is proven the best of them."""
        open_ = ~self._is_column | (self._is_column & (self.program.now > 0) & ~fixed)
        open_[chosen] = True
        answer = solve(self.program, open_, fixed, share, self.effort)
        if answer.x is not None:
            self.program = self.program._replace(now=answer.x)
        return answer.proven

    def _groups(self) -> None:
        """Groups of routes that share visits with a promising column, all other routes kept."""
        random = Random(self.effort.seed)
        near = Neighbours(self.columns, self.program.cost[: len(self.columns)])
        misses = 0
        while misses < PATIENCE and not self.effort.over():
            before = self.program.value()
            now = self.program.now[: len(self.columns)] > 0
            candidates = self._open()[: len(self.columns)] & ~now
            if not candidates.any():
                return
            kept, chosen = near.group(now, candidates, random)
            fixed = np.zeros_like(self._is_column)
            fixed[kept] = True
            self._solve(chosen, fixed, GROUP_SHARE)
            misses = 0 if self.program.value() < before else misses + 1


class Neighbours:
    """Which columns could stand in for which routes."""

    def __init__(self, columns: Sequence[Column], cost: IntArray) -> None:
        self._columns, self._cost = columns, cost
        self._shift = np.array([column.shift for column in columns])
        ends = np.cumsum([0, *(len(column.visits) for column in columns)])
        visits = np.array([visit for column in columns for visit in column.visits], dtype=np.int64)
        self._has = scipy.sparse.csr_matrix((np.ones(len(visits)), visits, ends))

    def group(self, now: BoolArray, candidates: BoolArray, random: Random) -> tuple[IntArray, IntArray]:
        """(columns of the routes that stay, candidates that fit beside them).

        The group starts from one candidate and takes in the routes that it would break up, then those of another
        candidate that shares a shift with them, until enough columns fit.
        """
        present = np.flatnonzero(now)
        free = np.zeros(len(now), dtype=bool)
        touching = np.flatnonzero(candidates)
        kept, fit = present, touching[:0]
        while len(touching) and len(fit) < IN_A_GROUP and len(kept):
            first = int(touching[random.randrange(len(touching))])
            shared = self._has[present] @ self._has[first].T
            broken = (shared.toarray().ravel() > 0) | (self._shift[present] == self._shift[first])
            free[present[broken]] = True
            kept = present[~free[present]]
            fit = self._fitting(kept, candidates)
            touching = np.setdiff1d(np.flatnonzero(candidates & np.isin(self._shift, self._shift[free])), fit)
        return kept, fit

    def _fitting(self, kept: IntArray, candidates: BoolArray) -> IntArray:
        """The candidates that take neither a shift nor a visit of the routes that stay."""
        taken = np.asarray(self._has[kept].sum(axis=0)).ravel()
        clear = (self._has @ taken == 0) & ~np.isin(self._shift, self._shift[kept])
        return np.flatnonzero(candidates & clear)
