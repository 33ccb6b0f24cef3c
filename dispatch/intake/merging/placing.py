"""Finds the work order of a ticket, and with it of all tickets that hang together with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import (
    Fact,
    MatchPair,
    Merge,
    MergedBy,
    MergeKind,
    ReviewStatus,
    Ticket,
    TicketMembership,
    WorkOrder,
    WorkOrderStatus,
)
from dispatch.access import Viewer, elevated
from dispatch.errors import NotFound
from dispatch.intake import matching
from dispatch.intake.facts.said import Field
from dispatch.intake.matching import Grouping, Thresholds
from dispatch.intake.merging.asking import ask_about
from dispatch.intake.merging.carrying import Going, carry_out
from dispatch.intake.merging.component import Component, component, groups
from dispatch.intake.merging.decisions import OVER, Two, settle, two
from dispatch.intake.merging.homes import home, opened_by
from dispatch.intake.merging.memberships import current, put
from dispatch.intake.merging.opening import Propose, open_order
from dispatch.intake.merging.outcome import Placed
from dispatch.intake.merging.refolding import refold_by_id
from dispatch.intake.telling.alarming import alarm
from dispatch.intake.triage import is_emergency, propose
from dispatch.intake.turns import take_turn

Group = frozenset[int]


class Matcher(Protocol):
    """What tells which tickets are about the same; `dispatch.intake.matching` is one."""

    def remember(self, session: Session, ticket_id: int) -> object:
        """Keeps by what the ticket is compared."""

    def forget(self, session: Session, ticket_id: int) -> object:
        """Later tickets are not compared with this one any more."""

    def matched(self, session: Session, ticket_id: int, thresholds: Thresholds) -> Sequence[MatchPair]:
        """Compares the ticket with open ones, and keeps the pairs."""


@dataclass(frozen=True, slots=True)
class Means:
    """By what tickets are placed; other than the usual in tests."""

    matcher: Matcher = matching
    triage: Propose = propose


USUAL: Final = Means()


def place(session: Session, viewer: Viewer, ticket_id: int, thresholds: Thresholds, means: Means = USUAL) -> Placed:
    """Finds the work order of a ticket that is new, or of which more is known, and makes one where there is none.

    All tickets that hang together with it and are not planned yet are grouped anew, so that the groups do not depend on
    which came first; a group that hangs together with planned work joins that. Nobody is written to but who comes to an
    order whose visit is published. Somebody in danger makes the order an emergency, and ready to be planned, at once.

    Raises NotFound.
    """
    take_turn(session)
    with elevated(session, "placing"):
        ticket = session.get(Ticket, ticket_id, populate_existing=True)
        if ticket is None:
            msg = f"There is no ticket {ticket_id}."
            raise NotFound(msg)
        emergency = _emergency(session, ticket)
        if ticket.status in OVER:
            means.matcher.forget(session, ticket_id)
            return _placed(session, ticket_id, emergency)
        means.matcher.remember(session, ticket_id)
        means.matcher.matched(session, ticket_id, thresholds)
        before = current(session, [ticket_id]).get(ticket_id)
        _group(session, viewer, ticket_id, thresholds, means)
        membership = current(session, [ticket_id]).get(ticket_id)
        if membership is not None and membership is before:
            # What is known of the ticket may have changed, though it stays where it is.
            refold_by_id(session, membership.work_order_id)
        settle(session, [ticket_id])
        return _placed(session, ticket_id, emergency)


def _emergency(session: Session, ticket: Ticket) -> str | None:
    """Why somebody is in danger, by what was said; whoever looked into it and said no is not overruled by the same."""
    said = select(Fact).where(Fact.ticket_id == ticket.id, Fact.field == Field.SYMPTOM)
    facts = list(session.scalars(said.order_by(Fact.said_at, Fact.id)))
    texts = (ticket.subject, ticket.symptom, *(fact.value for fact in facts))
    words = is_emergency("\n".join(each for each in texts if each))
    is_new = ticket.id not in current(session, [ticket.id])
    if words is not None and not ticket.emergency:
        fresh = "\n".join(fact.value for fact in facts if fact.said_at >= ticket.updated_at)
        if not is_new and is_emergency(fresh) is None:
            return None
        ticket.emergency = True
        session.flush()
    alarm(session, ticket)
    return words


def _placed(session: Session, ticket_id: int, emergency: str | None) -> Placed:
    query = select(MatchPair).where(
        or_(MatchPair.ticket_id == ticket_id, MatchPair.other_id == ticket_id),
        MatchPair.status == ReviewStatus.WAITING,
    )
    waiting = tuple(session.scalars(query.order_by(MatchPair.probability.desc(), MatchPair.id)))
    membership = current(session, [ticket_id]).get(ticket_id)
    if membership is None:
        return Placed(None, None, waiting, emergency)
    return Placed(membership.work_order_id, membership.how, waiting, emergency)


def _group(session: Session, viewer: Viewer, ticket_id: int, thresholds: Thresholds, means: Means) -> None:
    found = component(session, ticket_id, thresholds)
    for gone in sorted(found.gone - {ticket_id}):
        means.matcher.forget(session, gone)
    if ticket_id not in found.gone:
        parts = groups(session, found, thresholds)
        _regroup(session, viewer, found, parts, means)
        ask_about(session, found, parts.asked, thresholds)


def place_anew(
    session: Session,
    viewer: Viewer,
    ticket_ids: Collection[int],
    thresholds: Thresholds,
    apart: Collection[Two],
    free: frozenset[int],
) -> list[Merge]:
    """Places tickets again with these pairs kept apart; the changes of memberships.

    free: tickets that may leave planned work too.

    The session must be elevated, and have its turn.
    """
    made: list[Merge] = []
    placed: set[int] = set()
    for ticket_id in sorted(ticket_ids):
        if ticket_id in placed:
            continue
        found = component(session, ticket_id, thresholds)
        placed |= found.tickets.keys()
        found.free = free
        if ticket_id not in found.gone:
            parts = groups(session, found, thresholds, apart)
            made += _regroup(session, viewer, found, parts, USUAL)
            ask_about(session, found, parts.asked, thresholds)
    return made


def _regroup(session: Session, viewer: Viewer, found: Component, parts: Grouping[int], means: Means) -> list[Merge]:
    """Puts the component's tickets where they belong together."""
    owners = _owners(found, parts.groups)
    made: list[Merge] = []
    for group in parts.groups:
        made += _settle_group(session, viewer, found, group, owners, means)
    return made


def _owners(found: Component, parts: Sequence[Group]) -> dict[int, Group]:
    """{order not yet planned: the group that keeps it}: that of its first ticket."""
    by_ticket = {ticket: group for group in parts for ticket in group}
    firsts: dict[int, TicketMembership] = {}
    for membership in sorted(found.memberships.values(), key=lambda each: (each.how is not MergedBy.FIRST, each.id)):
        no_owner = membership.ticket_id in found.free or found.anchor_of(membership.ticket_id) is not None
        if membership.ticket_id in by_ticket and not no_owner:
            firsts.setdefault(membership.work_order_id, membership)
    return {order: by_ticket[membership.ticket_id] for order, membership in firsts.items()}


def _settle_group(
    session: Session, viewer: Viewer, found: Component, group: Group, owners: Mapping[int, Group], means: Means
) -> list[Merge]:
    """Puts the group's tickets that may be moved where they belong together."""
    loose = [found.tickets[each] for each in group if found.anchor_of(each) is None]
    loose.sort(key=lambda ticket: (ticket.received_at, ticket.id))
    if not loose:
        return []
    anchor = next((order for ticket in sorted(group) if (order := found.anchor_of(ticket)) is not None), None)
    done = anchor if anchor is not None and anchor.status is WorkOrderStatus.DONE else None
    target = _kept(found, group, owners) if anchor is None or done is not None else anchor
    said, kind = "", MergeKind.MERGE
    if target is None and done is None:
        target = home(session, loose)
        if target is not None:
            said, kind = f"{target.number} is taken up again.", MergeKind.SPLIT
    if target is None:
        target = open_order(session, loose, complaint_about=done, triage=means.triage)
        if target is None:
            return []
        said = "" if done is None else f"Follows up on {done.number}, which is done."
        kind = MergeKind.SPLIT
        if loose[0].id not in found.memberships:
            put(session, {loose[0].id: (target.id, MergedBy.FIRST)})
            refold_by_id(session, target.id)
            loose, kind = loose[1:], MergeKind.MERGE
    moving = [ticket.id for ticket in loose if _belongs(found, ticket.id) != target.id]
    if not moving:
        return []
    own = opened_by(session, target.id)
    hows = {ticket: MergedBy.FIRST if ticket in own else MergedBy.SCORE for ticket in moving}
    going = Going(kind, target.id, hows, by_system=True, pair_id=_strongest(found, moving, group), said=said)
    return carry_out(session, viewer, going)


def _belongs(found: Component, ticket_id: int) -> int | None:
    membership = found.memberships.get(ticket_id)
    return None if membership is None else membership.work_order_id


def _kept(found: Component, group: Group, owners: Mapping[int, Group]) -> WorkOrder | None:
    """Of the orders that this group keeps, the one that a person put tickets into, else the oldest."""
    by_hand = {each.work_order_id for each in found.memberships.values() if each.how is MergedBy.PERSON}
    kept = [order for order, owner in owners.items() if owner == group]
    chosen = min(kept, key=lambda order: (order not in by_hand, order), default=None)
    return None if chosen is None else found.orders[chosen]


def _strongest(found: Component, moving: Sequence[int], group: Group) -> int | None:
    """The pair that speaks most for these tickets belonging to the others of their group."""
    pairs = [
        found.pairs[two(one, other)]
        for one in moving
        for other in group
        if other not in moving and two(one, other) in found.pairs
    ]
    best = max(pairs, key=lambda pair: (pair.probability, -pair.id), default=None)
    return None if best is None else best.id
