"""Finds who calls and what about, by whatever they say first: a number, a name, an address, a label, a ticket."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, Equipment, Organisation, Site, SiteContact, Ticket, TicketMembership, WorkOrder
from db.models.parties import KEY_DIGITS, phone_key
from dispatch.access import Action, Viewer, require

MOST: Final = 8
"""Finds of each sort."""

SHORTEST: Final = 2


@dataclass(frozen=True, slots=True)
class Find:
    """Something found: what it is, its name, and the ids that lead on from it."""

    sort: str
    title: str
    detail: str
    contact_id: int | None = None
    site_id: int | None = None
    equipment_id: int | None = None
    ticket_id: int | None = None


def find(session: Session, viewer: Viewer, words: str) -> list[Find]:
    """What the viewer may see of contacts, sites, units, tickets and work orders that these words may mean.

    Raises Forbidden.
    """
    require(viewer, Action.READ, Contact)
    words = " ".join(words.split())
    if len(words) < SHORTEST:
        return []
    found = [*_tickets(session, words), *_contacts(session, words), *_units(session, words), *_sites(session, words)]
    return list(dict.fromkeys(found))


def _contacts(session: Session, words: str) -> Iterator[Find]:
    key = phone_key(words)
    is_number = key is not None and re.fullmatch(r"[\d\s()+./-]+", words) is not None and len(key) >= KEY_DIGITS - 2
    condition = Contact.phone_key == key if is_number else Contact.name.icontains(words, autoescape=True)
    if "@" in words:
        condition = Contact.email_key == words.casefold()
    query = (
        select(Contact, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Contact.organisation_id)
        .where(condition, Contact.erased_at.is_(None))
        .order_by(Contact.name, Contact.id)
        .limit(MOST)
    )
    for contact, organisation in session.execute(query):
        detail = ", ".join(part for part in (contact.function, organisation, contact.phone) if part)
        yield Find("contact", contact.name, detail, contact_id=contact.id)


def _sites(session: Session, words: str) -> Iterator[Find]:
    street, number = _split(words)
    like = Site.street.icontains(street, autoescape=True)
    condition = like & (Site.house_number == number) if number else like | Site.name.icontains(words, autoescape=True)
    for site in session.scalars(select(Site).where(condition).order_by(Site.name, Site.id).limit(MOST)):
        yield Find("site", site.name, f"{site.street} {site.house_number}, {site.city}", site_id=site.id)


def _split(words: str) -> tuple[str, str]:
    """ "Balmaceda 1200" → ("Balmaceda", "1200")."""
    match = re.fullmatch(r"(.*\D)\s+(\d+\s?[a-zA-Z]?)", words)
    return (match[1].rstrip(" ,"), match[2]) if match else (words, "")


def _units(session: Session, words: str) -> Iterator[Find]:
    query = (
        select(Equipment, Site.name)
        .join(Site, Site.id == Equipment.site_id)
        .where((Equipment.serial == words) | (Equipment.label_code == words.upper()) | (Equipment.label_code == words))
        .order_by(Equipment.id)
        .limit(MOST)
    )
    for unit, site in session.execute(query):
        detail = ", ".join(part for part in (unit.position, site, unit.serial) if part)
        yield Find("equipment", f"{unit.model} {unit.label_code}", detail, site_id=unit.site_id, equipment_id=unit.id)


def _tickets(session: Session, words: str) -> Iterator[Find]:
    number = words.upper()
    in_order = (
        select(TicketMembership.ticket_id)
        .join(WorkOrder, WorkOrder.id == TicketMembership.work_order_id)
        .where(WorkOrder.number == number, TicketMembership.left_at.is_(None))
    )
    query = select(Ticket).where((Ticket.number == number) | Ticket.id.in_(in_order)).order_by(Ticket.id).limit(MOST)
    for ticket in session.scalars(query):
        yield Find(
            "ticket",
            ticket.number,
            f"{ticket.subject}, {ticket.status}",
            contact_id=ticket.contact_id,
            site_id=ticket.site_id,
            equipment_id=ticket.equipment_id,
            ticket_id=ticket.id,
        )


def sites_of(session: Session, contact_id: int) -> list[Find]:
    """The sites where a contact has a role, as far as the viewer may see them."""
    at = select(SiteContact.site_id).where(SiteContact.contact_id == contact_id)
    return [
        Find("site", site.name, f"{site.street} {site.house_number}, {site.city}", contact_id, site.id)
        for site in session.scalars(select(Site).where(Site.id.in_(at)).order_by(Site.name, Site.id).limit(MOST))
    ]
