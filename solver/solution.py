"""What the optimiser answers: `Solution` and its parts. Units as in `solver.problem`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Literal


class StopKind(StrEnum):
    """What a stop is for."""

    VISIT = "visit"
    BREAK = "break"
    WAREHOUSE = "warehouse"


class Status(StrEnum):
    """Whether every hard rule is kept and every mandatory visit served."""

    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"


class ReasonCode(StrEnum):
    """Why a visit is left out; the order is that of the checks, from first to last."""

    NO_TECHNICIAN = "no_technician"
    SKILL = "skill"
    TOOL = "tool"
    PART = "part"
    TECHNICIAN_EXCLUDED = "technician_excluded"
    WINDOW = "window"
    SHIFT_TOO_SHORT = "shift_too_short"
    UNREACHABLE = "unreachable"
    PINNED_CONFLICT = "pinned_conflict"
    LINK = "link"
    CAPACITY = "capacity"
    NOT_WORTH_IT = "not_worth_it"


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit, break or warehouse in a route. `location` is None for a break; waiting is before `start` only."""

    kind: StopKind
    id: str
    location: int | None
    arrive: int
    start: int
    depart: int
    load: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One shift's stops in order, with when it leaves and is back (seconds)."""

    shift: str
    technician: str
    depart: int
    return_: int
    travel_seconds: int
    travel_metres: int
    stops: tuple[Stop, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """The parts of the cost, each rounded once, half up; in cents. `preference` is never positive."""

    travel: int = 0
    distance: int = 0
    duty: int = 0
    overtime: int = 0
    fixed: int = 0
    lateness: int = 0
    unserved: int = 0
    preference: int = 0
    change: int = 0
    max_tardiness: int = 0
    imbalance: int = 0
    buffer: int = 0

    @property
    def total(self) -> int:
        """The exact sum of the parts."""
        return sum(getattr(self, part.name) for part in fields(self))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a visit is left out, in a sentence a dispatcher would say."""

    code: ReasonCode
    message: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The first rule that keeps one technician from a visit."""

    technician: str
    code: ReasonCode
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One operation of a JSON Patch (RFC 6902) on a problem's document; `value` is plain JSON, unused by "remove"."""

    path: str
    value: Any = None
    op: Literal["add", "remove"] = "add"


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that would let a visit in.

    relax: what makes of the problem the one in which the visit has a place; empty when the problem may stay as it is.
    cost: cents that the plan would cost more, what leaving this visit out costs apart.
    """

    message: str
    relax: tuple[Edit, ...] = ()
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class Unserved:
    """A visit left out. `explored`: whether every remedy that there might be was looked for."""

    visit: str
    reasons: tuple[Reason, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    technicians: tuple[Obstacle, ...] = ()
    explored: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a solve: its wall seconds and the cost of the best plan after it (None: no plan yet)."""

    name: str
    seconds: float
    cost: int | None


@dataclass(frozen=True, slots=True)
class Stats:
    """How a solve went."""

    seconds: float = 0.0
    seed: int = 0
    threads: int = 1
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan for a `Problem`. `cost` is what the referee recomputes from the routes alone.

    `stated_total` is None unless a file states another total than the sum of its parts, which the referee then tells.
    """

    status: Status
    cost: Cost
    routes: tuple[Route, ...] = ()
    unserved: tuple[Unserved, ...] = ()
    stats: Stats = field(default_factory=Stats)
    problem: str | None = None
    stated_total: int | None = None
