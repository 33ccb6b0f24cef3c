"""Tickets that no work order has yet: nobody said where, or it could not be made out."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from db.models import Ticket, TicketMembership, TicketStatus
from dispatch.access import Action, Viewer, require

_OPEN = (TicketStatus.NEW, TicketStatus.OPEN)


def without_order(session: Session, viewer: Viewer, most: int) -> list[Ticket]:
    """Open tickets that belong to no work order: those of somebody in danger first, then the oldest.

    Raises Forbidden.
    """
    require(viewer, Action.READ, Ticket)
    inside = exists().where(TicketMembership.ticket_id == Ticket.id, TicketMembership.left_at.is_(None))
    query = select(Ticket).where(Ticket.status.in_(_OPEN), ~inside)
    return list(session.scalars(query.order_by(Ticket.emergency.desc(), Ticket.received_at, Ticket.id).limit(most)))
