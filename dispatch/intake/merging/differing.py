"""A warning where tickets that a person puts together are about different sites; the person decides all the same."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Equipment, Site, Ticket, WorkOrder
from dispatch.intake.merging.consequences import listed


def elsewhere(session: Session, order: WorkOrder, tickets: Collection[Ticket]) -> str:
    """Which of these tickets are about another site than the order, in words; nothing where none is.

    Of a ticket that names a unit alone the unit's site counts; one of which nobody said where is not meant.
    """
    about = sites_of(session, tickets)
    others = sorted({site for site in about.values() if site != order.site_id})
    sites = {site.id: site for site in session.scalars(select(Site).where(Site.id.in_([*others, order.site_id])))}
    said = []
    for other in others:
        named = sorted(ticket.number for ticket in tickets if about.get(ticket.id) == other)
        is_about = "is" if len(named) == 1 else "are"
        said.append(f"{listed(named)} {is_about} about {_named(sites[other])}")
    if not said:
        return ""
    return f"The sites differ: {', '.join(said)}, {order.number} about {_named(sites[order.site_id])}."


def sites_of(session: Session, tickets: Collection[Ticket]) -> Mapping[int, int]:
    """{ticket id: the site it is about, or that of its unit}; tickets of which nobody said where are absent."""
    units = [ticket.equipment_id for ticket in tickets if ticket.equipment_id is not None]
    stands = dict(session.execute(select(Equipment.id, Equipment.site_id).where(Equipment.id.in_(units))).all())
    found = {ticket.id: ticket.site_id or stands.get(ticket.equipment_id or 0) for ticket in tickets}
    return {ticket: site for ticket, site in found.items() if site is not None}


def _named(site: Site) -> str:
    return f"{site.name}, {site.street} {site.house_number}"
