"""What it means for work that is planned, dispatched, begun or done already when tickets come to it."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Visit, VisitStatus, WorkOrder, WorkOrderStatus
from dispatch.compute.outbox import post
from dispatch.errors import RuleBroken
from dispatch.intake.merging.needs import open_visit
from dispatch.records.catalogue.calling_off import TOLD, VISIT_CHANGED, placed

COMPLAINT: Final = timedelta(days=14)
"""So long after work was done, a report about the same counts as a complaint about that work."""

LONGEST: Final = 300


def done_at(session: Session, order: WorkOrder) -> datetime:
    """When the work of a done order was finished; when the order was last touched, if no visit says so."""
    last = session.scalar(select(func.max(Visit.finished_at)).where(Visit.work_order_id == order.id))
    return last or order.updated_at


def is_complaint(session: Session, order: WorkOrder) -> bool:
    """Whether a report about a done order's work is about that work, as it was done lately.

    Raises RuleBroken where the order is done for longer, or cancelled: there is nothing left to join.
    """
    if order.status is WorkOrderStatus.CANCELLED:
        msg = f"{order.number} is cancelled; a ticket merged into it would be forgotten. Make a new work order."
        raise RuleBroken(msg)
    if order.status is not WorkOrderStatus.DONE:
        return False
    done = done_at(session, order)
    if session.info["now"]() - done > COMPLAINT:
        msg = (
            f"{order.number} was done on {done:%Y-%m-%d}, more than {COMPLAINT.days} days ago; "
            "what is reported now is new work: make a new work order."
        )
        raise RuleBroken(msg)
    return True


def tell(session: Session, order: WorkOrder, key: object, *, needs_changed: bool) -> str:
    """What joining this order, or leaving it, means for its open visit, in words; posts news where somebody must act.

    key: makes this news different from other news of the visit.
    """
    visit = open_visit(session, order.id)
    if visit is None:
        return f"{order.number} has no open visit; plan one if another is needed."
    name = f"{order.number}/{visit.sequence}"
    if visit.status in TOLD:
        _post(session, visit, key, told=True)
        what = "notes and needs" if needs_changed else "notes"
        return f"Visit {name} is {_spoken(visit.status)} and stays: its technician is told that its {what} changed."
    if visit.status is VisitStatus.SCHEDULED:
        if not needs_changed:
            return f"Visit {name} is planned; it needs nothing new and stays where it is."
        _post(session, visit, key, told=False)
        return f"Visit {name} is planned and needs other skills or parts now: the plan must look at it again."
    return f"Visit {name} is not planned yet; it needs what its tickets say."


def tell_called_off(session: Session, order: WorkOrder, key: object) -> str:
    """What becomes of an order whose tickets all left, and what is left to do; posts news for who drives there.

    key: as of `tell`.
    """
    if order.status is not WorkOrderStatus.CANCELLED:
        return f"{order.number} is {_spoken(order.status)} and stays so."
    said = [f"{order.number} is called off."]
    on_route = placed(session, order)
    leaving = [f"{order.number}/{visit.sequence}" for visit in on_route if visit.status is VisitStatus.SCHEDULED]
    if leaving:
        said.append(f"{listed(leaving)} {'leaves' if len(leaving) == 1 else 'leave'} the plan.")
    for visit in on_route:
        if visit.status in TOLD:
            _post(session, visit, key, told=True)
            name = f"{order.number}/{visit.sequence}"
            said.append(f"{name} is {_spoken(visit.status)}: call its technician, then take {name} out of the plan.")
    return " ".join(said)


def listed(names: list[str]) -> str:
    """WO-1; WO-1 and WO-2; WO-1, WO-2 and WO-3."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def shortened(said: str) -> str:
    """As much as fits the column."""
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


def _post(session: Session, visit: Visit, key: object, *, told: bool) -> None:
    payload = {
        "visit_id": visit.id,
        "work_order_id": visit.work_order_id,
        "technician_id": visit.technician_id,
        "told": told,
    }
    post(session, VISIT_CHANGED, f"{VISIT_CHANGED}:{visit.id}:{key}", payload)


def _spoken(state: WorkOrderStatus | VisitStatus) -> str:
    return state.value.replace("_", " ")
