"""A work order's fields, folded from what the parties of its tickets said, with who said so.

Nothing is chosen for good: where parties contradict each other, all values stand side by side. A viewer sees what they
may see of each ticket, a technician what the work needs; secrets show only to the technician who comes today.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Attachment,
    Contact,
    Conversation,
    Fact,
    Message,
    Organisation,
    Party,
    PartyRole,
    Priority,
    Role,
    Ticket,
    TicketMembership,
    WorkOrder,
)
from dispatch.access import Action, Viewer, elevated, require
from dispatch.errors import Forbidden, NotFound
from dispatch.intake.clocks import Clocks, derive
from dispatch.intake.facts.danger import Danger, dangers
from dispatch.intake.facts.said import SECRET, Field, facts_of
from dispatch.intake.facts.side_by_side import FoldedField, FoldedValue, Source, fold_facts
from dispatch.records.access_notes import read_access_notes

__all__ = ["Folded", "FoldedField", "FoldedParty", "FoldedValue", "Source", "fold", "fold_facts"]


_PAYS: Final = (PartyRole.INSURER, PartyRole.PAYER)
_OF_WORK: Final = (
    Field.REPORTER_NAME,
    Field.REPORTER_FUNCTION,
    Field.UNIT,
    Field.EQUIPMENT_KIND,
    Field.MODEL,
    Field.SERIAL,
    Field.LABEL_CODE,
    Field.SYMPTOM,
    Field.OCCURRED_AT,
    Field.AVAILABILITY,
)
"""What a technician may know of what was said before they come."""


@dataclass(frozen=True, slots=True)
class FoldedParty:
    """A contact or organisation in its role, and the tickets on which it has it."""

    role: PartyRole
    contact_id: int | None
    contact_name: str | None
    organisation_id: int | None
    organisation_name: str | None
    ticket_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """A work order as its tickets tell it."""

    work_order_id: int
    number: str
    merged_into_id: int | None
    priority: Priority
    tickets: tuple[Ticket, ...]
    fields: tuple[FoldedField, ...]
    parties: tuple[FoldedParty, ...]
    attachments: tuple[Attachment, ...]
    clocks: Clocks = field(default_factory=Clocks)

    def of(self, name: Field) -> FoldedField | None:
        """What was said of a field; None: nothing."""
        return next((each for each in self.fields if each.field is name), None)


def fold(session: Session, viewer: Viewer, work_order_id: int) -> Folded:
    """The work order as its tickets tell it, as far as the viewer may see them.

    Raises Forbidden, NotFound.
    """
    require(viewer, Action.READ, WorkOrder)
    order = session.scalar(select(WorkOrder).where(WorkOrder.id == work_order_id))
    if order is None:
        msg = f"There is no work order {work_order_id}, or not for you."
        raise NotFound(msg)
    tickets = _tickets(session, work_order_id)
    ids = [ticket.id for ticket in tickets]
    numbers = {ticket.id: ticket.number for ticket in tickets}
    secrets = _sees_secrets(session, viewer, order.site_id)
    facts = facts_of(session, ids) if ids else []
    parties = _parties(session, ids)
    names = _names(session, (*(fact.said_by_id for fact in facts), *(ticket.contact_id for ticket in tickets)))
    danger = dangers(tickets, facts)
    if viewer.role is Role.TECHNICIAN:
        facts, numbers, parties, names, danger = _for_work(session, work_order_id)
    if secrets:
        facts, numbers = _with_secrets(session, work_order_id, facts, numbers)
    return Folded(
        work_order_id=order.id,
        number=order.number,
        merged_into_id=order.merged_into_id,
        priority=order.priority,
        tickets=tuple(tickets),
        fields=fold_facts(facts, numbers, names, secrets=secrets, danger=danger),
        parties=parties,
        attachments=_attachments(session, order.id, ids),
        clocks=_clocks(session, order.id, ids),
    )


def _tickets(session: Session, work_order_id: int) -> list[Ticket]:
    joined = (TicketMembership.work_order_id == work_order_id) & TicketMembership.left_at.is_(None)
    query = select(Ticket).join(TicketMembership, TicketMembership.ticket_id == Ticket.id).where(joined)
    return list(session.scalars(query.order_by(Ticket.received_at, Ticket.id)))


def _for_work(
    session: Session, work_order_id: int
) -> tuple[list[Fact], dict[int, str], tuple[FoldedParty, ...], dict[int, str], list[Danger]]:
    """What the technician of a published visit needs of tickets they do not see: what is wrong, where, when, and whom
    to ask for; nothing of who insures it, and not who pays."""
    with elevated(session, "work of the technician"):
        joined = _tickets(session, work_order_id)
        tickets = {ticket.id: ticket.number for ticket in joined}
        parties = _parties(session, list(tickets))
        insurers = _insurers(session, parties)
        wanted = select(Fact).where(Fact.ticket_id.in_(tickets), Fact.field.in_(_OF_WORK))
        facts = [fact for fact in session.scalars(wanted) if fact.said_by_id not in insurers]
        danger = dangers((ticket for ticket in joined if ticket.contact_id not in insurers), facts)
        known = tuple(each for each in parties if each.role not in _PAYS and each.contact_id not in insurers)
        names = _names(session, (*(fact.said_by_id for fact in facts), *(each.ticket.contact_id for each in danger)))
        return facts, tickets, known, names, danger


def _insurers(session: Session, parties: Iterable[FoldedParty]) -> set[int]:
    """The contacts that speak for an insurer."""
    theirs = [party for party in parties if party.role is PartyRole.INSURER]
    companies = {party.organisation_id for party in theirs if party.organisation_id is not None}
    staff = session.scalars(select(Contact.id).where(Contact.organisation_id.in_(sorted(companies))))
    return {party.contact_id for party in theirs if party.contact_id is not None} | set(staff)


def _sees_secrets(session: Session, viewer: Viewer, site_id: int) -> bool:
    try:
        read_access_notes(session, viewer, site_id)
    except (Forbidden, NotFound):
        return viewer.is_system
    return True


def _with_secrets(
    session: Session, work_order_id: int, facts: list[Fact], numbers: dict[int, str]
) -> tuple[list[Fact], dict[int, str]]:
    """A technician sees no tickets, but how to get in, whoever said it."""
    with elevated(session, "access for the technician of today"):
        tickets = {ticket.id: ticket.number for ticket in _tickets(session, work_order_id)}
        secret = select(Fact).where(Fact.ticket_id.in_(tickets), Fact.field.in_(SECRET))
        known = {fact.id for fact in facts}
        return facts + [fact for fact in session.scalars(secret) if fact.id not in known], tickets | numbers


def _names(session: Session, contact_ids: Iterable[int | None]) -> dict[int, str]:
    wanted = sorted({each for each in contact_ids if each is not None})
    query = select(Contact.id, Contact.name).where(Contact.id.in_(wanted))
    return dict(session.execute(query).all()) if wanted else {}


def _parties(session: Session, ticket_ids: Sequence[int]) -> tuple[FoldedParty, ...]:
    on: dict[tuple[PartyRole, int | None, int | None], list[int]] = {}
    for party in session.scalars(select(Party).where(Party.ticket_id.in_(ticket_ids)).order_by(Party.ticket_id)):
        on.setdefault((party.role, party.contact_id, party.organisation_id), []).append(party.ticket_id)
    names = _names(session, (contact for _, contact, _ in on))
    wanted = sorted({organisation for _, _, organisation in on if organisation is not None})
    named = select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))
    companies = dict(session.execute(named).all())
    order = {role: place for place, role in enumerate(PartyRole)}
    return tuple(
        FoldedParty(
            role, contact, names.get(contact or 0), organisation, companies.get(organisation or 0), tuple(tickets)
        )
        for (role, contact, organisation), tickets in sorted(
            on.items(), key=lambda item: (order[item[0][0]], item[1], item[0][1] or 0, item[0][2] or 0)
        )
    )


def _attachments(session: Session, work_order_id: int, ticket_ids: Sequence[int]) -> tuple[Attachment, ...]:
    """Those of the order, of its tickets, and of the messages about these; each file once."""
    talks = select(Message.id).join(Conversation, Conversation.id == Message.conversation_id)
    query = select(Attachment).where(
        or_(
            Attachment.work_order_id == work_order_id,
            Attachment.ticket_id.in_(ticket_ids),
            and_(
                Attachment.message_id.is_not(None),
                Attachment.message_id.in_(talks.where(Conversation.ticket_id.in_(ticket_ids))),
            ),
        )
    )
    found: dict[str, Attachment] = {}
    for attachment in session.scalars(query.order_by(Attachment.received_at, Attachment.id)):
        found.setdefault(attachment.sha256, attachment)
    return tuple(found.values())


def _clocks(session: Session, work_order_id: int, ticket_ids: Sequence[int]) -> Clocks:
    """The clocks, without the tickets that the viewer may not see; the strictest deadline shows to all."""
    found = derive(session, work_order_id)
    seen = {*ticket_ids, None}
    return Clocks(
        response=found.response if found.response and found.response.ticket_id in seen else None,
        repair=found.repair if found.repair and found.repair.ticket_id in seen else None,
        contract_id=found.contract_id,
        late_cost_per_hour=found.late_cost_per_hour,
        all=tuple(each for each in found.all if each.ticket_id in seen),
    )
