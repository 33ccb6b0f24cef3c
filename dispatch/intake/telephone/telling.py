"""What parties whom nothing reaches but a call are to be told, and who told them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Channel, Contact, Conversation, Delivery, Message, Ticket
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.errors import Forbidden, NotFound
from dispatch.messaging.letters import address_of


@dataclass(frozen=True, slots=True)
class ToCall:
    """Somebody to be called. phone: None: nobody knows a number. words: what to tell, the earliest first.

    since: when the first of it was to be told; last: the id of the last message of these.
    """

    conversation_id: int
    ticket_id: int
    number: str
    name: str | None
    phone: str | None
    since: datetime
    last: int
    words: tuple[str, ...]


def to_call(session: Session, viewer: Viewer, most: int) -> list[ToCall]:
    """Whom to call about tickets that the viewer may see, one entry a thread; who has waited longest first.

    Raises Forbidden.
    """
    require(viewer, Action.READ, Message)
    query = (
        select(Message, Conversation, Ticket)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Ticket, Ticket.id == Conversation.ticket_id)
        .where(Message.delivery == Delivery.TO_CALL)
        .order_by(Message.said_at, Message.id)
    )
    threads: defaultdict[int, list[Message]] = defaultdict(list)
    about: dict[int, tuple[Conversation, Ticket]] = {}
    for message, conversation, ticket in session.execute(query):
        threads[conversation.id].append(message)
        about[conversation.id] = conversation, ticket
    return [_line(session, *about[key], messages) for key, messages in list(threads.items())[:most]]


def told(session: Session, viewer: Viewer, conversation_id: int, up_to: int | None = None) -> list[Message]:
    """Notes that the viewer told the party of this thread what it was to be told, flushed; those messages.

    up_to: the id of the last message that was told; all when None. What was told already stays as it is.

    Raises Forbidden, also for who is no user; NotFound.
    """
    require(viewer, Action.CREATE, Message)
    if viewer.user_id is None:
        raise Forbidden("Parties are called by people; sign in as a user.")
    if session.scalar(select(Conversation.id).where(Conversation.id == conversation_id)) is None:
        raise NotFound(f"There is no conversation {conversation_id}, or not for you.")
    query = select(Message).where(Message.conversation_id == conversation_id, Message.delivery == Delivery.TO_CALL)
    if up_to is not None:
        query = query.where(Message.id <= up_to)
    with elevated(session, "told by telephone"):
        found = list(session.scalars(query.order_by(Message.id).with_for_update()))
        for message in found:
            message.delivery, message.why = Delivery.SENT, None
            message.told_by_id, message.told_at = viewer.user_id, session.info["now"]()
            note(session, viewer, Action.EDIT, message, {"delivery": (Delivery.TO_CALL, Delivery.SENT)})
        session.flush()
    return found


def _line(session: Session, conversation: Conversation, ticket: Ticket, messages: list[Message]) -> ToCall:
    with elevated(session, "whom to call"):
        contact = None if conversation.contact_id is None else session.get(Contact, conversation.contact_id)
        return ToCall(
            conversation_id=conversation.id,
            ticket_id=ticket.id,
            number=ticket.number,
            name=None if contact is None else contact.name,
            phone=address_of(session, conversation, Channel.TEXT),
            since=messages[0].said_at,
            last=messages[-1].id,
            words=tuple(message.body for message in messages if message.body),
        )
