"""The linear programme over the routes known so far; its duals say what serving each visit is worth."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from solver.bound.day import Day
from solver.compiled import SCALE, FloatArray


class Column(NamedTuple):
    """A route: its shift, the sheet's nodes in order, units it costs at least, the technician's fixed cost apart."""

    shift: int
    nodes: tuple[int, ...]
    cost: int


class Priced(NamedTuple):
    """The programme solved: its value and what each visit is worth, both in cents."""

    value: float
    worth: FloatArray


def priced(day: Day, columns: Sequence[Column]) -> Priced:
    """The cheapest mixture of routes and of visits left out that serves each visit once."""
    n, s, t = len(day.unserved), len(day.shifts), len(day.fixed)
    rows, places, values = [], [], []
    for c, column in enumerate(columns):
        served, counts = np.unique(day.served(column.shift, column.nodes), return_counts=True)
        rows += [*served, n + column.shift]
        places += [c] * (len(served) + 1)
        values += [*counts, 1]
    k = len(columns)
    rows += [*range(n), *range(n, n + s)]
    places += [*range(k, k + n), *(k + n + shift.technician for shift in day.shifts)]
    values += [*([1] * n), *([-1] * s)]
    table = coo_array((values, (rows, places)), shape=(n + s, k + n + t)).tocsr()
    costs = np.array([*(column.cost for column in columns), *day.unserved, *day.fixed], dtype=np.float64) / SCALE
    bounds = [(0, None)] * (k + n) + [(0, 1)] * t
    once, used = table[:n], table[n:]
    done = linprog(costs, A_ub=used, b_ub=np.zeros(s), A_eq=once, b_eq=np.ones(n), bounds=bounds, method="highs")
    if done.status != 0:
        raise ArithmeticError(f"the linear programme over {k} routes was not solved: {done.message}")
    return Priced(float(done.fun), np.asarray(done.eqlin.marginals, dtype=np.float64))
