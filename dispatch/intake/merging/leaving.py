"""Tickets that leave their order for none, as nobody said yet where they are about."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from db.models import Merge, MergeKind, WorkOrder
from dispatch.access import Viewer
from dispatch.access.audit import note
from dispatch.intake.merging.consequences import shortened, tell
from dispatch.intake.merging.decisions import Remembered, settle
from dispatch.intake.merging.memberships import current, locked_orders
from dispatch.intake.merging.refolding import refold


def leave(session: Session, order_id: int, ticket_ids: Sequence[int]) -> tuple[WorkOrder, bool, dict[int, datetime]]:
    """Ends the memberships of these tickets, flushed: the order as it is now, whether it needs other skills or parts,
    and since when each ticket was in it. The session must be elevated, and have its turn."""
    now, since = session.info["now"](), {}
    for ticket, membership in current(session, ticket_ids).items():
        since[ticket] = membership.joined_at
        membership.left_at = max(now, membership.joined_at)
    session.flush()
    order = locked_orders(session, [order_id])[order_id]
    return order, refold(session, order), since


def let_wait(
    session: Session, viewer: Viewer, order: WorkOrder, ticket_ids: Sequence[int], decided: Remembered
) -> Merge:
    """Takes tickets out of an order into none; the record of it, which names the order twice. decided: pairs as before.

    The session must be elevated, and have its turn.
    """
    was = {ticket: membership.how.value for ticket, membership in current(session, ticket_ids).items()}
    _, changed, _ = leave(session, order.id, ticket_ids)
    out = Merge(
        kind=MergeKind.SPLIT,
        at=session.info["now"](),
        by_id=viewer.user_id,
        work_order_id=order.id,
        from_work_order_id=order.id,
        tickets=list(ticket_ids),
        before={
            "memberships": [[ticket, order.id, was[ticket]] for ticket in ticket_ids],
            "how": sorted(set(was.values())),
            "decided": decided,
        },
        consequence="",
    )
    session.add(out)
    session.flush()
    told = tell(session, order, f"merge:{out.id}", needs_changed=changed)
    out.consequence = shortened(f"Taken out of {order.number}; to wait for somebody to say where. {told}")
    note(session, viewer, MergeKind.SPLIT.value, order, {"tickets": (list(ticket_ids), None)})
    settle(session, ticket_ids)
    session.flush()
    return out
