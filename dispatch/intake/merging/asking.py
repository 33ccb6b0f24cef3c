"""Asks a person about tickets that fit two work orders about as well, and stops asking when they do no more."""

from collections.abc import Collection, Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import MatchPair, ReviewStatus, WorkOrder
from dispatch.access import Viewer
from dispatch.intake.matching import Rivals, Thresholds, band
from dispatch.intake.matching.rivals import ask, ask_no_more, rival_line, torn_ticket
from dispatch.intake.merging.component import Component
from dispatch.intake.merging.consequences import listed
from dispatch.intake.merging.decisions import DECIDED, Remembered, Two, decide
from dispatch.intake.merging.memberships import current, locked_orders


def ask_about(session: Session, found: Component, asked: Mapping[Two, Rivals[int]], thresholds: Thresholds) -> None:
    """Lets these pairs of the component wait for a person, and no others for such a reason; flushed.

    To be called when the tickets are where they belong: the words name their work orders.
    """
    now = {ticket: each.work_order_id for ticket, each in current(session, found.tickets).items()}
    orders = locked_orders(session, {*now.values()}) if asked else {}
    of_ticket = {ticket: orders[order] for ticket, order in now.items() if order in orders}
    for two, pair in found.pairs.items():
        if two in asked:
            why = asked[two]
            other = two[0] if why.key == two[1] else two[1]
            ask(pair, why.key, _words(found, why, of_ticket, of_ticket.get(other)))
        elif rival_line(pair) is not None and pair.status not in DECIDED:
            ask_no_more(pair, band(pair.probability, thresholds))
    session.flush()


def answer(session: Session, viewer: Viewer, united: Collection[int]) -> Remembered:
    """Notes that those of these tickets, now together, who fitted other work as well do not belong there; as before.

    So no score joins them with it later.
    """
    query = select(MatchPair).where(
        or_(MatchPair.ticket_id.in_(united), MatchPair.other_id.in_(united)),
        MatchPair.status == ReviewStatus.WAITING,
    )
    left = [
        (pair.ticket_id, pair.other_id)
        for pair in session.scalars(query.order_by(MatchPair.id))
        if torn_ticket(pair) in united and not {pair.ticket_id, pair.other_id} <= set(united)
    ]
    return decide(session, viewer, left, ReviewStatus.REJECTED)


def ask_again(session: Session, accepted: MatchPair) -> None:
    """Takes back what `answer` noted when this pair was accepted without any change of memberships."""
    both = (accepted.ticket_id, accepted.other_id)
    query = select(MatchPair).where(
        or_(MatchPair.ticket_id.in_(both), MatchPair.other_id.in_(both)),
        MatchPair.status == ReviewStatus.REJECTED,
        MatchPair.decided_at == accepted.decided_at,
    )
    for pair in session.scalars(query):
        if accepted.status is ReviewStatus.ACCEPTED and torn_ticket(pair) in both:
            pair.status, pair.decided_by_id, pair.decided_at = ReviewStatus.WAITING, None, None


def _words(found: Component, why: Rivals[int], of_ticket: Mapping[int, WorkOrder], here: WorkOrder | None) -> str:
    """T-3 fits WO-2 as well. Of an order in another territory no more is said than that there is one."""
    said = _named(found, why.others, of_ticket, here)
    return f"{found.tickets[why.key].number} fits {said} as well; a person is asked"


def _named(
    found: Component, others: Collection[int], of_ticket: Mapping[int, WorkOrder], here: WorkOrder | None
) -> str:
    names = set()
    for ticket in others:
        order = of_ticket.get(ticket)
        if order is None:
            names.add(found.tickets[ticket].number)
        elif here is None or order.territory_id == here.territory_id:
            names.add(order.number)
        else:
            names.add("work in another territory")
    return listed(sorted(names))
