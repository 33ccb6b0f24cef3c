"""Which thread a message belongs to. Only its own party writes in a thread: who else answers gets one of their own.

By e-mail a thread is shown by the headers of a mail client, or by the token in the subject, and either way by the
sender. By text and chat it is shown by the sender and, where nothing is named, by our having written to them lately.
"""

from dataclasses import astuple, dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from db.models import Channel, Contact, Conversation, Delivery, Direction, Message, Ticket, TicketStatus
from dispatch.intake.channels.heard import Heard, Sender
from dispatch.intake.channels.rules import Rules
from dispatch.intake.resolving.senders import is_named_alike

CONTINUED: Final = timedelta(minutes=30)
"""So soon after the last a further text is part of the same message."""

MOST_OF_A_CASE: Final = 50
"""Threads of one case of a portal that are looked at, the newest first: each who writes in it has their own."""

_SHORT: Final = (Channel.TEXT, Channel.CHAT)
_PROVED: Final = (Channel.TEXT, Channel.CHAT, Channel.PORTAL)
"""Channels whose gateway vouches for the sender: a ticket's number is enough there."""


@dataclass(frozen=True, slots=True)
class Found:
    """A message's thread; or the number of the ticket it speaks of, when the thread is another's or is closed."""

    conversation: Conversation | None = None
    about: str | None = None


def find(session: Session, rules: Rules, heard: Heard, known: frozenset[int]) -> Found:
    """The thread of a message. `known`: the contacts that have the sender's address or number."""
    about = None
    for conversation, ticket in _named(session, heard):
        if _belongs(session, conversation, heard, known) and ticket.status is not TicketStatus.CLOSED:
            return Found(conversation)
        about = about or ticket.number
    about = about or _numbered(session, heard)
    if about is None and heard.channel in _SHORT:
        return Found(_lately(session, rules, heard, known))
    return Found(None, about)


def _belongs(session: Session, conversation: Conversation, heard: Heard, known: frozenset[int]) -> bool:
    if heard.threading.handle is not None and conversation.handle == heard.threading.handle:
        # The name of a thread is its gateway's own, and the gateway signs what it sends. A chat is one person's; in a
        # portal's case several may write.
        return heard.channel is not Channel.PORTAL or _is_theirs(session, conversation, heard.sender, known)
    return conversation.contact_id is not None and conversation.contact_id in known


def _is_theirs(session: Session, conversation: Conversation, sender: Sender, known: frozenset[int]) -> bool:
    """Whether a case's thread is of who writes in it: of who is named alike, or is not named and not somebody else."""
    contact = None if conversation.contact_id is None else session.get(Contact, conversation.contact_id)
    if contact is None:
        return True
    if sender.name.strip() and contact.name not in (contact.email, contact.phone):
        return is_named_alike(contact.name, sender.name)
    reached = sender.email.strip() or sender.phone.strip()
    return contact.id in known or not (reached or sender.name.strip())


def _named(session: Session, heard: Heard) -> list[tuple[Conversation, Ticket]]:
    """Threads that the message names, the surest first."""
    said = heard.threading
    found: list[tuple[Conversation, Ticket]] = []
    base = select(Conversation, Ticket).join(Ticket, Ticket.id == Conversation.ticket_id)
    for external_id in said.replies_to:
        answered = select(Message.conversation_id).where(
            Message.channel == heard.channel, Message.external_id == external_id
        )
        found += _rows(session, base.where(Conversation.id.in_(answered)))
    if said.token is not None:
        found += _rows(session, base.where(Conversation.token == said.token))
    if said.handle is not None:
        handled = base.where(Conversation.handle == said.handle, Ticket.channel == heard.channel)
        threads = _rows(session, handled.order_by(Conversation.id.desc()).limit(MOST_OF_A_CASE))
        # Who is not named is who opened the case.
        found += threads if any(astuple(heard.sender)) else threads[::-1]
    if said.ticket is not None and heard.channel in _PROVED:
        found += _rows(session, base.where(Ticket.number == said.ticket).order_by(Conversation.id))
    return found


def _numbered(session: Session, heard: Heard) -> str | None:
    """The ticket that the message names by its number, if there is one."""
    if heard.threading.ticket is None:
        return None
    return session.scalar(select(Ticket.number).where(Ticket.number == heard.threading.ticket))


def _rows(session: Session, query: Select[Conversation, Ticket]) -> list[tuple[Conversation, Ticket]]:
    return [(conversation, ticket) for conversation, ticket in session.execute(query).all()]


def _lately(session: Session, rules: Rules, heard: Heard, known: frozenset[int]) -> Conversation | None:
    """The thread in which we wrote to the sender last, or they to us just now."""
    if not known:
        return None
    ours = and_(
        Message.direction == Direction.OUTBOUND,
        Message.said_at >= heard.said_at - timedelta(hours=rules.reply_hours),
        or_(Message.delivery.is_(None), Message.delivery.in_((Delivery.SENT, Delivery.WAITING))),
    )
    theirs = and_(
        Message.direction == Direction.INBOUND,
        Message.channel.in_(_SHORT),
        Message.said_at >= heard.said_at - CONTINUED,
    )
    query = (
        select(Conversation)
        .join(Message, Message.conversation_id == Conversation.id)
        .join(Ticket, Ticket.id == Conversation.ticket_id)
        .where(Conversation.contact_id.in_(known), Ticket.status != TicketStatus.CLOSED, or_(ours, theirs))
        .order_by(Message.said_at.desc(), Message.id.desc())
        .limit(1)
    )
    return session.scalars(query).first()
