"""All tickets that hang together with one: what grouping looks at, so that the order of arrival does not matter.

Tickets of orders that are planned, held, begun or lately done are anchors: they stay where they are, all tickets of
one such order together and those of two apart. The others may be grouped anew.
"""

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import (
    Equipment,
    MatchPair,
    ReviewStatus,
    Site,
    Ticket,
    TicketMembership,
    WorkOrder,
    WorkOrderStatus,
)
from dispatch.intake.matching import Grouping, Thresholds, grouping
from dispatch.intake.merging.consequences import COMPLAINT, done_at
from dispatch.intake.merging.decisions import OVER, Two
from dispatch.intake.merging.memberships import current, members

LOOSE = (WorkOrderStatus.DRAFT, WorkOrderStatus.READY)
"""Orders not yet planned: their tickets may be grouped anew."""


@dataclass
class Component:
    """Tickets that hang together. orders: those of its tickets. gone: tickets that nothing is merged with any more.

    free: tickets that may be grouped anew though their order is planned, held, begun or done.
    """

    tickets: dict[int, Ticket] = field(default_factory=dict)
    memberships: dict[int, TicketMembership] = field(default_factory=dict)
    orders: dict[int, WorkOrder] = field(default_factory=dict)
    pairs: dict[Two, MatchPair] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    free: frozenset[int] = frozenset()

    def order_of(self, ticket_id: int) -> WorkOrder | None:
        """The order a ticket belongs to now; None: to none."""
        membership = self.memberships.get(ticket_id)
        return None if membership is None else self.orders[membership.work_order_id]

    def anchor_of(self, ticket_id: int) -> WorkOrder | None:
        """The order that a ticket cannot be taken out of by a score; None: it may be grouped anew."""
        order = self.order_of(ticket_id)
        return None if order is None or order.status in LOOSE or ticket_id in self.free else order


def component(session: Session, ticket_id: int, thresholds: Thresholds) -> Component:
    """The tickets that chains of pairs to be merged, of accepted pairs, and of orders lead to."""
    found = Component()
    edge = {ticket_id}
    while edge:
        _look_at(session, found, edge)
        near = _neighbours(session, edge - found.gone, thresholds)
        orders = {found.memberships[ticket].work_order_id for ticket in edge if ticket in found.memberships}
        for joined in members(session, orders).values():
            near |= {membership.ticket_id for membership in joined}
        edge = near - set(found.tickets)
    _read_pairs(session, found)
    return found


def groups(session: Session, found: Component, thresholds: Thresholds, apart: Collection[Two] = ()) -> Grouping[int]:
    """The component's tickets in groups; a group holds the tickets of at most one anchor.

    apart: pairs that are kept apart this time, unless a person accepted them.
    """
    anchors = {ticket: order.id for ticket in found.tickets if (order := found.anchor_of(ticket)) is not None}
    anchored = list(itertools.combinations(sorted(anchors), 2))
    fixed = {pair for pair in anchored if anchors[pair[0]] == anchors[pair[1]]}
    decided = dict.fromkeys(apart, False)
    decided |= {
        pair: row.status is ReviewStatus.ACCEPTED
        for pair, row in found.pairs.items()
        if row.status in (ReviewStatus.ACCEPTED, ReviewStatus.REJECTED)
    }
    decided |= dict.fromkeys(_in_other_territories(session, found.tickets), False)
    decided |= {pair: False for pair in anchored if pair not in fixed}
    decided = {pair: yes for pair, yes in decided.items() if yes or pair not in fixed}
    scores = {pair: row.probability for pair, row in found.pairs.items()}
    return grouping(set(found.tickets) - found.gone, scores, decided, thresholds, fixed)


def _look_at(session: Session, found: Component, edge: Collection[int]) -> None:
    tickets = session.scalars(select(Ticket).where(Ticket.id.in_(edge)).execution_options(populate_existing=True))
    found.tickets |= {ticket.id: ticket for ticket in tickets}
    joined = current(session, edge)
    found.memberships |= joined
    ids = {membership.work_order_id for membership in joined.values()} - set(found.orders)
    query = select(WorkOrder).where(WorkOrder.id.in_(ids)).order_by(WorkOrder.id)
    orders = list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))
    found.orders |= {order.id: order for order in orders}
    over = {order.id for order in orders if _is_over(session, order)}
    for ticket in edge:
        membership = joined.get(ticket)
        closed = ticket in found.tickets and found.tickets[ticket].status in OVER and membership is None
        if closed or (membership is not None and membership.work_order_id in over):
            found.gone.add(ticket)


def _is_over(session: Session, order: WorkOrder) -> bool:
    """Whether what is reported now cannot be about this order any more."""
    if order.status is WorkOrderStatus.CANCELLED:
        return True
    return order.status is WorkOrderStatus.DONE and session.info["now"]() - done_at(session, order) > COMPLAINT


def _neighbours(session: Session, edge: Collection[int], thresholds: Thresholds) -> set[int]:
    query = select(MatchPair.ticket_id, MatchPair.other_id).where(
        or_(MatchPair.ticket_id.in_(edge), MatchPair.other_id.in_(edge)),
        or_(MatchPair.probability >= thresholds.merge, MatchPair.status == ReviewStatus.ACCEPTED),
    )
    return {each for pair in session.execute(query) for each in pair}


def _read_pairs(session: Session, found: Component) -> None:
    ids = sorted(found.tickets)
    query = select(MatchPair).where(MatchPair.ticket_id.in_(ids), MatchPair.other_id.in_(ids))
    for pair in session.scalars(query.execution_options(populate_existing=True)):
        found.pairs[pair.ticket_id, pair.other_id] = pair


def _in_other_territories(session: Session, tickets: Mapping[int, Ticket]) -> set[Two]:
    """Pairs of tickets at sites of two territories: who looks after one may not read what the other's parties said."""
    sites = {ticket.site_id for ticket in tickets.values() if ticket.site_id is not None}
    units = {ticket.equipment_id for ticket in tickets.values() if ticket.equipment_id is not None}
    of_site = dict(session.execute(select(Site.id, Site.territory_id).where(Site.id.in_(sites))).all())
    through = select(Equipment.id, Site.territory_id).join(Site, Site.id == Equipment.site_id)
    of_unit = dict(session.execute(through.where(Equipment.id.in_(units))).all())
    territories = {
        key: of_site.get(ticket.site_id or 0) or of_unit.get(ticket.equipment_id or 0)
        for key, ticket in tickets.items()
    }
    known = sorted(key for key, territory in territories.items() if territory is not None)
    return {(one, other) for one, other in itertools.combinations(known, 2) if territories[one] != territories[other]}
