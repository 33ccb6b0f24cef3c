"""What other systems are told of: ids, numbers, states and times; nothing about people, and no secrets."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import (
    Appointment,
    AppointmentVisit,
    Site,
    Ticket,
    TicketMembership,
    Visit,
    WorkOrder,
)


class Topic(StrEnum):
    """What an endpoint can be told of; the outbox's topics of the same names."""

    APPOINTMENT_HELD = "appointment.held"
    APPOINTMENT_CONFIRMED = "appointment.confirmed"
    APPOINTMENT_CHANGED = "appointment.changed"
    APPOINTMENT_CANCELLED = "appointment.cancelled"
    APPOINTMENT_LAPSED = "appointment.lapsed"
    APPOINTMENT_RELEASED = "appointment.released"
    APPOINTMENT_DONE = "appointment.done"
    WORK_ORDER_STATUS = "work_order.status"
    VISIT_STATUS = "visit.status"


Data = dict[str, Any]
Describe = Callable[[Session, Mapping[str, Any]], Data | None]


def describe(session: Session, topic: str, payload: Mapping[str, Any]) -> Data | None:
    """What is told of a message of the outbox; None: what it is about is gone. For the system's use."""
    kind = topic.partition(".")[0]
    return _DESCRIBED[kind](session, payload)


def concerns(session: Session, organisation_id: int, work_order_id: int) -> bool:
    """Whether a work order is one of an organisation: at its site, paid by it, or reported by it."""
    tickets = (
        select(TicketMembership.work_order_id)
        .join(Ticket, Ticket.id == TicketMembership.ticket_id)
        .where(Ticket.organisation_id == organisation_id, TicketMembership.left_at.is_(None))
    )
    sites = select(Site.id).where(Site.organisation_id == organisation_id)
    query = select(WorkOrder.id).where(
        WorkOrder.id == work_order_id,
        or_(WorkOrder.site_id.in_(sites), WorkOrder.payer_id == organisation_id, WorkOrder.id.in_(tickets)),
    )
    return session.scalar(query) is not None


def _appointment(session: Session, payload: Mapping[str, Any]) -> Data | None:
    row = session.get(Appointment, int(payload["appointment_id"]))
    if row is None:
        return None
    visits = select(AppointmentVisit.visit_id).where(AppointmentVisit.appointment_id == row.id)
    return {
        "appointment_id": row.id,
        "sequence": payload["sequence"],
        "status": row.status.value,
        "supersedes_id": row.supersedes_id,
        "opens_at": _instant(row.opens_at),
        "closes_at": _instant(row.closes_at),
        "local_date": row.local_date.isoformat(),
        "local_from": f"{row.local_from:%H:%M}",
        "local_by": f"{row.local_by:%H:%M}",
        "time_zone": row.time_zone,
        "visit_ids": sorted(session.scalars(visits)),
        **_order(session, row.work_order_id),
    }


def _work_order(session: Session, payload: Mapping[str, Any]) -> Data | None:
    order = session.get(WorkOrder, int(payload["work_order_id"]))
    if order is None:
        return None
    return {"status": payload["status"], "before": payload["before"], **_order(session, order.id)}


def _visit(session: Session, payload: Mapping[str, Any]) -> Data | None:
    visit = session.get(Visit, int(payload["visit_id"]))
    if visit is None:
        return None
    said = {"visit_id": visit.id, "status": payload["status"], "before": payload["before"]}
    return said | {"visit_sequence": visit.sequence, **_order(session, visit.work_order_id)}


def _order(session: Session, work_order_id: int) -> Data:
    order = session.get_one(WorkOrder, work_order_id)
    return {"work_order_id": order.id, "work_order_number": order.number}


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


_DESCRIBED: Final[Mapping[str, Describe]] = {
    "appointment": _appointment,
    "work_order": _work_order,
    "visit": _visit,
}
