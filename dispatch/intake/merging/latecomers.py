"""Who comes late to a work order hears at once what its other parties know: on which day somebody comes."""

from collections.abc import Collection
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Message, Stop, Territory, Visit, VisitStatus, WorkOrder
from dispatch.intake.telling.informing import inform

_COMING: Final = (VisitStatus.DISPATCHED, VisitStatus.TRAVELLING)


def tell_latecomers(session: Session, order: WorkOrder, ticket_ids: Collection[int], key: object) -> list[Message]:
    """Tells the parties of these tickets, who just came to the order, the day of its next visit if that is published.

    Nobody else is written to, nor who knows it from another ticket of theirs. key: makes this cause different from
    others. The session must be elevated, and have its turn.
    """
    query = (
        select(Stop.starts_at, Territory.time_zone)
        .join(Visit, Stop.visit_id == Visit.id)
        .join(Territory, Territory.id == order.territory_id)
        .where(Visit.work_order_id == order.id, Visit.status.in_(_COMING))
    )
    found = session.execute(query.order_by(Stop.starts_at).limit(1)).one_or_none()
    if found is None:
        return []
    day = found[0].astimezone(ZoneInfo(found[1])).date()
    news = f"planned:{day}"
    return inform(session, order.id, f"{news}:joined:{key}", "planned", news=news, only=ticket_ids, on=day)
