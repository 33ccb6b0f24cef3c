"""What a customer sees of their work order by a link: its appointments, and on the day who comes and when.

Neither the house number nor a telephone number (they are what is asked for), nor what other parties said.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    ACTIVE,
    Appointment,
    AppointmentStatus,
    AppointmentVisit,
    Plan,
    Route,
    Shift,
    Site,
    Stop,
    Technician,
    Territory,
    Visit,
    VisitStatus,
    WorkOrder,
    WorkOrderStatus,
    WorkType,
)
from dispatch.access import elevated
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.local_time import zone_named
from dispatch.planning.day.candidates import PLANNABLE, WAITING

PURPOSE: Final = "customer pages"
ROUNDED: Final = timedelta(minutes=5)
"""Estimates are told to so many minutes: finer ones would change with every look."""

OPEN: Final = (*PLANNABLE, WorkOrderStatus.WAITING_FOR_CUSTOMER)
SET_OUT: Final = (VisitStatus.TRAVELLING, VisitStatus.ON_SITE)


@dataclass(frozen=True, slots=True)
class Coming:
    """Who comes on the day. arrives_at: as the published plan says, local; None: they are there, or it is not known."""

    first_name: str
    arrives_at: datetime | None
    is_on_the_way: bool = False
    is_there: bool = False


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """An appointment as its customer sees it. attending, access_notes: whether something was said, not what.

    may_change: it is to come, and nobody has set out.
    """

    id: int
    visit_ids: tuple[int, ...]
    is_held: bool
    held_until: datetime | None
    local_date: date
    local_from: time
    local_by: time
    time_zone: str
    attending: bool
    access_notes: bool
    coming: tuple[Coming, ...]
    may_change: bool


@dataclass(frozen=True, slots=True)
class GuestView:
    """The work order as a guest sees it. may_choose: it has visits that wait for an appointment."""

    number: str
    work_type: str
    street: str
    city: str
    time_zone: str
    is_cancelled: bool
    is_done: bool
    appointments: tuple[AppointmentView, ...]
    may_choose: bool

    def appointment(self, appointment_id: int) -> AppointmentView | None:
        """The appointment of this id, if it is one of these."""
        return next((each for each in self.appointments if each.id == appointment_id), None)


def view(session: Session, guest: Guest, now: datetime) -> GuestView:
    """The guest's work order as it is now. For the system's use."""
    with elevated(session, PURPOSE):
        order = session.get_one(WorkOrder, guest.work_order_id)
        site, kind = session.get_one(Site, order.site_id), session.get_one(WorkType, order.work_type_id)
        query = select(Appointment).where(Appointment.work_order_id == order.id, Appointment.status.in_(ACTIVE))
        # A hold that has run out is nobody's, whether or not the worker has been by.
        rows = [row for row in session.scalars(query.order_by(Appointment.opens_at)) if not _is_over(row, now)]
        territory = session.get_one(Territory, order.territory_id)
        return GuestView(
            number=order.number,
            work_type=kind.name,
            street=site.street,
            city=site.city,
            time_zone=territory.time_zone,
            is_cancelled=order.status is WorkOrderStatus.CANCELLED,
            is_done=order.status is WorkOrderStatus.DONE,
            appointments=tuple(_shown(session, row, now) for row in rows),
            may_choose=order.status in OPEN and _has_waiting(session, order.id, {row.id for row in rows}),
        )


def _is_over(row: Appointment, now: datetime) -> bool:
    return row.status is AppointmentStatus.HELD and (row.held_until is None or row.held_until <= now)


def _has_waiting(session: Session, work_order_id: int, appointment_ids: Collection[int]) -> bool:
    visits = set(
        session.scalars(select(Visit.id).where(Visit.work_order_id == work_order_id, Visit.status.in_(WAITING)))
    )
    appointed = select(AppointmentVisit.visit_id).where(
        AppointmentVisit.appointment_id.in_(appointment_ids), AppointmentVisit.active
    )
    return bool(visits - set(session.scalars(appointed)))


def _shown(session: Session, row: Appointment, now: datetime) -> AppointmentView:
    visits = session.scalars(
        select(Visit)
        .join(AppointmentVisit, AppointmentVisit.visit_id == Visit.id)
        .where(AppointmentVisit.appointment_id == row.id)
        .order_by(Visit.id)
    ).all()
    is_today = now.astimezone(zone_named(row.time_zone)).date() == row.local_date
    confirmed = row.status is AppointmentStatus.CONFIRMED
    return AppointmentView(
        id=row.id,
        visit_ids=tuple(visit.id for visit in visits),
        is_held=not confirmed,
        held_until=None if row.held_until is None else row.held_until.astimezone(zone_named(row.time_zone)),
        local_date=row.local_date,
        local_from=row.local_from,
        local_by=row.local_by,
        time_zone=row.time_zone,
        attending=bool(row.attending),
        access_notes=bool(row.access_notes),
        coming=tuple(_coming(session, visits, row.time_zone)) if confirmed and is_today else (),
        may_change=confirmed and row.closes_at > now and all(visit.status in WAITING for visit in visits),
    )


def _coming(session: Session, visits: Collection[Visit], time_zone: str) -> list[Coming]:
    """Who comes for these visits by the published plan; nothing as long as it is none."""
    statuses: dict[int | None, VisitStatus] = {visit.id: visit.status for visit in visits}
    query = (
        select(Technician.name, Stop.visit_id, Stop.arrives_at)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .join(Shift, Shift.id == Route.shift_id)
        .join(Technician, Technician.id == Shift.technician_id)
        .where(Stop.visit_id.in_(list(statuses)), Plan.published_at.is_not(None))
        .order_by(Technician.name)
    )
    found = []
    for name, visit_id, arrives_at in session.execute(query):
        status = statuses[visit_id]
        if status in WAITING or status in SET_OUT:
            local = rounded(arrives_at).astimezone(zone_named(time_zone))
            is_there = status is VisitStatus.ON_SITE
            on_the_way = status is VisitStatus.TRAVELLING
            found.append(Coming(first_name(name), None if is_there else local, on_the_way, is_there))
    return found


def first_name(name: str) -> str:
    """What a technician is called on customers' pages."""
    return name.split()[0] if name.split() else ""


def rounded(instant: datetime) -> datetime:
    """The instant to the nearest five minutes."""
    step = ROUNDED.total_seconds()
    return datetime.fromtimestamp(round(instant.timestamp() / step) * step, instant.tzinfo)
