"""The linear relaxation of the choice: a bound from below, and which columns can still be part of something better.

Fixing by reduced costs, as in Dantzig, Fulkerson and Johnson, "Solution of a large-scale traveling-salesman problem",
Operations Research 2, 1954.
"""

from math import inf
from typing import Final, NamedTuple

import numpy as np
import scipy.optimize

from solver.compiled import BoolArray, FloatArray
from solver.recombine.program import NO_LIMIT, Program

ROUNDING: Final = 1e-7
"""How far, as a share of the cost, the relaxation's own bounds may be off."""


class Relaxation(NamedTuple):
    """bound: no choice costs less. excess: (variables,) what a choice that uses the variable costs more, at least."""

    bound: float
    excess: FloatArray


def relax(program: Program, seconds: float | None, pivots: int) -> Relaxation | None:
    """The relaxation by the dual simplex of HiGHS; None when it was not done within the limits."""
    unit = max(1.0, float(np.abs(program.cost * program.now).max(initial=0)))
    equal = program.low == program.high
    above = ~equal & (program.high < NO_LIMIT)
    below = ~equal & (program.low > -NO_LIMIT)
    found = scipy.optimize.linprog(
        program.cost / unit,
        A_ub=scipy.sparse.vstack([program.matrix[above], -program.matrix[below]], format="csr"),
        b_ub=np.concatenate([program.high[above], -program.low[below]]),
        A_eq=program.matrix[equal],
        b_eq=program.low[equal],
        bounds=[(0.0, most) for most in program.upper.astype(np.float64).tolist()],
        method="highs-ds",
        options={"time_limit": inf if seconds is None else seconds, "maxiter": pivots},
    )
    if found.status != 0 or found.fun is None:
        return None
    return Relaxation(float(found.fun) * unit, np.asarray(found.lower.marginals) * unit)


def promising(program: Program, relaxation: Relaxation) -> BoolArray:
    """(variables,) whether a choice that uses it can be cheaper than the plan at hand."""
    value = program.value()
    worth: BoolArray = relaxation.excess < value - relaxation.bound + ROUNDING * abs(value)
    return worth
