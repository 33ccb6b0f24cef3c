"""The linear programme over the routes known so far; its duals say what serving each visit is worth."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog

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
    k = len(columns)
    once, used = np.zeros((n, k + n + t)), np.zeros((s, k + n + t))
    for c, column in enumerate(columns):
        np.add.at(once[:, c], day.served(column.shift, column.nodes), 1.0)
        used[column.shift, c] = 1.0
    once[range(n), range(k, k + n)] = 1.0
    used[range(s), [k + n + shift.technician for shift in day.shifts]] = -1.0
    costs = np.array([*(column.cost for column in columns), *day.unserved, *day.fixed], dtype=np.float64) / SCALE
    bounds: list[tuple[float, float | None]] = [(0.0, None)] * (k + n) + [(0.0, 1.0)] * t
    done = linprog(costs, A_ub=used, b_ub=np.zeros(s), A_eq=once, b_eq=np.ones(n), bounds=bounds, method="highs")
    if done.status != 0 or done.fun is None:
        raise ArithmeticError(f"the linear programme over {k} routes was not solved: {done.message}")
    return Priced(float(done.fun), np.asarray(done.eqlin.marginals, dtype=np.float64))
