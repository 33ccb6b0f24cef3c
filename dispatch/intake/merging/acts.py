"""What people do with memberships: merge, split, move. Each is one transaction, recorded, and can be taken back."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Merge, MergedBy, MergeKind, ReviewStatus, Site, Ticket, TicketMembership, WorkOrder
from dispatch.access import Action, Viewer, elevated, require
from dispatch.errors import Fault, Invalid, NotFound, RuleBroken
from dispatch.intake.merging.asking import answer
from dispatch.intake.merging.carrying import Going, carry_out
from dispatch.intake.merging.consequences import is_complaint, listed
from dispatch.intake.merging.decisions import Remembered, Two, decide, pairs_of, two
from dispatch.intake.merging.differing import elsewhere
from dispatch.intake.merging.leaving import let_wait
from dispatch.intake.merging.memberships import current, locked_orders, members
from dispatch.intake.merging.opening import open_order
from dispatch.intake.merging.outcome import Change
from dispatch.intake.turns import take_turn


def merge(
    session: Session,
    viewer: Viewer,
    ticket_ids: Collection[int],
    work_order_id: int,
    *,
    how: MergedBy = MergedBy.PERSON,
    pair_id: int | None = None,
    decided: Remembered | None = None,
) -> Change:
    """Puts the tickets into the work order; those that are there already stay.

    Only who comes to an order whose visit is published is written to: they are told its day, once.

    An order that was merged into another stands for that one. One that was done lately is not opened again: the tickets
    get a follow-up order, as a complaint about that work. `Change.said` tells what it means for work that is planned,
    dispatched or begun, and warns where tickets are about another site than the order: that is for a person to know.
    how, pair_id, decided: of a reviewer's decision, which is noted by who calls.

    Raises Forbidden, NotFound, Invalid without tickets, RuleBroken where the order is cancelled, done for long, or of
    another territory.
    """
    require(viewer, Action.CREATE, Merge)
    wanted = _seen(session, ticket_ids)
    _see(session, work_order_id)
    take_turn(session)
    with elevated(session, "merging"):
        target, said = _standing(session, work_order_id)
        before = current(session, wanted)
        there = {each.id for each in wanted.values() if _order_of(before, each.id) == target.id}
        if there == set(wanted):
            return Change(target.id, (), f"{_belonging(wanted.values())} to {target.number} already.")
        _refuse_other_territory(session, target, wanted.values())
        goes = {ticket: each for ticket, each in wanted.items() if ticket not in there}
        if is_complaint(session, target):
            target, said = _follow_up(session, target, list(goes.values()))
        if decided is None:
            decided = _link(session, viewer, goes, target.id)
        decided = _both(decided, answer(session, viewer, {*goes, *_joined(session, target.id)}))
        said = " ".join(filter(None, (said, elsewhere(session, target, goes.values()))))
        hows = dict.fromkeys(goes, how)
        going = Going(MergeKind.MERGE, target.id, hows, pair_id=pair_id, pairs=decided, said=said)
        return _change(target.id, carry_out(session, viewer, going))


def split(session: Session, viewer: Viewer, work_order_id: int, ticket_ids: Collection[int]) -> Change:
    """Takes tickets out of a work order into a new one of their own; they stay apart for good.

    Tickets that have left it already stay where they are. Those of which nobody said where wait without an order.

    Raises Forbidden, NotFound, Invalid without tickets, RuleBroken where none would be left behind.
    """
    require(viewer, Action.CREATE, Merge)
    wanted = _seen(session, ticket_ids)
    _see(session, work_order_id)
    take_turn(session)
    with elevated(session, "merging"):
        order = locked_orders(session, [work_order_id])[work_order_id]
        joined = _joined(session, order.id)
        goes = sorted(set(wanted) & set(joined))
        if not goes:
            return Change(order.id, (), f"{_belonging(wanted.values(), not_=True)} to {order.number}.")
        stay = sorted(set(joined) - set(goes))
        if not stay:
            msg = f"{order.number} would be left without a ticket; there is nothing to split."
            raise RuleBroken(msg)
        new = open_order(session, _by_report([wanted[each] for each in goes]))
        decided = decide(session, viewer, _across(goes, stay), ReviewStatus.REJECTED)
        if new is None:
            return _change(order.id, [let_wait(session, viewer, order, goes, decided)])
        hows = dict.fromkeys(goes, MergedBy.PERSON)
        going = Going(MergeKind.SPLIT, new.id, hows, pairs=decided, said=f"Taken out of {order.number}.")
        return _change(new.id, carry_out(session, viewer, going))


def move(
    session: Session, viewer: Viewer, ticket_ids: Collection[int], from_work_order_id: int, to_work_order_id: int
) -> Change:
    """Takes tickets from one work order to another; those that are not in the first stay where they are.

    Raises as `merge` does.
    """
    require(viewer, Action.CREATE, Merge)
    wanted = _seen(session, ticket_ids)
    _see(session, from_work_order_id)
    _see(session, to_work_order_id)
    take_turn(session)
    with elevated(session, "merging"):
        target, said = _standing(session, to_work_order_id)
        before = current(session, wanted)
        goes = {ticket: each for ticket, each in wanted.items() if _order_of(before, ticket) == from_work_order_id}
        if not goes or target.id == from_work_order_id:
            return Change(target.id, (), f"{_named(wanted.values())}: there is nothing to move to {target.number}.")
        _refuse_other_territory(session, target, goes.values())
        if is_complaint(session, target):
            target, said = _follow_up(session, target, list(goes.values()))
        stay = [each for each in _joined(session, from_work_order_id) if each not in goes]
        apart = decide(session, viewer, _across(goes, stay), ReviewStatus.REJECTED)
        linked = _link(session, viewer, goes, target.id)
        answered = answer(session, viewer, {*goes, *_joined(session, target.id)})
        decided = _both(_both(linked, apart), answered)
        said = " ".join(filter(None, (said, elsewhere(session, target, goes.values()))))
        hows = dict.fromkeys(goes, MergedBy.PERSON)
        going = Going(MergeKind.MOVE, target.id, hows, pairs=decided, said=said)
        return _change(target.id, carry_out(session, viewer, going))


def _seen(session: Session, ticket_ids: Collection[int]) -> dict[int, Ticket]:
    """The tickets, by id; those that the viewer may know of."""
    wanted = sorted(set(ticket_ids))
    if not wanted:
        msg = "Name at least one ticket."
        raise Invalid(msg, (Fault("/tickets", msg),))
    found = {ticket.id: ticket for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(wanted)))}
    for missing in set(wanted) - set(found):
        msg = f"There is no ticket {missing}, or not for you."
        raise NotFound(msg)
    return found


def _see(session: Session, work_order_id: int) -> None:
    if session.scalar(select(WorkOrder.id).where(WorkOrder.id == work_order_id)) is None:
        msg = f"There is no work order {work_order_id}, or not for you."
        raise NotFound(msg)


def _standing(session: Session, work_order_id: int) -> tuple[WorkOrder, str]:
    """The order, or the one that does its work since it was merged; and that in words."""
    order = first = locked_orders(session, [work_order_id])[work_order_id]
    while order.merged_into_id is not None:
        order = locked_orders(session, [order.merged_into_id])[order.merged_into_id]
    return order, "" if order is first else f"{first.number} was merged into {order.number}."


def _follow_up(session: Session, done: WorkOrder, tickets: list[Ticket]) -> tuple[WorkOrder, str]:
    new = open_order(session, _by_report(tickets), complaint_about=done)
    if new is None:
        msg = f"{done.number} is done and at no site; make a new work order."
        raise RuleBroken(msg)
    return new, f"{done.number} is done: {new.number} follows it up, as a complaint about that work."


def _refuse_other_territory(session: Session, order: WorkOrder, tickets: Collection[Ticket]) -> None:
    """Whoever looks after one territory may not read what parties of another said."""
    sites = {ticket.site_id: ticket for ticket in tickets if ticket.site_id is not None}
    query = select(Site).where(Site.id.in_(sites), Site.territory_id != order.territory_id)
    for site in session.scalars(query):
        msg = f"{sites[site.id].number} is about {site.name}, in another territory than {order.number}; keep it apart."
        raise RuleBroken(msg)


def _link(session: Session, viewer: Viewer, goes: Collection[int], target_id: int) -> Remembered:
    """Notes that these tickets belong to those of the order: one pair each, and all that a person had kept apart."""
    joined = [each for each in _joined(session, target_id) if each not in goes]
    if not joined:
        return {"pairs": [], "made": []}
    across = _across(goes, joined)
    apart = {
        (pair.ticket_id, pair.other_id) for pair in pairs_of(session, across) if pair.status is ReviewStatus.REJECTED
    }
    links = {two(ticket, min(joined)) for ticket in goes}
    return decide(session, viewer, links | apart, ReviewStatus.ACCEPTED)


def _both(one: Remembered, other: Remembered) -> Remembered:
    return {kind: [*one[kind], *other[kind]] for kind in ("pairs", "made")}


def _joined(session: Session, work_order_id: int) -> list[int]:
    return [each.ticket_id for each in members(session, [work_order_id])[work_order_id]]


def _across(some: Collection[int], others: Collection[int]) -> set[Two]:
    return {two(one, other) for one in some for other in others}


def _by_report(tickets: Collection[Ticket]) -> list[Ticket]:
    return sorted(tickets, key=lambda ticket: (ticket.received_at, ticket.id))


def _order_of(before: Mapping[int, TicketMembership], ticket_id: int) -> int | None:
    return before[ticket_id].work_order_id if ticket_id in before else None


def _named(tickets: Collection[Ticket]) -> str:
    return listed(sorted(ticket.number for ticket in tickets))


def _belonging(tickets: Collection[Ticket], *, not_: bool = False) -> str:
    """T-1 belongs; T-1 and T-2 belong; T-1 does not belong."""
    if not_:
        return f"{_named(tickets)} {'does' if len(tickets) == 1 else 'do'} not belong"
    return f"{_named(tickets)} {'belongs' if len(tickets) == 1 else 'belong'}"


def _change(work_order_id: int, merges: list[Merge]) -> Change:
    return Change(work_order_id, tuple(merges), merges[0].consequence)
