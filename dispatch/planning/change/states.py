"""What a change of routes does to the states of visits and work orders."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.models import Visit, VisitStatus, WorkOrder, WorkOrderStatus
from dispatch.errors import Conflict
from dispatch.planning.change.drafts import RouteDraft
from dispatch.planning.day.candidates import STARTED, WAITING, chunks
from dispatch.planning.day.rows import DayRows

PLACED = (VisitStatus.SCHEDULED, VisitStatus.DISPATCHED, VisitStatus.TRAVELLING, VisitStatus.ON_SITE)


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a visit is: in which shift, and when its service starts."""

    shift_id: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """A visit that is elsewhere than before; None: in no route. `told`: its technician had been told of it."""

    visit_id: int
    before: Placing | None
    after: Placing | None
    told: bool


def settle(
    session: Session,
    rows: DayRows,
    present: Mapping[int, RouteDraft],
    touched: Mapping[int, RouteDraft],
    *,
    tell: bool,
) -> list[Moved]:
    """Sets the states that follow from the touched routes; the visits that moved.

    A placed visit is `scheduled`, or `dispatched` at once when the plan is published (`tell`); one that is in no route
    any more is `unscheduled`, or `cancelled` when its work order is. Its work order is `planned` while a
    visit of it is placed, else `ready` again.

    Raises Conflict when a visit was started, cancelled or finished since the day was read.
    """
    before = _placings(draft for shift, draft in present.items() if shift in touched)
    after = _placings(touched.values())
    rows_now = _locked(session, {*before, *after})
    _refuse_changed(rows_now, after)
    technician_of = {shift.id: shift.technician_id for shift in rows.shifts}
    placed: dict[int, list[int]] = defaultdict(list)
    wanted = VisitStatus.DISPATCHED if tell else VisitStatus.SCHEDULED
    for visit, placing in after.items():
        now, technician = rows_now[visit], technician_of[placing.shift_id]
        if now.status in WAITING and (now.status is not wanted or now.technician_id != technician):
            placed[technician].append(visit)
    dropped = [visit for visit in before if visit not in after and rows_now[visit].status in WAITING]
    for technician, visits in placed.items():
        _set(session, visits, wanted, technician)
    orders = {visit: row.work_order_id for visit, row in rows_now.items()}
    over = _cancelled(session, {orders[visit] for visit in dropped})
    _set(session, [visit for visit in dropped if orders[visit] not in over], VisitStatus.UNSCHEDULED, None)
    _set(session, [visit for visit in dropped if orders[visit] in over], VisitStatus.CANCELLED, None)
    _plan_orders(session, {orders[visit] for visit in after})
    _unplan_orders(session, {orders[visit] for visit in dropped})
    return [
        Moved(visit, before.get(visit), after.get(visit), rows_now[visit].status is VisitStatus.DISPATCHED)
        for visit in {**before, **after}
        if before.get(visit) != after.get(visit)
    ]


@dataclass(frozen=True, slots=True)
class _Now:
    status: VisitStatus
    technician_id: int | None
    work_order_id: int


def _placings(drafts: Iterable[RouteDraft]) -> dict[int, Placing]:
    return {
        stop.visit_id: Placing(draft.shift_id, stop.starts_at)
        for draft in drafts
        for stop in draft.stops
        if stop.visit_id is not None
    }


def _locked(session: Session, visits: Collection[int]) -> dict[int, _Now]:
    """The visits as they are now, locked in the order of their ids until the transaction ends."""
    found: dict[int, _Now] = {}
    query = select(Visit.id, Visit.status, Visit.technician_id, Visit.work_order_id).order_by(Visit.id)
    # The keys stay: whoever only refers to a visit need not wait, nor be waited for.
    query = query.with_for_update(key_share=True)
    for some in chunks(sorted(visits)):
        for visit, status, technician, order in session.execute(query.where(Visit.id.in_(some))):
            found[visit] = _Now(status, technician, order)
    return found


def _refuse_changed(now: Mapping[int, _Now], after: Mapping[int, Placing]) -> None:
    for visit in after:
        if visit not in now or now[visit].status not in (*WAITING, *STARTED):
            state = now[visit].status.value if visit in now else "gone"
            raise Conflict(f"visit {visit} is {state} by now; look at the plan and try again")


def _set(session: Session, visits: list[int], status: VisitStatus, technician_id: int | None) -> None:
    for some in chunks(visits):
        values = {
            "status": status,
            "technician_id": technician_id,
            "version": Visit.version + 1,
            "updated_at": session.info["now"](),
        }
        session.execute(
            update(Visit).where(Visit.id.in_(some)).values(values).execution_options(synchronize_session=False)
        )


def _plan_orders(session: Session, orders: Collection[int]) -> None:
    _turn(session, orders, WorkOrderStatus.READY, WorkOrderStatus.PLANNED)


def _unplan_orders(session: Session, orders: set[int]) -> None:
    busy: set[int] = set()
    for some in chunks(sorted(orders)):
        query = select(Visit.work_order_id).where(Visit.work_order_id.in_(some), Visit.status.in_(PLACED))
        busy |= set(session.scalars(query))
    _turn(session, orders - busy, WorkOrderStatus.PLANNED, WorkOrderStatus.READY)


def _cancelled(session: Session, orders: Collection[int]) -> set[int]:
    found: set[int] = set()
    for some in chunks(sorted(orders)):
        query = select(WorkOrder.id).where(WorkOrder.id.in_(some), WorkOrder.status == WorkOrderStatus.CANCELLED)
        found |= set(session.scalars(query))
    return found


def _turn(session: Session, orders: Collection[int], old: WorkOrderStatus, new: WorkOrderStatus) -> None:
    for some in chunks(sorted(orders)):
        values = {"status": new, "version": WorkOrder.version + 1, "updated_at": session.info["now"]()}
        session.execute(
            update(WorkOrder)
            .where(WorkOrder.id.in_(some), WorkOrder.status == old)
            .values(values)
            .execution_options(synchronize_session=False)
        )
