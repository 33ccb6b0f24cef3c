"""Numbers for visits and locations that let what lies together lie together in memory too.

An insertion looks at some hundred places beside near visits; numbered as they come, each of them is elsewhere in the
tables, and large days wait for memory more than they reckon.
"""

from dataclasses import replace

import numpy as np

from solver.compiled import IntArray
from solver.problem import IntMatrix, Problem, Shift, Technician


def side_by_side(problem: Problem) -> tuple[Problem, IntArray]:
    """The same problem with locations and visits in the order of a way through them, nearest neighbour next.

    Returns it with (n,) the number that each visit has in `problem`.
    """
    way = way_through(problem.travel.seconds)
    number = np.argsort(way).tolist()
    order = sorted(range(len(problem.visits)), key=lambda v: (number[problem.visits[v].location], v))
    travel = replace(
        problem.travel,
        seconds=_sorted(problem.travel.seconds, way),
        metres=None if problem.travel.metres is None else _sorted(problem.travel.metres, way),
    )
    renumbered = replace(
        problem,
        travel=travel,
        technicians=tuple(_technician(one, number) for one in problem.technicians),
        visits=tuple(replace(problem.visits[v], location=number[problem.visits[v].location]) for v in order),
        warehouses=tuple(replace(one, location=number[one.location]) for one in problem.warehouses),
    )
    return renumbered, np.array(order, dtype=np.int64)


def way_through(seconds: IntMatrix) -> IntArray:
    """(n,) all locations from the first on, each followed by the nearest that is left."""
    way, place = [0], 0
    left = np.ones(len(seconds), dtype=np.bool_)
    left[0] = False
    for _ in range(len(seconds) - 1):
        open_ = np.flatnonzero(left)
        place = int(open_[np.argmin(seconds[place, open_])])
        left[place] = False
        way.append(place)
    return np.array(way, dtype=np.int64)


def _sorted(matrix: IntMatrix, way: IntArray) -> IntMatrix:
    return np.ascontiguousarray(matrix[np.ix_(way, way)])


def _technician(technician: Technician, number: list[int]) -> Technician:
    return replace(technician, shifts=tuple(_shift(shift, number) for shift in technician.shifts))


def _shift(shift: Shift, number: list[int]) -> Shift:
    end = None if shift.end_location is None else number[shift.end_location]
    return replace(shift, start_location=number[shift.start_location], end_location=end)
