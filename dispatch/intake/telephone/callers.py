"""Whether whoever calls about a known ticket is who reported it: nobody's words are put into another's mouth."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Call, Contact, Conversation, Fact, Ticket
from dispatch.access import elevated
from dispatch.intake.facts.said import Field
from dispatch.intake.resolving.numbers import normal_phone
from dispatch.intake.resolving.senders import is_named_alike


class Caller(StrEnum):
    """Who calls about a known ticket."""

    REPORTER = "reporter"
    SOMEBODY_ELSE = "somebody_else"


def who_calls(
    session: Session, call: Call, ticket: Ticket, country: str, *, contact_id: int | None = None, name: str = ""
) -> Caller:
    """Who probably calls about the ticket: one who has a thread on it, or somebody else.

    contact_id: whom the call taker recognised; name: what the caller says they are called. Otherwise the number shown
    tells; a withheld one speaks for the reporter. Nobody is mistaken for another on a ticket without a contact.
    """
    if call.ticket_id == ticket.id:
        return Caller.REPORTER
    with elevated(session, "callers"):
        known = parties(session, ticket)
        if not known:
            return Caller.REPORTER
        if contact_id is not None:
            return Caller.REPORTER if contact_id in known else Caller.SOMEBODY_ELSE
        if name.strip() and not any(is_named_alike(each.name, name) for each in known.values()):
            return Caller.SOMEBODY_ELSE
        shown = normal_phone(call.phone, country)
        is_theirs = shown is None or shown in numbers(session, ticket, country)
        return Caller.REPORTER if is_theirs else Caller.SOMEBODY_ELSE


def parties(session: Session, ticket: Ticket) -> dict[int, Contact]:
    """Who reported the ticket, and who else has a thread on it, by id. The session must be elevated."""
    talking = select(Conversation.contact_id).where(Conversation.ticket_id == ticket.id)
    query = select(Contact).where((Contact.id == ticket.contact_id) | Contact.id.in_(talking))
    return {each.id: each for each in session.scalars(query)}


def numbers(session: Session, ticket: Ticket, country: str) -> set[str]:
    """The normalised numbers of `parties`, those they gave for this ticket included. The session must be elevated."""
    known = parties(session, ticket)
    said = select(Fact.value).where(
        Fact.ticket_id == ticket.id, Fact.field == Field.REPORTER_PHONE, Fact.said_by_id.in_(known)
    )
    written = [each.phone for each in known.values()] + list(session.scalars(said))
    return {number for each in written if (number := normal_phone(each, country)) is not None}
