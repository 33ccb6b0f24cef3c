"""Sample tickets as they arrive: what is said of where and what becomes a site and a unit as intake resolves it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from db.base import Base
from db.models import Contact, Equipment, Site, SiteContact
from dispatch.intake.facts.said import Field
from dispatch.intake.resolving import Whereabouts, resolve_place
from fixtures.tickets import LabelledTicket, sample
from fixtures.tickets.telling import on_record
from fixtures.tickets.world import World

RESOLVED_BY: tuple[type[Any], ...] = (Site, Contact, SiteContact, Equipment)


def arriving(seed: int, count: int) -> list[LabelledTicket]:
    """The labelled tickets of a seed, each with the site and unit that intake finds for it."""
    world, tickets = sample(seed, count)
    with _on_record(world) as session:
        return arrived(session, world, tickets)


def arrived(session: Session, world: World, tickets: Sequence[LabelledTicket]) -> list[LabelledTicket]:
    """These tickets with what `resolve_place` makes of each, and what the company knows of that place and unit."""
    places = {place.id: place for place in world.places}
    units = {unit.id: unit for place in world.places for unit in place.units}
    found = []
    for ticket in tickets:
        site_id, equipment_id = resolve_place(
            session,
            Whereabouts.of({Field(name): values for name, values in ticket.said.items()}, ticket.said["symptom"][0]),
            contact_id=ticket.contact_id,
            site_id=ticket.site_id,
            equipment_id=ticket.equipment_id,
        )
        place, unit = places.get(site_id or 0), units.get(equipment_id or 0)
        found.append(
            replace(
                ticket,
                site_id=site_id,
                equipment_id=equipment_id,
                known={**ticket.known, **on_record(place, unit, None)},
                place=(place.latitude, place.longitude) if place else None,
                units=Counter(each.kind for each in place.units) if place else None,
            )
        )
    return found


@contextmanager
def _on_record(world: World) -> Iterator[Session]:
    """A database in memory with the company's sites, their people and units; nothing else is needed to resolve."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine, tables=[Base.metadata.tables[model.__tablename__] for model in RESOLVED_BY])
    with Session(engine) as session:
        for model in RESOLVED_BY:
            known = {column.name for column in model.__table__.columns}
            rows = [{k: v for k, v in row.items() if k in known} for row in world.company.rows(model)]
            session.execute(insert(model), rows)
        yield session
    engine.dispose()
