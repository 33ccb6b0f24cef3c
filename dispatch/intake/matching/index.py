"""What matching knows of each open ticket: its record and its keys."""

from collections.abc import Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.models import Contact, Equipment, MatchKey, MatchRecord, Organisation, Site, Ticket
from dispatch.access import elevated
from dispatch.errors import NotFound
from dispatch.intake.facts.said import Field, facts_of
from dispatch.intake.matching.blocking import keys_of
from dispatch.intake.matching.record import REGION, Record, record_of

Said = dict[str, list[str]]


def remember(session: Session, ticket_id: int, *, region: str = REGION) -> Record:
    """Writes a ticket's record and keys, anew when they are there, so that later tickets are compared with it; flushed.

    From the ticket itself, its contact, organisation, site and equipment, and all facts; what a party said comes after
    what we know and so counts where only one value can. region: where numbers without country code are from.
    Raises NotFound when there is no such ticket.
    """
    with elevated(session, "matching"):
        ticket = session.get(Ticket, ticket_id)
        if ticket is None:
            raise NotFound(f"There is no ticket {ticket_id}")
        record = _record_of(session, ticket, region)
        _write(session, ticket, record)
    return record


def forget(session: Session, ticket_id: int) -> None:
    """Lets no later ticket be compared with this one; its record is kept. Nothing happens to one never remembered."""
    with elevated(session, "matching"):
        kept = session.scalar(select(MatchRecord).where(MatchRecord.ticket_id == ticket_id))
        if kept is not None:
            kept.is_open = False
            session.execute(delete(MatchKey).where(MatchKey.ticket_id == ticket_id))
            session.flush()


def _write(session: Session, ticket: Ticket, record: Record) -> None:
    kept = session.scalar(select(MatchRecord).where(MatchRecord.ticket_id == ticket.id))
    if kept is None:
        kept = MatchRecord(ticket_id=ticket.id, fields={}, received_at=ticket.received_at)
        session.add(kept)
    kept.fields, kept.received_at, kept.is_open = record.as_fields(), ticket.received_at, True
    wanted = set(keys_of(record))
    held = {row.key: row for row in session.scalars(select(MatchKey).where(MatchKey.ticket_id == ticket.id))}
    for key in held.keys() - wanted:
        session.delete(held[key])
    session.add_all(MatchKey(key=key, ticket_id=ticket.id) for key in sorted(wanted - held.keys()))
    session.flush()


def _record_of(session: Session, ticket: Ticket, region: str) -> Record:
    said: Said = {}
    _note(said, Field.REFERENCE, ticket.number)
    _note(said, Field.SYMPTOM, ticket.symptom or ticket.subject)
    contact = session.get(Contact, ticket.contact_id) if ticket.contact_id else None
    if contact is not None:
        _note(said, Field.REPORTER_NAME, contact.name)
        _note(said, Field.REPORTER_PHONE, contact.phone)
        _note(said, Field.REPORTER_EMAIL, contact.email)
    organisation = session.get(Organisation, ticket.organisation_id) if ticket.organisation_id else None
    if organisation is not None:
        _note(said, Field.ORGANISATION, organisation.name)
    unit = session.get(Equipment, ticket.equipment_id) if ticket.equipment_id else None
    if unit is not None:
        _note_unit(said, unit)
    site = session.get(Site, ticket.site_id or (unit.site_id if unit else 0))
    if site is not None:
        _note_site(said, site)
    _note_facts(said, ((fact.field, fact.value) for fact in facts_of(session, [ticket.id])), address=site is None)
    return record_of(
        said,
        site_id=site.id if site else None,
        equipment_id=ticket.equipment_id,
        contact_id=ticket.contact_id,
        place=(site.latitude, site.longitude)
        if site and site.latitude is not None and site.longitude is not None
        else None,
        units=_units_at(session, site.id) if site else None,
        received_at=ticket.received_at,
        channel=ticket.channel,
        region=region,
    )


def _units_at(session: Session, site_id: int) -> dict[str, int]:
    query = (
        select(Equipment.kind, func.count().label("units"))
        .where(Equipment.site_id == site_id, Equipment.retired_on.is_(None))
        .group_by(Equipment.kind)
    )
    return {row.kind: row.units for row in session.execute(query)}


def _note(said: Said, field: str, value: str | None) -> None:
    if value and value not in said.setdefault(field, []):
        said[field].append(value)


def _note_unit(said: Said, unit: Equipment) -> None:
    for field, value in (
        (Field.EQUIPMENT_KIND, unit.kind),
        (Field.SERIAL, unit.serial),
        (Field.LABEL_CODE, unit.label_code),
        (Field.UNIT, unit.position),
    ):
        _note(said, field, value)


def _note_site(said: Said, site: Site) -> None:
    for field, value in (
        (Field.STREET, site.street),
        (Field.HOUSE_NUMBER, site.house_number),
        (Field.POSTCODE, site.postcode),
        (Field.CITY, site.city),
    ):
        _note(said, field, value)


_ADDRESS = frozenset({Field.STREET, Field.HOUSE_NUMBER, Field.POSTCODE, Field.CITY})


def _note_facts(said: Said, facts: Iterable[tuple[str, str]], *, address: bool) -> None:
    """Facts after what is known; an address that somebody said counts only where the site is not known."""
    for field, value in facts:
        if address or field not in _ADDRESS:
            _note(said, field, value)
