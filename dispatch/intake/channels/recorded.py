"""Tickets and work orders made or edited as records get what those have that came in by message."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, Conversation, Direction, Fact, Message, Party, PartyRole, Ticket, WorkOrder
from dispatch.access import elevated
from dispatch.intake.channels.rules import Rules
from dispatch.intake.clocks import derive
from dispatch.intake.facts.said import LONGEST, Field, Said, say
from dispatch.intake.telling.alarming import alarm
from dispatch.intake.triage.emergency import is_emergency
from dispatch.promises import standards


def take_up(session: Session, rules: Rules, ticket_id: int, user_id: int | None) -> None:
    """Gives the ticket a thread and its reporter where it has none, notes what it says, and places it. Flushes.

    user_id: who of ours wrote it down.
    """
    with elevated(session, "intake"):
        ticket = session.get_one(Ticket, ticket_id)
        if session.scalar(select(Conversation.id).where(Conversation.ticket_id == ticket.id).limit(1)) is None:
            _open_thread(session, rules, ticket)
        _name_reporter(session, ticket)
        _note_symptom(session, ticket, user_id)
        rules.place(session, ticket.id)
        session.refresh(ticket)


def give_deadlines(session: Session, order: WorkOrder) -> None:
    """Gives a work order without tickets the deadlines of its contract, where nobody named any, and makes the promises
    that follow from them. Flushes.
    """
    if order.folded is None and order.due_at is None and order.repair_due_at is None:
        found = derive(session, order.id)
        order.due_at = None if found.response is None else found.response.at
        order.repair_due_at = None if found.repair is None else found.repair.at
        order.contract_id = order.contract_id or found.contract_id
        order.late_cost_per_hour = order.late_cost_per_hour or found.late_cost_per_hour
        session.flush()
    standards.follow(session, order.id)


def _open_thread(session: Session, rules: Rules, ticket: Ticket) -> None:
    contact = None if ticket.contact_id is None else session.get(Contact, ticket.contact_id)
    talk = Conversation(
        ticket_id=ticket.id,
        contact_id=ticket.contact_id,
        language=rules.language if contact is None else contact.language,
        may_be_written_to=contact is None or contact.may_be_written_to,
    )
    session.add(talk)
    session.flush()
    session.add(
        Message(
            conversation_id=talk.id,
            direction=Direction.INBOUND,
            channel=ticket.channel,
            said_at=ticket.received_at,
            subject=ticket.subject,
            body=ticket.symptom or ticket.subject,
            said_by_id=ticket.contact_id,
        )
    )
    session.flush()


def _name_reporter(session: Session, ticket: Ticket) -> None:
    if ticket.contact_id is None and ticket.organisation_id is None:
        return
    known = select(Party.id).where(
        Party.ticket_id == ticket.id,
        Party.role == PartyRole.REPORTER,
        Party.contact_id.is_(None) if ticket.contact_id is None else Party.contact_id == ticket.contact_id,
    )
    if session.scalar(known.limit(1)) is None:
        session.add(
            Party(
                ticket_id=ticket.id,
                role=PartyRole.REPORTER,
                contact_id=ticket.contact_id,
                organisation_id=ticket.organisation_id,
            )
        )
        session.flush()


def _note_symptom(session: Session, ticket: Ticket, user_id: int | None) -> None:
    words = (ticket.symptom or ticket.subject).strip()[:LONGEST]
    said = Said(session.info["now"](), ticket.channel, ticket.contact_id, user_id)
    known = select(Fact.id).where(Fact.ticket_id == ticket.id, Fact.field == Field.SYMPTOM)
    if ticket.symptom or session.scalar(known.limit(1)) is None:
        say(session, ticket.id, Field.SYMPTOM, words, said)
    if not ticket.emergency and is_emergency(f"{ticket.subject}\n{words}") is not None:
        ticket.emergency = True
        session.flush()
    alarm(session, ticket)
