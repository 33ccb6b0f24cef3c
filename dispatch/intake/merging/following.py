"""Tickets that came to a work order after a merge, maybe only because of it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Merge, MergedBy, TicketMembership
from dispatch.intake.merging.memberships import members


def followers(session: Session, merge: Merge, holder: int) -> dict[int, datetime]:
    """{ticket id: since when}: what a score put into the order since the merge; what a person put there is no follower.

    holder: the order that has the merge's tickets by now.
    """
    began = session.scalar(
        select(func.min(TicketMembership.id)).where(
            TicketMembership.ticket_id.in_(merge.tickets),
            TicketMembership.work_order_id == merge.work_order_id,
            TicketMembership.joined_at >= merge.at,
        )
    )
    if began is None:
        return {}
    return {
        each.ticket_id: each.joined_at
        for each in members(session, [holder])[holder]
        if each.how is MergedBy.SCORE and each.id > began and each.ticket_id not in merge.tickets
    }
