"""What a plan looks like to people: the read models that pages, the command line and HTTP share.

Instants are aware and in the territory's own zone, seconds and metres whole, money in minor units of its currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from db.models import Priority, StopKind, VisitStatus
from dispatch.travel.places import Place


@dataclass(frozen=True, slots=True)
class VisitView:
    """The visit behind a stop. `number` is its work order's, WO-1042; `windows` are when its service may start."""

    id: int
    work_order_id: int
    number: str
    sequence: int
    summary: str
    status: VisitStatus
    priority: Priority
    site_id: int
    site: str
    address: str
    duration_seconds: int
    windows: tuple[tuple[datetime, datetime], ...]
    due_at: datetime | None
    pinned: bool


@dataclass(frozen=True, slots=True)
class StopView:
    """One stop. `place` None: wherever the technician is (a break), or a site without a place on the map.

    load: {part number: quantity} taken on at a warehouse. late_seconds: how long after `due_at` service starts.
    window_kept: service starts within one of the visit's windows, None when it has none.
    """

    kind: StopKind
    title: str
    place: Place | None
    arrives_at: datetime
    starts_at: datetime
    departs_at: datetime
    visit: VisitView | None = None
    warehouse_id: int | None = None
    shift_break_id: int | None = None
    load: Mapping[str, int] | None = None
    late_seconds: int = 0
    window_kept: bool | None = None


@dataclass(frozen=True, slots=True)
class RouteView:
    """One shift and its stops in order; a shift nobody planned yet has none and revision 0.

    start, end: where it leaves and comes back to; `end` None: the day ends at the last stop.
    """

    shift_id: int
    technician_id: int
    technician_code: str
    technician: str
    revision: int
    shift_starts_at: datetime
    shift_ends_at: datetime
    departs_at: datetime | None
    returns_at: datetime | None
    travel_seconds: int
    travel_metres: int
    overtime_seconds: int
    cost: Mapping[str, int]
    start: Place | None
    end: Place | None
    stops: tuple[StopView, ...]

    @property
    def visits(self) -> tuple[StopView, ...]:
        """The stops that are visits."""
        return tuple(stop for stop in self.stops if stop.visit is not None)

    @property
    def duty_seconds(self) -> int:
        """From leaving to being back; 0 for a route without stops."""
        if self.departs_at is None or self.returns_at is None:
            return 0
        return int((self.returns_at - self.departs_at).total_seconds())


@dataclass(frozen=True, slots=True)
class ReasonView:
    """Why a visit is left out: a code of the optimiser or of the linter, and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class RemedyView:
    """What would let a visit in, and what the plan would then cost more (None: not known)."""

    message: str
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class LeftOutView:
    """A visit that could be done on the day and is in no route; without reasons when no run has looked at it yet."""

    visit: VisitView
    reasons: tuple[ReasonView, ...] = ()
    remedies: tuple[RemedyView, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanView:
    """The current plan of a territory-day. `id` None: nothing has been planned yet.

    tag: changes with every change of the plan; what If-Match and If-None-Match compare.
    routes: one per shift of the day, by technician code, those without stops too.
    cost: the parts of the plan's cost and their `total`, as the optimiser names them.
    """

    id: int | None
    tag: str
    territory_id: int
    territory: str
    time_zone: str
    currency: str
    local_date: date
    published_at: datetime | None
    routes: tuple[RouteView, ...]
    left_out: tuple[LeftOutView, ...]
    cost: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class VisitChange:
    """A visit that a proposal places otherwise than the current plan; codes of technicians, None: in no route."""

    visit: VisitView
    was_with: str | None
    was_at: datetime | None
    will_be_with: str | None
    will_be_at: datetime | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What applying a proposal would change. `cost_before` is that of the current plan's routes."""

    added: tuple[VisitChange, ...]
    moved: tuple[VisitChange, ...]
    removed: tuple[VisitChange, ...]
    cost_before: int
    cost_after: int


@dataclass(frozen=True, slots=True)
class KeptRoute:
    """A shift that keeps its present route although a proposal suggested another, and why."""

    shift_id: int
    technician: str
    reason: str
