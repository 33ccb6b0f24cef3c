"""When a country changes the rules of its time zones after appointments were made: what was said stays, instants move.

The local date and times of an appointment are what the customer was told. Whenever the zone's rules as we know them
now make other instants of them, the windows, the open promise and, where it can be done, the stop in the plan follow.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from db.models import ACTIVE, Appointment, Promise, PromiseKind, Visit, VisitWindow
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.access.audit import note
from dispatch.appointments.holding import keeping
from dispatch.appointments.holding.placing import put_in, tried
from dispatch.appointments.local_time import span_of, zone_named
from dispatch.clock import Clock
from dispatch.errors import RuleBroken
from dispatch.planning.day.candidates import WAITING
from dispatch.promises import ledger
from dispatch.travel.places import TravelTimes

log = logging.getLogger(__name__)

SYSTEM: Final = Viewer.system("time zones")
EACH: Final = timedelta(hours=12)
"""So often the worker looks: rules are announced weeks ahead at best, days at worst."""


@dataclass(frozen=True, slots=True)
class Rezoned:
    """An appointment whose instants moved. is_planned: its stop still keeps, or again keeps, what was promised."""

    appointment_id: int
    by: timedelta
    is_planned: bool


def rezone(uow: UnitOfWork, clock: Clock, travel: TravelTimes) -> tuple[Rezoned, ...]:
    """Moves each appointment to come whose local times mean other instants by now; those that moved.

    A process: one transaction to find them, one for each. An appointment whose stop can no longer be kept in its route
    is moved all the same, as the customer will be there at the time that was said; its work order then has a promise
    that its plan breaks, which the promises at stake tell, and the next planning run plans it anew.
    """
    # The rules may have been renewed since this process read them.
    ZoneInfo.clear_cache()
    with uow(viewer=SYSTEM, read_only=True) as session:
        found = [each.id for each in session.scalars(_to_come(clock.now())) if _meant(each) != _kept(each)]

    def moving(appointment_id: int) -> Callable[[Session], Rezoned | None]:
        return lambda session: _move(session, clock, travel, appointment_id)

    moved = [uow.run(moving(each), viewer=SYSTEM) for each in found]
    return tuple(each for each in moved if each is not None)


@dataclass
class EachHalfDay:
    """A chore of the worker: looks whether the rules of a zone changed, when it starts and every twelve hours."""

    uow: UnitOfWork
    clock: Clock
    travel: TravelTimes
    next_at: datetime | None = field(default=None)

    def __call__(self) -> bool:
        """Whether anything was moved."""
        now = self.clock.now()
        if self.next_at is not None and now < self.next_at:
            return False
        self.next_at = now + EACH
        moved = rezone(self.uow, self.clock, self.travel)
        for each in moved:
            log.warning("rules of a time zone changed: appointment %s moved by %s", each.appointment_id, each.by)
        return bool(moved)


def _to_come(now: datetime) -> Select[Appointment]:
    return (
        select(Appointment)
        .where(Appointment.status.in_(ACTIVE), Appointment.closes_at > now - timedelta(days=1))
        .order_by(Appointment.id)
    )


def _kept(appointment: Appointment) -> tuple[datetime, datetime]:
    return appointment.opens_at, appointment.closes_at


def _meant(appointment: Appointment) -> tuple[datetime, datetime]:
    """The instants that were said; those that are kept, as long as the clocks show at them what was said.

    So the second reading of a time that the clocks show twice stays the second.
    """
    zone = zone_named(appointment.time_zone)
    shown = [each.astimezone(zone).replace(fold=0, tzinfo=None) for each in _kept(appointment)]
    local = datetime.combine(appointment.local_date, appointment.local_from)
    if shown[0] == local and shown[1].time() == appointment.local_by:
        return _kept(appointment)
    return span_of(appointment.local_date, appointment.local_from, appointment.local_by, appointment.time_zone)


def _move(session: Session, clock: Clock, travel: TravelTimes, appointment_id: int) -> Rezoned | None:
    appointment = session.get_one(Appointment, appointment_id, with_for_update=True)
    before, after = _kept(appointment), _meant(appointment)
    if appointment.status not in ACTIVE or before == after:
        return None
    appointment.opens_at, appointment.closes_at = after
    appointment.sequence += 1
    windows = update(VisitWindow).where(VisitWindow.appointment_id == appointment_id)
    session.execute(windows.values(opens_at=after[0], closes_at=after[1]))
    _promise_anew(session, appointment)
    session.flush()
    note(
        session, SYSTEM, "rezone", appointment, {"opens_at": (before[0], after[0]), "closes_at": (before[1], after[1])}
    )
    keeping.tell(session, appointment, keeping.CHANGED)
    return Rezoned(appointment.id, after[0] - before[0], _is_planned(session, clock, travel, appointment))


def _promise_anew(session: Session, appointment: Appointment) -> None:
    """The open promises of the appointment get a version with the instants that are meant now."""
    zone = zone_named(appointment.time_zone)
    shown = [each.astimezone(zone) for each in _kept(appointment)]
    for promise in _promises(session, appointment):
        ledger.make(
            session,
            promise.kind,
            promise.work_order_id,
            visit_id=promise.visit_id,
            contact_id=promise.contact_id,
            organisation_id=promise.organisation_id,
            # Where the clocks now skip what was said, this is the moment at which they do.
            local_date=shown[0].date(),
            local_from=shown[0].time(),
            local_by=shown[1].time(),
            time_zone=appointment.time_zone,
            from_at=appointment.opens_at,
            by_at=appointment.closes_at,
            channel=promise.channel,
            appointment_id=appointment.id,
            standard_id=promise.standard_id,
            supersedes=promise.id,
        )


def _promises(session: Session, appointment: Appointment) -> Iterator[Promise]:
    for promise in ledger.open_promises(session, [appointment.work_order_id], [PromiseKind.WINDOW]):
        if promise.appointment_id == appointment.id:
            yield promise


def _is_planned(session: Session, clock: Clock, travel: TravelTimes, appointment: Appointment) -> bool:
    """Whether the stops keep the window as it is now; those that do not are put where they do, if there is room."""
    visits = keeping.visits_of(session, appointment.id)
    if keeping.is_kept(session, appointment, visits):
        return True
    query = select(Visit.id).where(Visit.id.in_(visits), Visit.status.not_in(WAITING))
    if session.scalar(query.limit(1)) is not None:
        return False  # somebody has set out already
    try:
        tried(session, lambda: put_in(session, SYSTEM, clock, travel, appointment, visits))
    except RuleBroken as error:
        log.warning("the stop of appointment %s could not follow its window: %s", appointment.id, error.message)
        return False
    return True
