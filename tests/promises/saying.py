"""Promises of tests."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.models import Promise, PromiseKind, Visit
from dispatch.promises import ledger
from tests.builders.planning import ZONE


def promise_window(session: Session, visit: Visit, opens: datetime, closes: datetime) -> Promise:
    """That somebody comes for this visit between two instants."""
    return ledger.make_at(
        session, PromiseKind.WINDOW, visit.work_order_id, closes, ZONE.key, from_at=opens, visit_id=visit.id
    )


def promise_callback(session: Session, visit: Visit, by: datetime, supersedes: int | None = None) -> Promise:
    """That somebody calls back by an instant."""
    return ledger.make_at(session, PromiseKind.CALLBACK, visit.work_order_id, by, ZONE.key, supersedes=supersedes)
