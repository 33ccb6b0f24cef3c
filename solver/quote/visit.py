"""The visit that is asked about, written into the free row that a book keeps for it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from solver.compiled import FloatArray
from solver.compiling import compile_problem
from solver.improve.arrays import Arrays, arrays_of
from solver.problem import PreviousRoute, Problem, Technician, Travel, Visit, Window
from solver.timing.work import LOCATION, WINDOW_FROM, WINDOW_TO, TimingWork, timing_work

HERE: Final = Travel(np.zeros((1, 1), dtype=np.int64))
SOME_WINDOW: Final[tuple[Window, ...]] = ((0, 0),)
"""Stands in the row until a window that is offered takes its place."""


def write_row(
    problem: Problem, people: Sequence[Technician], visit: Visit, slot: int, arrays: Arrays, work: TimingWork
) -> FloatArray:
    """Writes what timing needs to know of the visit into row `slot`, in place.

    Gives what it costs beside by technician, in units: preference and change of technician. people: the problem's
    technicians without shifts.
    """
    named = {*visit.duration.by_technician, *visit.technicians.preferred}
    named |= {route.technician for route in problem.previous if any(stop.visit == visit.id for stop in route.stops)}
    other = next((t for t, person in enumerate(people) if person.id not in named), 0)
    asked = [t for t, person in enumerate(people) if t == other or person.id in named]
    bare = replace(visit, location=0, pinned=None, windows=SOME_WINDOW)
    alone = replace(
        problem,
        travel=replace(HERE, spread_percent=problem.travel.spread_percent),
        technicians=tuple(people[t] for t in asked),
        visits=(bare,),
        warehouses=(),
        links=(),
        previous=tuple(_with_only(route, visit.id) for route in problem.previous),
    )
    own = arrays_of(compile_problem(alone))
    row = timing_work(own, longest=1, pieces=1)
    window = work.stop[slot, WINDOW_FROM], work.stop[slot, WINDOW_TO]
    work.stop[slot] = row.stop[0]
    work.stop[slot, LOCATION] = visit.location
    work.stop[slot, WINDOW_FROM], work.stop[slot, WINDOW_TO] = window
    work.stop_rate[slot] = row.stop_rate[0]
    column = np.full(len(people), asked.index(other))
    column[asked] = range(len(asked))
    arrays.service[slot] = own.service[0, column]
    bonus: FloatArray = own.bonus[0, column]
    return bonus


def _with_only(route: PreviousRoute, visit: str) -> PreviousRoute:
    return replace(route, stops=tuple(stop for stop in route.stops if stop.visit == visit))


def fault_of(visit: Visit, places: int) -> str | None:
    """What is wrong with the visit asked about, with its remedy; None when nothing is.

    places: how many places there are, the new one included where there is one.
    """
    if not 0 <= visit.location < places:
        return f"visit.location is {visit.location}; it must be a place, 0 to {places - 1}, or come with `place`"
    for i, (low, high) in enumerate(visit.windows or ()):
        if low > high:
            return f"visit.windows[{i}] is ({low}, {high}), which ends before it begins; exchange the two"
    return None


def windows_of(visit: Visit) -> tuple[Window, ...] | None:
    """Within which the visit may start, its pin taken into account; None: at any time."""
    if visit.pinned is None or visit.pinned.start is None:
        return visit.windows or None
    start = visit.pinned.start
    fits = not visit.windows or any(low <= start <= high for low, high in visit.windows)
    return ((start, start),) if fits else ()
