"""The choice among columns as an integer programme, stated once for the linear relaxation and for CP-SAT."""

from collections.abc import Iterable, Mapping, Sequence
from math import gcd
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse

from solver.compiled import Compiled, IntArray
from solver.recombine.column import Column

NO_LIMIT: Final = 1 << 60
"""A bound of a row that binds nothing."""
LARGEST: Final = 1 << 58
"""What the costs may add up to; above it, they are divided by a power of two and rounded."""

Term = tuple[int, int]
"""A variable and how often it counts in a row."""


class Program(NamedTuple):
    """Least `cost` of whole numbers 0 <= x <= upper with low <= matrix x <= high.

    The first variables are the columns, in their order. now: the plan at hand, which keeps all rows.
    """

    matrix: scipy.sparse.csr_matrix
    low: IntArray
    high: IntArray
    upper: IntArray
    cost: IntArray
    now: IntArray

    def value(self) -> int:
        """The cost of the plan at hand."""
        return int(self.cost @ self.now)


class Draft:
    """A programme under construction: the set partitioning; rules and costs that tie routes together add to it.

    current: by shift, the routes of the plan at hand, which are among the columns. left: the variable of each visit
    that says it is left out; when the plan at hand serves all mandatory visits they stay served and have none.
    holding: the columns that have a visit. of_shift, of_technician: their columns.
    """

    def __init__(self, compiled: Compiled, columns: Sequence[Column], current: Mapping[int, Column]) -> None:
        self.compiled, self.columns, self.current = compiled, columns, current
        self.holding: list[list[int]] = [[] for _ in compiled.unserved]
        self.of_shift: dict[int, list[int]] = {}
        self.of_technician: dict[int, list[int]] = {}
        self._cost: list[int] = []
        self._upper: list[int] = []
        self._now: list[int] = []
        self._rows: list[tuple[int, int]] = []
        self._ends, self._variables, self._counts = [0], list[int](), list[int]()
        for column in columns:
            self._hold(column)
        self.left = self._left_out()
        for visit, own in enumerate(self.holding):
            out = [self.left[visit]] if visit in self.left else []
            self.row(((i, 1) for i in own + out), 1, 1)
        for own in self.of_shift.values():
            self.row(((i, 1) for i in own), 0, 1)

    def _hold(self, column: Column) -> None:
        i = self.number(1, self.current.get(column.shift) is column, round(column.cost))
        self.of_shift.setdefault(column.shift, []).append(i)
        self.of_technician.setdefault(self.compiled.duties[column.shift].technician, []).append(i)
        for visit in column.visits:
            self.holding[visit].append(i)

    def _left_out(self) -> dict[int, int]:
        served = {visit for column in self.current.values() for visit in column.visits}
        must = {visit for visit in range(len(self.holding)) if self.compiled.must.item(visit)}
        sure = must if must <= served else set()
        costs = enumerate(self.compiled.unserved)
        return {v: self.number(1, v not in served, 0 if v in must else cost) for v, cost in costs if v not in sure}

    def number(self, largest: int, now: int, units: int = 0) -> int:
        """A new variable from 0 to `largest`, each unit of which costs `units`; `now`: in the plan at hand."""
        self._upper.append(largest)
        self._now.append(int(now))
        self._cost.append(units)
        return len(self._cost) - 1

    def charge(self, variable: int, units: int) -> None:
        """Lets each unit of the variable cost so much more."""
        self._cost[variable] += units

    def row(self, terms: Iterable[Term], low: int = -NO_LIMIT, high: int = NO_LIMIT) -> None:
        """Keeps the sum of the terms from `low` to `high`; a variable may come more than once."""
        for variable, count in terms:
            self._variables.append(variable)
            self._counts.append(count)
        self._ends.append(len(self._variables))
        self._rows.append((low, high))

    def exclude(self, above: Iterable[tuple[int, int]], below: Iterable[tuple[int, int]]) -> None:
        """No two columns (number, column), one of each side, are taken where the first number exceeds the second.

        One row for each number of the second side: of all that are above it and all at or below it, one at most.
        """
        highs, lows = sorted(above, reverse=True), sorted(below)
        numbers: dict[int, int] = {}
        for number, _ in lows:
            count = sum(high > number for high, _ in highs)
            if count:
                numbers[count] = number  # of numbers with the same columns above them the largest says most
        for count, number in numbers.items():
            low = [(i, 1) for other, i in lows if other <= number]
            self.row([*low, *((i, 1) for _, i in highs[:count])], 0, 1)

    def finished(self) -> Program:
        """The programme; costs without a common divisor."""
        heavy = self._most() + 1
        for visit, variable in self.left.items():
            if self.compiled.must[visit]:
                self._cost[variable] = heavy
        divisor, most = gcd(*self._cost) or 1, self._most()
        while most // divisor > LARGEST:
            divisor *= 2
        low, high = np.array(self._rows, dtype=np.int64).reshape(-1, 2).T
        shape = (len(self._rows), len(self._cost))
        flat = (np.array(self._counts, dtype=np.float64), np.array(self._variables, dtype=np.int64), self._ends)
        matrix = scipy.sparse.csr_matrix(flat, shape=shape)
        matrix.sum_duplicates()
        return Program(
            matrix=matrix,
            low=low,
            high=high,
            upper=np.array(self._upper, dtype=np.int64),
            cost=np.array([(2 * units + divisor) // (2 * divisor) for units in self._cost], dtype=np.int64),
            now=np.array(self._now, dtype=np.int64),
        )

    def _most(self) -> int:
        """What the costs of one choice can add up to or save, a column of each shift taken."""
        costs = [abs(units) * largest for units, largest in zip(self._cost, self._upper, strict=True)]
        return sum(costs[len(self.columns) :]) + sum(max(costs[i] for i in own) for own in self.of_shift.values())
