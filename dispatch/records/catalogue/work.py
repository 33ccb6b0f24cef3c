"""Work types, work orders and visits."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.models import (
    Contract,
    Equipment,
    Priority,
    Site,
    Stop,
    TicketMembership,
    Visit,
    VisitPart,
    VisitSkill,
    VisitStatus,
    VisitTechnician,
    VisitWindow,
    WorkOrder,
    WorkOrderStatus,
    WorkType,
    WorkTypePart,
    WorkTypeSkill,
)
from dispatch.access import Viewer
from dispatch.errors import Fault, RuleBroken
from dispatch.records.catalogue.calling_off import call_off_visits
from dispatch.records.catalogue.pausing import follow_status
from dispatch.records.catalogue.spans import span_faults
from dispatch.records.catalogue.visit_news import tell_status
from dispatch.records.nouns import Collection, Draft, Noun, Values
from dispatch.records.transitions import VISIT, WORK_ORDER, require_step


def _from_site_and_contract(session: Session, _viewer: Viewer, values: Values) -> Values:
    """A work order belongs to the territory of its site; being late costs what its contract says."""
    site_id, contract_id = values.get("site_id"), values.get("contract_id")
    values = values | {"territory_id": session.scalar(select(Site.territory_id).where(Site.id == site_id))}
    if values.get("reported_at") is None:
        values["reported_at"] = session.info["now"]()
    if values.get("late_cost_per_hour") is None:
        agreed = select(Contract.late_cost_per_hour).where(Contract.id == contract_id)
        values["late_cost_per_hour"] = session.scalar(agreed) or 0
    return values


def _check_work_order(session: Session, draft: Draft[WorkOrder]) -> list[Fault]:
    order, before = draft.row, draft.before
    if "status" in before:
        require_step("work order", WORK_ORDER, before["status"], order.status)
        follow_status(session, order, before["status"])
        if order.status is WorkOrderStatus.CANCELLED:
            call_off_visits(session, order)
    _refuse_to_let_danger_wait(order, before)
    faults: list[Fault] = []
    if draft.is_new and order.status not in (WorkOrderStatus.DRAFT, WorkOrderStatus.READY):
        msg = f"A new work order is draft or ready, not {order.status}; it gets further by what is done for it."
        faults.append(Fault("/status", msg))
    if order.equipment_id is None:
        return faults
    place = session.scalar(select(Equipment.site_id).where(Equipment.id == order.equipment_id))
    if place is not None and place != order.site_id:
        msg = f"Equipment {order.equipment_id} stands at site {place}, not {order.site_id}; name a unit of that site."
        faults.append(Fault("/equipment_id", msg))
    return faults


def _refuse_to_let_danger_wait(order: WorkOrder, before: Mapping[str, Any]) -> None:
    """An emergency waits for nobody's answer; who sees to it that nobody is in danger any more says so first."""
    held = order.status is WorkOrderStatus.WAITING_FOR_CUSTOMER
    if held and order.priority is Priority.EMERGENCY and ("status" in before or "priority" in before):
        msg = (
            f"{order.number} is an emergency, which does not wait for the customer: nobody would come. "
            "Make sure that nobody is in danger any more, and say so: send another priority (high, normal or low) "
            "together with the status."
        )
        raise RuleBroken(msg)


def _from_work_type(session: Session, _viewer: Viewer, values: Values) -> Values:
    """What a new visit does not say, its work order's type says; its sequence is the next one."""
    order = session.scalar(select(WorkOrder).where(WorkOrder.id == values.get("work_order_id")))
    if order is None:
        return values
    work_type = session.get_one(WorkType, order.work_type_id)
    last = session.scalar(select(func.max(Visit.sequence)).where(Visit.work_order_id == order.id)) or 0
    skills = session.scalars(select(WorkTypeSkill).where(WorkTypeSkill.work_type_id == work_type.id))
    parts = session.scalars(select(WorkTypePart).where(WorkTypePart.work_type_id == work_type.id))
    usual: Values = {
        "sequence": last + 1,
        "duration_seconds": work_type.duration_seconds,
        "setup_seconds": work_type.setup_seconds,
        "tools": list(work_type.tools),
        "skills": [{"skill_id": each.skill_id, "level": each.level} for each in skills],
        "parts": [{"part_id": each.part_id, "quantity": each.quantity} for each in parts],
    }
    return usual | {name: value for name, value in values.items() if value is not None}


def _check_visit(session: Session, draft: Draft[Visit]) -> list[Fault]:
    visit, before = draft.row, draft.before
    if "status" in before:
        require_step("visit", VISIT, before["status"], visit.status)
        _refuse_while_on_a_route(session, visit)
        tell_status(session, visit, before["status"])
    faults = span_faults(draft.hanging.get("windows", ()), "/windows", "opens_at", "closes_at", touching=False)
    if visit.status is VisitStatus.INCOMPLETE and not visit.incomplete_reason:
        faults.append(Fault("/incomplete_reason", "An incomplete visit names why; say what stood in the way."))
    if visit.pinned_start_at is not None and visit.pinned_shift_id is None:
        faults.append(Fault("/pinned_start_at", "A pinned start needs a pinned shift; name pinned_shift_id too."))
    if visit.earliest_at is not None and visit.finish_by is not None and visit.finish_by <= visit.earliest_at:
        msg = f"finish_by {visit.finish_by:%Y-%m-%d %H:%M} is not after earliest_at {visit.earliest_at:%Y-%m-%d %H:%M}."
        faults.append(Fault("/finish_by", msg))
    return faults


def _refuse_while_on_a_route(session: Session, visit: Visit) -> None:
    if visit.status is not VisitStatus.CANCELLED:
        return
    if session.scalar(select(Stop.id).where(Stop.visit_id == visit.id)) is not None:
        msg = f"Visit {visit.id} is on a route of the current plan; take it off the plan, then cancel it."
        raise RuleBroken(msg)


def _visits_of_territory(territory_id: Any) -> ColumnElement[bool]:
    return Visit.work_order_id.in_(select(WorkOrder.id).where(WorkOrder.territory_id == territory_id))


def _visits_at_site(site_id: Any) -> ColumnElement[bool]:
    return Visit.work_order_id.in_(select(WorkOrder.id).where(WorkOrder.site_id == site_id))


WORK_TYPES = Noun(
    WorkType,
    collections=(
        Collection("skills", WorkTypeSkill, "work_type_id", ("skill_id",)),
        Collection("parts", WorkTypePart, "work_type_id", ("part_id",)),
    ),
    search=("code", "name"),
)
WORK_ORDERS = Noun(
    WorkOrder,
    collections=(Collection("tickets", TicketMembership, "work_order_id", ("ticket_id",), kept=False),),
    prefix="WO",
    search=("number", "summary"),
    prepare=_from_site_and_contract,
    check=_check_work_order,
)
VISITS = Noun(
    Visit,
    collections=(
        Collection("windows", VisitWindow, "visit_id", ("opens_at", "closes_at"), order="opens_at"),
        Collection("skills", VisitSkill, "visit_id", ("skill_id",)),
        Collection("parts", VisitPart, "visit_id", ("part_id",)),
        Collection("technicians", VisitTechnician, "visit_id", ("technician_id",)),
    ),
    filters={"territory_id": _visits_of_territory, "site_id": _visits_at_site},
    prepare=_from_work_type,
    check=_check_visit,
)
