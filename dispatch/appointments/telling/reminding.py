"""Reminders: on the day before at a local hour, some hours before, or both; each once, however often one looks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus, OutboxMessage
from db.session import UnitOfWork
from dispatch.appointments.telling.telling import TELLING
from dispatch.clock import Clock
from dispatch.compute.outbox import post_once

TOPIC: Final = "appointment.remind"
EACH: Final = timedelta(minutes=5)
AHEAD: Final = timedelta(days=3)
"""So far ahead one looks: a day before is at most two days of 25 hours, whatever hours reminders are set to."""


@dataclass(frozen=True, slots=True)
class Times:
    """When one is reminded. hour: of the day before, local; None: not then. hours_before: the window opens; 0: not."""

    hour: int | None = 17
    hours_before: int = 0

    def due(self, row: Appointment) -> Iterator[tuple[str, datetime]]:
        """(which reminder, when it is due) of an appointment."""
        if self.hour is not None:
            day = row.local_date - timedelta(days=1)
            yield "day", datetime.combine(day, time(self.hour), ZoneInfo(row.time_zone)).astimezone(UTC)
        if self.hours_before:
            yield "hours", row.opens_at - timedelta(hours=self.hours_before)


def remind_due(uow: UnitOfWork, clock: Clock, times: Times) -> int:
    """Posts the reminders that are due and were not posted yet; how many.

    A process: one transaction to find them, one to post them. Who confirmed after a reminder was due was just told.
    """
    now = clock.now()
    with uow(viewer=TELLING, read_only=True) as session:
        found = dict(_found(session, times, now))
        query = select(OutboxMessage.key).where(OutboxMessage.key.in_(found))
        new = sorted(found.keys() - set(session.scalars(query)))

    def post(session: Session) -> None:
        for key in new:
            post_once(session, TOPIC, key, found[key])

    if new:
        uow.run(post, viewer=TELLING)
    return len(new)


def _found(session: Session, times: Times, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    query = select(Appointment).where(
        Appointment.status == AppointmentStatus.CONFIRMED,
        Appointment.opens_at > now,
        Appointment.opens_at <= now + AHEAD,
    )
    for row in session.scalars(query):
        for which, due in times.due(row):
            if due <= now and (row.confirmed_at is None or row.confirmed_at < due):
                yield f"{TOPIC}:{row.id}:{which}", {"appointment_id": row.id, "which": which}


@dataclass
class EachFewMinutes:
    """A chore of the worker: looks which reminders are due."""

    uow: UnitOfWork
    clock: Clock
    times: Times
    next_at: datetime | None = field(default=None)

    def __call__(self) -> bool:
        """Whether there was anything to do."""
        now = self.clock.now()
        if self.next_at is not None and now < self.next_at:
            return False
        self.next_at = now + EACH
        return remind_due(self.uow, self.clock, self.times) > 0
