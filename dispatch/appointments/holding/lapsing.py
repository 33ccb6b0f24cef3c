"""Holds end by themselves: looked after by the worker, and before anybody holds or confirms on the same day."""

import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus, WorkOrder
from db.session import UnitOfWork
from dispatch.access import Viewer, elevated
from dispatch.appointments.holding.ending import give_back
from dispatch.clock import Clock
from dispatch.errors import DispatchError
from dispatch.travel.places import TravelTimes

log = logging.getLogger(__name__)

SYSTEM: Final = Viewer.system("appointments")
WHY: Final = "nobody confirmed it in time"


def lapse_due(uow: UnitOfWork, clock: Clock, travel: TravelTimes) -> int:
    """Ends the holds that have run out; how many.

    A process: one transaction to find them, and one for each territory and local date. What cannot be ended now, as
    somebody changes the same routes, is ended the next time.
    """
    with uow(viewer=SYSTEM, read_only=True) as session:
        query = select(Appointment.territory_id, Appointment.local_date).where(_due(clock.now())).distinct()
        days = [(territory_id, local_date) for territory_id, local_date in session.execute(query)]
    count = 0
    for territory_id, local_date in days:
        try:
            count += uow.run(_lapsing(clock, travel, territory_id, local_date), viewer=SYSTEM)
        except DispatchError as error:
            log.warning("holds of %s in territory %s end later: %s", local_date, territory_id, error)
    return count


def lapse(session: Session, clock: Clock, travel: TravelTimes, territory_id: int, local_date: date) -> int:
    """Ends the holds of a territory and local date that have run out, in the caller's transaction; how many.

    One that somebody else has in hand just now, to confirm or to end it, is left to them.

    Raises Conflict, RuleBroken.
    """
    due = _locked(session, clock.now(), territory_id, local_date)
    if not due:
        return 0
    with elevated(session, SYSTEM.name):
        give_back(session, SYSTEM, clock, travel, due, AppointmentStatus.LAPSED, WHY, "lapse")
    return len(due)


def _lapsing(clock: Clock, travel: TravelTimes, territory_id: int, local_date: date) -> Callable[[Session], int]:
    return lambda session: lapse(session, clock, travel, territory_id, local_date)


def _locked(session: Session, now: datetime, territory_id: int, local_date: date) -> list[Appointment]:
    """Whoever acts on an appointment locks its work order first: the same is done here, waiting for nobody."""
    with elevated(session, SYSTEM.name):
        query = (
            select(Appointment)
            .join(WorkOrder, WorkOrder.id == Appointment.work_order_id)
            .where(_due(now), Appointment.territory_id == territory_id, Appointment.local_date == local_date)
            .order_by(Appointment.work_order_id, Appointment.id)
            .with_for_update(of=[WorkOrder, Appointment], key_share=True, skip_locked=True)
            .execution_options(populate_existing=True)
        )
        return list(session.scalars(query))


def _due(now: datetime) -> ColumnElement[bool]:
    return (Appointment.status == AppointmentStatus.HELD) & (Appointment.held_until <= now)
