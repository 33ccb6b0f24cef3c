"""The review queue: pairs of tickets that may be about the same, for a person to say. Answers feed the learning."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from db.models import MatchBand, MatchPair, Merge, MergedBy, MergeKind, ReviewStatus, Ticket, WorkOrder, WorkOrderStatus
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.errors import NotFound, RuleBroken
from dispatch.intake.matching import Thresholds
from dispatch.intake.merging import Change, merge, unmerge
from dispatch.intake.merging.asking import answer, ask_again
from dispatch.intake.merging.decisions import OVER, decide, pairs_of, settle, two
from dispatch.intake.merging.memberships import current, members
from dispatch.intake.turns import take_turn

MOST: Final = 200


class Order(StrEnum):
    """Which questions come first."""

    PROBABLE = "probable"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of a decision. change: of memberships, where there was one. said: in words."""

    pair: MatchPair
    change: Change | None
    said: str


def waiting(
    session: Session, viewer: Viewer, *, order: Order = Order.PROBABLE, after: int | None = None, limit: int = 50
) -> list[MatchPair]:
    """A page of the pairs that wait for a person, with their evidence, of open tickets that the viewer may see.

    after: the id of the last pair of the page before.

    Raises Forbidden.
    """
    require(viewer, Action.READ, MatchPair)
    both = or_(Ticket.id == MatchPair.ticket_id, Ticket.id == MatchPair.other_id)
    over = select(Ticket.id).where(both, Ticket.status.in_(OVER)).correlate(MatchPair).exists()
    query = select(MatchPair).where(MatchPair.status == ReviewStatus.WAITING, ~over)
    by = -MatchPair.probability if order is Order.PROBABLE else MatchPair.compared_at
    last = session.scalar(select(MatchPair).where(MatchPair.id == after)) if after is not None else None
    if last is not None:
        at = -last.probability if order is Order.PROBABLE else last.compared_at
        query = query.where(or_(by > at, and_(by == at, MatchPair.id > last.id)))
    return list(session.scalars(query.order_by(by, MatchPair.id).limit(min(limit, MOST))))


def accept(session: Session, viewer: Viewer, pair_id: int) -> Reviewed:
    """The two tickets are about the same: they and those that belong to them already become one work order.

    They join the order that is further on. Accepting again is harmless.

    Raises Forbidden, NotFound, RuleBroken where a person keeps them apart, or as `merge` does.
    """
    pair = _seen(session, viewer, pair_id)
    if pair.status is ReviewStatus.ACCEPTED:
        return Reviewed(pair, None, "The two were accepted already.")
    _refuse_decided(pair)
    with elevated(session, "review"):
        target, moving = _joining(session, pair)
        before = decide(session, viewer, [(pair.ticket_id, pair.other_id)], ReviewStatus.ACCEPTED)
        note(session, viewer, "accept", pair, {"status": (ReviewStatus.WAITING, ReviewStatus.ACCEPTED)})
    if target is None or not moving:
        with elevated(session, "review"):
            answer(session, viewer, {pair.ticket_id, pair.other_id})
        return Reviewed(pair, None, "The two belong together; there was nothing to merge.")
    change = merge(session, viewer, moving, target, how=MergedBy.REVIEW, pair_id=pair.id, decided=before)
    return Reviewed(pair, change, change.said)


def reject(session: Session, viewer: Viewer, pair_id: int) -> Reviewed:
    """The two tickets are about different things: no score will bring them together any more. Nothing moves.

    Raises Forbidden, NotFound, RuleBroken where they are in one order already: split that.
    """
    pair = _seen(session, viewer, pair_id)
    if pair.status is ReviewStatus.REJECTED:
        return Reviewed(pair, None, "The two were rejected already.")
    _refuse_decided(pair)
    with elevated(session, "review"):
        orders = current(session, [pair.ticket_id, pair.other_id])
        if len(orders) == len({each.work_order_id for each in orders.values()}) + 1:
            msg = f"The tickets of pair {pair_id} are in one work order already; split that, or take the merge back."
            raise RuleBroken(msg)
        decide(session, viewer, [(pair.ticket_id, pair.other_id)], ReviewStatus.REJECTED)
        note(session, viewer, "reject", pair, {"status": (ReviewStatus.WAITING, ReviewStatus.REJECTED)})
    return Reviewed(pair, None, "The two stay apart.")


def undo(session: Session, viewer: Viewer, pair_id: int, thresholds: Thresholds | None = None) -> Reviewed:
    """Takes a decision back: everything is as if it had not been made, and the pair waits again if it is a question.

    thresholds: as of `unmerge`. Undoing what is not decided is harmless.

    Raises Forbidden, NotFound.
    """
    pair = _seen(session, viewer, pair_id)
    status = pair.status
    if status not in (ReviewStatus.ACCEPTED, ReviewStatus.REJECTED):
        return Reviewed(pair, None, "Nothing was decided about the two.")
    done = _merge_of(session, pair) if status is ReviewStatus.ACCEPTED else []
    changes = [unmerge(session, viewer, each, thresholds) for each in done]
    with elevated(session, "review"):
        session.refresh(pair)
        if pair.status is status:
            ask_again(session, pair)
            pair.status = ReviewStatus.WAITING if pair.band is MatchBand.REVIEW else None
            pair.decided_by_id = pair.decided_at = None
        session.flush()
        note(session, viewer, "undo", pair, {"status": (status, pair.status)})
        settle(session, [pair.ticket_id, pair.other_id])
    said = " ".join(change.said for change in changes) or "The decision about the two is taken back."
    return Reviewed(pair, changes[-1] if changes else None, said)


def _seen(session: Session, viewer: Viewer, pair_id: int) -> MatchPair:
    """The pair as it is now, while nobody else changes what belongs where."""
    require(viewer, Action.EDIT, MatchPair)
    take_turn(session)
    query = select(MatchPair).where(MatchPair.id == pair_id).execution_options(populate_existing=True)
    pair = session.scalar(query)
    if pair is None:
        msg = f"There is no pair {pair_id}, or not for you."
        raise NotFound(msg)
    return pair


def _refuse_decided(pair: MatchPair) -> None:
    if pair.status in (ReviewStatus.ACCEPTED, ReviewStatus.REJECTED):
        msg = f"Pair {pair.id} was {pair.status.value} already; undo that first."
        raise RuleBroken(msg)


_FURTHER: Final = (
    WorkOrderStatus.CANCELLED,
    WorkOrderStatus.DONE,
    WorkOrderStatus.DRAFT,
    WorkOrderStatus.READY,
    WorkOrderStatus.WAITING_FOR_CUSTOMER,
    WorkOrderStatus.WAITING_FOR_PARTS,
    WorkOrderStatus.PLANNED,
    WorkOrderStatus.IN_PROGRESS,
)


def _joining(session: Session, pair: MatchPair) -> tuple[int | None, Sequence[int]]:
    """The order that the two should belong to, and the tickets that must go there."""
    both = (pair.ticket_id, pair.other_id)
    now = {ticket: membership.work_order_id for ticket, membership in current(session, both).items()}
    if not now or len(set(now.values())) < len(now):
        return None, ()
    orders = {order.id: order for order in session.scalars(select(WorkOrder).where(WorkOrder.id.in_(now.values())))}
    target = max(orders.values(), key=lambda order: (_FURTHER.index(order.status), -order.id)).id
    other = next(ticket for ticket in both if now.get(ticket) != target)
    if other not in now:
        return target, (other,)
    joined = members(session, [target, now[other]])
    here = [membership.ticket_id for membership in joined[target]]
    along = [membership.ticket_id for membership in joined[now[other]]]
    across = pairs_of(session, {two(one, each) for one in along for each in here})
    apart = any(each.status is ReviewStatus.REJECTED for each in across)
    return target, (other,) if apart else along


def _merge_of(session: Session, pair: MatchPair) -> list[int]:
    """The merges that accepting this pair made, and that nobody took back yet."""
    with elevated(session, "review"):
        taken_back = select(Merge.undoes_id).where(Merge.undoes_id.is_not(None))
        query = select(Merge).where(
            Merge.pair_id == pair.id, Merge.kind == MergeKind.MERGE, Merge.id.not_in(taken_back)
        )
        found = list(session.scalars(query.order_by(Merge.id.desc())))
    return [each.id for each in found if each.before.get("how") == [MergedBy.REVIEW.value]]
