"""Which tickets belong to which work order. A row begins and ends; none is moved or deleted."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Merge, MergedBy, Ticket, TicketMembership, WorkOrder
from dispatch.errors import NotFound


def current(session: Session, ticket_ids: Collection[int]) -> dict[int, TicketMembership]:
    """{ticket id: the membership it has now}; tickets without one are absent."""
    query = select(TicketMembership).where(
        TicketMembership.ticket_id.in_(sorted(ticket_ids)), TicketMembership.left_at.is_(None)
    )
    found = session.scalars(query.execution_options(populate_existing=True))
    return {membership.ticket_id: membership for membership in found}


def members(session: Session, work_order_ids: Iterable[int]) -> dict[int, list[TicketMembership]]:
    """{work order id: its memberships now, by ticket}; an order without any has an empty list."""
    wanted = sorted(set(work_order_ids))
    found: dict[int, list[TicketMembership]] = {order: [] for order in wanted}
    query = select(TicketMembership).where(
        TicketMembership.work_order_id.in_(wanted), TicketMembership.left_at.is_(None)
    )
    for membership in session.scalars(query.order_by(TicketMembership.ticket_id)):
        found[membership.work_order_id].append(membership)
    return found


def tickets_of(session: Session, work_order_id: int) -> list[Ticket]:
    """The tickets of a work order now, the earliest report first."""
    joined = select(TicketMembership.ticket_id).where(
        TicketMembership.work_order_id == work_order_id, TicketMembership.left_at.is_(None)
    )
    query = select(Ticket).where(Ticket.id.in_(joined)).order_by(Ticket.received_at, Ticket.id)
    return list(session.scalars(query))


def put(session: Session, goes: Mapping[int, tuple[int, MergedBy]]) -> None:
    """Ends the memberships that these tickets have, and begins new ones: {ticket id: (work order id, how)}."""
    now = session.info["now"]()
    for membership in current(session, goes).values():
        membership.left_at = max(now, membership.joined_at)
    # The old ones must be over before the new ones begin: a ticket has one at a time.
    session.flush()
    session.add_all(
        TicketMembership(ticket_id=ticket, work_order_id=order, joined_at=now, how=how)
        for ticket, (order, how) in sorted(goes.items())
    )
    session.flush()


def next_change(session: Session) -> int:
    """The number of the change of memberships that is being made: more than that of any recorded before.

    The session must be elevated, and have its turn.
    """
    return (session.scalar(select(func.max(Merge.id))) or 0) + 1


def locked_orders(session: Session, work_order_ids: Iterable[int]) -> dict[int, WorkOrder]:
    """The work orders as they are now, locked in the order of their ids.

    Raises NotFound for an id that is none.
    """
    wanted = sorted(set(work_order_ids))
    query = select(WorkOrder).where(WorkOrder.id.in_(wanted)).order_by(WorkOrder.id)
    found = {
        order.id: order for order in session.scalars(query.with_for_update().execution_options(populate_existing=True))
    }
    for missing in set(wanted) - set(found):
        msg = f"There is no work order {missing}."
        raise NotFound(msg)
    return found
