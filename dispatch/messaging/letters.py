"""Messages of ours that leave the house: posted in the transaction that writes them, read again when they go.

The outbox holds ids alone. What a message says, and whether its party may be written to, is read when it goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Channel, Contact, Conversation, Delivery, Direction, Fact, Message, Ticket
from dispatch.compute import outbox
from dispatch.messaging.consents import refusal
from dispatch.messaging.quiet import Quiet, is_pressing, zone_of
from dispatch.messaging.tokens import new_token

TOPIC: Final = "message.send"
MOST_AUTOMATIC: Final = 12
"""Automatic messages that one conversation gets within an hour; more looks like two machines talking."""

MOST_REFERENCES: Final = 20
LONGEST_WHY: Final = 300
BY_TELEPHONE: Final = "nothing reaches them in writing: somebody is to call them and say it"
_NEUTRAL: Final = {"en": "Your report {number}", "es": "Su aviso {number}", "de": "Ihre Meldung {number}"}
_FACTS: Final = {Channel.EMAIL: "reporter_email", Channel.TEXT: "reporter_phone"}


LINK: Final = "‹link›"
"""Stands in the words of a message where its own link comes when it goes."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file that goes with a letter, over channels that carry files. method: of a calendar file."""

    media_type: str
    filename: str
    content: bytes
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What comes to a message when it goes: its link, its files; or why it is not to go any more."""

    link: str | None = None
    parts: tuple[Part, ...] = ()
    why_not: str | None = None


Enclose = Callable[[Session, Message], Enclosed]
"""Works out what comes to a message that has a link or tells of an appointment."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is to go now. key: the same at each attempt. to: address, number, or the other side's handle.

    replies_to, references: external ids of messages before it on the same channel. answers: whether it answers a
    message, rather than telling something unasked. parts: files that go with it.
    """

    message_id: int
    key: str
    channel: Channel
    to: str
    to_name: str
    number: str
    token: str
    subject: str
    body: str
    language: str
    external_id: str | None
    replies_to: str | None
    references: tuple[str, ...]
    automatic: bool
    answers: bool
    parts: tuple[Part, ...] = ()


def post_message(session: Session, conversation: Conversation, message: Message) -> None:
    """Posts a flushed message of ours with the caller's transaction, or notes that it is withheld, or that somebody is
    to call (`intake.telephone.telling`). Flushes.

    The conversation gets its token, if it has none.
    """
    if conversation.token is None:
        conversation.token = new_token()
    why = why_not(session, conversation, message.channel) or _unread(conversation, message.channel)
    if why is None and message.channel is Channel.PHONE:
        message.delivery, message.why = Delivery.TO_CALL, BY_TELEPHONE
    elif why is None:
        message.delivery = Delivery.WAITING
        outbox.post(session, TOPIC, f"message:{message.id}", {"message_id": message.id})
    else:
        message.delivery, message.why = Delivery.WITHHELD, why
    session.flush()


def _unread(conversation: Conversation, channel: Channel) -> str | None:
    """Why nobody would read what stays on this channel, in words; None: somebody does, or it goes out."""
    if channel is Channel.WEB_FORM:
        return "nobody can be answered in the web form, and no e-mail address or number that may be used is known"
    if channel is Channel.PORTAL and conversation.handle is None:
        return "the portal named no thread to read it in, and no e-mail address or number that may be used is known"
    return None


def why_not(session: Session, conversation: Conversation, channel: Channel) -> str | None:
    """Why the party may not be written to, in general, in this matter or over this channel; None: they may be."""
    if not conversation.may_be_written_to:
        return "they do not want to be written to in this matter"
    contact = _contact(session, conversation)
    if contact is not None and contact.erased_at is not None:
        return "their data were erased"
    if contact is not None and not contact.may_be_written_to:
        return "they do not want to be written to"
    return refusal(session, channel, address_of(session, conversation, channel))


def address_of(session: Session, conversation: Conversation, channel: Channel) -> str | None:
    """Where the party of a conversation is reached over a channel: as they last said, else as we know."""
    if channel is Channel.CHAT:
        return conversation.handle
    if channel not in _FACTS:
        return None
    contact = _contact(session, conversation)
    if contact is not None and contact.erased_at is not None:
        return None
    query = (
        select(Fact.value)
        .where(
            Fact.ticket_id == conversation.ticket_id,
            Fact.field == _FACTS[channel],
            Fact.said_by_id.is_(None)
            if conversation.contact_id is None
            else Fact.said_by_id == conversation.contact_id,
        )
        .order_by(Fact.said_at.desc(), Fact.id.desc())
        .limit(1)
    )
    said = session.scalar(query)
    if said is not None or contact is None:
        return said
    return contact.email if channel is Channel.EMAIL else contact.phone


def read_letter(
    session: Session,
    message_id: int,
    mail_domain: str,
    enclose: Enclose | None = None,
    quiet: Quiet | None = None,
) -> Letter | None:
    """The letter that a message is; None when it is not to go: it has gone, its party is not to be written to, or what
    it tells is over.

    In a transaction of its own, kept before the letter goes: the message gets its Message-ID here, so that each attempt
    carries the same. `to` is empty where the party cannot be reached.

    Raises Later when it tells something unasked that is not urgent, of no emergency, and it is night where the work is.
    """
    message = session.get(Message, message_id, with_for_update=True)
    if message is None or message.direction is not Direction.OUTBOUND or message.delivery is not Delivery.WAITING:
        return None
    conversation = session.get_one(Conversation, message.conversation_id)
    why = why_not(session, conversation, message.channel)
    if why is None and _loops(session, message):
        why = "too many automatic messages went there within the hour: there may be a machine at the other end"
    enclosed = _enclosed(session, message, enclose)
    why = why or enclosed.why_not
    if why is not None:
        message.delivery, message.why = Delivery.WITHHELD, why
        return None
    unasked = message.cause is not None and not message.urgent
    if quiet is not None and unasked and not is_pressing(session, conversation.ticket_id):
        quiet.refuse(session.info["now"](), zone_of(session, conversation.ticket_id))
    if conversation.token is None:
        conversation.token = new_token()
    if message.channel is Channel.EMAIL and message.external_id is None:
        message.external_id = f"m{message.id}.{new_token()}@{mail_domain}"
    session.flush()
    return _letter(session, message, conversation, conversation.token, enclosed)


def _enclosed(session: Session, message: Message, enclose: Enclose | None) -> Enclosed:
    if enclose is None or (message.link_seed is None and message.appointment_id is None):
        return Enclosed()
    return enclose(session, message)


def mark(
    session: Session, message_id: int, delivery: Delivery, external_id: str | None = None, why: str | None = None
) -> None:
    """Notes what came of a letter, what its gateway calls it, and why it did not go."""
    message = session.get_one(Message, message_id, with_for_update=True)
    message.delivery, message.why = delivery, None if why is None else why[:LONGEST_WHY]
    if external_id is not None and message.external_id is None:
        message.external_id = external_id


def _letter(session: Session, message: Message, conversation: Conversation, token: str, enclosed: Enclosed) -> Letter:
    ticket = session.get_one(Ticket, conversation.ticket_id)
    contact = _contact(session, conversation)
    before = _before(session, message)
    heard = [each for each in before if each.direction is Direction.INBOUND]
    ids = [each.external_id for each in before if each.external_id is not None]
    # Anybody may type anybody's address into a form: until they answered from there, nothing typed goes there.
    typed = ticket.channel is Channel.WEB_FORM and not heard
    return Letter(
        message_id=message.id,
        key=f"message:{message.id}",
        channel=message.channel,
        to=address_of(session, conversation, message.channel) or "",
        to_name="" if contact is None or typed else contact.name,
        number=ticket.number,
        token=token,
        subject=message.subject or (_neutral(conversation, ticket) if typed else ticket.subject),
        body=with_link(message.body or "", enclosed.link),
        language=conversation.language,
        external_id=message.external_id,
        replies_to=heard[-1].external_id if heard else None,
        references=tuple(ids[-MOST_REFERENCES:]),
        automatic=message.automatic or message.cause is not None,
        answers=bool(heard),
        parts=enclosed.parts,
    )


def with_link(body: str, link: str | None) -> str:
    """The words with the link where it belongs."""
    return body if link is None else body.replace(LINK, link)


def _neutral(conversation: Conversation, ticket: Ticket) -> str:
    words = _NEUTRAL.get(conversation.language.partition("-")[0], _NEUTRAL["en"])
    return words.format(number=ticket.number)


def _before(session: Session, message: Message) -> list[Message]:
    query = (
        select(Message)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.channel == message.channel,
            Message.id < message.id,
        )
        .order_by(Message.said_at, Message.id)
    )
    return list(session.scalars(query))


def _loops(session: Session, message: Message) -> bool:
    """Whether the conversation got too many automatic messages within the hour before this automatic one."""
    if not message.automatic and message.cause is None:
        return False
    query = (
        select(func.count())
        .select_from(Message)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.direction == Direction.OUTBOUND,
            Message.automatic | Message.cause.is_not(None),
            Message.said_at > message.said_at - timedelta(hours=1),
            Message.id < message.id,
        )
    )
    return (session.scalar(query) or 0) >= MOST_AUTOMATIC


def _contact(session: Session, conversation: Conversation) -> Contact | None:
    return None if conversation.contact_id is None else session.get(Contact, conversation.contact_id)
