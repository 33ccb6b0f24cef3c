"""A ticket that leaves a work order finds its own again, if that has been empty since and nobody else took it up."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import MergedBy, Ticket, TicketMembership, WorkOrder, WorkOrderStatus
from dispatch.intake.merging.emptied import CALLED_OFF
from dispatch.intake.merging.memberships import locked_orders, members
from dispatch.intake.merging.memory import Memory


def home(session: Session, tickets: Sequence[Ticket]) -> WorkOrder | None:
    """The empty order, merged into another, that the first of these that had one was the first ticket of; or None.

    Left as it is: what its tickets needed would stay with the order it was merged into. The session must be elevated,
    and have its turn.
    """
    query = (
        select(TicketMembership.ticket_id, WorkOrder.id)
        .join(WorkOrder, WorkOrder.id == TicketMembership.work_order_id)
        .where(
            TicketMembership.ticket_id.in_([ticket.id for ticket in tickets]),
            TicketMembership.how == MergedBy.FIRST,
            WorkOrder.merged_into_id.is_not(None),
        )
        .order_by(TicketMembership.id)
    )
    had = session.execute(query).all()
    if not had:
        return None
    orders = locked_orders(session, {order for _, order in had})
    taken = {order for order, joined in members(session, orders).items() if joined}
    rank = {ticket.id: number for number, ticket in enumerate(tickets)}
    for _, order_id in sorted(had, key=lambda row: rank[row[0]]):
        if order_id not in taken and _waits(orders[order_id]):
            return orders[order_id]
    return None


def _waits(order: WorkOrder) -> bool:
    """Whether the order was called off for no other reason than that its tickets left."""
    emptied = Memory.of(order).emptied
    if order.status is not WorkOrderStatus.CANCELLED or emptied is None:
        return False
    return WorkOrderStatus(emptied["status"]) in CALLED_OFF


def opened_by(session: Session, work_order_id: int) -> frozenset[int]:
    """The tickets that ever were the first of an order."""
    query = select(TicketMembership.ticket_id).where(
        TicketMembership.work_order_id == work_order_id, TicketMembership.how == MergedBy.FIRST
    )
    return frozenset(session.scalars(query))
