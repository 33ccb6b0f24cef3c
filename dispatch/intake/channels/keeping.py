"""Keeps a message that was understood: in its thread, as a new ticket, or as nothing for us."""

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from db.models import Attachment, Delivery, Direction, Inbound, InboundStatus, Message
from dispatch.intake.channels import acknowledging, consenting, opening, placing, threads
from dispatch.intake.channels.heard import Heard, Sender
from dispatch.intake.channels.rules import Rules
from dispatch.intake.resolving import known_contacts


def keep(session: Session, rules: Rules, inbound: Inbound, heard: Heard) -> None:
    """Writes what a message leads to, and on its inbound row what that was. The row must be locked. Flushes.

    Raises Invalid where the message says something that cannot be kept.
    """
    bounced = _bounce(session, heard)
    if bounced is not None:
        _close(inbound, InboundStatus.IGNORED, bounced)
        bounced.why = "a mail server says that it could not be delivered"
        inbound.why = "a mail server says that a message of ours could not be delivered"
        return
    # Who a forged message says it is from does not vouch for it.
    sender = heard.sender if heard.forged is None else Sender()
    known = known_contacts(session, sender.email, sender.phone, rules.country)
    found = threads.find(session, rules, heard, frozenset(contact.id for contact in known))
    if consenting.settle(session, rules, inbound, heard, known, found.conversation):
        return
    if found.conversation is not None:
        message, news = opening.hear(session, rules, found.conversation, heard)
        _close(inbound, InboundStatus.TAKEN, message)
        inbound.ticket_id = found.conversation.ticket_id
    elif heard.ignore is not None:
        _close(inbound, InboundStatus.IGNORED, None)
        inbound.why = heard.ignore
        return
    else:
        ticket, conversation, message = opening.open_ticket(session, rules, heard, about=found.about)
        _close(inbound, InboundStatus.TAKEN, message)
        inbound.ticket_id, news = ticket.id, True
        if heard.forged is None:
            acknowledging.acknowledge(session, rules, ticket, conversation, message)
    if news and inbound.ticket_id is not None:
        placing.note(session, inbound.ticket_id, message.id)


def _close(inbound: Inbound, status: InboundStatus, message: Message | None) -> None:
    inbound.status = status
    inbound.message_id = None if message is None else message.id


def _bounce(session: Session, heard: Heard) -> Message | None:
    """The message of ours that a mail server says it could not deliver, now failed."""
    if not heard.bounced:
        return None
    query = select(Message).where(
        Message.channel == heard.channel,
        Message.direction == Direction.OUTBOUND,
        Message.external_id.in_(heard.bounced),
    )
    message = session.scalars(query.order_by(Message.id)).first()
    if message is not None:
        message.delivery = Delivery.FAILED
    return message


def let_go_of_raw(session: Session, inbound_id: int) -> str | None:
    """The digest of an e-mail as it came that was kept in all its parts, if nothing else refers to that file.

    Its row no longer names it then.
    """
    inbound = session.get(Inbound, inbound_id, with_for_update=True)
    if inbound is None or inbound.raw_sha256 is None or inbound.status is not InboundStatus.TAKEN:
        return None
    sha256, inbound.raw_sha256 = inbound.raw_sha256, None
    session.flush()
    return None if is_named(session, sha256) else sha256


def is_named(session: Session, sha256: str) -> bool:
    """Whether a row refers to the file with this digest."""
    attachment = exists().where(Attachment.sha256 == sha256)
    inbound = exists().where(Inbound.raw_sha256 == sha256)
    return bool(session.scalar(select(func.count()).select_from(select(1).where(attachment | inbound).subquery())))
