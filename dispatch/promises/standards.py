"""Service standards: which promises are made by themselves, and which one says so.

A callback to each party that reported, by so many minutes after their report; a deadline of the contract as soon as the
work order has one, and a new version whenever its clock is derived anew. Windows are promised by confirming them, dates
of parts by saying them; a standard for these names itself on the promise.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from db.models import (
    ClockKind,
    Contract,
    ContractHours,
    Promise,
    PromiseKind,
    ServiceStandard,
    Territory,
    Ticket,
    TicketMembership,
    WorkOrder,
    WorkOrderStatus,
)
from dispatch.access import elevated
from dispatch.promises import ledger
from dispatch.promises.service_time import Span, run

STANDS_STILL: Final = "its clock stands still, or there is no such deadline any more"
CALLED_OFF: Final = "the work order was cancelled"
MERGED: Final = "the work order was merged into another, which has deadlines of its own"
OURS: Final = (STANDS_STILL, CALLED_OFF, MERGED)
"""Why we take a deadline back ourselves, until there is one again."""


def standard_for(
    session: Session, kind: PromiseKind, work_type_id: int, contract_id: int | None
) -> ServiceStandard | None:
    """The standard that says most about this work and contract: of both, else of the contract, else of the work type,
    else of all; None: nothing is promised by itself. For the system's use."""
    return _standards(session, (kind,), work_type_id, contract_id).get(kind)


def follow(session: Session, work_order_id: int) -> None:
    """Makes the promises that the standards ask for, and says anew what changed: deadlines that moved.

    A deadline whose clock stands still is released, and promised again when it runs on; one of an order that was
    cancelled is released. What was kept, broken or released by the customer is not promised again. For the system's
    use; flushes.
    """
    with elevated(session, "promises"):
        order = session.scalar(select(WorkOrder).where(WorkOrder.id == work_order_id))
        if order is None:
            return
        if order.status is WorkOrderStatus.CANCELLED:
            release_all(session, order)
            return
        kinds = (PromiseKind.CALLBACK, PromiseKind.CONTRACT_DEADLINE)
        standards = _standards(session, kinds, order.work_type_id, order.contract_id)
        if standards:
            # Two who do this at once would promise the same twice.
            session.execute(select(WorkOrder.id).where(WorkOrder.id == order.id).with_for_update())
        if (standard := standards.get(PromiseKind.CALLBACK)) is not None:
            _promise_callbacks(session, order, standard)
        _promise_deadlines(session, order, standards.get(PromiseKind.CONTRACT_DEADLINE))


def release_all(session: Session, order: WorkOrder) -> None:
    """Releases what an order that was cancelled cannot keep any more, and what was not due before.

    Callbacks stay, as people still wait for them; of an order that was merged into another, windows and dates of parts
    stay too: what was said to its customer holds, and the other order is to keep it.
    """
    merged = order.merged_into_id is not None
    kinds = [PromiseKind.CONTRACT_DEADLINE]
    kinds += [] if merged else [PromiseKind.WINDOW, PromiseKind.PART_DATE]
    for promise in ledger.open_promises(session, [order.id], kinds):
        if promise.by_at >= session.info["now"]():
            ledger.release(session, promise.id, MERGED if merged else CALLED_OFF)


def _promise_callbacks(session: Session, order: WorkOrder, standard: ServiceStandard) -> None:
    """One to each party, from its first report on; what people promised them by themselves stays as it is."""
    said = _promised(session, order.id, PromiseKind.CALLBACK)
    for ticket in _first_reports(session, order.id):
        by_at = _after(session, order, standard, ticket.received_at)
        known = [each for each in said if _is_for(each, ticket)]
        if by_at is None or (known and (known[0].by_at == by_at or not _may_follow(session, known[0]))):
            continue
        ledger.make_at(
            session,
            PromiseKind.CALLBACK,
            order.id,
            by_at,
            _zone(session, order),
            contact_id=ticket.contact_id,
            organisation_id=ticket.organisation_id,
            standard_id=standard.id,
            supersedes=known[0].id if known else None,
        )


def _promise_deadlines(session: Session, order: WorkOrder, standard: ServiceStandard | None) -> None:
    """What was promised stays promised without a standard too, as long as there is that deadline."""
    promised = _promised(session, order.id, PromiseKind.CONTRACT_DEADLINE)
    owner = session.scalar(select(Contract.organisation_id).where(Contract.id == order.contract_id))
    for clock, due in ((ClockKind.RESPONSE, order.due_at), (ClockKind.REPAIR, order.repair_due_at)):
        before = next((each for each in promised if each.clock is clock), None)
        ended = None if before is None else ledger.end_of(session, before.id)
        if due is None:
            if before is not None and ended is None:
                ledger.release(session, before.id, STANDS_STILL)
            continue
        is_same = before is not None and ended is None and before.by_at == due
        if is_same or (ended is not None and ended.note not in OURS) or standard is None or order.contract_id is None:
            continue
        ledger.make_at(
            session,
            PromiseKind.CONTRACT_DEADLINE,
            order.id,
            due,
            _zone(session, order),
            organisation_id=owner,
            standard_id=standard.id,
            supersedes=None if before is None else before.id,
            clock=clock,
        )


def _promised(session: Session, work_order_id: int, kind: PromiseKind) -> list[Promise]:
    """What was promised for an order and superseded by nothing, the latest first."""
    later = aliased(Promise)
    query = select(Promise).where(
        Promise.work_order_id == work_order_id,
        Promise.kind == kind,
        ~exists(select(later.id).where(later.supersedes_id == Promise.id)),
    )
    return list(session.scalars(query.order_by(Promise.id.desc())))


def _is_for(promise: Promise, ticket: Ticket) -> bool:
    if ticket.contact_id is not None:
        return promise.contact_id == ticket.contact_id
    return promise.contact_id is None and promise.organisation_id == ticket.organisation_id


def _may_follow(session: Session, promise: Promise) -> bool:
    """Whether a promise is open, and a standard made it, so that the standard may say it anew."""
    return promise.standard_id is not None and ledger.end_of(session, promise.id) is None


def _first_reports(session: Session, work_order_id: int) -> list[Ticket]:
    """The first ticket of each party that is known and has one in this order."""
    query = select(Ticket).join(TicketMembership, TicketMembership.ticket_id == Ticket.id)
    query = query.where(TicketMembership.work_order_id == work_order_id, TicketMembership.left_at.is_(None))
    first: dict[tuple[int | None, int | None], Ticket] = {}
    for ticket in session.scalars(query.order_by(Ticket.received_at, Ticket.id)):
        party = (ticket.contact_id, None if ticket.contact_id is not None else ticket.organisation_id)
        if party != (None, None):
            first.setdefault(party, ticket)
    return list(first.values())


def _after(session: Session, order: WorkOrder, standard: ServiceStandard, start: datetime) -> datetime | None:
    """When the minutes of the standard are over; None: the contract has no hours that ever come."""
    length = timedelta(minutes=standard.within_minutes or 0)
    hours = _hours(session, order.contract_id) if standard.in_service_hours and order.contract_id is not None else ()
    return run(start, length, hours, ZoneInfo(_zone(session, order)), ()).at if hours else start + length


def _hours(session: Session, contract_id: int) -> tuple[Span, ...]:
    query = select(ContractHours).where(ContractHours.contract_id == contract_id)
    return tuple(Span(each.weekday, each.opens, each.closes) for each in session.scalars(query))


def _zone(session: Session, order: WorkOrder) -> str:
    return session.scalars(select(Territory.time_zone).where(Territory.id == order.territory_id)).one()


def _standards(
    session: Session, kinds: Collection[PromiseKind], work_type_id: int, contract_id: int | None
) -> dict[PromiseKind, ServiceStandard]:
    said = ServiceStandard
    query = select(said).where(
        said.active,
        said.kind.in_(tuple(kinds)),
        or_(said.work_type_id.is_(None), said.work_type_id == work_type_id),
        or_(said.contract_id.is_(None), said.contract_id == (contract_id or 0)),
    )
    with elevated(session, "standards"):
        found = list(session.scalars(query))
    # A contract says more than a kind of work: it is what this customer was told.
    found.sort(key=lambda each: (each.contract_id is not None, each.work_type_id is not None))
    return {each.kind: each for each in found}
