"""Facts of a ticket, as the office reads them and adds to them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Channel, Contact, Fact, MatchPair, Ticket
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.errors import Fault, Invalid, NotFound
from dispatch.intake.channels.rules import Rules
from dispatch.intake.facts.needed import checked
from dispatch.intake.facts.said import Field, Said, facts_of, say
from dispatch.intake.triage import TriageProposal, is_emergency, propose


def ticket_of(session: Session, viewer: Viewer, ticket_id: int, *, lock: bool = False) -> Ticket:
    """A ticket whose facts the viewer may see.

    Raises Forbidden, NotFound.
    """
    require(viewer, Action.READ, Fact)
    query = select(Ticket).where(Ticket.id == ticket_id)
    ticket = session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)
    if ticket is None:
        raise NotFound(f"There is no ticket {ticket_id}, or not for you.")
    return ticket


def facts(session: Session, viewer: Viewer, ticket_id: int) -> list[Fact]:
    """All facts of a ticket, the earliest said first. Raises Forbidden, NotFound."""
    return facts_of(session, [ticket_of(session, viewer, ticket_id).id])


def add(
    session: Session,
    viewer: Viewer,
    rules: Rules,
    ticket_id: int,
    field: Field,
    value: str,
    said_by_id: int | None = None,
) -> Fact:
    """A fact that the viewer writes down; the ticket is placed anew. What was known already is answered as it is.

    Raises Forbidden, NotFound, Invalid for a skill, part or priority that there is not.
    """
    require(viewer, Action.CREATE, Fact)
    ticket = ticket_of(session, viewer, ticket_id, lock=True)
    if said_by_id is not None and session.scalar(select(Contact.id).where(Contact.id == said_by_id)) is None:
        msg = f"There is no contact {said_by_id}, or not for you."
        raise Invalid(msg, (Fault("/said_by_id", msg),))
    value = checked(session, field, value, "/value")
    said = Said(session.info["now"](), Channel.PHONE, said_by_id or ticket.contact_id, viewer.user_id)
    fact = say(session, ticket.id, field, value, said)
    if fact is None:
        same = [each for each in facts_of(session, [ticket.id]) if each.field == field and each.value == value.strip()]
        return same[-1]
    note(session, viewer, Action.CREATE, fact, {"field": (None, field)})
    if field is Field.SYMPTOM and is_emergency(value) is not None:
        ticket.emergency = True
    session.flush()
    with elevated(session, "intake"):
        rules.place(session, ticket.id)
    return fact


def triage(session: Session, viewer: Viewer, ticket_id: int) -> TriageProposal:
    """What work a ticket probably leads to. Raises Forbidden, NotFound."""
    return propose(session, ticket_of(session, viewer, ticket_id).id)


def matches(session: Session, viewer: Viewer, ticket_id: int) -> Sequence[MatchPair]:
    """The pairs that a ticket was compared in, the likeliest first. Raises Forbidden, NotFound."""
    require(viewer, Action.READ, MatchPair)
    ticket = ticket_of(session, viewer, ticket_id)
    query = select(MatchPair).where((MatchPair.ticket_id == ticket.id) | (MatchPair.other_id == ticket.id))
    return session.scalars(query.order_by(MatchPair.probability.desc(), MatchPair.id).limit(50)).all()
