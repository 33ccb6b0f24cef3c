"""A work order whose tickets all left is called off, and is as it was when one comes back."""

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Stop, Visit, VisitStatus, WorkOrder, WorkOrderStatus
from dispatch.compute.outbox import post
from dispatch.intake.merging.memberships import next_change
from dispatch.intake.merging.memory import Memory
from dispatch.records.catalogue.calling_off import VISIT_CALLED_OFF, placed

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

    Routes change only by an act of planning: what is in one is told to the planner by the outbox, who takes it out and
    cancels it, unless its technician was told of it already; then a person has to.
    """
    if memory.emptied is None:
        memory.emptied = {"status": order.status.value, "visits": {}}
        if order.status in CALLED_OFF:
            memory.emptied["visits"] = _cancel_visits(session, order)
            order.status = WorkOrderStatus.CANCELLED
            _tell_planner(session, order)
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


def _status(session: Session, before: WorkOrderStatus, visits: list[Visit]) -> WorkOrderStatus:
    """As before; but an order whose visit the planner took out of its route meanwhile is to be planned again."""
    if before is not WorkOrderStatus.PLANNED or not visits:
        return before
    on_route = select(Stop.id).where(Stop.visit_id.in_([visit.id for visit in visits])).limit(1)
    waits = all(visit.status in (VisitStatus.UNSCHEDULED, VisitStatus.CANCELLED) for visit in visits)
    return WorkOrderStatus.READY if waits and session.scalar(on_route) is None else before


def _cancel_visits(session: Session, order: WorkOrder) -> dict[str, Any]:
    """Cancels those in no route; {visit id: its state, if it is cancelled and then wanted again}."""
    cancelled: dict[str, Any] = {}
    on_route = {visit.id for visit in placed(session, order)}
    for visit in _visits(session, order):
        if visit.id in on_route or visit.status is VisitStatus.UNSCHEDULED:
            cancelled[str(visit.id)] = VisitStatus.UNSCHEDULED.value
        if visit.status is VisitStatus.UNSCHEDULED:
            visit.status = VisitStatus.CANCELLED
    session.flush()
    return cancelled


def _tell_planner(session: Session, order: WorkOrder) -> None:
    change = next_change(session)
    for visit in placed(session, order):
        if visit.status is VisitStatus.SCHEDULED:
            key = f"{VISIT_CALLED_OFF}:{visit.id}:{change}"
            post(session, VISIT_CALLED_OFF, key, {"visit_id": visit.id, "work_order_id": order.id})


def _visits(session: Session, order: WorkOrder) -> list[Visit]:
    query = select(Visit).where(Visit.work_order_id == order.id).order_by(Visit.sequence).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))
