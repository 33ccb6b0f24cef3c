"""Callbacks that were promised on the telephone, as promises in the ledger once there is a work order."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    Call,
    CallEvent,
    CallEventKind,
    Channel,
    Promise,
    PromiseKind,
    PromiseOutcome,
    Territory,
    Ticket,
    TicketMembership,
    WorkOrder,
)
from dispatch.access import elevated
from dispatch.promises import ledger


def open_callback(events: Sequence[CallEvent]) -> CallEvent | None:
    """The callback that was promised last and not made yet."""
    kinds = (CallEventKind.CALLBACK_PROMISED, CallEventKind.CALLED_BACK)
    last = next((each for each in reversed(events) if each.kind in kinds), None)
    return last if last is not None and last.kind is CallEventKind.CALLBACK_PROMISED else None


def keep_promises(session: Session, call: Call) -> Promise | None:
    """Writes the call's open callback into the ledger, once there is a work order; None: there is none, or it is in."""
    with elevated(session, "callbacks"):
        event = open_callback(_events(session, call))
        order = _order(session, call)
        if event is None or event.due_at is None or order is None:
            return None
        before = _unmet(session, call, order)
        if before is not None and before.by_at == event.due_at:
            return None
        zone = session.scalars(select(Territory.time_zone).where(Territory.id == order.territory_id)).one()
        return ledger.make_at(
            session,
            PromiseKind.CALLBACK,
            order.id,
            event.due_at,
            zone,
            contact_id=_contact(session, call),
            made_by_id=event.by_id,
            made_at=event.at,
            channel=Channel.PHONE,
            supersedes=None if before is None else before.id,
        )


def close_promises(session: Session, call: Call, at: datetime) -> None:
    """Notes that the promised callback was made at `at`: kept, or broken when that was too late."""
    with elevated(session, "callbacks"):
        order = _order(session, call)
        promise = _unmet(session, call, order) if order is not None else None
        if promise is None:
            return
        outcome = PromiseOutcome.KEPT if at <= promise.by_at else PromiseOutcome.BROKEN
        ledger.settle(session, promise.id, outcome, at=at, note=f"called back, call {call.id}")


def _events(session: Session, call: Call) -> Sequence[CallEvent]:
    return session.scalars(select(CallEvent).where(CallEvent.call_id == call.id).order_by(CallEvent.id)).all()


def _order(session: Session, call: Call) -> WorkOrder | None:
    current = select(TicketMembership.work_order_id).where(
        TicketMembership.ticket_id == call.ticket_id, TicketMembership.left_at.is_(None)
    )
    return None if call.ticket_id is None else session.scalar(select(WorkOrder).where(WorkOrder.id.in_(current)))


def _contact(session: Session, call: Call) -> int | None:
    return session.scalar(select(Ticket.contact_id).where(Ticket.id == call.ticket_id))


def _unmet(session: Session, call: Call, order: WorkOrder) -> Promise | None:
    """The callback promised last to this caller for this order, neither kept nor broken nor superseded."""
    query = (
        select(Promise)
        .where(Promise.kind == PromiseKind.CALLBACK, Promise.work_order_id == order.id, ledger.is_open())
        .where(Promise.contact_id.is_not_distinct_from(_contact(session, call)))
        .order_by(Promise.id.desc())
    )
    return session.scalars(query.limit(1)).first()
