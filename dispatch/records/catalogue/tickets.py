"""Tickets, and what was said about them."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.models import Attachment, Conversation, Equipment, Message, Ticket, TicketMembership, TicketStatus
from dispatch.access import Viewer
from dispatch.errors import Fault
from dispatch.records.nouns import Collection, Draft, Noun, Values
from dispatch.records.transitions import TICKET, require_step


def _received_now(session: Session, _viewer: Viewer, values: Values) -> Values:
    """A new ticket was received now unless it says when, and is about the site where its unit stands."""
    usual: Values = {"received_at": session.info["now"](), "status": TicketStatus.NEW}
    if values.get("site_id") is None and values.get("equipment_id") is not None:
        usual["site_id"] = session.scalar(select(Equipment.site_id).where(Equipment.id == values["equipment_id"]))
    return usual | {name: value for name, value in values.items() if value is not None}


def _check_ticket(session: Session, draft: Draft[Ticket]) -> list[Fault]:
    ticket = draft.row
    if "status" in draft.before:
        require_step("ticket", TICKET, draft.before["status"], ticket.status)
    if ticket.equipment_id is None:
        return []
    place = session.scalar(select(Equipment.site_id).where(Equipment.id == ticket.equipment_id))
    if place is not None and place != ticket.site_id:
        msg = f"Equipment {ticket.equipment_id} stands at site {place}, not {ticket.site_id}; name a unit of that site."
        return [Fault("/equipment_id", msg)]
    return []


def _tickets_of_work_order(work_order_id: Any) -> ColumnElement[bool]:
    return Ticket.id.in_(
        select(TicketMembership.ticket_id).where(
            TicketMembership.work_order_id == work_order_id, TicketMembership.left_at.is_(None)
        )
    )


def _messages_about(ticket_id: Any) -> ColumnElement[bool]:
    return Message.conversation_id.in_(select(Conversation.id).where(Conversation.ticket_id == ticket_id))


TICKETS = Noun(
    Ticket,
    collections=(Collection("work_orders", TicketMembership, "ticket_id", ("work_order_id",), kept=False),),
    prefix="T",
    search=("number", "subject"),
    filters={"work_order_id": _tickets_of_work_order},
    prepare=_received_now,
    check=_check_ticket,
)
CONVERSATIONS = Noun(Conversation, hidden=frozenset({"token"}))
MESSAGES = Noun(Message, filters={"ticket_id": _messages_about})
ATTACHMENTS = Noun(Attachment)
