"""A work order's fields, folded from what the parties of its tickets said, with who said so.

Nothing is chosen for good: where parties contradict each other, all values stand side by side. A viewer sees what they
may see of each ticket; secrets show only to the technician who comes today.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Attachment,
    Channel,
    Contact,
    Conversation,
    Fact,
    Message,
    Organisation,
    Party,
    PartyRole,
    Ticket,
    TicketMembership,
    WorkOrder,
)
from dispatch.access import Action, Viewer, elevated, require
from dispatch.errors import Forbidden, NotFound
from dispatch.intake.clocks import Clocks, derive
from dispatch.intake.facts import SECRET, SEVERAL, Field
from dispatch.records.access_notes import read_access_notes


@dataclass(frozen=True, slots=True)
class Source:
    """Who said it, when, over which channel. noted_by_id: the user of ours who wrote it down."""

    fact_id: int
    ticket_id: int
    ticket_number: str
    contact_id: int | None
    contact_name: str | None
    said_at: datetime
    channel: Channel
    noted_by_id: int | None


@dataclass(frozen=True, slots=True)
class FoldedValue:
    """One value, and everybody who said it, the earliest first. `value` None: a secret that this viewer may not see."""

    value: str | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class FoldedField:
    """All that was said of one field. `conflicting`: the parties contradict each other."""

    field: Field
    values: tuple[FoldedValue, ...]
    conflicting: bool


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
    tickets: tuple[Ticket, ...]
    fields: tuple[FoldedField, ...]
    parties: tuple[FoldedParty, ...]
    attachments: tuple[Attachment, ...]
    clocks: Clocks = field(default_factory=Clocks)

    def of(self, name: Field) -> FoldedField | None:
        """What was said of a field; None: nothing."""
        return next((each for each in self.fields if each.field is name), None)


def holding(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that hold: of each ticket and field the latest, of fields that may have several all of them."""
    held: dict[tuple[int, str, str], Fact] = {}
    for fact in sorted(facts, key=lambda fact: (fact.said_at, fact.id)):
        which = normal(fact.value) if fact.field in SEVERAL else ""
        key = (fact.ticket_id, fact.field, which)
        if fact.field not in SEVERAL or key not in held:
            held[key] = fact
    return sorted(held.values(), key=lambda fact: (fact.said_at, fact.id))


def normal(value: str) -> str:
    """A value as it is compared with others: case and spaces do not count."""
    return " ".join(value.casefold().split())


def fold_facts(
    facts: Iterable[Fact], tickets: Mapping[int, str], names: Mapping[int, str], *, secrets: bool
) -> tuple[FoldedField, ...]:
    """Every field that something was said of, in the order of `Field`; what most said comes first, then the earliest.

    tickets: {id: number}. names: {contact id: name} of those the viewer may see. secrets: whether secrets show.
    """
    said: dict[Field, dict[str, list[Fact]]] = {}
    for fact in holding(facts):
        said.setdefault(Field(fact.field), {}).setdefault(normal(fact.value), []).append(fact)
    folded = []
    for name in Field:
        groups = sorted(said.get(name, {}).values(), key=lambda group: (-len(group), group[0].said_at, group[0].id))
        if groups:
            values = tuple(_value(group, tickets, names, hidden=name in SECRET and not secrets) for group in groups)
            folded.append(FoldedField(name, values, len(values) > 1 and name not in SEVERAL))
    return tuple(folded)


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
    facts = list(session.scalars(select(Fact).where(Fact.ticket_id.in_(ids)))) if ids else []
    if secrets:
        facts, numbers = _with_secrets(session, work_order_id, facts, numbers)
    return Folded(
        work_order_id=order.id,
        number=order.number,
        merged_into_id=order.merged_into_id,
        tickets=tuple(tickets),
        fields=fold_facts(facts, numbers, _names(session, (fact.said_by_id for fact in facts)), secrets=secrets),
        parties=_parties(session, ids),
        attachments=_attachments(session, order.id, ids),
        clocks=_clocks(session, order.id, ids),
    )


def _value(group: Sequence[Fact], tickets: Mapping[int, str], names: Mapping[int, str], *, hidden: bool) -> FoldedValue:
    sources = tuple(
        Source(
            fact_id=fact.id,
            ticket_id=fact.ticket_id,
            ticket_number=tickets[fact.ticket_id],
            contact_id=fact.said_by_id,
            contact_name=names.get(fact.said_by_id or 0),
            said_at=fact.said_at,
            channel=fact.channel,
            noted_by_id=fact.noted_by_id,
        )
        for fact in group
    )
    return FoldedValue(None if hidden else group[0].value, sources)


def _tickets(session: Session, work_order_id: int) -> list[Ticket]:
    joined = (TicketMembership.work_order_id == work_order_id) & TicketMembership.left_at.is_(None)
    query = select(Ticket).join(TicketMembership, TicketMembership.ticket_id == Ticket.id).where(joined)
    return list(session.scalars(query.order_by(Ticket.received_at, Ticket.id)))


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
    return {key: name for key, name in session.execute(query)} if wanted else {}


def _parties(session: Session, ticket_ids: Sequence[int]) -> tuple[FoldedParty, ...]:
    on: dict[tuple[PartyRole, int | None, int | None], list[int]] = {}
    for party in session.scalars(select(Party).where(Party.ticket_id.in_(ticket_ids)).order_by(Party.ticket_id)):
        on.setdefault((party.role, party.contact_id, party.organisation_id), []).append(party.ticket_id)
    names = _names(session, (contact for _, contact, _ in on))
    wanted = sorted({organisation for _, _, organisation in on if organisation is not None})
    companies = {
        key: name
        for key, name in session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted)))
    }
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
