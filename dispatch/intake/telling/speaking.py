"""A message of ours in a conversation: over which channel it goes back, and whether it may go at all."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Channel, Conversation, Direction, Message, Ticket
from dispatch.messaging.consents import refusal
from dispatch.messaging.letters import address_of, post_message

_REACHING: Final = frozenset({Channel.EMAIL, Channel.TEXT, Channel.CHAT})


def way_back(session: Session, conversation: Conversation) -> Channel:
    """Over which channel the party is answered: the one they last used, where it reaches them and they consent.

    A portal reads the threads that it named. Who telephoned, filled in a form or came over a portal without a thread is
    answered by e-mail, else by text; where neither is known, the message stays to be told (telephone), or is withheld.
    """
    query = (
        select(Message.channel)
        .where(Message.conversation_id == conversation.id, Message.direction == Direction.INBOUND)
        .order_by(Message.said_at.desc(), Message.id.desc())
        .limit(1)
    )
    last = session.scalar(query) or session.get_one(Ticket, conversation.ticket_id).channel
    for channel in (last, Channel.EMAIL, Channel.TEXT):
        if channel is Channel.PORTAL and conversation.handle is not None:
            return channel
        address = address_of(session, conversation, channel) if channel in _REACHING else None
        if address is not None and refusal(session, channel, address) is None:
            return channel
    return last


def speak(
    session: Session,
    conversation: Conversation,
    body: str,
    *,
    channel: Channel | None = None,
    automatic: bool = False,
    written_by_id: int | None = None,
) -> Message:
    """Adds a message of ours, and posts it unless the party does not want to be written to. Flushes."""
    message = Message(
        conversation_id=conversation.id,
        direction=Direction.OUTBOUND,
        channel=channel or way_back(session, conversation),
        said_at=session.info["now"](),
        body=body,
        automatic=automatic,
        written_by_id=written_by_id,
    )
    session.add(message)
    session.flush()
    post_message(session, conversation, message)
    return message
