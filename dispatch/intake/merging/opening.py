"""New work orders for tickets that have none, with what triage proposes; a wrong or empty proposal never blocks."""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import (
    Equipment,
    Priority,
    Site,
    Ticket,
    Visit,
    VisitPart,
    VisitSkill,
    WorkOrder,
    WorkOrderStatus,
    WorkType,
    WorkTypePart,
    WorkTypeSkill,
)
from dispatch.intake.merging.memory import Memory
from dispatch.intake.triage import TriageProposal, propose
from dispatch.records.numbers import draw_free

Propose = Callable[[Session, int], TriageProposal]
PREFIX: Final = "WO"


def open_order(
    session: Session, tickets: Sequence[Ticket], *, complaint_about: WorkOrder | None = None, triage: Propose = propose
) -> WorkOrder | None:
    """A draft work order, with a visit, for tickets whose place is known; None where it is not, or no work type is.

    tickets: the earliest first; the first that names a place says where. complaint_about: the work this follows up on.
    """
    site = _site(session, tickets, complaint_about)
    proposal = triage(session, tickets[0].id)
    work_type = _work_type(session, tickets, proposal, complaint_about)
    if site is None or work_type is None:
        return None
    order = WorkOrder(
        number=draw_free(session, WorkOrder, PREFIX),
        work_type_id=work_type.id,
        territory_id=site.territory_id,
        site_id=site.id,
        status=WorkOrderStatus.DRAFT,
        priority=Priority.HIGH if complaint_about else _calm(proposal.priority),
        summary="",
        description="",
        reported_at=tickets[0].received_at,
        late_cost_per_hour=0,
    )
    if complaint_about is not None:
        order.description = f"Follows up on {complaint_about.number}: reported again after the work was done."
        order.equipment_id = complaint_about.equipment_id
    session.add(order)
    session.flush()
    order.folded = Memory.of(order).kept()
    _add_visit(session, order, work_type, proposal, complaint_about)
    return order


def _calm(priority: Priority) -> Priority:
    """An emergency is one as long as a ticket says so; of itself the order is no more than urgent."""
    return Priority.HIGH if priority is Priority.EMERGENCY else priority


def _site(session: Session, tickets: Sequence[Ticket], complaint_about: WorkOrder | None) -> Site | None:
    if complaint_about is not None:
        return session.get(Site, complaint_about.site_id)
    for ticket in tickets:
        if ticket.site_id is not None:
            return session.get(Site, ticket.site_id)
        if ticket.equipment_id is not None:
            unit = session.get_one(Equipment, ticket.equipment_id)
            return session.get(Site, unit.site_id)
    return None


def _work_type(
    session: Session, tickets: Sequence[Ticket], proposal: TriageProposal, complaint_about: WorkOrder | None
) -> WorkType | None:
    """What triage proposes, else a type for that kind of equipment, else one for any: a person can change it."""
    if complaint_about is not None:
        return session.get(WorkType, complaint_about.work_type_id)
    if proposal.work_type_id is not None:
        return session.get(WorkType, proposal.work_type_id)
    units = [ticket.equipment_id for ticket in tickets if ticket.equipment_id is not None]
    kinds = select(Equipment.kind).where(Equipment.id.in_(units))
    fits = or_(WorkType.equipment_kind.in_(kinds), WorkType.equipment_kind.is_(None))
    query = select(WorkType).order_by(~fits, WorkType.equipment_kind.is_(None), WorkType.id).limit(1)
    return session.scalars(query).first()


def _add_visit(
    session: Session, order: WorkOrder, work_type: WorkType, proposal: TriageProposal, complaint: WorkOrder | None
) -> None:
    proposed = proposal.work_type_id == work_type.id
    length = proposal.duration_seconds if proposed else None
    visit = Visit(
        work_order_id=order.id,
        duration_seconds=work_type.duration_seconds if length is None else length,
        setup_seconds=work_type.setup_seconds,
        tools=list(work_type.tools),
        follow_up_of_id=None if complaint is None else _last_visit(session, complaint),
    )
    session.add(visit)
    session.flush()
    usual_skills = select(WorkTypeSkill).where(WorkTypeSkill.work_type_id == work_type.id)
    usual_parts = select(WorkTypePart).where(WorkTypePart.work_type_id == work_type.id)
    skills = {each.skill_id: each.level for each in session.scalars(usual_skills)}
    parts = {each.part_id: each.quantity for each in session.scalars(usual_parts)}
    if proposed:
        skills |= {each.skill_id: each.level for each in proposal.skills}
        parts = {each.part_id: each.quantity for each in proposal.parts}
    session.add_all(VisitSkill(visit_id=visit.id, skill_id=skill, level=level) for skill, level in skills.items())
    session.add_all(VisitPart(visit_id=visit.id, part_id=part, quantity=count) for part, count in parts.items())
    session.flush()


def _last_visit(session: Session, order: WorkOrder) -> int | None:
    query = select(Visit.id).where(Visit.work_order_id == order.id).order_by(Visit.sequence.desc()).limit(1)
    return session.scalars(query).first()
