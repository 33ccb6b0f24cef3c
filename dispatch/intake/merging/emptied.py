"""A work order whose tickets all left is called off, and is as it was when one comes back."""

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Stop, Visit, VisitStatus, WorkOrder, WorkOrderStatus
from dispatch.intake.merging.memory import Memory

CALLED_OFF: Final = frozenset(
    {
        WorkOrderStatus.DRAFT,
        WorkOrderStatus.READY,
        WorkOrderStatus.PLANNED,
        WorkOrderStatus.WAITING_FOR_PARTS,
        WorkOrderStatus.WAITING_FOR_CUSTOMER,
    }
)
"""States that end when no ticket is left; work that has begun, or is over, stays what it is."""


def call_off(session: Session, order: WorkOrder, memory: Memory, gone_to: int | None) -> None:
    """Cancels an order that has no ticket left, and its visits that are in no route; what they were is remembered.

    A visit that is in a route stays there until the planner takes it out: routes change only by an act of planning,
    which does not plan visits of a cancelled order again.
    """
    if memory.emptied is None:
        memory.emptied = {"status": order.status.value, "visits": {}}
        if order.status in CALLED_OFF:
            memory.emptied["visits"] = _cancel_visits(session, order)
            order.status = WorkOrderStatus.CANCELLED
    order.merged_into_id = gone_to


def revive(session: Session, order: WorkOrder, memory: Memory) -> None:
    """Gives an order that has a ticket again the states that it and its visits had."""
    if memory.emptied is None:
        return
    kept, memory.emptied = memory.emptied, None
    order.merged_into_id = None
    visits = _visits(session, order)
    for visit in visits:
        if str(visit.id) in kept["visits"] and visit.status is VisitStatus.CANCELLED:
            visit.status = VisitStatus(kept["visits"][str(visit.id)])
    if order.status is WorkOrderStatus.CANCELLED:
        order.status = _status(session, WorkOrderStatus(kept["status"]), visits)
    session.flush()


def placed(session: Session, order: WorkOrder) -> list[Visit]:
    """The order's visits that are in a route, the first one first."""
    query = select(Visit).join(Stop, Stop.visit_id == Visit.id).where(Visit.work_order_id == order.id)
    return list(session.scalars(query.order_by(Visit.sequence)))


def _status(session: Session, before: WorkOrderStatus, visits: list[Visit]) -> WorkOrderStatus:
    """As before; but an order whose visit the planner took out of its route meanwhile is to be planned again."""
    if before is not WorkOrderStatus.PLANNED or not visits:
        return before
    on_route = select(Stop.id).where(Stop.visit_id.in_([visit.id for visit in visits])).limit(1)
    waits = all(visit.status in (VisitStatus.UNSCHEDULED, VisitStatus.CANCELLED) for visit in visits)
    return WorkOrderStatus.READY if waits and session.scalar(on_route) is None else before


def _cancel_visits(session: Session, order: WorkOrder) -> dict[str, Any]:
    cancelled: dict[str, Any] = {}
    for visit in _visits(session, order):
        if visit.status is VisitStatus.UNSCHEDULED:
            cancelled[str(visit.id)] = visit.status.value
            visit.status = VisitStatus.CANCELLED
    session.flush()
    return cancelled


def _visits(session: Session, order: WorkOrder) -> list[Visit]:
    query = select(Visit).where(Visit.work_order_id == order.id).order_by(Visit.sequence).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))
