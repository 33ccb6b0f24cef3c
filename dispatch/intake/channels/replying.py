"""Answers of ours in a party's thread, over the channel they last used."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Channel, Conversation, Message
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.errors import Fault, Invalid, NotFound
from dispatch.intake.channels import opening
from dispatch.intake.channels.heard import Heard
from dispatch.intake.channels.rules import Rules
from dispatch.intake.channels.words import storable
from dispatch.intake.telling import speaking
from dispatch.messaging.letters import address_of, why_not

LONGEST = 20_000
_UNKNOWN: Final = {Channel.EMAIL: "e-mail address", Channel.TEXT: "telephone number", Channel.CHAT: "chat"}


def reply(
    session: Session, viewer: Viewer, conversation_id: int, body: str, *, channel: Channel | None = None
) -> Message:
    """An answer in this party's thread, posted in the caller's transaction; flushed.

    channel: over which; the one they last used when None. Where the party does not want to be written to, the message
    is kept as withheld and nothing leaves.

    Raises Forbidden, NotFound, Invalid for words that are missing or too many, and where nobody is reached.
    """
    require(viewer, Action.CREATE, Message)
    conversation = session.scalar(select(Conversation).where(Conversation.id == conversation_id))
    if conversation is None:
        msg = f"There is no conversation {conversation_id}, or not for you."
        raise NotFound(msg)
    words = storable(body)
    if not words or len(words) > LONGEST:
        msg = f"The answer has {len(words)} characters; write 1 to {LONGEST}."
        raise Invalid(msg, (Fault("/body", msg),))
    with elevated(session, "reply"):
        _require_reached(session, conversation, channel or speaking.way_back(session, conversation))
        message = speaking.speak(session, conversation, words, channel=channel, written_by_id=viewer.user_id)
    note(session, viewer, Action.CREATE, message, {"conversation_id": (None, conversation.id)})
    session.flush()
    return message


def _require_reached(session: Session, conversation: Conversation, channel: Channel) -> None:
    """Raises Invalid where nothing is known by which the party could be reached over this channel."""
    unknown = _UNKNOWN.get(channel)
    if unknown is None or address_of(session, conversation, channel) is not None:
        return
    if why_not(session, conversation, channel) is None:
        msg = f"channel: no {unknown} of this party is known, so nothing reaches them by {channel}; choose another."
        raise Invalid(msg, (Fault("/channel", msg),))


def hear(session: Session, rules: Rules, conversation_id: int, heard: Heard) -> Message:
    """Something more that the party of a conversation said, such as on the telephone; flushed.

    Raises NotFound.
    """
    conversation = session.scalar(select(Conversation).where(Conversation.id == conversation_id))
    if conversation is None:
        msg = f"There is no conversation {conversation_id}, or not for you."
        raise NotFound(msg)
    with elevated(session, "hear"):
        message, _ = opening.hear(session, rules, conversation, heard)
    return message
