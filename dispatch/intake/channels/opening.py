"""New tickets with all that hangs on them, and what is said in threads that are there."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import (
    Attachment,
    Contact,
    Conversation,
    Direction,
    Message,
    Party,
    PartyRole,
    SiteContact,
    Ticket,
    TicketStatus,
)
from dispatch.intake.channels.heard import Heard
from dispatch.intake.channels.rules import Rules
from dispatch.intake.channels.spoken import language_for, told_language
from dispatch.intake.channels.words import one_line, subject_of
from dispatch.intake.facts.said import LONGEST, Field, Said, say
from dispatch.intake.resolving import Whereabouts, require_place, resolve_place, resolve_sender, role_of
from dispatch.intake.telling.alarming import alarm
from dispatch.intake.triage.emergency import is_emergency
from dispatch.messaging.tokens import without_tag
from dispatch.records.numbers import draw_free

_HOUR: Final = timedelta(hours=1)
_SYMPTOM: Final = 10_000
_FACT_OF: Final = {
    Field.REPORTER_NAME: "name",
    Field.REPORTER_FUNCTION: "function",
    Field.REPORTER_PHONE: "phone",
    Field.REPORTER_EMAIL: "email",
    Field.ORGANISATION: "organisation",
}


def open_ticket(
    session: Session, rules: Rules, heard: Heard, *, about: str | None = None, noted_by_id: int | None = None
) -> tuple[Ticket, Conversation, Message]:
    """A new ticket with conversation, message, facts, parties and attachments, flushed; not placed yet.

    about: the number of a ticket that the message names without belonging to its thread. noted_by_id: who of ours
    wrote it down. Runs as the system: what a sender causes is more than they may see.

    Raises Invalid where something said cannot be kept.
    """
    contact = resolve_sender(
        session,
        name=heard.sender.name,
        email=heard.sender.email,
        phone=heard.sender.phone,
        organisation=heard.sender.organisation,
        function=heard.sender.function,
        country=rules.country,
        proved=heard.forged is None,
        language=told_language(heard) or rules.language,
    )
    ticket = _ticket(session, heard, contact)
    conversation = _conversation(session, rules, heard, ticket, contact)
    message = _message(session, conversation, heard, in_thread=False, automatic=heard.automatic)
    message.said_by_id = ticket.contact_id
    said = Said(heard.said_at, heard.channel, contact.id if contact else None, noted_by_id, message.id)
    _say_facts(session, ticket, heard, said)
    if heard.gist.strip() and Field.SYMPTOM not in heard.facts:
        say(session, ticket.id, Field.SYMPTOM, _cut(heard.gist), said)
    if about is not None:
        say(session, ticket.id, Field.REFERENCE, about, said)
    _add_parties(session, ticket, contact, heard.sender.function)
    _attach(session, ticket, message, heard)
    session.flush()
    alarm(session, ticket)
    return ticket, conversation, message


def hear(session: Session, rules: Rules, conversation: Conversation, heard: Heard) -> tuple[Message, bool]:
    """One more message in a thread, flushed, and whether something new is known that may change where it belongs.

    Too many within an hour count as written by a machine. A resolved ticket is open again, unless a machine wrote.
    """
    ticket = session.get_one(Ticket, conversation.ticket_id)
    automatic = heard.automatic or _too_many(session, rules, conversation, heard)
    message = _message(session, conversation, heard, in_thread=True, automatic=automatic)
    message.said_by_id = conversation.contact_id
    said = Said(heard.said_at, heard.channel, conversation.contact_id, None, message.id)
    news = _say_facts(session, ticket, heard, said, sender=False)
    _attach(session, ticket, message, heard)
    if not automatic:
        if ticket.status is TicketStatus.RESOLVED:
            ticket.status = TicketStatus.OPEN
        if not ticket.emergency and is_emergency(heard.gist) is not None:
            ticket.emergency = news = True
            say(session, ticket.id, Field.SYMPTOM, _cut(heard.gist), said)
    session.flush()
    alarm(session, ticket)
    return message, news


def note(session: Session, conversation: Conversation, heard: Heard) -> Message:
    """One more message in a thread, flushed, that changes nothing about its ticket."""
    message = _message(session, conversation, heard, in_thread=True, automatic=heard.automatic)
    message.said_by_id = conversation.contact_id
    session.flush()
    return message


def _ticket(session: Session, heard: Heard, contact: Contact | None) -> Ticket:
    whereabouts = Whereabouts.of(heard.facts, f"{heard.subject}\n{heard.body}")
    site_id, equipment_id = heard.site_id, heard.equipment_id
    require_place(session, site_id, equipment_id)
    if equipment_id is None:
        found = resolve_place(session, whereabouts, contact_id=contact.id if contact else None, site_id=site_id)
        site_id, equipment_id = found
    else:
        site_id, equipment_id = resolve_place(session, whereabouts, equipment_id=equipment_id)
    symptoms = heard.facts.get(Field.SYMPTOM, ())
    ticket = Ticket(
        number=draw_free(session, Ticket, "T"),
        channel=heard.channel,
        status=TicketStatus.NEW,
        organisation_id=contact.organisation_id if contact else None,
        contact_id=contact.id if contact else None,
        site_id=site_id,
        equipment_id=equipment_id,
        subject=subject_of(heard),
        symptom="\n".join(part for part in (*symptoms, heard.gist) if part)[:_SYMPTOM],
        emergency=is_emergency("\n".join((heard.subject, heard.body, *symptoms))) is not None,
        received_at=heard.said_at,
    )
    session.add(ticket)
    session.flush()
    return ticket


def _conversation(
    session: Session, rules: Rules, heard: Heard, ticket: Ticket, contact: Contact | None
) -> Conversation:
    conversation = Conversation(
        ticket_id=ticket.id,
        contact_id=ticket.contact_id,
        language=language_for(session, rules, heard, ticket, contact),
        handle=heard.threading.handle,
        may_be_written_to=contact is None or contact.may_be_written_to,
    )
    session.add(conversation)
    session.flush()
    return conversation


def _message(
    session: Session, conversation: Conversation, heard: Heard, *, in_thread: bool, automatic: bool
) -> Message:
    message = Message(
        conversation_id=conversation.id,
        direction=Direction.INBOUND,
        channel=heard.channel,
        said_at=heard.said_at,
        body=heard.kept_words(in_thread=in_thread),
        subject=one_line(without_tag(heard.subject), 300) or None,
        external_id=heard.external_id,
        automatic=automatic,
    )
    session.add(message)
    session.flush()
    return message


def _say_facts(session: Session, ticket: Ticket, heard: Heard, said: Said, *, sender: bool = True) -> bool:
    pairs = [(field, value) for field, values in heard.facts.items() for value in values]
    if sender:
        pairs += [(field, getattr(heard.sender, name)) for field, name in _FACT_OF.items()]
    new = [say(session, ticket.id, field, _cut(value), said) for field, value in pairs if value.strip()]
    return any(fact is not None for fact in new)


def _cut(value: str) -> str:
    value = value.strip()
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"


def _add_parties(session: Session, ticket: Ticket, contact: Contact | None, function: str) -> None:
    if contact is None:
        return
    roles = {PartyRole.REPORTER}
    named = role_of(function or contact.function)
    if named is not None:
        roles.add(named)
    if ticket.site_id is not None:
        query = select(SiteContact.role).where(
            SiteContact.site_id == ticket.site_id, SiteContact.contact_id == contact.id
        )
        roles |= set(session.scalars(query))
    for role in sorted(roles):
        session.add(
            Party(ticket_id=ticket.id, role=role, contact_id=contact.id, organisation_id=contact.organisation_id)
        )


def _attach(session: Session, ticket: Ticket, message: Message, heard: Heard) -> None:
    for kept in heard.files:
        session.add(
            Attachment(
                sha256=kept.sha256,
                filename=kept.filename,
                media_type=kept.media_type,
                size_bytes=kept.size_bytes,
                received_at=heard.said_at,
                ticket_id=ticket.id,
                message_id=message.id,
            )
        )


def _too_many(session: Session, rules: Rules, conversation: Conversation, heard: Heard) -> bool:
    query = (
        select(func.count())
        .select_from(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.INBOUND,
            Message.channel == heard.channel,
            Message.said_at > heard.said_at - _HOUR,
        )
    )
    return (session.scalar(query) or 0) >= rules.most_automatic * 4
