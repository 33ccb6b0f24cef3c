"""Visits of work that was called off leave the plan, as long as no technician was told of them.

What was told already stays: somebody must call the technician first. The linter names it until it is taken out by hand.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Route, Stop, Visit, VisitStatus, WorkOrder, WorkOrderStatus
from db.session import UnitOfWork
from dispatch.access import Viewer, elevated
from dispatch.clock import Clock
from dispatch.compute.outbox import Delivery, Receiver
from dispatch.planning import edit
from dispatch.records.catalogue.calling_off import VISIT_CALLED_OFF
from dispatch.travel.places import TravelTimes

PLANNER = Viewer.system("planning")


@dataclass(frozen=True, slots=True)
class CalledOff:
    """A receiver: one transaction per message; hearing the same again changes nothing."""

    uow: UnitOfWork
    clock: Clock
    travel: TravelTimes

    def __call__(self, delivery: Delivery) -> None:
        """Takes the visit out of its route. What cannot be had now is tried again: see `edit.move`."""
        key = int(delivery.payload["visit_id"])
        self.uow.run(lambda session: take_out(session, self.clock, self.travel, key), viewer=PLANNER)


def receivers(uow: UnitOfWork, clock: Clock, travel: TravelTimes) -> dict[str, Receiver]:
    """{topic: what planning does about it}, for the worker."""
    return {VISIT_CALLED_OFF: CalledOff(uow, clock, travel)}


def take_out(session: Session, clock: Clock, travel: TravelTimes, visit_id: int) -> bool:
    """Takes a scheduled visit of a cancelled work order out of its route, times the route anew; whether it did.

    Nothing happens when the work order is wanted again, or the visit is in no route or was dispatched by now.

    Raises as `edit.move` does.
    """
    with elevated(session, "planning"):
        # Whoever wants the work order again, or publishes the plan, waits or is waited for.
        query = select(Visit, WorkOrder.status).join(WorkOrder, Visit.work_order_id == WorkOrder.id)
        query = query.where(Visit.id == visit_id).with_for_update().execution_options(populate_existing=True)
        found = session.execute(query).one_or_none()
        plan_id = session.scalar(
            select(Route.plan_id).join(Stop, Stop.route_id == Route.id).where(Stop.visit_id == visit_id)
        )
    if found is None or plan_id is None:
        return False
    visit, status = found
    if status is not WorkOrderStatus.CANCELLED or visit.status is not VisitStatus.SCHEDULED:
        return False
    edit.move(session, PLANNER, clock, travel, plan_id, edit.Move(visit_id, None, accept_broken_promises=True))
    return True
