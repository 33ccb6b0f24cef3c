"""Tells who wrote that their message has come in, once, with the number; machines are told nothing."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Channel, Conversation, Direction, Fact, Message, Ticket
from dispatch.intake.channels.rules import Rules
from dispatch.intake.facts.said import Field
from dispatch.intake.telling.speaking import speak, way_back
from dispatch.messaging.letters import address_of

CAUSE: Final = "received"
_STATED: Final = {Channel.EMAIL: Field.REPORTER_EMAIL, Channel.TEXT: Field.REPORTER_PHONE}
_ANSWERED: Final = frozenset({Channel.EMAIL, Channel.TEXT, Channel.CHAT, Channel.WEB_FORM})
_WORDS: Final = {
    "en": "Thank you for your message. It has the number {number}. You can simply answer to add something.",
    "es": "Gracias por su mensaje. Tiene el número {number}. Para agregar algo, simplemente responda.",
    "de": "Danke für Ihre Nachricht. Sie hat die Nummer {number}. Antworten Sie einfach, um etwas zu ergänzen.",
}


def acknowledge(session: Session, rules: Rules, ticket: Ticket, conversation: Conversation, heard: Message) -> None:
    """Posts that the ticket is there, unless a machine wrote it, or its sender was told too much of late already.

    The caller leaves out what is forged: its answer would go to somebody who never wrote.
    """
    if heard.automatic or heard.channel not in _ANSWERED or _told_enough(session, rules, conversation, heard):
        return
    channel = way_back(session, conversation)
    if (
        channel is Channel.WEB_FORM
        or address_of(session, conversation, channel) is None
        or (heard.channel is Channel.WEB_FORM and _told_there(session, conversation, channel, heard))
    ):
        return
    words = _WORDS.get(conversation.language.partition("-")[0], _WORDS["en"])
    message = speak(session, conversation, words.format(number=ticket.number), channel=channel, automatic=True)
    message.cause = CAUSE
    session.flush()


def _told_there(session: Session, conversation: Conversation, channel: Channel, heard: Message) -> bool:
    """Whether this address was told something of that kind within the hour, whoever was said to be there.

    Anybody may type anybody's address into a form.
    """
    address = address_of(session, conversation, channel)
    field = _STATED.get(channel)
    if address is None or field is None:
        return False
    query = (
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Fact, Fact.ticket_id == Conversation.ticket_id)
        .where(
            Fact.field == field,
            func.lower(Fact.value) == address.lower(),
            Message.direction == Direction.OUTBOUND,
            Message.automatic,
            Message.said_at > heard.said_at - timedelta(hours=1),
        )
    )
    return session.scalar(query.limit(1)) is not None


def _told_enough(session: Session, rules: Rules, conversation: Conversation, heard: Message) -> bool:
    """Whether the contact got as many automatic messages within the hour as one may: they may be a machine too."""
    if conversation.contact_id is None:
        return False
    query = (
        select(func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.contact_id == conversation.contact_id,
            Message.direction == Direction.OUTBOUND,
            Message.automatic,
            Message.said_at > heard.said_at - timedelta(hours=1),
        )
    )
    return (session.scalar(query) or 0) >= rules.most_automatic
