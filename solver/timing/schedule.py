"""When a route with given stops in order leaves, rests, serves and returns, at the least cost: exact."""

from collections.abc import Sequence
from math import inf, isnan, nan
from threading import Lock
from typing import NamedTuple

import numpy as np

from solver.compiled import Compiled, service_of, within_buffer
from solver.improve.arrays import arrays_of
from solver.timing.rests import Rests, choices
from solver.timing.times import route_times
from solver.timing.work import BUFFER, DEPART, DEPART_FROM, RETURN, RETURN_BY, timing_work


class Schedule(NamedTuple):
    """A timed route. `cost`: duty, overtime, lateness, starts within buffers, distance from previous starts, in units.

    starts, rests: per stop its start, per leg (one more than stops) the breaks taken on it.
    depart_from, return_by: the bounds within which no other break falls due.
    """

    cost: int
    depart: int
    return_: int
    starts: tuple[int, ...]
    rests: tuple[Rests, ...]
    depart_from: int
    return_by: int


class Timer:
    """Times routes of one compiled problem. Threads may share it; they take turns."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.arrays = arrays_of(compiled)
        self._work = timing_work(self.arrays)
        self._lock = Lock()

    def schedule(self, shift: int, stops: Sequence[int]) -> Schedule | None:
        """The least-cost times of these stops (visit v as v, warehouse w as ~w); None when none keeps the bounds."""
        if not stops:
            return None
        visits = self.arrays.visits
        rows = np.array([stop if stop >= 0 else visits + ~stop for stop in stops], dtype=np.int64)
        duty = self.compiled.duties[shift]
        with self._lock:
            if len(rows) >= len(self._work.leg):
                self._work = timing_work(self.arrays, longest=2 * len(rows))
            cost = nan
            while isnan(cost):
                work = self._work
                cost = route_times(self.arrays, shift, rows, len(rows), duty.start, duty.hard_end, work)
                if isnan(cost):
                    self._work = timing_work(self.arrays, len(work.leg), 4 * len(work.bounds))
            if cost == inf:
                return None
            starts, taken = work.starts[: len(rows)].tolist(), work.taken[: len(rows) + 1].tolist()
            times = work.times.tolist()
            buffers = work.leg[: len(rows), BUFFER].tolist()
        orders = choices(duty.breaks)
        found = Schedule(
            cost=0,
            depart=times[DEPART],
            return_=times[RETURN],
            starts=tuple(starts),
            rests=tuple(orders[number] for number in taken),
            depart_from=times[DEPART_FROM],
            return_by=times[RETURN_BY],
        )
        return found._replace(cost=self._cost(shift, rows.tolist(), found, buffers))

    def _cost(self, shift: int, rows: Sequence[int], times: Schedule, buffers: Sequence[int]) -> int:
        """The cost of the times in whole units: the kernels' floats are exact only below 2^53."""
        duty = self.compiled.duties[shift]
        crew = self.compiled.crews[duty.technician]
        unpaid = sum(rests.unpaid for rests in times.rests)
        cost = crew.duty_rate * (times.return_ - times.depart - unpaid)
        cost += crew.overtime_rate * max(0, times.return_ - duty.end)
        for row, start, buffer in zip(rows, times.starts, buffers, strict=True):
            if self.arrays.soft[row] and row < self.arrays.visits:
                stop = service_of(self.compiled, row, duty.technician)
                cost += stop.late_rate * max(0, start - stop.due) + stop.away_rate * abs(start - stop.away_from)
                cost += stop.buffer_rate * within_buffer(stop, start, buffer)
        return cost
