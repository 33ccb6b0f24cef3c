"""What a change of a work order's status brings about: its clocks stand still or run on, and news of it is posted."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import ClockKind, ClockPause, WorkOrder, WorkOrderStatus
from dispatch.access import elevated
from dispatch.compute.outbox import post

REASON: Final = "waiting for the customer"

STATUS: Final = "work_order.status"
"""The outbox's topic for a work order that has another status: {work_order_id, before, status, version}."""


def follow_status(session: Session, order: WorkOrder, before: WorkOrderStatus) -> None:
    """Pauses the contract clocks of an order from now on when it waits for the customer, and lets them run on else.

    Posts the news. Only what was paused for this reason runs on: a pause that somebody wrote by hand is theirs.
    """
    now: datetime = session.info["now"]()
    with elevated(session, "clocks"):
        if order.status is WorkOrderStatus.WAITING_FOR_CUSTOMER:
            session.add_all(
                ClockPause(work_order_id=order.id, clock=kind, starts_at=now, reason=REASON) for kind in ClockKind
            )
        if before is WorkOrderStatus.WAITING_FOR_CUSTOMER:
            _run_on(session, order.id, now)
    payload = {"work_order_id": order.id, "before": before, "status": order.status, "version": order.version}
    post(session, STATUS, f"{STATUS}:{order.id}:{order.version}:{order.status}", payload)


def _run_on(session: Session, work_order_id: int, now: datetime) -> None:
    query = select(ClockPause).where(
        ClockPause.work_order_id == work_order_id, ClockPause.ends_at.is_(None), ClockPause.reason == REASON
    )
    for pause in session.scalars(query):
        if now > pause.starts_at:
            pause.ends_at = now
        else:
            session.delete(pause)
