"""Hears what becomes of visits: somebody has set out, or is done."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus, AppointmentVisit, Visit, VisitStatus
from dispatch.appointments.holding import keeping
from dispatch.appointments.telling.estimates import arrival_of, note_told
from dispatch.appointments.telling.news import News
from dispatch.appointments.telling.telling import Telling, tell
from dispatch.appointments.telling.texts import Key
from dispatch.compute.outbox import Delivery

OVER: Final = (VisitStatus.COMPLETED, VisitStatus.INCOMPLETE, VisitStatus.CANCELLED)


def hear_visit(session: Session, telling: Telling, delivery: Delivery) -> None:
    """Somebody has set out, or is done."""
    visit = session.get(Visit, int(delivery.payload["visit_id"]))
    if visit is None or visit.status != delivery.payload["status"]:
        return
    row = _appointment_of(session, visit.id)
    if visit.status is VisitStatus.TRAVELLING:
        _tell_on_the_way(session, telling, visit, row)
    elif visit.status in (VisitStatus.COMPLETED, VisitStatus.INCOMPLETE):
        _tell_done(session, telling, visit, row)


def _tell_on_the_way(session: Session, telling: Telling, visit: Visit, row: Appointment | None) -> None:
    at = arrival_of(session, visit.id, session.info["now"]())
    about = f"visit:{visit.id}" if row is None else f"{row.id}"
    news = News(
        Key.ON_THE_WAY, visit.work_order_id, f"on_the_way:{about}", None if row is None else row.id, visit.id, at,
        urgent=True, nearby=True,
    )  # fmt: skip
    if tell(session, telling, news) and row is not None and at is not None:
        note_told(session, row.id, at)


def _tell_done(session: Session, telling: Telling, visit: Visit, row: Appointment | None) -> None:
    """Once all who came together are done; that the order is done, which follows, is the same news."""
    together = [visit.id] if row is None else keeping.visits_of(session, row.id)
    states = list(session.scalars(select(Visit.status).where(Visit.id.in_(together))))
    if not all(state in OVER for state in states):
        return
    more = select(Visit.id).where(Visit.work_order_id == visit.work_order_id, Visit.status.not_in(OVER)).limit(1)
    if VisitStatus.INCOMPLETE in states:
        key = Key.NOT_DONE
    else:
        key = Key.DONE if session.scalar(more) is None else Key.DONE_MORE
    kind = "done" if key is Key.DONE else "visit_over"
    news = News(key, visit.work_order_id, f"{kind}:visit:{min(together)}", visit_id=visit.id)
    tell(session, telling, news, same=kind if key is Key.DONE else None)


def _appointment_of(session: Session, visit_id: int) -> Appointment | None:
    """The appointment a visit is kept for, or was when it was done."""
    query = (
        select(Appointment)
        .join(AppointmentVisit, AppointmentVisit.appointment_id == Appointment.id)
        .where(
            AppointmentVisit.visit_id == visit_id,
            Appointment.status.in_((AppointmentStatus.CONFIRMED, AppointmentStatus.DONE)),
        )
        .order_by(Appointment.id.desc())
        .limit(1)
    )
    return session.scalars(query).first()
