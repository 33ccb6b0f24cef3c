"""What becomes of the visits of a work order that is cancelled, and what is left for people to do, in words."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import (
    Plan,
    Priority,
    Route,
    Stop,
    Technician,
    TicketMembership,
    Visit,
    VisitStatus,
    WorkOrder,
    WorkOrderStatus,
)
from dispatch.access import elevated
from dispatch.compute.outbox import post_once

VISIT_CALLED_OFF: Final = "visit.called_off"
"""The outbox's topic for a visit that is in a route, of an order that was called off: {visit_id, work_order_id}."""

VISIT_CHANGED: Final = "visit.changed"
"""The outbox's topic for a visit that needs, or says, more or less than its technician or plan knew:
{visit_id, work_order_id, technician_id, told}."""

TOLD: Final = (VisitStatus.DISPATCHED, VisitStatus.TRAVELLING, VisitStatus.ON_SITE)
"""States of a visit that its technician was told of."""

_STANDS: Final = {
    VisitStatus.SCHEDULED: "Visit {visit} leaves the plan of {day}, unless that is published meanwhile.",
    VisitStatus.DISPATCHED: (
        "Visit {visit} is dispatched in the published plan of {day} and stays there: "
        "call {who}, then take it out of the plan."
    ),
    VisitStatus.TRAVELLING: (
        "{who} is on the way to visit {visit} of {day}, which stays in the plan: "
        "call them, then take it out of the plan."
    ),
    VisitStatus.ON_SITE: "{who} is at work on visit {visit} of {day}, which stays in the plan: call them.",
}


def placed(session: Session, order: WorkOrder) -> list[Visit]:
    """The order's visits that are in a route, the first one first."""
    query = select(Visit).join(Stop, Stop.visit_id == Visit.id).where(Visit.work_order_id == order.id)
    return list(session.scalars(query.order_by(Visit.sequence)))


def call_off_visits(session: Session, order: WorkOrder) -> None:
    """Cancels the visits of a cancelled order that are in no route; posts who is to act on those that are in one.

    Routes change only by an act of planning, which hears of it through the outbox. A technician who was told already is
    left to people: see `consequences`.
    """
    with elevated(session, "calling off"):
        on_route = placed(session, order)
        query = select(Visit).where(Visit.work_order_id == order.id, Visit.status == VisitStatus.UNSCHEDULED)
        for visit in session.scalars(query):
            if visit not in on_route:
                visit.status = VisitStatus.CANCELLED
        for visit in on_route:
            named = {"visit_id": visit.id, "work_order_id": order.id}
            tail = f"{visit.id}:cancelled:{order.version}"
            if visit.status is VisitStatus.SCHEDULED:
                post_once(session, VISIT_CALLED_OFF, f"{VISIT_CALLED_OFF}:{tail}", named)
            elif visit.status in TOLD:
                changed = named | {"technician_id": visit.technician_id, "told": True}
                post_once(session, VISIT_CHANGED, f"{VISIT_CHANGED}:{tail}", changed)


def consequences(session: Session, order: WorkOrder) -> list[str]:
    """What a cancelled order means for plans, technicians, parties and people in danger, in words; else nothing."""
    if order.status is not WorkOrderStatus.CANCELLED:
        return []
    with elevated(session, "calling off"):
        said = _danger(order) + _visits(session, order)
        joined = (TicketMembership.work_order_id == order.id) & TicketMembership.left_at.is_(None)
        count = session.scalar(select(func.count()).select_from(TicketMembership).where(joined)) or 0
        if count:
            whose = "its ticket" if count == 1 else f"its {count} tickets"
            said.append(f"The parties of {whose} are told that no visit will take place.")
        return said


def _danger(order: WorkOrder) -> list[str]:
    if order.priority is not Priority.EMERGENCY:
        return []
    return [f"{order.number} is an emergency: nobody comes any more; make sure that nobody is in danger."]


def _visits(session: Session, order: WorkOrder) -> list[str]:
    query = (
        select(Visit, Plan.local_date, Technician.name)
        .join(Stop, Stop.visit_id == Visit.id)
        .join(Route, Stop.route_id == Route.id)
        .join(Plan, Route.plan_id == Plan.id)
        .outerjoin(Technician, Technician.id == Visit.technician_id)
        .where(Visit.work_order_id == order.id, Visit.status.in_(_STANDS))
        .order_by(Visit.sequence)
    )
    return [
        _STANDS[visit.status].format(visit=f"{order.number}/{visit.sequence}", day=day, who=who or "its technician")
        for visit, day, who in session.execute(query)
    ]
