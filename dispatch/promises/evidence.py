"""What happened, as far as promises are kept or broken by it: visits that began and ended, words that went out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from db.base import Keyed
from db.models import (
    AppointmentVisit,
    Call,
    CallEvent,
    CallEventKind,
    Conversation,
    Delivery,
    Direction,
    Message,
    Promise,
    Ticket,
    TicketMembership,
    Visit,
    WorkOrder,
)

Row = TypeVar("Row", bound=Keyed)


@dataclass(frozen=True, slots=True)
class Work:
    """Work orders and visits that some promises are about.

    orders: also those that these were merged into. visits: by work order. together: of an appointment, by its id.
    """

    orders: Mapping[int, WorkOrder]
    visits: Mapping[int, Sequence[Visit]]
    together: Mapping[int, frozenset[int]]

    def order_of(self, promise: Promise) -> WorkOrder:
        """The work order that it was promised for."""
        return self.orders[promise.work_order_id]

    def visits_of(self, promise: Promise) -> list[Visit]:
        """The visits of its work order, and of those that does its work since they were merged."""
        found: list[Visit] = []
        order: WorkOrder | None = self.order_of(promise)
        while order is not None:
            found += self.visits.get(order.id, ())
            order = None if order.merged_into_id is None else self.orders.get(order.merged_into_id)
        return found

    def promised_visits(self, promise: Promise) -> list[Visit]:
        """The visits that a window was promised for, all of which are to begin in it; none: any visit will do."""
        named = self.together.get(promise.appointment_id or 0, frozenset())
        named |= {promise.visit_id} if promise.visit_id is not None else set()
        return [visit for visit in self.visits.get(promise.work_order_id, ()) if visit.id in named]


def work_behind(session: Session, promises: Iterable[Promise]) -> Work:
    """What is known of the work behind these promises. The session must be elevated."""
    promises = list(promises)
    orders: dict[int, WorkOrder] = {}
    ahead = {promise.work_order_id for promise in promises}
    while ahead:
        found = _rows(session, select(WorkOrder).where(WorkOrder.id.in_(ahead)))
        orders |= {order.id: order for order in found}
        ahead = {order.merged_into_id for order in found if order.merged_into_id is not None} - orders.keys()
    visits: dict[int, list[Visit]] = {}
    for visit in _rows(session, select(Visit).where(Visit.work_order_id.in_(orders)).order_by(Visit.sequence)):
        visits.setdefault(visit.work_order_id, []).append(visit)
    appointments = {promise.appointment_id for promise in promises} - {None}
    together: dict[int, frozenset[int]] = {}
    for each in _rows(session, select(AppointmentVisit).where(AppointmentVisit.appointment_id.in_(appointments))):
        together[each.appointment_id] = together.get(each.appointment_id, frozenset()) | {each.visit_id}
    return Work(orders, visits, together)


def spoken_to(session: Session, promise: Promise) -> datetime | None:
    """When somebody of ours first wrote to or called who was promised a callback, since it was; None: not yet.

    What machines write by themselves is no callback; what waits, failed or was withheld has not reached anybody. The
    session must be elevated.
    """
    told = [
        message.told_at or message.said_at
        for message in session.scalars(select(Message).join(Conversation).where(_message_for(promise)))
    ]
    called = (
        select(CallEvent.at)
        .join(Call, Call.id == CallEvent.call_id)
        .join(Ticket, Ticket.id == Call.ticket_id)
        .where(
            CallEvent.kind == CallEventKind.CALLED_BACK,
            CallEvent.at >= promise.made_at,
            _ticket_of(promise),
        )
    )
    return min([*told, *session.scalars(called)], default=None)


def was_spoken_to() -> ColumnElement[bool]:
    """A condition on promises to contacts: something went to them since. Rough: it chooses which to look at."""
    return exists(
        select(Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.contact_id == Promise.contact_id,
            Message.direction == Direction.OUTBOUND,
            or_(Message.said_at >= Promise.made_at, Message.told_at >= Promise.made_at),
        )
    )


def _message_for(promise: Promise) -> ColumnElement[bool]:
    by_hand = and_(
        ~Message.automatic,
        Message.cause.is_(None),
        Message.said_at >= promise.made_at,
        or_(Message.delivery.is_(None), Message.delivery == Delivery.SENT),
    )
    # What a machine wrote, and a person told on the telephone, was a call.
    told = Message.told_at >= promise.made_at
    return and_(Message.direction == Direction.OUTBOUND, or_(by_hand, told), _conversation_of(promise))


def _conversation_of(promise: Promise) -> ColumnElement[bool]:
    if promise.contact_id is not None:
        return Conversation.contact_id == promise.contact_id
    return Conversation.ticket_id.in_(select(Ticket.id).where(_ticket_of(promise)))


def _ticket_of(promise: Promise) -> ColumnElement[bool]:
    if promise.contact_id is not None:
        return Ticket.contact_id == promise.contact_id
    joined = select(TicketMembership.ticket_id).where(TicketMembership.work_order_id == promise.work_order_id)
    return and_(Ticket.contact_id.is_(None), Ticket.id.in_(joined))


def _rows(session: Session, query: Select[Row]) -> Collection[Row]:
    # What a technician or a scheduler did meanwhile counts, not what this session saw before.
    return session.scalars(query.execution_options(populate_existing=True)).all()
