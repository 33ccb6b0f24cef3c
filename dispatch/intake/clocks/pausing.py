"""The clocks of a work order stand still while it waits for the customer."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import ClockKind, ClockPause, WorkOrderStatus
from dispatch.access import elevated

REASON: Final = "waiting for the customer"


def follow(session: Session, work_order_id: int, status: WorkOrderStatus, at: datetime) -> bool:
    """Stops the clocks from `at` when the order waits for the customer by now, and lets them run on when it does not.

    Only what was stopped for this reason runs on: a pause that somebody wrote by hand is theirs. True when something
    changed; telling the same twice changes nothing.
    """
    with elevated(session, "clocks"):
        query = select(ClockPause).where(
            ClockPause.work_order_id == work_order_id, ClockPause.ends_at.is_(None), ClockPause.reason == REASON
        )
        still = list(session.scalars(query.with_for_update()))
        waits = status is WorkOrderStatus.WAITING_FOR_CUSTOMER
        if waits == bool(still):
            return False
        if waits:
            session.add_all(
                ClockPause(work_order_id=work_order_id, clock=kind, starts_at=at, reason=REASON) for kind in ClockKind
            )
        for pause in still:
            _end(session, pause, at)
        session.flush()
    return True


def _end(session: Session, pause: ClockPause, at: datetime) -> None:
    if at > pause.starts_at:
        pause.ends_at = at
    else:
        session.delete(pause)
