"""Tickets are resolved when the work of their order is done, and open again when they leave it after all."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Ticket, TicketStatus, WorkOrder
from dispatch.intake.merging.memberships import tickets_of

_OPEN: Final = (TicketStatus.NEW, TicketStatus.OPEN)


def resolve(session: Session, work_order_id: int) -> None:
    """Resolves the open tickets of an order whose work is done; flushed. The session must be elevated."""
    order = session.get_one(WorkOrder, work_order_id)
    for ticket in tickets_of(session, work_order_id):
        if ticket.status in _OPEN:
            ticket.status, ticket.resolution = TicketStatus.RESOLVED, _resolution(order)
    session.flush()


def reopen(session: Session, ticket_ids: Collection[int], work_order_id: int) -> None:
    """Opens tickets again that the work of an order had resolved to which they do not belong any more; flushed."""
    order = session.get_one(WorkOrder, work_order_id)
    for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(sorted(ticket_ids)))):
        if ticket.status is TicketStatus.RESOLVED and ticket.resolution == _resolution(order):
            ticket.status, ticket.resolution = TicketStatus.OPEN, None
    session.flush()


def _resolution(order: WorkOrder) -> str:
    return f"{order.number} is done."
