"""Writes into a work order what its tickets say, each time they, their facts or its clocks changed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Equipment, Fact, Party, PartyRole, Priority, Ticket, WorkOrder, WorkOrderStatus
from dispatch.intake.clocks import clocks_of
from dispatch.intake.facts.danger import dangers
from dispatch.intake.facts.said import Field, facts_of
from dispatch.intake.facts.side_by_side import holding
from dispatch.intake.merging.derived import ALARMED, COLUMNS, Told, derive_columns, derive_priority, first_unit
from dispatch.intake.merging.emptied import call_off, revive
from dispatch.intake.merging.memberships import members, tickets_of
from dispatch.intake.merging.memory import Memory
from dispatch.intake.merging.needs import fit_visit
from dispatch.promises import standards
from dispatch.records.catalogue.pausing import follow_status


def refold(session: Session, order: WorkOrder, gone_to: int | None = None) -> bool:
    """Folds the order anew, flushed; whether its open visit needs other skills or parts than before.

    The order must be locked, and the session elevated. An order without tickets is called off, its work being done by
    `gone_to`; one that has tickets again is as it was. Without tickets, and without having had any, nothing changes.
    """
    tickets = tickets_of(session, order.id)
    if not tickets and order.folded is None:
        return False
    memory = Memory.of(order)
    if not tickets:
        call_off(session, order, memory, gone_to)
        changed = False
    else:
        revive(session, order, memory)
        facts = holding(facts_of(session, [ticket.id for ticket in tickets]))
        _write_columns(session, order, memory, _told(session, order, tickets, facts))
        changed = fit_visit(session, order, memory, facts)
    order.folded = memory.kept()
    session.flush()
    standards.follow(session, order.id)
    return changed


def refold_all(session: Session, orders: Iterable[WorkOrder], gone_to: int | None) -> set[int]:
    """Folds all these orders anew; the ids of those whose open visit needs other skills or parts than before.

    First those that are empty by now, then those that were: what they were merged into looks at them.
    """
    held = {order.id: order for order in orders}
    filled = {order for order, joined in members(session, held).items() if joined}
    ranked = sorted(held.values(), key=lambda order: (order.id in filled, order.merged_into_id is None, order.id))
    return {order.id for order in ranked if refold(session, order, gone_to)}


def refold_by_id(session: Session, work_order_id: int) -> None:
    """Folds the order with this id anew, locking it; nothing when there is none."""
    query = select(WorkOrder).where(WorkOrder.id == work_order_id).with_for_update()
    order = session.scalar(query.execution_options(populate_existing=True))
    if order is not None:
        refold(session, order, order.merged_into_id)


def _write_columns(session: Session, order: WorkOrder, memory: Memory, told: Told) -> None:
    memory.notice(order)
    unit = memory.by_hand.get("equipment_id") or memory.base["equipment_id"] or first_unit(told)
    contract = memory.by_hand.get("contract_id") or memory.base["contract_id"]
    in_danger = _priority_now(memory, told) is Priority.EMERGENCY
    found = clocks_of(session, order, told.tickets, unit, contract, in_danger=in_danger)
    derived = derive_columns(memory.base, told, found)
    for column in COLUMNS:
        value = memory.by_hand.get(column, derived[column])
        if fresh := _fresh(memory, told, column):
            lead = {ticket: words for ticket, words in told.danger.items() if ticket in fresh}
            value = derive_columns(memory.base | memory.by_hand, replace(told, danger=lead), found)[column]
        if column == "status" and order.status != memory.written["status"]:
            continue
        if getattr(order, column) != value:
            setattr(order, column, value)
        memory.written[column] = value
    _wake(session, order, memory, told)
    memory.emergencies = told.emergencies


def _wake(session: Session, order: WorkOrder, memory: Memory, told: Told) -> None:
    """An order that waits for the customer does so no more when danger is told; and again, when that ticket leaves."""
    waits = order.status is WorkOrderStatus.WAITING_FOR_CUSTOMER
    if waits and order.priority is Priority.EMERGENCY and set(told.emergencies) - set(memory.emergencies):
        order.status, memory.woken = WorkOrderStatus.READY, True
        follow_status(session, order, WorkOrderStatus.WAITING_FOR_CUSTOMER)
    elif memory.woken and not told.emergencies:
        memory.woken = False
        if order.status is WorkOrderStatus.READY:
            order.status = WorkOrderStatus.WAITING_FOR_CUSTOMER
            follow_status(session, order, WorkOrderStatus.READY)


def _fresh(memory: Memory, told: Told, column: str) -> set[int]:
    """Tickets that told of danger since a person wrote this column; none where nobody did, or it tells nothing."""
    known = memory.knew.get(column) if column in ALARMED else None
    return set() if known is None else set(told.emergencies) - set(known)


def _priority_now(memory: Memory, told: Told) -> Priority:
    if "priority" in memory.by_hand and not _fresh(memory, told, "priority"):
        priority: Priority = memory.by_hand["priority"]
        return priority
    return derive_priority(memory.base, told)


def _told(session: Session, order: WorkOrder, tickets: Sequence[Ticket], facts: Sequence[Fact]) -> Told:
    symptoms: dict[int, list[str]] = {}
    for fact in facts:
        if fact.field == Field.SYMPTOM:
            symptoms.setdefault(fact.ticket_id, []).append(fact.value)
    known = {priority.value: priority for priority in Priority}
    said = [known[fact.value] for fact in facts if fact.field == Field.PRIORITY and fact.value in known]
    return Told(
        tickets=tickets,
        symptoms=symptoms,
        priorities=said,
        units=_units(session, order, tickets),
        payer_id=_payer(session, tickets),
        absorbed=_absorbed(session, order),
        danger={each.ticket.id: each.words for each in dangers(tickets, facts)},
    )


def _units(session: Session, order: WorkOrder, tickets: Sequence[Ticket]) -> dict[int, int]:
    named = {ticket.id: ticket.equipment_id for ticket in tickets if ticket.equipment_id is not None}
    here = select(Equipment.id).where(Equipment.id.in_(named.values()), Equipment.site_id == order.site_id)
    standing = set(session.scalars(here)) if named else set()
    return {ticket: unit for ticket, unit in named.items() if unit in standing}


def _payer(session: Session, tickets: Sequence[Ticket]) -> int | None:
    query = select(Party.organisation_id).where(
        Party.ticket_id.in_([ticket.id for ticket in tickets]),
        Party.role == PartyRole.PAYER,
        Party.organisation_id.is_not(None),
    )
    return session.scalars(query.order_by(Party.ticket_id, Party.id).limit(1)).first()


def _absorbed(session: Session, order: WorkOrder) -> list[Priority]:
    """What the orders that were merged into this one, and those merged into them, said of themselves."""
    said: list[Priority] = []
    ahead, seen = [order.id], {order.id}
    while ahead:
        query = select(WorkOrder).where(WorkOrder.merged_into_id.in_(ahead), WorkOrder.id.not_in(seen))
        merged = list(session.scalars(query.order_by(WorkOrder.id)))
        said += [Memory.of(each).base["priority"] for each in merged]
        ahead = [each.id for each in merged]
        seen |= set(ahead)
    return said
