"""Which visits belong to a territory-day.

A visit that is in a route of the day's current plan stays a candidate, so that planning again may move it. To those
come visits that are in no route at all, of work orders that may be planned, which could be done on the day: not held
back to a later one by `earliest_at`, their windows (if any) on the day, not pinned to another day.

A visit with an appointment keeps to the appointment's windows alone; a hold that has run out binds nobody.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Appointment,
    AppointmentStatus,
    Plan,
    Route,
    Stop,
    Visit,
    VisitStatus,
    VisitWindow,
    WorkOrder,
    WorkOrderStatus,
)
from db.models.appointments import ACTIVE

PLANNABLE: Final = (WorkOrderStatus.READY, WorkOrderStatus.PLANNED, WorkOrderStatus.IN_PROGRESS)
"""Work orders whose visits may be planned; waiting for parts or for the customer holds one outside planning."""

WAITING: Final = (VisitStatus.UNSCHEDULED, VisitStatus.SCHEDULED, VisitStatus.DISPATCHED)
"""Visits that nobody has set out for."""

STARTED: Final = (VisitStatus.TRAVELLING, VisitStatus.ON_SITE, VisitStatus.COMPLETED, VisitStatus.INCOMPLETE)
"""Visits that really happen or happened: they stay where they are."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A visit that may be planned on the day. `shift_id`: the shift it is in now, None when in no route.

    promised: whether the windows are those of an appointment.
    """

    visit: Visit
    work_order: WorkOrder
    shift_id: int | None
    windows: tuple[tuple[datetime, datetime], ...]
    promised: bool = False

    @property
    def started(self) -> bool:
        """Whether it really happens or happened, so that it stays where it is."""
        return self.visit.status in STARTED

    @property
    def name(self) -> str:
        """What people call it, WO-1042/1; the visit's id in the problem."""
        return f"{self.work_order.number}/{self.visit.sequence}"


@dataclass(frozen=True, slots=True)
class Reach:
    """The local day, and beyond it as far as its shifts reach; and which these are."""

    starts_at: datetime
    ends_at: datetime
    shift_ids: frozenset[int]


def candidates(
    session: Session,
    territory_id: int,
    plan_id: int | None,
    reach: Reach,
    now: datetime,
    only: Collection[int] | None = None,
) -> list[Candidate]:
    """The visits of the territory that may be planned on the day, by work order number and sequence.

    only: of the visits that are in no route these alone; None: all.
    """
    waiting = and_(
        Stop.id.is_(None),
        Visit.status.in_(WAITING),
        or_(Visit.earliest_at.is_(None), Visit.earliest_at < reach.ends_at),
    )
    # Without a plan there is no route; `plan_id IS NULL` would hold for every visit outside all routes.
    here = and_(Route.id.is_not(None), Route.plan_id == plan_id, Visit.status.in_((*WAITING, *STARTED)))
    # What has started stays in its route even when its work order is done or held by now.
    plannable = or_(WorkOrder.status.in_(PLANNABLE), Visit.status.in_(STARTED))
    query = (
        select(Visit, WorkOrder, Route.shift_id)
        .join(WorkOrder, Visit.work_order_id == WorkOrder.id)
        .outerjoin(Stop, Stop.visit_id == Visit.id)
        .outerjoin(Route, Stop.route_id == Route.id)
        .where(WorkOrder.territory_id == territory_id, plannable, or_(waiting, here))
        .order_by(WorkOrder.id, Visit.sequence)
    )
    if only is not None:
        # Named beforehand, or the database would look at every visit of the territory.
        placed = session.scalars(select(Stop.visit_id).join(Route).where(Route.plan_id == plan_id))
        query = query.where(Visit.id.in_(sorted({*only, *(visit for visit in placed if visit is not None)})))
    # Visits are changed in bulk; a session that did so must see them as they are now.
    rows = session.execute(query.execution_options(populate_existing=True)).all()
    windows = binding_windows(session, [visit.id for visit, _, _ in rows], now)
    found = (Candidate(visit, order, shift, *windows.get(visit.id, ((), False))) for visit, order, shift in rows)
    return [candidate for candidate in found if candidate.shift_id is not None or _meets(candidate, reach)]


def plan_of(
    session: Session, territory_id: int, local_date: date, lock: Literal["share", "update"] | None = None
) -> Plan | None:
    """The current plan of a territory and local date, if there is one; as it is now when it is to be locked.

    Who changes routes shares the lock, who publishes has it alone. SQLite has but one writer anyway.
    """
    query = select(Plan).where(Plan.territory_id == territory_id, Plan.local_date == local_date)
    if lock is not None:
        query = query.with_for_update(read=lock == "share").execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def binding_windows(
    session: Session, visits: list[int], now: datetime
) -> dict[int, tuple[tuple[tuple[datetime, datetime], ...], bool]]:
    """The windows that each visit keeps to, and whether they are an appointment's; what has none is left away."""
    wishes: dict[int, list[tuple[datetime, datetime]]] = {}
    appointed: dict[int, list[tuple[datetime, datetime]]] = {}
    query = (
        select(VisitWindow, Appointment.status, Appointment.held_until)
        .outerjoin(Appointment, VisitWindow.appointment_id == Appointment.id)
        .order_by(VisitWindow.opens_at)
    )
    for part in chunks(visits):
        for window, status, held_until in session.execute(query.where(VisitWindow.visit_id.in_(part))):
            kind = wishes if window.appointment_id is None else appointed
            if kind is wishes or binds(status, held_until, now):
                kind.setdefault(window.visit_id, []).append((window.opens_at, window.closes_at))
    found = {visit: (tuple(spans), False) for visit, spans in wishes.items()}
    return found | {visit: (tuple(spans), True) for visit, spans in appointed.items()}


def binds(status: AppointmentStatus, held_until: datetime | None, now: datetime) -> bool:
    """Whether an appointment still takes up room: confirmed, or a hold that has not run out."""
    if status is AppointmentStatus.HELD:
        return held_until is not None and held_until > now
    return status in ACTIVE


def _meets(candidate: Candidate, reach: Reach) -> bool:
    pinned = candidate.visit.pinned_shift_id
    if pinned is not None and pinned not in reach.shift_ids:
        return False
    windows = candidate.windows
    return not windows or any(opens < reach.ends_at and closes >= reach.starts_at for opens, closes in windows)


def chunks(ids: Iterable[int], size: int = 5000) -> Iterable[list[int]]:
    """The ids in lists that fit one statement."""
    numbers = list(ids)
    return (numbers[start : start + size] for start in range(0, len(numbers), size))
