"""A `Problem` as arrays and plain rows: what the search reads; `solver.compiling` makes it.

Costs inside the search are exact integers in `SCALE`-ths of a cent, so that rates per hour and per kilometre need no
rounding. Times are seconds, as everywhere.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from solver.problem import Break, Problem, Window

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

SCALE: Final = 18_000
"""Units of cost in one cent: a rate per hour is 5 units a second, a rate per kilometre 18 units a metre."""
PER_HOUR: Final = SCALE // 3600
PER_KM: Final = SCALE // 1000

NEVER: Final = 1 << 40
"""Stands for "no road" in travel seconds, and for "no limit" in bounds; sums of a few of them fit int64."""

ANY_TIME: Final[tuple[Window, ...]] = ((-NEVER, NEVER),)


class Service(NamedTuple):
    """What timing needs to know of one stop: a visit as one technician does it, or a warehouse."""

    location: int
    windows: tuple[Window, ...]
    seconds: int
    setup: int = 0
    finish_by: int = NEVER
    due: int = NEVER
    late_rate: int = 0  # units per second after `due`
    away_from: int = 0  # the start in the previous plan
    away_rate: int = 0  # units per second away from it
    spread: int = 0  # standard deviation of `seconds`
    promised: tuple[int, ...] = ()  # per window, the close that was promised, which a pinned start does not change
    buffer_rate: int = 0  # units per second after that close less the route's buffer (`solver.buffers`)


class Crew(NamedTuple):
    """A technician: rates in units per second and per metre, fixed cost in units, van stock by part index."""

    travel_rate: int
    duty_rate: int
    overtime_rate: int
    metre_rate: int
    fixed: int
    van: tuple[int, ...]
    tools: frozenset[int]
    shifts: tuple[int, ...]  # in time order


class Duty(NamedTuple):
    """A shift. `hard_end` also ends where the technician's next shift starts; `end_location` -1: ends anywhere."""

    technician: int
    start: int
    end: int
    hard_end: int
    start_location: int
    end_location: int
    max_visits: int
    max_travel: int
    at_start: bool
    breaks: tuple[Break, ...]


class Bonus(NamedTuple):
    """Units added when a technician serves a visit: a change of technician, less what a preference saves."""

    usual: int
    own: Mapping[int, int]  # technicians for whom it is another amount

    def of(self, technician: int) -> int:
        """Units added when this technician serves it."""
        return self.own.get(technician, self.usual)


class Store(NamedTuple):
    """A warehouse. `stock` None: unlimited."""

    service: Service
    stock: tuple[int, ...] | None
    tools: frozenset[int]


class Compiled(NamedTuple):
    """One problem, compiled. Shapes: n visits, s shifts, t technicians, p parts, m locations."""

    problem: Problem
    seconds: IntArray  # (m, m), NEVER where no road leads
    metres: IntArray  # (m, m)
    seconds_to: IntArray  # (m, m) transposed: rows are what is driven to, so that reading one is fast
    metres_to: IntArray  # (m, m) transposed
    duties: tuple[Duty, ...]
    crews: tuple[Crew, ...]
    stores: tuple[Store, ...]
    location: IntArray  # (n,)
    setup: IntArray  # (n,)
    at_store: BoolArray  # (n,) at the place of a warehouse
    duration: IntArray  # (n, t)
    window_open: IntArray  # (n,) the first opening
    window_close: IntArray  # (n,) the last closing, finish_by taken into account
    windows: tuple[tuple[Window, ...], ...]
    opens: IntArray  # (n, most windows of a visit), NEVER where it has fewer
    closes: IntArray  # (n, most windows of a visit), NEVER where it has fewer
    due: IntArray  # (n,)
    late_rate: tuple[int, ...]  # (n,) units per second
    late_estimate: FloatArray  # (n,) the same, for estimates
    need: IntArray  # (n, p)
    parts_of: tuple[tuple[tuple[int, int], ...], ...]  # per visit (part, count) of what it uses
    tools: tuple[frozenset[int], ...]  # per visit
    supplied: BoolArray  # (n,) needs a part or a tool
    technician_of: IntArray  # (s,)
    start_location: IntArray  # (s,)
    rates: FloatArray  # (3, t): travel, duty, metre; for estimates, as products may pass int64
    allowed: BoolArray  # (n, s): skills, tools and parts obtainable, technician rule, pin
    bonus: tuple[Bonus, ...]  # per visit
    bonus_estimate: FloatArray  # (n, t)
    unserved: tuple[int, ...]  # units; `must` visits: a value above every other cost
    must: BoolArray  # (n,)
    pinned_shift: IntArray  # (n,) -1: free
    pinned_order: IntArray  # (n,) -1: free
    previous_start: tuple[int | None, ...]
    promised: tuple[tuple[int, ...], ...]  # per visit and window, the close that was promised
    parts: tuple[str, ...]
    shift_index: Mapping[str, int]


def within_buffer(service: Service, start: int, buffer: int) -> int:
    """Seconds by which it starts after the close promised for that window less the buffer; 0 where none was."""
    for (opens, closes), promised in zip(service.windows, service.promised, strict=False):
        if opens <= start <= closes:
            return max(0, start - (promised - buffer))
    return 0


def service_of(compiled: Compiled, visit: int, technician: int) -> Service:
    """The visit as this technician does it."""
    before = compiled.previous_start[visit]
    finish_by = compiled.problem.visits[visit].finish_by
    costs = compiled.problem.costs
    return Service(
        location=int(compiled.location[visit]),
        windows=compiled.windows[visit],
        seconds=int(compiled.duration[visit, technician]),
        setup=int(compiled.setup[visit]),
        finish_by=NEVER if finish_by is None else finish_by,
        due=int(compiled.due[visit]),
        late_rate=compiled.late_rate[visit],
        away_from=before or 0,
        away_rate=PER_HOUR * costs.change_start_per_hour if before is not None else 0,
        spread=compiled.problem.visits[visit].spread,
        promised=compiled.promised[visit],
        buffer_rate=PER_HOUR * costs.buffer_per_hour if costs.buffer_percent and compiled.promised[visit] else 0,
    )
