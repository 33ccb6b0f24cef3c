"""Taking a change of memberships back: the tickets go where they were, as if they had stayed there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Merge, MergedBy, MergeKind, ReviewStatus, Ticket, WorkOrder
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.errors import NotFound, RuleBroken
from dispatch.intake.matching import Thresholds
from dispatch.intake.merging.carrying import Going, carry_out
from dispatch.intake.merging.consequences import listed, shortened, tell, tell_called_off
from dispatch.intake.merging.decisions import Remembered, Two, decide, settle, take_back, two
from dispatch.intake.merging.following import followers, passers_by
from dispatch.intake.merging.latecomers import tell_latecomers
from dispatch.intake.merging.leaving import leave
from dispatch.intake.merging.memberships import current, members
from dispatch.intake.merging.opening import open_order
from dispatch.intake.merging.outcome import Change
from dispatch.intake.merging.placing import place_anew
from dispatch.intake.merging.resolution import reopen
from dispatch.intake.telling.informing import compensate
from dispatch.intake.turns import take_turn


def unmerge(session: Session, viewer: Viewer, merge_id: int, thresholds: Thresholds | None = None) -> Change:
    """Takes a merge, split or move back, after whatever was said since: that stays with the ticket it was said to.

    Orders and visits are as they were, but for what people wrote by hand since. Tickets that went on elsewhere stay
    there. A merge that a score made is not made again. Tickets that a score added since, and new ones that hang
    together with these, are placed again, as if the merge had never been, and `Change.said` names those that are
    elsewhere now; what a person added stays. What the parties were told in the meantime is corrected by one message in
    each of their threads.

    thresholds: by which tickets are placed again; the usual ones.

    Raises Forbidden, NotFound, RuleBroken for what is itself an unmerge.
    """
    require(viewer, Action.CREATE, Merge)
    if session.scalar(select(Merge.id).where(Merge.id == merge_id)) is None:
        msg = f"There is no merge {merge_id}, or not for you."
        raise NotFound(msg)
    take_turn(session)
    with elevated(session, "merging"):
        merge = session.get_one(Merge, merge_id, populate_existing=True)
        if merge.kind is MergeKind.UNMERGE:
            msg = f"Merge {merge_id} took another one back; merge the tickets again instead."
            raise RuleBroken(msg)
        undone = session.scalar(select(Merge).where(Merge.undoes_id == merge.id))
        if undone is not None:
            said = f"Merge {merge_id} was taken back already, on {undone.at:%Y-%m-%d %H:%M} UTC."
            return Change(undone.work_order_id, (), said)
        holder = _holder(session, merge.work_order_id)
        came = followers(session, merge, holder)
        apart = _apart(session, merge, holder, came)
        change = _take_back(session, viewer, merge, holder, came)
        if not change.changed:
            return change
        return _place_again(session, viewer, merge, change, came, thresholds or Thresholds(), apart)


def _take_back(session: Session, viewer: Viewer, merge: Merge, holder: int, came: Mapping[int, datetime]) -> Change:
    now = current(session, merge.tickets)
    if merge.kind is MergeKind.SPLIT and merge.work_order_id == merge.from_work_order_id:
        return _put_back(session, viewer, merge, [ticket for ticket in merge.tickets if ticket not in now])
    here = [ticket for ticket in merge.tickets if ticket in now and now[ticket].work_order_id == holder]
    if not here:
        return Change(merge.work_order_id, (), f"The tickets of merge {merge.id} have gone elsewhere since.")
    if holder == merge.from_work_order_id:
        # A later merge brought them back: there is nothing to take back before that is taken back.
        return Change(holder, (), _back_already(session, merge, here))
    since = {ticket: now[ticket].joined_at for ticket in here}
    decided = _decisions(session, viewer, merge, here, holder, came)
    going = _going(session, merge, here, decided)
    if going is None:
        return _leave(session, viewer, merge, here, holder)
    merges = carry_out(session, viewer, going)
    reopen(session, here, holder)
    compensate(session, merge.id, {holder, merge.work_order_id}, since)
    tell_latecomers(session, session.get_one(WorkOrder, going.to), here, f"undone:{merge.id}")
    return Change(going.to, tuple(merges), merges[0].consequence)


def _back_already(session: Session, merge: Merge, here: Collection[int]) -> str:
    names = listed(sorted(session.get_one(Ticket, ticket).number for ticket in here))
    verb = "is" if len(here) == 1 else "are"
    return f"{names} {verb} back in {session.get_one(WorkOrder, merge.from_work_order_id).number} already."


def _apart(session: Session, merge: Merge, holder: int, came: Collection[int]) -> set[Two]:
    """Pairs of tickets that taking the merge back parts: nobody who came since brings them together again at once."""
    stay = _staying(session, merge, holder, came)
    return {two(one, other) for one in merge.tickets for other in stay}


def _staying(session: Session, merge: Merge, order_id: int, came: Collection[int]) -> list[int]:
    joined = members(session, [order_id])[order_id]
    return [each.ticket_id for each in joined if each.ticket_id not in merge.tickets and each.ticket_id not in came]


def _place_again(
    session: Session,
    viewer: Viewer,
    merge: Merge,
    change: Change,
    came: Mapping[int, datetime],
    thresholds: Thresholds,
    apart: Collection[Two],
) -> Change:
    """Places the tickets again that came since, and says which of them are elsewhere now."""
    since = passers_by(session, merge, {*merge.tickets, *came, *(each for pair in apart for each in pair)}, thresholds)
    since |= came
    before = {ticket: each.work_order_id for ticket, each in current(session, since).items()}
    placed = place_anew(session, viewer, before, thresholds, apart, free=frozenset(came))
    now = current(session, before)
    moved = sorted(ticket for ticket, each in now.items() if each.work_order_id != before[ticket])
    if not moved:
        return change
    for order in {before[ticket] for ticket in moved}:
        reopen(session, [ticket for ticket in moved if before[ticket] == order], order)
    compensate(session, merge.id, {*before.values()}, {ticket: since[ticket] for ticket in moved})
    said = " ".join(
        f"{session.get_one(Ticket, ticket).number} had {'followed' if ticket in came else 'come since'} and is in "
        f"{session.get_one(WorkOrder, now[ticket].work_order_id).number} now."
        for ticket in moved
    )
    record = change.merges[0]
    record.consequence = shortened(f"{said} {record.consequence}")
    session.flush()
    return Change(change.work_order_id, (*change.merges, *placed), f"{change.said} {said}")


def _put_back(session: Session, viewer: Viewer, merge: Merge, waiting: Sequence[int]) -> Change:
    """Tickets that were taken out into no order, and have none since, belong to their order again."""
    if not waiting:
        return Change(merge.work_order_id, (), f"The tickets of merge {merge.id} have gone elsewhere since.")
    take_back(session, merge.before.get("decided", {}), waiting)
    hows = {ticket: MergedBy(how) for ticket, _, how in merge.before["memberships"] if ticket in waiting}
    to = _holder(session, merge.work_order_id)
    going = Going(MergeKind.UNMERGE, to, hows, undoes=merge, said=f"Merge {merge.id} is taken back.")
    merges = carry_out(session, viewer, going)
    return Change(to, tuple(merges), merges[0].consequence)


def _holder(session: Session, work_order_id: int) -> int:
    """The order that has the tickets by now, since the one they were merged into may have been merged on."""
    seen = {work_order_id}
    order = session.get_one(WorkOrder, work_order_id, populate_existing=True)
    while order.merged_into_id is not None and order.merged_into_id not in seen:
        seen.add(order.merged_into_id)
        order = session.get_one(WorkOrder, order.merged_into_id, populate_existing=True)
    return order.id


def _decisions(
    session: Session, viewer: Viewer, merge: Merge, here: Sequence[int], holder: int, came: Collection[int]
) -> Remembered:
    """A person's change leaves the pairs as they were before it; one that a score made is not to be made again."""
    if not _by_score(merge):
        take_back(session, merge.before.get("decided", {}), here)
        return {}
    apart = merge.kind is not MergeKind.SPLIT
    order = holder if apart else merge.from_work_order_id
    stay = [] if order is None else _staying(session, merge, order, came)
    if apart:
        return decide(session, viewer, {two(one, other) for one in here for other in stay}, ReviewStatus.REJECTED)
    return decide(session, viewer, {two(one, min(stay)) for one in here if stay}, ReviewStatus.ACCEPTED)


def _by_score(merge: Merge) -> bool:
    """Whether nobody decided this change."""
    return {*merge.before.get("how", ())} <= {MergedBy.FIRST.value, MergedBy.SCORE.value}


def _going(session: Session, merge: Merge, here: Sequence[int], decided: Remembered) -> Going | None:
    """Back to the order that the tickets came from. Those that had none have none again, where a person had put them
    there; what a score did to a ticket as it came gets a new order, where one can be made, as it would have then."""
    was = {ticket: (order, how) for ticket, order, how in merge.before["memberships"]}
    to, hows = merge.from_work_order_id, {ticket: MergedBy(was[ticket][1] or MergedBy.FIRST) for ticket in here}
    said = f"Merge {merge.id} is taken back."
    if to is None and not _by_score(merge):
        return None
    if to is None:
        query = select(Ticket).where(Ticket.id.in_(here)).order_by(Ticket.received_at, Ticket.id)
        opened = open_order(session, list(session.scalars(query)))
        if opened is None:
            return None
        to, said = opened.id, f"{said} {opened.number} is opened for what had no work order before it."
    return Going(MergeKind.UNMERGE, to, hows, undoes=merge, pairs=decided, said=said)


def _leave(session: Session, viewer: Viewer, merge: Merge, here: Sequence[int], holder: int) -> Change:
    """The tickets belong nowhere again, as before."""
    now = session.info["now"]()
    order, changed, since = leave(session, holder, here)
    undo = Merge(
        kind=MergeKind.UNMERGE,
        at=now,
        by_id=viewer.user_id,
        work_order_id=order.id,
        from_work_order_id=order.id,
        tickets=list(here),
        before={"memberships": [[ticket, order.id, MergedBy.PERSON.value] for ticket in here]},
        consequence="",
        undoes_id=merge.id,
    )
    session.add(undo)
    session.flush()
    said = f"Merge {merge.id} is taken back; the tickets have no work order again, as before."
    if members(session, [order.id])[order.id]:
        said = f"{said} {tell(session, order, f'merge:{undo.id}', needs_changed=changed)}"
    else:
        said = f"{said} {tell_called_off(session, order, f'merge:{undo.id}')}"
    undo.consequence = shortened(said)
    note(session, viewer, MergeKind.UNMERGE.value, order, {"tickets": (list(here), None)})
    reopen(session, here, holder)
    settle(session, here)
    compensate(session, merge.id, {holder, merge.work_order_id}, since)
    return Change(order.id, (undo,), undo.consequence)
