"""Carries out a change of memberships: rows, folding, consequences, the record and the audit trail."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from db.models import MatchPair, Merge, MergedBy, MergeKind, WorkOrder
from dispatch.access import Viewer
from dispatch.access.audit import note
from dispatch.intake.merging.consequences import shortened, tell, tell_called_off
from dispatch.intake.merging.decisions import Remembered, settle
from dispatch.intake.merging.latecomers import tell_latecomers
from dispatch.intake.merging.memberships import current, locked_orders, members, next_change, put
from dispatch.intake.merging.refolding import refold_all


@dataclass(frozen=True, slots=True)
class Going:
    """Tickets that go to one work order.

    how: {ticket id: by what it belongs there}. by_system: nobody decided it. undoes: the change that it takes back.
    pairs: what decided pairs were before. said: what else is to be told of it.
    """

    kind: MergeKind
    to: int
    how: Mapping[int, MergedBy]
    by_system: bool = False
    pair_id: int | None = None
    undoes: Merge | None = None
    pairs: Remembered = field(default_factory=dict)
    said: str = ""


def carry_out(session: Session, viewer: Viewer, going: Going) -> list[Merge]:
    """Does it; its records, one for each work order that tickets came from. Tickets that are there already stay.

    The session must be elevated, and have its turn. Nobody is written to but who comes to an order whose other parties
    know already when somebody comes.
    """
    before = current(session, going.how)
    goes = {
        ticket: how
        for ticket, how in going.how.items()
        if ticket not in before or before[ticket].work_order_id != going.to
    }
    came_from: dict[int | None, list[int]] = defaultdict(list)
    was: dict[int, list[Any]] = {}
    for ticket in sorted(goes):
        membership = before.get(ticket)
        came_from[membership.work_order_id if membership else None].append(ticket)
        was[ticket] = [membership.work_order_id, membership.how.value] if membership else [None, None]
    if not goes:
        return []
    orders = locked_orders(session, {going.to, *(order for order in came_from if order is not None)})
    snapshot = {str(order.id): _snapshot(order) for order in orders.values()}
    put(session, {ticket: (going.to, how) for ticket, how in goes.items()})
    changed = refold_all(session, orders.values(), going.to)
    said = _consequence(session, going, orders, changed, goes)
    merges = [
        _record(session, viewer, going, source, tickets, was, snapshot, said) for source, tickets in came_from.items()
    ]
    session.add_all(merges)
    session.flush()
    for merge in merges:
        _audit(session, viewer, merge, orders[going.to])
    settle(session, goes)
    return merges


def _consequence(
    session: Session, going: Going, orders: Mapping[int, WorkOrder], changed: set[int], goes: Collection[int]
) -> str:
    key = f"merge:{next_change(session)}"
    target = orders[going.to]
    said = [going.said] if going.said else []
    said.append(tell(session, target, key, needs_changed=target.id in changed))
    if going.undoes is None and tell_latecomers(session, target, goes, key):
        said.append("Whoever joined is told when somebody comes.")
    left = members(session, orders)
    for order in orders.values():
        if order.id != target.id and not left[order.id]:
            said.append(tell_called_off(session, order, key))
        elif order.id != target.id and order.id in changed:
            said.append(tell(session, order, key, needs_changed=True))
    return shortened(" ".join(said))


def _record(
    session: Session,
    viewer: Viewer,
    going: Going,
    source: int | None,
    tickets: list[int],
    was: Mapping[int, list[Any]],
    snapshot: Mapping[str, Any],
    said: str,
) -> Merge:
    pair = None if going.pair_id is None else session.get(MatchPair, going.pair_id)
    return Merge(
        kind=going.kind,
        at=session.info["now"](),
        by_id=None if going.by_system else viewer.user_id,
        pair_id=pair.id if pair else None,
        work_order_id=going.to,
        from_work_order_id=source,
        tickets=tickets,
        before={
            "memberships": [[ticket, *was[ticket]] for ticket in tickets],
            "how": sorted({going.how[ticket].value for ticket in tickets}),
            "orders": {key: snapshot[key] for key in (str(going.to), str(source)) if key in snapshot},
            "decided": going.pairs,
        },
        consequence=said,
        undoes_id=going.undoes.id if going.undoes else None,
    )


def _snapshot(order: WorkOrder) -> dict[str, Any]:
    return {
        "status": order.status.value,
        "priority": order.priority.value,
        "merged_into_id": order.merged_into_id,
        "due_at": order.due_at and order.due_at.isoformat(),
        "repair_due_at": order.repair_due_at and order.repair_due_at.isoformat(),
    }


def _audit(session: Session, viewer: Viewer, merge: Merge, target: WorkOrder) -> None:
    said = {"tickets": (None, merge.tickets), "from_work_order_id": (merge.from_work_order_id, target.id)}
    note(session, viewer, merge.kind.value, target, said)
    session.flush()
