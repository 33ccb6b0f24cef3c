"""Appointments follow what becomes of their work: done with the visit, ended with the order, carried along by a merge.

The worker looks every minute, so nothing that ends or merges work orders has to know of appointments.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from db.models import (
    ACTIVE,
    Appointment,
    AppointmentStatus,
    AppointmentVisit,
    Visit,
    VisitStatus,
    WorkOrder,
    WorkOrderStatus,
)
from db.session import UnitOfWork
from dispatch.access.audit import note
from dispatch.appointments.holding import keeping, vowing
from dispatch.appointments.holding.confirming import made_sure
from dispatch.appointments.holding.holding import held
from dispatch.appointments.holding.lapsing import SYSTEM, lapse_due
from dispatch.appointments.holding.placing import take_out
from dispatch.appointments.holding.wanted import SlotWanted
from dispatch.clock import Clock
from dispatch.errors import DispatchError, RuleBroken
from dispatch.planning.day.candidates import WAITING
from dispatch.travel.places import TravelTimes

log = logging.getLogger(__name__)

EACH: Final = timedelta(minutes=1)
"""So often the worker looks."""

OVER: Final = (VisitStatus.COMPLETED, VisitStatus.INCOMPLETE, VisitStatus.CANCELLED)
CALLED_OFF: Final = "the work order was cancelled"
MERGED: Final = "its work is done by another work order"
APART: Final = "the work orders were separated again"
NOT_BACK: Final = "its work order came back, but its time was taken by then"


def follow_due(uow: UnitOfWork, clock: Clock, travel: TravelTimes) -> int:
    """Brings appointments in line with what became of their visits and work orders; how many.

    A process: one transaction to find them, one for each. What cannot be done now, as somebody changes the same routes,
    is done the next time.
    """
    with uow(viewer=SYSTEM, read_only=True) as session:
        found = [*session.scalars(_ended()), *session.scalars(_back(clock.now()))]
    count = 0
    for key in found:
        try:
            uow.run(_following(clock, travel, key), viewer=SYSTEM)
            count += 1
        except DispatchError as error:
            log.warning("appointment %s follows its work order later: %s", key, error)
    return count


def _following(clock: Clock, travel: TravelTimes, appointment_id: int) -> Callable[[Session], None]:
    return lambda session: follow(session, clock, travel, appointment_id)


def follow(session: Session, clock: Clock, travel: TravelTimes, appointment_id: int) -> None:
    """Does for one appointment what became of its work; nothing, when nothing did. For the system's use; flushed.

    Raises Conflict.
    """
    order_id = session.get_one(Appointment, appointment_id).work_order_id
    order = session.get_one(WorkOrder, order_id, with_for_update=True, populate_existing=True)
    row = session.get_one(Appointment, appointment_id, with_for_update=True, populate_existing=True)
    if row.status in ACTIVE and order.status is WorkOrderStatus.CANCELLED:
        _call_off(session, clock, travel, row, order)
    elif row.status in ACTIVE:
        _end_with_visits(session, row)
    elif row.ended_why == MERGED and order.status is not WorkOrderStatus.CANCELLED:
        _give_back(session, clock, travel, row, order)
    session.flush()


def _call_off(session: Session, clock: Clock, travel: TravelTimes, row: Appointment, order: WorkOrder) -> None:
    visits, was = keeping.visits_of(session, row.id), row.status
    merged = order.merged_into_id is not None and was is AppointmentStatus.CONFIRMED
    state = AppointmentStatus.RELEASED if was is AppointmentStatus.HELD else AppointmentStatus.CANCELLED
    keeping.end(session, row, state, MERGED if merged else CALLED_OFF)
    note(session, SYSTEM, "follow", row, {"status": (was, state)})
    waiting = select(Visit.id).where(Visit.id.in_(visits), Visit.status == VisitStatus.SCHEDULED)
    # What a technician was told of stays for people to take back, as for every visit that is called off.
    take_out(session, SYSTEM, clock, travel, list(session.scalars(waiting)), "appointment.end")
    if not (merged and _carry(session, clock, travel, row, _holder(session, order))):
        vowing.give_up(session, row, by_customer=True, why=CALLED_OFF if not merged else MERGED)


def _end_with_visits(session: Session, row: Appointment) -> None:
    query = select(Visit.status).where(Visit.id.in_(keeping.visits_of(session, row.id)))
    states = set(session.scalars(query))
    if not states.issubset(OVER):
        return
    was = row.status
    if states == {VisitStatus.CANCELLED}:
        keeping.end(session, row, AppointmentStatus.CANCELLED, "its visit was cancelled")
        vowing.give_up(session, row, by_customer=False, why="its visit was cancelled")
    else:
        keeping.end(session, row, AppointmentStatus.DONE, "")
    note(session, SYSTEM, "follow", row, {"status": (was, row.status)})


def _carry(session: Session, clock: Clock, travel: TravelTimes, row: Appointment, holder: WorkOrder) -> bool:
    """Whether the order that does the work now has the same window, or an appointment of its own.

    Where it has neither, the promise is broken.
    """
    theirs = select(Appointment.id).where(Appointment.work_order_id == holder.id, Appointment.status.in_(ACTIVE))
    if row.closes_at <= clock.now() or session.scalar(theirs.limit(1)) is not None:
        return False
    if _again(session, clock, travel, row, row, holder):
        return True
    vowing.give_up(session, row, by_customer=False, why="its work is done by another order, which found no room then")
    return True


def _give_back(session: Session, clock: Clock, travel: TravelTimes, row: Appointment, order: WorkOrder) -> None:
    """The order came back: so does its appointment, from whichever order had it meanwhile, if it still can be had."""
    query = select(Appointment).where(Appointment.supersedes_id == row.id, Appointment.status.in_(ACTIVE))
    meanwhile = session.scalars(query).one_or_none()
    if meanwhile is not None:
        visits = keeping.visits_of(session, meanwhile.id)
        if set(session.scalars(select(Visit.status).where(Visit.id.in_(visits)))) - set(WAITING):
            row.ended_why = APART
            return
        keeping.end(session, meanwhile, AppointmentStatus.SUPERSEDED, APART)
        take_out(session, SYSTEM, clock, travel, visits, "appointment.end")
    came_back = _again(session, clock, travel, row, meanwhile or row, order)
    row.ended_why = APART if came_back else NOT_BACK
    if not came_back and meanwhile is not None:
        vowing.give_up(session, meanwhile, by_customer=False, why=NOT_BACK)


def _again(
    session: Session, clock: Clock, travel: TravelTimes, said: Appointment, last: Appointment, order: WorkOrder
) -> bool:
    """Whether the order has the window now that `said` had; in place of the appointment `last`, with its promise."""
    promised = vowing.promise_of(session, last)
    wanted = replace(SlotWanted.again(said, ()), work_order_id=order.id)
    try:
        with session.begin_nested():
            row = held(session, SYSTEM, clock, travel, order, wanted, limited=False)
            row.supersedes_id, row.attending, row.access_notes = last.id, said.attending, said.access_notes
            row.confirmed_by_id = said.confirmed_by_id
            made_sure(session, SYSTEM, order, row, keeping.visits_of(session, row.id), said.channel, promised)
    except RuleBroken as error:
        log.info("appointment %s is not had by work order %s: %s", said.id, order.number, error)
        return False
    return True


def _holder(session: Session, order: WorkOrder) -> WorkOrder:
    """The order that does the work of one that was merged, however often."""
    seen = {order.id}
    while order.merged_into_id is not None and order.merged_into_id not in seen:
        seen.add(order.merged_into_id)
        order = session.get_one(WorkOrder, order.merged_into_id, with_for_update=True, populate_existing=True)
    return order


def _ended() -> Select[int]:
    over = exists(
        select(AppointmentVisit.id)
        .join(Visit, Visit.id == AppointmentVisit.visit_id)
        .where(AppointmentVisit.appointment_id == Appointment.id, Visit.status.in_(OVER))
    )
    return (
        select(Appointment.id)
        .join(WorkOrder, WorkOrder.id == Appointment.work_order_id)
        .where(Appointment.status.in_(ACTIVE), or_(WorkOrder.status == WorkOrderStatus.CANCELLED, over))
        .order_by(Appointment.id)
    )


def _back(now: datetime) -> Select[int]:
    return (
        select(Appointment.id)
        .join(WorkOrder, WorkOrder.id == Appointment.work_order_id)
        .where(
            Appointment.status == AppointmentStatus.CANCELLED,
            Appointment.ended_why == MERGED,
            Appointment.closes_at > now,
            WorkOrder.status != WorkOrderStatus.CANCELLED,
        )
        .order_by(Appointment.id)
    )


@dataclass
class EachMinute:
    """A chore of the worker: ends the holds that have run out, and follows what became of work orders."""

    uow: UnitOfWork
    clock: Clock
    travel: TravelTimes
    next_at: datetime | None = field(default=None)

    def __call__(self) -> bool:
        """Whether there was anything to do."""
        now = self.clock.now()
        if self.next_at is not None and now < self.next_at:
            return False
        self.next_at = now + EACH
        return lapse_due(self.uow, self.clock, self.travel) + follow_due(self.uow, self.clock, self.travel) > 0
