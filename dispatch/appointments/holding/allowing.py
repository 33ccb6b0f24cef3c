"""Who may act on the appointments of a work order, and whether the order can have any."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Appointment, WorkOrder, WorkOrderStatus
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.appointments.holding.wanted import Actor
from dispatch.appointments.links.guest import Guest
from dispatch.errors import Forbidden, NotFound, RuleBroken, StaleVersion
from dispatch.planning.day.candidates import PLANNABLE
from dispatch.records.catalogue.pausing import follow_status

PURPOSE: Final = "appointments"
"""As what the system looks at what a customer, or one of us, causes but may not see."""

_WHY_NOT: Final = {
    WorkOrderStatus.DRAFT: "is a draft; make it ready first",
    WorkOrderStatus.WAITING_FOR_PARTS: "waits for parts; make it ready once the date is known on which they arrive",
    WorkOrderStatus.DONE: "is done; make a new work order for what is left to do",
    WorkOrderStatus.CANCELLED: "is cancelled; nobody comes any more",
}


def written_by(actor: Actor) -> Viewer:
    """Who the audit trail names."""
    return actor if isinstance(actor, Viewer) else Viewer.system(f"customer, link {actor.link_id}")


def order_of(session: Session, actor: Actor, work_order_id: int) -> WorkOrder:
    """The work order, locked until the transaction ends, if the actor may decide about its appointments.

    Raises NotFound, also for what is not theirs, and Forbidden.
    """
    if isinstance(actor, Guest):
        _require_guest(actor, work_order_id)
    else:
        require(actor, Action.CREATE, Appointment)
        _refuse_unknown(session.scalar(select(WorkOrder.id).where(WorkOrder.id == work_order_id)), work_order_id)
    with elevated(session, PURPOSE):
        query = select(WorkOrder).where(WorkOrder.id == work_order_id).with_for_update(key_share=True)
        order = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if order is None:
            raise _unknown(work_order_id)
        if isinstance(actor, Guest) and order.decider_id not in (None, actor.contact_id):
            raise Forbidden("Another contact of this work order decides about its time; ask them to choose.")
    return order


def appointment_of(
    session: Session, actor: Actor, appointment_id: int, version: int | None = None
) -> tuple[Appointment, WorkOrder]:
    """The appointment and its work order, both locked until the transaction ends, if the actor may decide about them.

    version: the one that the act was decided on; None: any.

    Raises NotFound, also for what is not theirs, Forbidden, and Conflict (StaleVersion) for another version.
    """
    order_id = seen_order(session, actor, appointment_id, Action.EDIT)
    order = order_of(session, actor, order_id)
    with elevated(session, PURPOSE):
        query = select(Appointment).where(Appointment.id == appointment_id).with_for_update(key_share=True)
        row = session.scalars(query.execution_options(populate_existing=True)).one()
    refuse_stale(row, version)
    return row, order


def seen_order(session: Session, actor: Actor, appointment_id: int, to: Action = Action.READ) -> int:
    """The work order of an appointment that the actor may know of. to: what they want to do with it.

    Raises NotFound, Forbidden.
    """
    query = select(Appointment.work_order_id).where(Appointment.id == appointment_id)
    if isinstance(actor, Guest):
        with elevated(session, PURPOSE):
            found = session.scalar(query.where(Appointment.work_order_id == actor.work_order_id))
    else:
        require(actor, to, Appointment)
        found = session.scalar(query)
    if found is None:
        raise NotFound(
            f"There is no appointment {appointment_id}, or not for you; GET /v1/appointments lists those there are."
        )
    return found


def refuse_stale(row: Appointment, version: int | None) -> None:
    """Nothing, when the appointment is at this version, or none was named.

    Raises StaleVersion.
    """
    if version is not None and row.version != version:
        raise StaleVersion(
            f"The appointment {row.id} is at version {row.version}, not {version}; read it again and repeat this."
        )


def make_plannable(session: Session, actor: Actor, order: WorkOrder) -> None:
    """Nothing, when visits of the order may be planned; one that waits for the customer has the answer now.

    Raises RuleBroken, with the remedy, when the order cannot have an appointment as it is.
    """
    if order.status is WorkOrderStatus.WAITING_FOR_CUSTOMER:
        before, order.status = order.status, WorkOrderStatus.READY
        session.flush()
        follow_status(session, order, before)
        note(session, written_by(actor), "answer", order, {"status": (before, order.status)})
        return
    if order.status not in PLANNABLE:
        raise RuleBroken(f"Work order {order.number} {_WHY_NOT[order.status]}.")


def _require_guest(guest: Guest, work_order_id: int) -> None:
    if work_order_id != guest.work_order_id:
        raise _unknown(work_order_id)
    if not guest.may_decide:
        raise Forbidden("This link only shows the appointment; whoever decides has a link of their own.")


def _refuse_unknown(found: int | None, work_order_id: int) -> None:
    if found is None:
        raise _unknown(work_order_id)


def _unknown(work_order_id: int) -> NotFound:
    return NotFound(
        f"There is no work order {work_order_id}, or not for you; GET /v1/work-orders lists those there are."
    )
