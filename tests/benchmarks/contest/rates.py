"""Costs per hour and kilometre as whole costs per second and leg, for solvers that know whole numbers only."""

from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from solver.problem import Problem, Technician

IntMatrix = npt.NDArray[np.int64]
HOUR, KM = 3600, 1000


def units_a_cent(problem: Problem) -> int:
    """The least number of units in a cent that makes every hourly rate a whole number of units a second."""
    rates = {
        rate
        for t in problem.technicians
        for rate in (t.cost_per_travel_hour, t.cost_per_duty_hour, t.cost_per_overtime_hour)
    } | {visit.late_cost_per_hour for visit in problem.visits}
    return lcm(*(Fraction(rate, HOUR).denominator for rate in rates))


def a_second(rate: int, units: int) -> int:
    """A rate in cents an hour as units a second."""
    return rate * units // HOUR


def leg_costs(problem: Problem, technician: Technician, units: int) -> IntMatrix:
    """What the technician's driving from place to place costs, in units, rounded; shape (n, n)."""
    seconds = np.maximum(problem.travel.seconds, 0)
    costs = seconds * a_second(technician.cost_per_travel_hour, units)
    if problem.travel.metres is not None and technician.cost_per_km:
        metres = np.maximum(problem.travel.metres, 0)
        costs = costs + (metres * (technician.cost_per_km * units) + KM // 2) // KM
    return costs.astype(np.int64)
