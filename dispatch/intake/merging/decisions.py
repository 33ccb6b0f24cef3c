"""What people decided about two tickets, kept in their pair: together, or apart. It outranks every score."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.orm import Session

from db.models import MatchBand, MatchPair, ReviewStatus, Ticket, TicketStatus
from dispatch.access import Viewer
from dispatch.intake.matching.rivals import torn_ticket
from dispatch.intake.merging.memberships import current

DECIDED: Final = (ReviewStatus.ACCEPTED, ReviewStatus.REJECTED)
OVER: Final = (TicketStatus.RESOLVED, TicketStatus.CLOSED)
Two = tuple[int, int]
Remembered = dict[str, Any]
"""What pairs were before a change: {"pairs": [[id, status, decided_by_id, decided_at], ...], "made": [id, ...]}."""


def two(one: int, other: int) -> Two:
    """The lower id first, as pairs are kept."""
    return (one, other) if one < other else (other, one)


def decide(session: Session, viewer: Viewer, wanted: Iterable[Two], status: ReviewStatus) -> Remembered:
    """Notes a person's decision on each of these pairs; what they were before, for `take_back`.

    A pair that was never compared is made, with nothing known of it.
    """
    pairs = {two(*each) for each in wanted}
    known = {(pair.ticket_id, pair.other_id): pair for pair in pairs_of(session, pairs)}
    before = [_as_it_is(pair) for _, pair in sorted(known.items()) if pair.status is not status]
    missing = [_unknown(session, each) for each in sorted(pairs - set(known))]
    session.add_all(missing)
    for pair in [*known.values(), *missing]:
        if pair.status is not status:
            pair.status, pair.decided_by_id, pair.decided_at = status, viewer.user_id, session.info["now"]()
    session.flush()
    return {"pairs": before, "made": [pair.id for pair in missing]}


def take_back(session: Session, remembered: Remembered, ticket_ids: Collection[int]) -> None:
    """Makes the pairs of these tickets what they were before a decision; those that were made for it go.

    So are those of the others' that the decision answered, as a ticket fitted two orders.
    """
    before = {key: (status, by, at) for key, status, by, at in remembered.get("pairs", ())}
    made = set(remembered.get("made", ()))
    query = select(MatchPair).where(MatchPair.id.in_({*before, *made}))
    for pair in session.scalars(query.with_for_update().execution_options(populate_existing=True)):
        if torn_ticket(pair) is None and not {pair.ticket_id, pair.other_id} & set(ticket_ids):
            continue
        if pair.id in made and not pair.evidence:
            session.delete(pair)
            continue
        status, by, at = before.get(pair.id, (None, None, None))
        pair.status = None if status is None else ReviewStatus(status)
        pair.decided_by_id, pair.decided_at = by, None if at is None else datetime.fromisoformat(at)
    session.flush()


def pairs_of(session: Session, pairs: Collection[Two]) -> list[MatchPair]:
    """The pairs there are among these."""
    if not pairs:
        return []
    query = select(MatchPair).where(tuple_(MatchPair.ticket_id, MatchPair.other_id).in_(sorted(pairs)))
    return list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def settle(session: Session, ticket_ids: Collection[int]) -> None:
    """Makes open questions about these tickets what they are by now: settled where the tickets are together, or one of
    them is done with; waiting else."""
    ids = sorted(ticket_ids)
    query = select(MatchPair).where(
        or_(MatchPair.ticket_id.in_(ids), MatchPair.other_id.in_(ids)),
        and_(MatchPair.band == MatchBand.REVIEW, MatchPair.status.in_((ReviewStatus.WAITING, ReviewStatus.SETTLED))),
    )
    pairs = list(session.scalars(query))
    tickets = {each for pair in pairs for each in (pair.ticket_id, pair.other_id)}
    orders = {ticket: membership.work_order_id for ticket, membership in current(session, tickets).items()}
    over = set(session.scalars(select(Ticket.id).where(Ticket.id.in_(tickets), Ticket.status.in_(OVER))))
    for pair in pairs:
        together = orders.get(pair.ticket_id) is not None and orders[pair.ticket_id] == orders.get(pair.other_id)
        settled = together or pair.ticket_id in over or pair.other_id in over
        status = ReviewStatus.SETTLED if settled else ReviewStatus.WAITING
        if pair.status is not status:
            pair.status = status
    session.flush()


def _as_it_is(pair: MatchPair) -> list[Any]:
    status, at = pair.status, pair.decided_at
    return [pair.id, status and status.value, pair.decided_by_id, at and at.isoformat()]


def _unknown(session: Session, pair: Two) -> MatchPair:
    return MatchPair(
        ticket_id=pair[0],
        other_id=pair[1],
        probability=0.0,
        band=MatchBand.SEPARATE,
        evidence=[],
        compared_at=session.info["now"](),
    )
