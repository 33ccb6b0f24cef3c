"""Tickets that came after a merge: to its work order, maybe only because of it, or maybe past it for that reason."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Merge, MergedBy, TicketMembership
from dispatch.intake.matching import Thresholds
from dispatch.intake.merging.component import component
from dispatch.intake.merging.memberships import current, members


def followers(session: Session, merge: Merge, holder: int) -> dict[int, datetime]:
    """{ticket id: since when}: what a score put into the order since the merge; what a person put there is no follower.

    holder: the order that has the merge's tickets by now.
    """
    began = _began(session, merge)
    if began is None:
        return {}
    return {
        each.ticket_id: each.joined_at
        for each in members(session, [holder])[holder]
        if each.how is MergedBy.SCORE and each.id > began and each.ticket_id not in merge.tickets
    }


def passers_by(session: Session, merge: Merge, about: Collection[int], thresholds: Thresholds) -> dict[int, datetime]:
    """{ticket id: since when}: new tickets since the merge that hang together with these, and that no person placed.

    So where they are may be otherwise without the merge, in whichever order they are.
    """
    began = _began(session, merge)
    if began is None:
        return {}
    near: set[int] = set()
    for ticket_id in sorted(about):
        if ticket_id not in near:
            near |= component(session, ticket_id, thresholds).tickets.keys()
    since = func.min(TicketMembership.id)
    query = select(TicketMembership.ticket_id).where(TicketMembership.ticket_id.in_(near - {*merge.tickets}))
    new = session.scalars(query.group_by(TicketMembership.ticket_id).having(since > began)).all()
    by_itself = (MergedBy.FIRST, MergedBy.SCORE)
    return {ticket: each.joined_at for ticket, each in current(session, new).items() if each.how in by_itself}


def _began(session: Session, merge: Merge) -> int | None:
    """The first membership that the merge made; None: it made none."""
    return session.scalar(
        select(func.min(TicketMembership.id)).where(
            TicketMembership.ticket_id.in_(merge.tickets),
            TicketMembership.work_order_id == merge.work_order_id,
            TicketMembership.joined_at >= merge.at,
        )
    )
