"""What intake does when it hears how work goes on: clocks are derived anew, tickets resolved, and parties told.

The news comes through the outbox, from rooms above and below: `work_order.status` when somebody sets a status,
`visit.dispatched` and `visit.withdrawn` from published plans. What is planned but not published is nobody's news yet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Territory, Visit, WorkOrder, WorkOrderStatus
from db.session import UnitOfWork
from dispatch.access import Viewer, elevated
from dispatch.compute.outbox import Delivery, Receiver
from dispatch.intake.merging.refolding import refold_by_id
from dispatch.intake.merging.resolution import resolve
from dispatch.intake.telling import appointed
from dispatch.intake.telling.informing import inform
from dispatch.intake.turns import take_turn
from dispatch.promises import standards
from dispatch.records.catalogue.pausing import STATUS

INTAKE: Final = Viewer.system("intake")
DISPATCHED: Final = "visit.dispatched"
WITHDRAWN: Final = "visit.withdrawn"

_TOLD: Final = frozenset(
    {
        WorkOrderStatus.IN_PROGRESS,
        WorkOrderStatus.DONE,
        WorkOrderStatus.CANCELLED,
        WorkOrderStatus.WAITING_FOR_CUSTOMER,
        WorkOrderStatus.WAITING_FOR_PARTS,
    }
)


@dataclass(frozen=True, slots=True)
class _Hearing:
    """A receiver: one transaction per message; hearing the same again changes nothing and tells nobody twice."""

    uow: UnitOfWork
    hear: Callable[[Session, Delivery], None]

    def __call__(self, delivery: Delivery) -> None:
        self.uow.run(lambda session: self.hear(session, delivery), viewer=INTAKE)


def receivers(uow: UnitOfWork) -> dict[str, Receiver]:
    """{topic: what intake does about it}, for the worker."""
    return {
        STATUS: _Hearing(uow, hear_status),
        DISPATCHED: _Hearing(uow, hear_dispatched),
        WITHDRAWN: _Hearing(uow, hear_withdrawn),
    }


def hear_status(session: Session, delivery: Delivery) -> None:
    """A work order has another status."""
    payload = delivery.payload
    order_id, status = int(payload["work_order_id"]), WorkOrderStatus(payload["status"])
    before = WorkOrderStatus(payload["before"])
    take_turn(session)
    with elevated(session, "news"):
        refold_by_id(session, order_id)
        standards.follow(session, order_id)
        if status is WorkOrderStatus.DONE:
            resolve(session, order_id)
        known = status is WorkOrderStatus.CANCELLED and appointed.tells_never(session, order_id)
    accepted = status is WorkOrderStatus.READY and before is WorkOrderStatus.DRAFT
    if (accepted or status in _TOLD) and not known:
        # That the last visit is over is the same news as that the work is done.
        done = status.value if status is WorkOrderStatus.DONE else None
        inform(session, order_id, f"{status.value}:{payload['version']}", status.value, news=done)


def hear_dispatched(session: Session, delivery: Delivery) -> None:
    """A technician was told to do a visit: its parties hear on which day, again only when the day is another."""
    with elevated(session, "news"):
        visit = session.get(Visit, int(delivery.payload["visit_id"]))
        if visit is None or appointed.tells_when(session, visit):
            return
        day = _day(session, visit, str(delivery.payload["starts_at"]))
    inform(session, visit.work_order_id, f"planned:{day}:{_tag(delivery)}", "planned", news=f"planned:{day}", on=day)


def hear_withdrawn(session: Session, delivery: Delivery) -> None:
    """A technician was told not to do a visit: its parties hear so, unless somebody else comes."""
    with elevated(session, "news"):
        visit = session.get(Visit, int(delivery.payload["visit_id"]))
        if visit is None or appointed.tells_not_then(session, visit):
            return
        order = session.get(WorkOrder, visit.work_order_id)
    if order is not None and order.status is WorkOrderStatus.READY:
        inform(session, order.id, f"postponed:{_tag(delivery)}", "postponed", news="postponed")


def _day(session: Session, visit: Visit, starts_at: str) -> date:
    query = select(Territory.time_zone).join(WorkOrder, WorkOrder.territory_id == Territory.id)
    zone = session.scalars(query.where(WorkOrder.id == visit.work_order_id)).one()
    return datetime.fromisoformat(starts_at).astimezone(ZoneInfo(zone)).date()


def _tag(delivery: Delivery) -> str:
    """What tells this message from others of its kind: its key without the topic."""
    return delivery.key.partition(":")[2]
