"""Feeds that calendar programs follow: a customer's appointments, a technician's published stops from today on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import (
    Appointment,
    Contact,
    CustomerLink,
    LinkPurpose,
    Plan,
    Route,
    Shift,
    Site,
    Stop,
    StopKind,
    Technician,
    Territory,
    Visit,
    VisitStatus,
    WorkOrder,
    WorkType,
)
from dispatch.access import elevated
from dispatch.appointments.calendars.files import Entry, calendar_file
from dispatch.appointments.calendars.invitations import DOMAIN, PURPOSE, SHOWN, entry_of
from dispatch.appointments.links.link_key import LinkKey
from dispatch.appointments.links.links import LinkGone, live
from dispatch.appointments.local_time import zone_named
from dispatch.appointments.words import in_words, spoken

BEHIND: Final = timedelta(days=60)
"""So long what is over stays in a customer's calendar."""


def feed(session: Session, key: LinkKey, token: str, now: datetime, *, company: str = "") -> bytes:
    """The calendar that a link leads to. For the system's use.

    Raises LinkGone, also when the contact was erased or the technician left.
    """
    with elevated(session, PURPOSE):
        row = live(session, key, token, LinkPurpose.CALENDAR, now)
        say = in_words(row.language)
        if row.technician_id is not None:
            name, entries = say("My visits"), _technicians(session, row.technician_id, now, row.language)
        else:
            name, entries = say("Appointments"), _customers(session, row, now, company)
    title = f"{name} · {company}" if company else name
    return calendar_file(entries, name=title, language=spoken(row.language), follows=True)


def _customers(session: Session, link: CustomerLink, now: datetime, company: str) -> list[Entry]:
    """The appointments that the contact confirmed, or has a link to; of nobody else's work orders."""
    contact = session.get(Contact, link.contact_id)
    if contact is None or contact.erased_at is not None:
        raise LinkGone
    theirs = select(CustomerLink.work_order_id).where(
        CustomerLink.contact_id == contact.id,
        CustomerLink.work_order_id.is_not(None),
        CustomerLink.revoked_at.is_(None),
    )
    query = select(Appointment).where(
        or_(Appointment.confirmed_by_id == contact.id, Appointment.work_order_id.in_(theirs)),
        Appointment.status.in_(SHOWN),
        # A hold that was given up was never in anybody's calendar.
        Appointment.confirmed_at.is_not(None),
        Appointment.closes_at > now - BEHIND,
    )
    rows = session.scalars(query.order_by(Appointment.opens_at, Appointment.id))
    return [entry_of(session, row, link.language, company=company) for row in rows]


def _technicians(session: Session, technician_id: int, now: datetime, language: str) -> list[Entry]:
    technician = session.get(Technician, technician_id)
    if technician is None or not technician.active:
        raise LinkGone
    zone = session.get_one(Territory, technician.territory_id).time_zone
    today = now.astimezone(zone_named(zone)).date()
    return [_stop(session, each, zone, language) for each in _published(session, technician_id, today)]


def _published(session: Session, technician_id: int, today: date) -> Sequence[tuple[Stop, Route, Plan]]:
    query = (
        select(Stop, Route, Plan)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .join(Shift, Shift.id == Route.shift_id)
        .join(Visit, Visit.id == Stop.visit_id)
        .where(
            Shift.technician_id == technician_id,
            Stop.kind == StopKind.VISIT,
            Plan.published_at.is_not(None),
            Plan.local_date >= today,
            Visit.status != VisitStatus.CANCELLED,
        )
        .order_by(Stop.starts_at, Stop.id)
    )
    return [(stop, route, plan) for stop, route, plan in session.execute(query)]


def _stop(session: Session, found: tuple[Stop, Route, Plan], zone: str, language: str) -> Entry:
    stop, route, plan = found
    visit = session.get_one(Visit, stop.visit_id)
    order = session.get_one(WorkOrder, visit.work_order_id)
    site, kind = session.get_one(Site, order.site_id), session.get_one(WorkType, order.work_type_id)
    arrives, say = stop.arrives_at.astimezone(zone_named(zone)), in_words(language)
    return Entry(
        uid=f"visit-{visit.id}@{DOMAIN}",
        # A visit that moves to another route keeps its name; the revision of that route says how new this is.
        sequence=route.revision,
        starts_at=stop.starts_at,
        ends_at=stop.departs_at,
        time_zone=zone,
        summary=f"{order.number} · {kind.name}",
        location=f"{site.street} {site.house_number}, {site.city}",
        description=say("Arrival: %(time)s") % {"time": f"{arrives:%H:%M}"},
        stamp=max(filter(None, (plan.updated_at, plan.published_at, order.updated_at))),
    )
