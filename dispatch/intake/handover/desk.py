"""The hand-over: what is known of a matter, from whom, and what nobody has said yet, so that nobody tells it twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import (
    Contact,
    Equipment,
    Fact,
    Organisation,
    Party,
    PartyRole,
    Site,
    SiteContact,
    Ticket,
    TicketMembership,
    TicketStatus,
    WorkOrder,
)
from dispatch.access import Action, Viewer, elevated, require
from dispatch.errors import NotFound
from dispatch.intake.facts.folding import FoldedField, fold_facts
from dispatch.intake.facts.said import OF_WHO_REPORTS, Field
from dispatch.intake.handover.questions import Known, Question, questions
from dispatch.intake.merging.memberships import tickets_of
from dispatch.intake.triage import TriageProposal, is_emergency, propose

MOST_OPEN: Final = 10


@dataclass(frozen=True, slots=True)
class HandOver:
    """What whoever takes over has to know.

    contact, organisation, site, unit: as recognised; our own records. said: what the parties said, with who said it.
    missing: what to ask. open_tickets: at this site or from this contact, not closed yet. emergency: why somebody is
    in danger. proposal: what work it probably is; None without a ticket.
    """

    ticket: Ticket | None = None
    order: WorkOrder | None = None
    contact: Contact | None = None
    organisation: Organisation | None = None
    site: Site | None = None
    unit: Equipment | None = None
    units: Sequence[Equipment] = ()
    said: tuple[FoldedField, ...] = ()
    missing: tuple[Question, ...] = ()
    open_tickets: Sequence[Ticket] = field(default=())
    emergency: str | None = None
    proposal: TriageProposal | None = None

    @property
    def site_is_its_own(self) -> bool:
        """Whether the site is known without the other parties of the work order."""
        return self.ticket is None or self.order is None or self.ticket.site_id is not None

    @property
    def unit_is_its_own(self) -> bool:
        """Whether the unit is known without the other parties of the work order."""
        if self.unit is None or self.ticket is None or self.order is None:
            return True
        return self.ticket.equipment_id is not None or self.order.equipment_id != self.unit.id


def of_ticket(session: Session, viewer: Viewer, ticket_id: int, *, of_somebody_else: bool = False) -> HandOver:
    """What is known of a ticket's matter, from all its parties, and what to ask.

    of_somebody_else: who is asked did not report it, and is not known; they are asked who they are.

    Raises Forbidden, NotFound.
    """
    require(viewer, Action.READ, Fact)
    ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id))
    if ticket is None:
        raise NotFound(f"There is no ticket {ticket_id}, or not for you.")
    order = _order(session, ticket)
    site_id, equipment_id = _place(ticket, order)
    proposal = propose(session, ticket.id)
    known = _known(session, ticket, order, ticket.contact_id, site_id, equipment_id, proposal=proposal, words="")
    if not of_somebody_else:
        return known
    of_them = questions(Known(said=set(Field) - OF_WHO_REPORTS))
    return replace(known, missing=(*(each for each in of_them if each.field in OF_WHO_REPORTS), *known.missing))


def _place(ticket: Ticket, order: WorkOrder | None) -> tuple[int | None, int | None]:
    """Site and unit of the ticket; where it names none, those that its work order has from the other parties."""
    site_id = ticket.site_id or (order.site_id if order is not None else None)
    at_order = order is not None and order.site_id == site_id
    return site_id, ticket.equipment_id or (order.equipment_id if order is not None and at_order else None)


def of_caller(
    session: Session,
    viewer: Viewer,
    *,
    contact_id: int | None = None,
    site_id: int | None = None,
    equipment_id: int | None = None,
    words: str = "",
) -> HandOver:
    """What our records tell of who calls and of what, before there is a ticket. words: what was noted so far.

    Raises Forbidden.
    """
    require(viewer, Action.READ, Fact)
    return _known(session, None, None, contact_id, site_id, equipment_id, proposal=None, words=words)


def _known(
    session: Session,
    ticket: Ticket | None,
    order: WorkOrder | None,
    contact_id: int | None,
    site_id: int | None,
    equipment_id: int | None,
    *,
    proposal: TriageProposal | None,
    words: str,
) -> HandOver:
    contact = session.scalar(select(Contact).where(Contact.id == contact_id)) if contact_id else None
    unit = session.scalar(select(Equipment).where(Equipment.id == equipment_id)) if equipment_id else None
    site_id = unit.site_id if unit is not None else site_id or _only_site(session, contact)
    site = session.scalar(select(Site).where(Site.id == site_id)) if site_id else None
    units = _units(session, site)
    if unit is None and len(units) == 1:
        unit = units[0]
    tickets = _tickets(session, ticket, order)
    said = _said(session, tickets)
    danger = proposal.emergency if proposal is not None else is_emergency(words)
    is_known = _as_known(
        session, ticket, tickets, contact, site, unit, units, said, emergency=danger is not None, words=words
    )
    return HandOver(
        ticket=ticket,
        order=order,
        contact=contact,
        organisation=_owner(session, contact, site),
        site=site,
        unit=unit,
        units=units,
        said=said,
        missing=questions(is_known),
        open_tickets=_open_tickets(session, ticket, contact, site),
        emergency=danger,
        proposal=proposal,
    )


def _as_known(
    session: Session,
    ticket: Ticket | None,
    tickets: Sequence[Ticket],
    contact: Contact | None,
    site: Site | None,
    unit: Equipment | None,
    units: Sequence[Equipment],
    said: tuple[FoldedField, ...],
    *,
    emergency: bool,
    words: str,
) -> Known:
    fields = {each.field for each in said if each.field not in OF_WHO_REPORTS or _said_on(each, ticket)}
    if words.strip() or any(each.symptom or each.subject for each in tickets):
        fields.add(Field.SYMPTOM)
    return Known(
        said=fields,
        contact=contact is not None and _has_name(contact),
        reachable=contact is not None and bool(contact.phone or contact.email),
        site=site is not None,
        unit=unit is not None,
        several_units=len(units) > 1,
        access=site is not None and _can_get_in(session, site),
        hours=site is not None and bool(site.opening_hours),
        insured=_is_insured(session, tickets),
        kind=unit.kind if unit is not None else "",
        emergency=emergency,
    )


def _has_name(contact: Contact) -> bool:
    """Whether a contact is more than the number or address they wrote or called from."""
    return contact.name != contact.email and any(letter.isalpha() for letter in contact.name)


def _order(session: Session, ticket: Ticket) -> WorkOrder | None:
    current = select(TicketMembership.work_order_id).where(
        TicketMembership.ticket_id == ticket.id, TicketMembership.left_at.is_(None)
    )
    return session.scalar(select(WorkOrder).where(WorkOrder.id.in_(current)))


def _tickets(session: Session, ticket: Ticket | None, order: WorkOrder | None) -> Sequence[Ticket]:
    """The ticket, and those of its work order that the viewer may see."""
    if ticket is None or order is None:
        return () if ticket is None else (ticket,)
    return tickets_of(session, order.id)


def _said(session: Session, tickets: Sequence[Ticket]) -> tuple[FoldedField, ...]:
    if not tickets:
        return ()
    facts = session.scalars(select(Fact).where(Fact.ticket_id.in_([each.id for each in tickets]))).all()
    whom = {fact.said_by_id for fact in facts if fact.said_by_id is not None}
    names = {each.id: each.name for each in session.scalars(select(Contact).where(Contact.id.in_(sorted(whom))))}
    return fold_facts(facts, {each.id: each.number for each in tickets}, names, secrets=False)


def _said_on(each: FoldedField, ticket: Ticket | None) -> bool:
    return ticket is not None and any(
        source.ticket_id == ticket.id for value in each.values for source in value.sources
    )


def _only_site(session: Session, contact: Contact | None) -> int | None:
    """The one site where the contact has a role; None: there are several, or none."""
    if contact is None:
        return None
    ids = session.scalars(select(SiteContact.site_id).where(SiteContact.contact_id == contact.id).distinct()).all()
    return ids[0] if len(ids) == 1 else None


def _units(session: Session, site: Site | None) -> Sequence[Equipment]:
    if site is None:
        return ()
    query = select(Equipment).where(Equipment.site_id == site.id, Equipment.retired_on.is_(None))
    return session.scalars(query.order_by(Equipment.id).limit(50)).all()


def _owner(session: Session, contact: Contact | None, site: Site | None) -> Organisation | None:
    key = contact.organisation_id if contact is not None else site.organisation_id if site is not None else None
    return None if key is None else session.scalar(select(Organisation).where(Organisation.id == key))


def _can_get_in(session: Session, site: Site) -> bool:
    """Whether the records tell how: the notes themselves stay secret, that there are some does not."""
    with elevated(session, "desk"):
        holder = select(SiteContact.id).where(
            SiteContact.site_id == site.id, SiteContact.role == PartyRole.ACCESS_HOLDER
        )
        return bool(site.access_notes) or session.scalar(holder.limit(1)) is not None


def _is_insured(session: Session, tickets: Sequence[Ticket]) -> bool:
    query = select(func.count()).select_from(Party)
    on = Party.ticket_id.in_([each.id for each in tickets])
    return bool(session.scalar(query.where(on, Party.role == PartyRole.INSURER)))


def _open_tickets(
    session: Session, ticket: Ticket | None, contact: Contact | None, site: Site | None
) -> Sequence[Ticket]:
    """Tickets that are not done yet at this site or from this contact, the latest first; not this one."""
    about = [Ticket.site_id == site.id] if site is not None else []
    about += [Ticket.contact_id == contact.id] if contact is not None else []
    if not about:
        return ()
    query = select(Ticket).where(Ticket.status.in_((TicketStatus.NEW, TicketStatus.OPEN)), about[0] | about[-1])
    if ticket is not None:
        query = query.where(Ticket.id != ticket.id)
    return session.scalars(query.order_by(Ticket.received_at.desc(), Ticket.id.desc()).limit(MOST_OPEN)).all()
