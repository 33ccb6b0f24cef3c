"""What a portal reads of its own threads: what it handed in, and what was answered there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Channel, Conversation, Delivery, Direction, Inbound, Message, Ticket
from dispatch.access import Action, Viewer, elevated, require
from dispatch.errors import NotFound

MOST: Final = 200


def handle_of(user_id: int | None, thread: str) -> str:
    """The handle of a portal's thread: another system's of the same name is another."""
    return f"{user_id}:{thread}"


@dataclass(frozen=True, slots=True)
class Written:
    """One message of a portal's thread. ticket: the number of its ticket; body: None when it was erased."""

    id: int
    ticket: str
    direction: Direction
    said_at: datetime
    subject: str | None
    body: str | None


def read_thread(session: Session, viewer: Viewer, thread: str, *, after: int = 0, most: int = MOST) -> list[Written]:
    """The messages over the portal of a thread that this viewer's system opened, the oldest first.

    after: the id of the last that is known already. Nothing that was said over other channels, and nothing that was
    withheld from the party.

    Raises Forbidden, and NotFound when the viewer opened no such thread.
    """
    require(viewer, Action.CREATE, Inbound)
    handle = handle_of(viewer.user_id, thread)
    ours = (Conversation.handle == handle, Ticket.channel == Channel.PORTAL)
    with elevated(session, "a portal's own thread"):
        there = select(Conversation.id).join(Ticket, Ticket.id == Conversation.ticket_id).where(*ours)
        if session.scalar(there.limit(1)) is None:
            raise NotFound(f"There is no thread {thread[:100]!r} of yours.")
        query = (
            select(Message, Ticket.number)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .join(Ticket, Ticket.id == Conversation.ticket_id)
            .where(*ours, Message.channel == Channel.PORTAL, Message.id > after)
            .where(Message.delivery.is_(None) | (Message.delivery != Delivery.WITHHELD))
            .order_by(Message.id)
            .limit(most)
        )
        return [
            Written(message.id, number, message.direction, message.said_at, message.subject, message.body)
            for message, number in session.execute(query)
        ]
