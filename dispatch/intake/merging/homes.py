"""A ticket that leaves a work order finds its own again, if that has been empty since and nobody else took it up."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import MergedBy, Ticket, TicketMembership, WorkOrder
from dispatch.intake.merging.memberships import locked_orders, members


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
    taken = {order for order, joined in members(session, [order for _, order in had]).items() if joined}
    of_ticket: dict[int, int] = {}
    for ticket_id, order_id in had:
        if order_id not in taken:
            of_ticket.setdefault(ticket_id, order_id)
    found = next((of_ticket[ticket.id] for ticket in tickets if ticket.id in of_ticket), None)
    return None if found is None else locked_orders(session, [found])[found]


def opened_by(session: Session, work_order_id: int) -> frozenset[int]:
    """The tickets that ever were the first of an order."""
    query = select(TicketMembership.ticket_id).where(
        TicketMembership.work_order_id == work_order_id, TicketMembership.how == MergedBy.FIRST
    )
    return frozenset(session.scalars(query))
