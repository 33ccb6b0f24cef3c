"""What is to be planned: `Problem` and its parts.

Units, once: time in integer seconds from the horizon's start, distance in integer metres, money in integer minor
units (cents). A window bounds the *start* of service, both ends included, unless named otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

IntMatrix = npt.NDArray[np.int64]
Window = tuple[int, int]

UNREACHABLE: Final = -1
"""Stands in a travel matrix for "no road between" (JSON null)."""

MAX_TIME: Final = 2**31 - 1
"""No instant or duration may be greater (seconds)."""

MAX_MONEY: Final = 2**53 - 1
"""No amount may be greater (cents)."""


class Departure(StrEnum):
    """When a technician leaves the start place of a shift."""

    FLEXIBLE = "flexible"
    AT_START = "at_start"


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """Travel between the n locations, whose rows every `location` is an index of.

    seconds: shape (n, n), `UNREACHABLE` where no road leads.
    metres: shape (n, n), or None for 0 everywhere.
    speed: (from second, percent of the speed behind `seconds`), in time order.
    spread_percent: the standard deviation of a leg in percent of its `seconds`, which are its mean.
    """

    seconds: IntMatrix
    metres: IntMatrix | None = None
    speed: tuple[tuple[int, int], ...] = ()
    spread_percent: int = 0

    def __eq__(self, other: object) -> bool:
        """Whether all times and distances are the same."""
        if not isinstance(other, Travel):
            return NotImplemented
        same_metres = (
            self.metres is other.metres
            if self.metres is None or other.metres is None
            else np.array_equal(self.metres, other.metres)
        )
        same_pace = (self.speed, self.spread_percent) == (other.speed, other.spread_percent)
        return same_metres and same_pace and np.array_equal(self.seconds, other.seconds)


@dataclass(frozen=True, slots=True)
class Break:
    """A rest that starts within `earliest <= start <= latest`, between stops, wherever the technician is."""

    id: str
    earliest: int
    latest: int
    duration: int
    paid: bool = True
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """One working period; the route of a shift leaves after `start` and is back by `end + max_overtime`."""

    id: str
    start: int
    end: int
    start_location: int
    end_location: int | None = None
    max_overtime: int = 0
    breaks: tuple[Break, ...] = ()
    max_visits: int | None = None
    max_travel: int | None = None
    departure: Departure = Departure.FLEXIBLE


@dataclass(frozen=True, slots=True)
class Technician:
    """Who drives, with what; costs are cents per hour, per kilometre, or once."""

    id: str
    shifts: tuple[Shift, ...]
    skills: Mapping[str, int] = field(default_factory=dict)
    tools: frozenset[str] = frozenset()
    van_stock: Mapping[str, int] = field(default_factory=dict)
    cost_per_travel_hour: int = 0
    cost_per_duty_hour: int = 0
    cost_per_overtime_hour: int = 0
    cost_per_km: int = 0
    fixed_cost: int = 0
    min_rest: int | None = None
    max_duty: int | None = None


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds of service, the same for everyone but those named in `by_technician`."""

    default: int
    by_technician: Mapping[str, int] = field(default_factory=dict)

    def of(self, technician: str) -> int:
        """Seconds this technician needs."""
        return self.by_technician.get(technician, self.default)


@dataclass(frozen=True, slots=True)
class TechnicianRule:
    """Who may do a visit: `only` (None: anyone), never `never`, and cents saved by those in `preferred`."""

    only: frozenset[str] | None = None
    never: frozenset[str] = frozenset()
    preferred: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pinned:
    """The shift a visit stays in; its start and its place among the shift's visits where given."""

    shift: str
    start: int | None = None
    order: int | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One trip to one place. `unserved_cost` None: must be served.

    spread: the standard deviation of its duration, which is the mean (seconds).
    """

    id: str
    location: int
    duration: Duration
    setup: int = 0
    windows: tuple[Window, ...] = ()
    finish_by: int | None = None
    due: int | None = None
    late_cost_per_hour: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    tools: frozenset[str] = frozenset()
    parts: Mapping[str, int] = field(default_factory=dict)
    unserved_cost: int | None = None
    technicians: TechnicianRule = field(default_factory=TechnicianRule)
    pinned: Pinned | None = None
    spread: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A tie between visits; it binds those of them that are served.

    For "precedes", `visits` is (first, then) and the gap runs from start to start, in seconds.
    """

    kind: Literal["same_start", "precedes", "different_technicians", "same_technician"]
    visits: tuple[str, ...]
    min_gap: int = 0
    max_gap: int | None = None
    all_or_none: bool = False


@dataclass(frozen=True, slots=True)
class Warehouse:
    """Where a van may reload on its way. `stock` None: unlimited; `tools` are lent for the rest of the shift."""

    id: str
    location: int
    windows: tuple[Window, ...] = ()
    handling: int = 0
    stock: Mapping[str, int] | None = None
    tools: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs that belong to no technician; all in cents. `unserved_default` None: visits must be served.

    buffer_percent: how many hundredths of a standard deviation the buffer before a window's close has.
    buffer_per_hour: for each hour by which a visit starts later than that (see `solver.buffers`).
    """

    unserved_default: int | None = None
    change_technician: int = 0
    change_start_per_hour: int = 0
    max_tardiness_per_hour: int = 0
    imbalance_per_hour: int = 0
    buffer_percent: int = 0
    buffer_per_hour: int = 0


@dataclass(frozen=True, slots=True)
class PreviousStop:
    """A visit as the plan in force has it; all that moving away from it needs."""

    visit: str
    start: int


@dataclass(frozen=True, slots=True)
class PreviousRoute:
    """A route of the plan in force: its visits in order."""

    shift: str
    technician: str
    stops: tuple[PreviousStop, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything the optimiser is told. Build it by hand, or read it with `solver.formats`.

    `unserved_cost` of each visit is already resolved against `costs.unserved_default`.
    """

    travel: Travel
    technicians: tuple[Technician, ...]
    visits: tuple[Visit, ...]
    warehouses: tuple[Warehouse, ...] = ()
    links: tuple[Link, ...] = ()
    previous: tuple[PreviousRoute, ...] = ()
    costs: Costs = field(default_factory=Costs)
    name: str | None = None
