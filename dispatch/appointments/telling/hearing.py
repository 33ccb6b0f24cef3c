"""Hears of appointments and visits through the outbox, and tells those to whom it matters.

Each message is one transaction; hearing the same again tells nobody twice. What was overtaken is not told at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    ACTIVE,
    Appointment,
    AppointmentStatus,
    PromiseKind,
    WorkOrder,
    WorkOrderStatus,
)
from db.session import UnitOfWork
from dispatch.access import elevated
from dispatch.appointments.holding import following, keeping
from dispatch.appointments.telling import inviting, reminding
from dispatch.appointments.telling.news import News
from dispatch.appointments.telling.telling import TELLING, Telling, tell
from dispatch.appointments.telling.texts import Key
from dispatch.appointments.telling.visiting import hear_visit
from dispatch.compute.outbox import Delivery, Receiver
from dispatch.promises.standards import standard_for
from dispatch.records.catalogue.pausing import STATUS
from dispatch.records.catalogue.visit_news import VISIT_STATUS

Hear = Callable[[Session, Telling, Delivery], None]

_CLOSED: Final = (WorkOrderStatus.CANCELLED, WorkOrderStatus.DONE)


@dataclass(frozen=True, slots=True)
class Hearing:
    """A receiver: one transaction per message."""

    uow: UnitOfWork
    telling: Telling
    hear: Hear

    def __call__(self, delivery: Delivery) -> None:
        """Tells what there is to tell."""

        def work(session: Session) -> None:
            with elevated(session, TELLING.name):
                self.hear(session, self.telling, delivery)

        self.uow.run(work, viewer=TELLING)


def receivers(uow: UnitOfWork, telling: Telling) -> dict[str, Receiver]:
    """{topic: what is told of it}, for the worker."""
    heard: dict[str, Hear] = {
        keeping.CONFIRMED: hear_confirmed,
        keeping.CHANGED: hear_changed,
        keeping.CANCELLED: hear_cancelled,
        keeping.LAPSED: hear_lapsed,
        inviting.TOPIC: hear_invitation,
        reminding.TOPIC: hear_reminder,
        STATUS: hear_order,
        VISIT_STATUS: hear_visit,
    }
    return {topic: Hearing(uow, telling, hear) for topic, hear in heard.items()}


def hear_confirmed(session: Session, telling: Telling, delivery: Delivery) -> None:
    """An appointment stands; not told where it only passed from one order to another with its time."""
    row = _row(session, delivery)
    if row is None or row.status is not AppointmentStatus.CONFIRMED or row.closes_at <= session.info["now"]():
        return
    before = None if row.supersedes_id is None else session.get_one(Appointment, row.supersedes_id)
    if before is None or (before.opens_at, before.closes_at) != (row.opens_at, row.closes_at):
        urgent = _is_soon(session, row)
        tell(
            session, telling, _news(row, Key.CONFIRMED, delivery, calendar="REQUEST", link=Key.CHANGE_BY, urgent=urgent)
        )


def hear_changed(session: Session, telling: Telling, delivery: Delivery) -> None:
    """An appointment has another time, or means another instant since the rules of its zone changed."""
    row = _row(session, delivery)
    if row is None or row.status is not AppointmentStatus.CONFIRMED or row.closes_at <= session.info["now"]():
        return
    before = None if row.supersedes_id is None else session.get_one(Appointment, row.supersedes_id)
    is_new = before is not None and int(delivery.payload["sequence"]) == before.sequence + 1
    key = Key.CHANGED if is_new else Key.CLOCKS
    tell(
        session,
        telling,
        _news(row, key, delivery, calendar="REQUEST", link=Key.CHANGE_BY, urgent=_is_soon(session, row)),
    )


def hear_cancelled(session: Session, telling: Telling, delivery: Delivery) -> None:
    """An appointment is called off; not told where another work order goes on with it."""
    row = _row(session, delivery)
    if row is None or row.status is not AppointmentStatus.CANCELLED or row.confirmed_at is None:
        return
    if row.ended_why == following.MERGED or row.closes_at <= session.info["now"]():
        return
    order = session.get_one(WorkOrder, row.work_order_id)
    link = None if order.status in _CLOSED else Key.CHOOSE_BY
    urgent = _is_soon(session, row)
    tell(session, telling, _news(row, Key.CANCELLED, delivery, calendar="CANCEL", link=link, urgent=urgent))


def hear_lapsed(session: Session, telling: Telling, delivery: Delivery) -> None:
    """A hold has run out: whoever held it by their link is told, unless they have another appointment by now."""
    row = _row(session, delivery)
    if row is None or row.held_by_id is None or row.status is not AppointmentStatus.LAPSED:
        return
    if not _has_active(session, row.work_order_id):
        cause = f"lapsed:{row.id}"
        tell(session, telling, News(
            Key.LAPSED, row.work_order_id, cause, row.id, link=Key.CHOOSE_BY, link_id=row.held_by_id, urgent=True,
        ))  # fmt: skip


def hear_invitation(session: Session, telling: Telling, delivery: Delivery) -> None:
    """Whoever decides is to choose a time, unless one is chosen already."""
    order = session.get_one(WorkOrder, int(delivery.payload["work_order_id"]))
    if order.status in _CLOSED or _has_active(session, order.id):
        return
    contact_id = delivery.payload.get("contact_id")
    cause = f"invited:{delivery.key.rpartition(':')[2]}"
    tell(session, telling, News(
        Key.INVITED, order.id, cause, link=Key.CHOOSE_BY, deciding=contact_id is None, contact_id=contact_id,
    ))  # fmt: skip


def hear_reminder(session: Session, telling: Telling, delivery: Delivery) -> None:
    """An appointment is near."""
    row = _row(session, delivery)
    if row is None or row.status is not AppointmentStatus.CONFIRMED or row.opens_at <= session.info["now"]():
        return
    cause = f"reminder:{row.id}:{delivery.payload['which']}"
    tell(session, telling, News(
        Key.REMINDER, row.work_order_id, cause, row.id, link=Key.CHANGE_BY, nearby=True,
    ))  # fmt: skip


def hear_order(session: Session, _telling: Telling, delivery: Delivery) -> None:
    """A work order can be planned now: where a standard promises windows, whoever decides is asked for one."""
    if delivery.payload["status"] != WorkOrderStatus.READY:
        return
    order = session.get(WorkOrder, int(delivery.payload["work_order_id"]))
    if order is None or order.status is not WorkOrderStatus.READY or _has_active(session, order.id):
        return
    if standard_for(session, PromiseKind.WINDOW, order.work_type_id, order.contract_id) is not None:
        inviting.invite(session, order.id, "standard")


def _news(
    row: Appointment, key: Key, delivery: Delivery, *, calendar: str, link: Key | None, urgent: bool = False
) -> News:
    cause = f"{key.value}:{row.id}:{delivery.payload['sequence']}"
    return News(key, row.work_order_id, cause, row.id, calendar=calendar, link=link, urgent=urgent)


def _row(session: Session, delivery: Delivery) -> Appointment | None:
    return session.get(Appointment, int(delivery.payload["appointment_id"]))


def _has_active(session: Session, work_order_id: int) -> bool:
    query = select(Appointment.id).where(Appointment.work_order_id == work_order_id, Appointment.status.in_(ACTIVE))
    return session.scalar(query.limit(1)) is not None


def _is_soon(session: Session, row: Appointment) -> bool:
    """Whether it is on the local day that it is now, or begins before the morning is over in which one is told."""
    now: datetime = session.info["now"]()
    today = now.astimezone(ZoneInfo(row.time_zone)).date()
    return row.local_date <= today or row.opens_at - now < timedelta(hours=12)
