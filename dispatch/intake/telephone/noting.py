"""What a call taker notes becomes a ticket, or joins the one that the call is about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    Call,
    Channel,
    Contact,
    Conversation,
    Equipment,
    Message,
    Site,
    Ticket,
    TicketMembership,
    WorkOrder,
    WorkOrderStatus,
)
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.errors import Fault, Invalid, NotFound
from dispatch.intake.channels import opening
from dispatch.intake.channels.heard import Heard, Sender
from dispatch.intake.channels.rules import Rules
from dispatch.intake.facts.needed import checked
from dispatch.intake.facts.said import Field, Said, say
from dispatch.intake.merging import merge
from dispatch.intake.resolving.numbers import normal_phone
from dispatch.intake.telephone import callbacks, callers, calls
from dispatch.intake.telephone.callers import Caller


@dataclass(frozen=True, slots=True)
class Noted:
    """What the call taker was told.

    contact_id, site_id, equipment_id: whom and what they recognised. ticket_id: the known ticket that the call is
    about; None: a new one. facts: answers by field. words: the caller's own. caller: whether who calls is who reported
    that ticket; None: as the number shown and the name given say.
    """

    words: str
    facts: Mapping[Field, str]
    contact_id: int | None = None
    site_id: int | None = None
    equipment_id: int | None = None
    ticket_id: int | None = None
    subject: str = ""
    caller: Caller | None = None


def note_down(session: Session, viewer: Viewer, rules: Rules, call_id: int, noted: Noted) -> Ticket:
    """The ticket of a call, flushed and placed: a new one, or the one that this call had or is about.

    Who calls about somebody else's ticket gets their own, with their own thread, in the same work order.

    Raises Forbidden, NotFound, Invalid when nothing was said, or for a skill, part or priority that there is not;
    RuleBroken where that work order takes no ticket from another territory.
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
    about = _seen_ticket(session, known) if known else None
    other = about is not None and _is_somebody_else(session, rules, call, noted, about)
    ticket = _joined(session, viewer, rules, call.id, noted, about) if about is not None and not other else None
    if ticket is None:
        phone = _own_phone(session, rules, call, about) if other and about is not None else call.phone
        ticket = _new(session, viewer, rules, phone, call.id, _at_same_place(noted, about) if about else noted)
    call.ticket_id, call.notes = ticket.id, noted.words.strip() or call.notes
    session.flush()
    if other and about is not None:
        _put_together(session, viewer, ticket, about)
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
    session: Session, viewer: Viewer, rules: Rules, call_id: int, noted: Noted, ticket: Ticket
) -> Ticket | None:
    """The known ticket with what was said now, in the thread of this caller or, failing that, its first."""
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


def _seen_ticket(session: Session, ticket_id: int) -> Ticket:
    ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id))
    if ticket is None:
        raise NotFound(f"There is no ticket {ticket_id}, or not for you.")
    return ticket


def _is_somebody_else(session: Session, rules: Rules, call: Call, noted: Noted, about: Ticket) -> bool:
    if noted.caller is Caller.SOMEBODY_ELSE and noted.contact_id is not None:
        with elevated(session, "callers"):
            is_theirs = noted.contact_id in callers.parties(session, about)
        if is_theirs:
            msg = f"Contact {noted.contact_id} is who reported {about.number}; leave the contact out, or the caller."
            raise Invalid(msg, (Fault("/contact_id", msg),))
    if noted.caller is not None:
        # What was noted of this call before is on a ticket of the caller's own by now; more of it belongs there too.
        is_own = call.ticket_id is not None and noted.ticket_id not in (None, call.ticket_id)
        return noted.caller is Caller.SOMEBODY_ELSE and not is_own
    name = noted.facts.get(Field.REPORTER_NAME, "")
    found = callers.who_calls(session, call, about, rules.country, contact_id=noted.contact_id, name=name)
    return found is Caller.SOMEBODY_ELSE


def _own_phone(session: Session, rules: Rules, call: Call, about: Ticket) -> str | None:
    """The number shown, unless it is the other party's, whose telephone was used."""
    with elevated(session, "callers"):
        theirs = callers.numbers(session, about, rules.country)
    return None if normal_phone(call.phone, rules.country) in theirs else call.phone


def _at_same_place(noted: Noted, about: Ticket) -> Noted:
    if noted.site_id is not None or noted.equipment_id is not None:
        return noted
    return replace(noted, site_id=about.site_id, equipment_id=about.equipment_id)


def _put_together(session: Session, viewer: Viewer, ticket: Ticket, about: Ticket) -> None:
    """Puts the caller's own ticket into the work order of the one it is about; noted, where that has none yet."""
    with elevated(session, "callers"):
        order_id = session.scalar(
            select(TicketMembership.work_order_id)
            .join(WorkOrder, WorkOrder.id == TicketMembership.work_order_id)
            .where(TicketMembership.ticket_id == about.id, TicketMembership.left_at.is_(None))
            .where(WorkOrder.status.not_in((WorkOrderStatus.CANCELLED, WorkOrderStatus.DONE)))
        )
    if order_id is not None:
        merge(session, viewer, [ticket.id], order_id)


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
