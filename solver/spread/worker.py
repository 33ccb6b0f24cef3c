"""What an executor runs: a part solved from the plan it has now."""

import multiprocessing.synchronize
import signal
from dataclasses import dataclass

from solver.outcome import routes_of
from solver.problem import Duration, Problem, Shift, Technician, Travel, Visit
from solver.search import Limits, Search
from solver.solution import Route
from solver.solve import begin, go_on
from solver.spread.part import Part


@dataclass
class _Ending:
    """What tells local processes to end early."""

    event: multiprocessing.synchronize.Event | None = None


_ending = _Ending()


def listen(event: multiprocessing.synchronize.Event) -> None:
    """Begins the life of a local process: it heeds the event, and leaves Ctrl-C to its parent."""
    _ending.event = event
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def solve_part(part: Part, limits: Limits) -> tuple[Route, ...]:
    """The part's routes after a search within the limits, in its own places; never dearer than those it has now."""
    event = _ending.event
    search = Search(limits, None, None, None if event is None else event.is_set)
    begin(search, part.problem(), part.start)
    go_on(search)
    return routes_of(search.best)


def warm_up(number: int) -> int:
    """Loads or compiles all that a search needs, so that the first part need not; returns the number."""
    import numpy as np

    travel = Travel(np.full((2, 2), 60, dtype=np.int64))
    visits = tuple(Visit(str(i), 1, Duration(60)) for i in range(2))
    shift = Shift("shift", 0, 3600, 0, 0)
    tiny = Problem(travel, (Technician("technician", (shift,), cost_per_duty_hour=1),), visits)
    search = Search(Limits(None, iterations=1), None, None, None)
    begin(search, tiny)
    go_on(search)
    return number
