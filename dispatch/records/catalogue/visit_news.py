"""News of visits, for the outbox."""

from typing import Final

from sqlalchemy.orm import Session

from db.models import Visit, VisitStatus
from dispatch.compute.outbox import post

VISIT_STATUS: Final = "visit.status"
"""The outbox's topic for a visit that has another status: {visit_id, before, status, version}."""


def tell_status(session: Session, visit: Visit, before: VisitStatus) -> None:
    """Posts that a visit is in another status than before, with the caller's transaction."""
    payload = {"visit_id": visit.id, "before": before, "status": visit.status, "version": visit.version}
    post(session, VISIT_STATUS, f"{VISIT_STATUS}:{visit.id}:{visit.version}:{visit.status}", payload)
