"""What a call taker notes becomes a ticket, or joins the one that the call is about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Channel, Contact, Conversation, Equipment, Message, Site, Ticket
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.errors import Fault, Invalid, NotFound
from dispatch.intake.channels import opening
from dispatch.intake.channels.heard import Heard, Sender
from dispatch.intake.channels.rules import Rules
from dispatch.intake.facts.needed import checked
from dispatch.intake.facts.said import Field, Said, say
from dispatch.intake.telephone import callbacks, calls


@dataclass(frozen=True, slots=True)
class Noted:
    """What the call taker was told.

    contact_id, site_id, equipment_id: whom and what they recognised. ticket_id: the known ticket that the call is
    about; None: a new one. facts: answers by field. words: the caller's own.
    """

    words: str
    facts: Mapping[Field, str]
    contact_id: int | None = None
    site_id: int | None = None
    equipment_id: int | None = None
    ticket_id: int | None = None
    subject: str = ""


def note_down(session: Session, viewer: Viewer, rules: Rules, call_id: int, noted: Noted) -> Ticket:
    """The ticket of a call, flushed and placed: a new one, or the one that this call had or is about.

    Raises Forbidden, NotFound, Invalid when nothing was said, or for a skill, part or priority that there is not.
    """
    require(viewer, Action.CREATE, Ticket)
    call = calls.get(session, viewer, call_id, lock=True)
    if not noted.words.strip() and not any(value.strip() for value in noted.facts.values()):
        msg = "Nothing was noted; write down what the caller says is wrong."
        raise Invalid(msg, (Fault("/words", msg),))
    _require_seen(session, noted)
    facts = {
        field: checked(session, field, value, f"/facts/{field}")
        for field, value in noted.facts.items()
        if value.strip()
    }
    noted = replace(noted, facts=facts)
    known = call.ticket_id or noted.ticket_id
    ticket = _joined(session, viewer, rules, call.id, noted, known) if known else None
    if ticket is None:
        ticket = _new(session, viewer, rules, call.phone, call.id, noted)
    call.ticket_id, call.notes = ticket.id, noted.words.strip() or call.notes
    session.flush()
    with elevated(session, "intake"):
        rules.place(session, ticket.id)
    callbacks.keep_promises(session, call)
    note(session, viewer, Action.EDIT, call, {"ticket_id": (None, ticket.id)})
    session.flush()
    return ticket


def _new(session: Session, viewer: Viewer, rules: Rules, phone: str | None, call_id: int, noted: Noted) -> Ticket:
    heard = _heard(session, call_id, noted, _sender(session, phone, noted))
    with elevated(session, "intake"):
        ticket, _, _ = opening.open_ticket(session, rules, heard, noted_by_id=viewer.user_id)
    note(session, viewer, Action.CREATE, ticket, {"number": (None, ticket.number)})
    return ticket


def _joined(
    session: Session, viewer: Viewer, rules: Rules, call_id: int, noted: Noted, ticket_id: int
) -> Ticket | None:
    """The known ticket with what was said now, in the thread of this caller or, failing that, its first."""
    ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id))
    if ticket is None:
        raise NotFound(f"There is no ticket {ticket_id}, or not for you.")
    talks = session.scalars(select(Conversation).where(Conversation.ticket_id == ticket.id).order_by(Conversation.id))
    threads = list(talks)
    mine = [each for each in threads if each.contact_id == (noted.contact_id or ticket.contact_id)]
    talk = next(iter(mine or threads), None)
    if talk is None:
        return None
    heard = _heard(session, call_id, noted, Sender())
    with elevated(session, "intake"):
        message, _ = opening.hear(session, rules, talk, heard)
    said = Said(heard.said_at, Channel.PHONE, talk.contact_id, viewer.user_id, message.id)
    if noted.words.strip():
        say(session, ticket.id, Field.SYMPTOM, noted.words[:4000], said)
    return ticket


def _heard(session: Session, call_id: int, noted: Noted, sender: Sender) -> Heard:
    about = f"call:{call_id}:"
    with elevated(session, "intake"):
        before = session.scalars(select(Message.id).where(Message.external_id.startswith(about))).all()
    return Heard(
        channel=Channel.PHONE,
        external_id=f"{about}{len(before) + 1}",
        said_at=session.info["now"](),
        body=noted.words.strip(),
        sender=sender,
        subject=noted.subject,
        facts={field: (value.strip(),) for field, value in noted.facts.items() if value.strip()},
        site_id=noted.site_id,
        equipment_id=noted.equipment_id,
    )


def _sender(session: Session, phone: str | None, noted: Noted) -> Sender:
    """Who calls: the contact that was recognised, else who they say they are."""
    said = noted.facts
    contact = session.get(Contact, noted.contact_id) if noted.contact_id is not None else None
    if contact is not None:
        return Sender(contact.name, contact.email or "", contact.phone or phone or "", "", contact.function)
    return Sender(
        name=said.get(Field.REPORTER_NAME, ""),
        email=said.get(Field.REPORTER_EMAIL, ""),
        phone=said.get(Field.REPORTER_PHONE, "") or phone or "",
        organisation=said.get(Field.ORGANISATION, ""),
        function=said.get(Field.REPORTER_FUNCTION, ""),
    )


def _require_seen(session: Session, noted: Noted) -> None:
    for name, model, key in (
        ("contact", Contact, noted.contact_id),
        ("site", Site, noted.site_id),
        ("equipment", Equipment, noted.equipment_id),
    ):
        if key is not None and session.scalar(select(model.id).where(model.id == key)) is None:
            msg = f"There is no {name} {key}, or not for you."
            raise Invalid(msg, (Fault(f"/{name}_id", msg),))
