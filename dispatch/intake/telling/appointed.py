"""What an appointment tells its parties itself, so that they do not hear the same twice."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import ACTIVE, Appointment, AppointmentStatus, AppointmentVisit, Visit, VisitStatus, WorkOrder

_TOLD = (VisitStatus.DISPATCHED, VisitStatus.TRAVELLING, VisitStatus.ON_SITE)
_ENDED = (AppointmentStatus.LAPSED, AppointmentStatus.RELEASED, AppointmentStatus.CANCELLED)


def tells_when(session: Session, visit: Visit) -> bool:
    """Whether its parties know from an appointment when a visit is, or it was only held for them."""
    status = _latest(session, visit.id)
    return status is not None and (status in ACTIVE or visit.status not in _TOLD)


def tells_not_then(session: Session, visit: Visit) -> bool:
    """Whether its parties know from an appointment that nobody comes, as it was cancelled, or never confirmed."""
    return _latest(session, visit.id) in _ENDED


def tells_never(session: Session, work_order_id: int) -> bool:
    """Whether the parties of a cancelled order hear of it by the cancellation of their appointment.

    Appointments follow their order a little later.
    """
    stood = Appointment.status == AppointmentStatus.CONFIRMED
    fell = (Appointment.status == AppointmentStatus.CANCELLED) & (Appointment.ended_at >= WorkOrder.updated_at)
    query = (
        select(Appointment.id)
        .join(WorkOrder, WorkOrder.id == Appointment.work_order_id)
        .where(WorkOrder.id == work_order_id, stood | fell, Appointment.closes_at > session.info["now"]())
    )
    return session.scalar(query.limit(1)) is not None


def _latest(session: Session, visit_id: int) -> AppointmentStatus | None:
    query = (
        select(Appointment.status)
        .join(AppointmentVisit, AppointmentVisit.appointment_id == Appointment.id)
        .where(AppointmentVisit.visit_id == visit_id)
        .order_by(Appointment.id.desc())
        .limit(1)
    )
    return session.scalar(query)
