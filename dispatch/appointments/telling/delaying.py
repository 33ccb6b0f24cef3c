"""Delays: whoever will not be visited as promised is told before, with a new estimate.

Told when the promised window will be missed, or when the estimate moved by more than a quarter of an hour since they
were told one; at most once in half an hour.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus, AppointmentVisit, Stop, Visit, VisitStatus
from db.session import UnitOfWork
from dispatch.access import elevated
from dispatch.appointments.telling.estimates import expected, note_told
from dispatch.appointments.telling.news import News
from dispatch.appointments.telling.telling import TELLING, Telling, tell
from dispatch.appointments.telling.texts import Key
from dispatch.clock import Clock
from dispatch.errors import DispatchError

log = logging.getLogger(__name__)

EACH: Final = timedelta(minutes=1)
MOVED: Final = timedelta(minutes=15)
PAUSE: Final = timedelta(minutes=30)
NEAR: Final = timedelta(hours=12)
"""Of later appointments nobody knows yet how the day will go."""

_COMING: Final = (VisitStatus.SCHEDULED, VisitStatus.DISPATCHED, VisitStatus.TRAVELLING)


def what_to_tell(
    closes_at: datetime, estimate: datetime, told: datetime | None, told_at: datetime | None, now: datetime
) -> Key | None:
    """LATE: the window will be missed, and they do not know; ESTIMATE: it moved; None: nothing is to be told now."""
    if told_at is not None and now - told_at < PAUSE:
        return None
    knows = told is not None and told > closes_at
    if estimate > closes_at and not knows:
        return Key.LATE
    return Key.ESTIMATE if told is not None and abs(estimate - told) > MOVED else None


def tell_delays(uow: UnitOfWork, clock: Clock, telling: Telling) -> int:
    """Tells of the delays that there are now; of how many appointments.

    A process: one transaction to find them, one for each.
    """
    now = clock.now()
    with uow(viewer=TELLING, read_only=True) as session, elevated(session, TELLING.name):
        late = list(_late(session, now))
    count = 0
    for appointment_id, estimate in late:
        try:
            count += uow.run(_telling(telling, appointment_id, estimate, now), viewer=TELLING)
        except DispatchError as error:
            log.warning("the delay of appointment %s is told later: %s", appointment_id, error)
    return count


def _late(session: Session, now: datetime) -> Iterable[tuple[int, datetime]]:
    query = (
        select(Appointment, AppointmentVisit, Stop.route_id)
        .join(AppointmentVisit, AppointmentVisit.appointment_id == Appointment.id)
        .join(Visit, Visit.id == AppointmentVisit.visit_id)
        .join(Stop, Stop.visit_id == Visit.id)
        .where(
            Appointment.status == AppointmentStatus.CONFIRMED,
            Appointment.opens_at < now + NEAR,
            Appointment.closes_at > now - NEAR,
            Visit.status.in_(_COMING),
        )
    )
    rows = list(session.execute(query))
    arrivals = expected(session, sorted({route_id for _, _, route_id in rows}), now)
    estimates: dict[int, datetime] = {}
    for row, tie, _ in rows:
        if tie.visit_id in arrivals:
            estimates[row.id] = max(estimates.get(row.id, now), arrivals[tie.visit_id])
    for row, tie, _ in rows:
        estimate = estimates.get(row.id)
        if estimate is not None and what_to_tell(row.closes_at, estimate, tie.told_estimate_at, tie.told_at, now):
            yield row.id, estimates.pop(row.id)


def _telling(telling: Telling, appointment_id: int, estimate: datetime, now: datetime) -> Callable[[Session], bool]:
    def work(session: Session) -> bool:
        with elevated(session, TELLING.name):
            # Two workers may have found the same: the second sees that it was told.
            row = session.get_one(Appointment, appointment_id, with_for_update=True, populate_existing=True)
            mine = AppointmentVisit.appointment_id == appointment_id
            tie = session.scalars(select(AppointmentVisit).where(mine).limit(1)).one()
            key = what_to_tell(row.closes_at, estimate, tie.told_estimate_at, tie.told_at, now)
            if row.status is not AppointmentStatus.CONFIRMED or key is None:
                return False
            cause = f"delay:{row.id}:{now:%Y%m%dT%H%M}"
            tell(session, telling, News(
                key, row.work_order_id, cause, row.id, at=estimate, urgent=True, nearby=True,
            ))  # fmt: skip
            note_told(session, row.id, estimate)
            return True

    return work


@dataclass
class EachMinute:
    """A chore of the worker: looks who is late."""

    uow: UnitOfWork
    clock: Clock
    telling: Telling
    next_at: datetime | None = field(default=None)

    def __call__(self) -> bool:
        """Whether anybody was told."""
        now = self.clock.now()
        if self.next_at is not None and now < self.next_at:
            return False
        self.next_at = now + EACH
        return tell_delays(self.uow, self.clock, self.telling) > 0
