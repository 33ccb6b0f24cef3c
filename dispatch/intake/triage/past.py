"""What past work orders tell: which words led to which work type."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Equipment, Ticket, TicketMembership, WorkOrder, WorkOrderStatus, WorkType

MOST: Final = 3000
"""The latest so many orders are learned from."""

TOLD: Final = (WorkOrderStatus.DONE, WorkOrderStatus.IN_PROGRESS, WorkOrderStatus.PLANNED)
"""Orders whose work type somebody has stood for since: a draft's is only proposed."""


@dataclass(frozen=True, slots=True)
class Case:
    """Words said of a unit, and the work type they led to."""

    text: str
    kind: str
    model: str
    work_type_id: int


@dataclass(frozen=True, slots=True)
class Extent:
    """How much past there is, in steps of a few per cent: what was learned holds until it grows by one."""

    orders: int
    newest_id: int


def extent(session: Session) -> Extent:
    """How much past there is to learn from."""
    count, newest = session.execute(
        select(func.count(), func.max(WorkOrder.id)).where(WorkOrder.status.in_(TOLD))
    ).one()
    return Extent(_step(count), _step(newest or 0))


def _step(number: int) -> int:
    """The number with its first two digits, from a hundred on."""
    unit = int("1".ljust(len(str(number)) - 1, "0"))
    return number // unit * unit


def cases(session: Session, until: Extent) -> list[Case]:
    """Each text of the latest orders up to an extent: summaries, and what their tickets say."""
    query = (
        select(WorkOrder.id, WorkOrder.work_type_id, WorkOrder.summary, Equipment.kind, Equipment.model)
        .outerjoin(Equipment, Equipment.id == WorkOrder.equipment_id)
        .where(WorkOrder.status.in_(TOLD), WorkOrder.id <= until.newest_id)
        .order_by(WorkOrder.id.desc())
        .limit(MOST)
    )
    orders = session.execute(query).all()
    said = _said(session, [order.id for order in orders])
    return [
        Case(text, order.kind or "", order.model or "", order.work_type_id)
        for order in orders
        for text in (order.summary, *said[order.id])
        if text
    ]


def _said(session: Session, order_ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for start in range(0, len(order_ids), 500):
        query = (
            select(TicketMembership.work_order_id, Ticket.subject, Ticket.symptom)
            .join(Ticket, Ticket.id == TicketMembership.ticket_id)
            .where(TicketMembership.work_order_id.in_(order_ids[start : start + 500]))
            .where(TicketMembership.left_at.is_(None))
            .order_by(Ticket.id)
        )
        for order_id, subject, symptom in session.execute(query):
            found[order_id].append(f"{subject}. {symptom}".strip())
            if symptom:
                found[order_id].append(symptom)
    return found


def names(work_types: Iterable[WorkType]) -> list[Case]:
    """What the work types call themselves, so that a type nobody has used yet can be proposed too."""
    return [Case(each.name, each.equipment_kind or "", "", each.id) for each in work_types]
