"""Service standards: which promises are made by themselves."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import PromiseKind, ServiceStandard
from dispatch.access import elevated
from dispatch.errors import Conflict, Fault
from dispatch.records.nouns import Draft, Noun


def _check(session: Session, draft: Draft[ServiceStandard]) -> list[Fault]:
    standard = draft.row
    _refuse_second(session, standard)
    if standard.kind is PromiseKind.CALLBACK and standard.within_minutes is None:
        message = "within_minutes is missing: a callback is promised within so many minutes of the report."
        return [Fault("/within_minutes", message)]
    if standard.kind is not PromiseKind.CALLBACK and standard.within_minutes is not None:
        message = f"within_minutes is for callbacks: a {standard.kind.value} says by itself by when; leave it out."
        return [Fault("/within_minutes", message)]
    return []


def _refuse_second(session: Session, standard: ServiceStandard) -> None:
    """Two standards of a kind for the same work and contract, or for all, would contradict each other."""
    with elevated(session, "uniqueness"), session.no_autoflush:
        query = select(ServiceStandard.id).where(
            ServiceStandard.kind == standard.kind,
            ServiceStandard.work_type_id.is_not_distinct_from(standard.work_type_id),
            ServiceStandard.contract_id.is_not_distinct_from(standard.contract_id),
            ServiceStandard.id != (standard.id or 0),
        )
        other = session.scalar(query.limit(1))
    if other is not None:
        message = (
            f"There is already a service standard for {standard.kind.value} of this work and contract, {other}; "
            "edit that one."
        )
        raise Conflict(message)


SERVICE_STANDARDS = Noun(ServiceStandard, check=_check)
