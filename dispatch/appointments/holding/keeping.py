"""The rows of an appointment: its window on its visits, its end, and what the outbox tells of it.

The outbox's topics tell ids alone, {appointment_id, sequence}: appointment.held, .confirmed, .changed, .cancelled,
.lapsed, .released, .done. `changed` names the appointment that took the place of another.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.models import (
    ACTIVE,
    Appointment,
    AppointmentStatus,
    AppointmentVisit,
    Route,
    Stop,
    Visit,
    VisitWindow,
    WorkOrder,
)
from dispatch.access import elevated
from dispatch.appointments.holding.wanted import Actor, SlotWanted
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.local_time import zone_named
from dispatch.compute.outbox import post_once
from dispatch.errors import RuleBroken
from dispatch.messaging.happenings import Topic
from dispatch.planning.day.candidates import WAITING

HELD: Final = Topic.APPOINTMENT_HELD.value
CONFIRMED: Final = Topic.APPOINTMENT_CONFIRMED.value
CHANGED: Final = Topic.APPOINTMENT_CHANGED.value
CANCELLED: Final = Topic.APPOINTMENT_CANCELLED.value
LAPSED: Final = Topic.APPOINTMENT_LAPSED.value

TOPIC_OF: Final = {
    AppointmentStatus.HELD: HELD,
    AppointmentStatus.CONFIRMED: CONFIRMED,
    AppointmentStatus.CANCELLED: CANCELLED,
    AppointmentStatus.LAPSED: LAPSED,
    AppointmentStatus.RELEASED: Topic.APPOINTMENT_RELEASED.value,
    AppointmentStatus.DONE: Topic.APPOINTMENT_DONE.value,
}
"""A superseded one is told of by the one that took its place."""


def write(
    session: Session,
    actor: Actor,
    order: WorkOrder,
    wanted: SlotWanted,
    visit_ids: Sequence[int],
    time_zone: str,
    held_until: datetime,
) -> Appointment:
    """A new appointment, held; its visits keep to its window from now on. Flushed.

    Raises what the database raises when one of the visits has an active appointment.
    """
    zone = zone_named(time_zone)
    opens, closes = wanted.opens_at.astimezone(zone), wanted.closes_at.astimezone(zone)
    row = Appointment(
        work_order_id=order.id,
        territory_id=order.territory_id,
        opens_at=wanted.opens_at,
        closes_at=wanted.closes_at,
        local_date=opens.date(),
        local_from=opens.time().replace(fold=0),
        local_by=closes.time().replace(fold=0),
        time_zone=time_zone,
        held_until=held_until,
        held_by_id=actor.link_id if isinstance(actor, Guest) else None,
        entered_by_id=None if isinstance(actor, Guest) else actor.user_id,
        cost=wanted.cost,
        probability=wanted.probability,
        uid=uuid4().hex,
    )
    session.add(row)
    session.flush()
    take_up(session, row, visit_ids)
    return row


def take_up(session: Session, row: Appointment, visit_ids: Sequence[int]) -> None:
    """Ties the visits to the appointment and its window. Flushes."""
    session.add_all(AppointmentVisit(appointment_id=row.id, visit_id=visit) for visit in visit_ids)
    session.add_all(
        VisitWindow(visit_id=visit, opens_at=row.opens_at, closes_at=row.closes_at, appointment_id=row.id)
        for visit in visit_ids
    )
    session.flush()


def end(session: Session, row: Appointment, status: AppointmentStatus, why: str) -> None:
    """The appointment is over: its visits are free of its window. Their stops are not touched. Flushes."""
    row.status, row.ended_at, row.ended_why = status, session.info["now"](), why[:200]
    if row.confirmed_at is not None and status is AppointmentStatus.CANCELLED:
        row.sequence += 1
    quietly = {"synchronize_session": False}
    mine = AppointmentVisit.appointment_id == row.id
    session.execute(update(AppointmentVisit).where(mine).values(active=False).execution_options(**quietly))
    session.execute(delete(VisitWindow).where(VisitWindow.appointment_id == row.id).execution_options(**quietly))
    session.flush()
    if status in TOPIC_OF:
        tell(session, row, TOPIC_OF[status])


def tell(session: Session, row: Appointment, topic: str) -> None:
    """Posts the news, once per sequence."""
    payload = {"appointment_id": row.id, "sequence": row.sequence}
    post_once(session, topic, f"{topic}:{row.id}:{row.sequence}", payload)


def visits_of(session: Session, appointment_id: int) -> tuple[int, ...]:
    """The visits of an appointment, over or not, by their sequence."""
    query = (
        select(AppointmentVisit.visit_id)
        .join(Visit, Visit.id == AppointmentVisit.visit_id)
        .where(AppointmentVisit.appointment_id == appointment_id)
        .order_by(Visit.sequence)
    )
    return tuple(session.scalars(query))


def visits_of_appointment(session: Session, appointment_id: int) -> tuple[int, ...]:
    """As `visits_of`, looked at as the system."""
    with elevated(session, "appointments"):
        return visits_of(session, appointment_id)


def active_of(session: Session, visit_ids: Collection[int]) -> list[Appointment]:
    """The held and confirmed appointments of these visits, locked."""
    mine = select(AppointmentVisit.appointment_id).where(
        AppointmentVisit.visit_id.in_(list(visit_ids)), AppointmentVisit.active.is_(True)
    )
    query = select(Appointment).where(Appointment.id.in_(mine), Appointment.status.in_(ACTIVE)).order_by(Appointment.id)
    return list(session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)))


def refuse_set_out(session: Session, visit_ids: Collection[int], what: str) -> None:
    """Nothing, while nobody has set out for any of the visits.

    Raises RuleBroken: what really happens is not changed any more.
    """
    query = select(Visit.status).where(Visit.id.in_(list(visit_ids)), Visit.status.not_in(WAITING))
    state = session.scalar(query.limit(1))
    if state is not None:
        said = "is on the way" if state == "travelling" else f"is {state.value.replace('_', ' ')}"
        raise RuleBroken(f"The appointment cannot be {what} any more: the visit {said}. Call the office.")


def is_kept(session: Session, row: Appointment, visit_ids: Collection[int]) -> bool:
    """Whether the plan still keeps the window: each visit has a stop that starts within it."""
    query = (
        select(Stop.visit_id)
        .join(Route, Stop.route_id == Route.id)
        .where(Stop.visit_id.in_(list(visit_ids)), Stop.starts_at >= row.opens_at, Stop.starts_at <= row.closes_at)
    )
    return set(session.scalars(query)) == set(visit_ids)


def rounded(instant: datetime) -> datetime:
    """The instant without fractions of a second, which no clock on a wall shows."""
    return instant - timedelta(microseconds=instant.microsecond)


def same_window(session: Session, wanted: SlotWanted) -> Appointment | None:
    """The active appointment of the work order that has this very window, for these visits if any are named."""
    query = select(Appointment).where(
        Appointment.work_order_id == wanted.work_order_id,
        Appointment.status.in_(ACTIVE),
        Appointment.opens_at == wanted.opens_at,
        Appointment.closes_at == wanted.closes_at,
    )
    for row in session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)):
        if not wanted.visit_ids or set(visits_of(session, row.id)) == set(wanted.visit_ids):
            return row
    return None
