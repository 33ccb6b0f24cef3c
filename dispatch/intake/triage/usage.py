"""What past visits of a work type really took: their time and parts."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import median
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Equipment, Visit, VisitPart, VisitStatus, WorkOrder, WorkType, WorkTypePart
from dispatch.intake.triage.proposal import NeededPart

ENOUGH: Final = 5
"""Visits of the same model from which on it speaks for itself."""

MOST: Final = 200
MOSTLY: Final = 0.5
"""A part is proposed that at least this share of the visits used."""

_ROUNDED: Final = 300
"""Proposed times are whole five minutes."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a visit will probably take; `words`: how that is known."""

    seconds: int
    parts: tuple[NeededPart, ...]
    words: str


def usage_of(session: Session, work_type: WorkType, model: str) -> Usage:
    """Time and parts as past visits took them: on this model, else on any, else as the work type says."""
    visits = _visits(session, work_type.id, model) if model else []
    of = f"on {model}"
    if len(visits) < ENOUGH:
        visits, of = _visits(session, work_type.id, None), "of this type"
    if len(visits) < ENOUGH:
        parts = session.scalars(select(WorkTypePart).where(WorkTypePart.work_type_id == work_type.id))
        usual = tuple(NeededPart(each.part_id, each.quantity) for each in parts)
        return Usage(work_type.duration_seconds, usual, "time and parts as the work type says")
    took = median(seconds for _, seconds in visits) - work_type.setup_seconds
    seconds = max(_ROUNDED, round(took / _ROUNDED) * _ROUNDED)
    return Usage(seconds, _parts(session, [key for key, _ in visits]), f"time and parts of {len(visits)} visits {of}")


def _visits(session: Session, work_type_id: int, model: str | None) -> list[tuple[int, float]]:
    """The latest completed visits, with the seconds each took."""
    query = (
        select(Visit.id, Visit.started_at, Visit.finished_at)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .where(WorkOrder.work_type_id == work_type_id, Visit.status == VisitStatus.COMPLETED)
        .order_by(Visit.id.desc())
        .limit(MOST)
    )
    if model is not None:
        query = query.join(Equipment, Equipment.id == WorkOrder.equipment_id).where(Equipment.model == model)
    return [
        (key, (finished - started).total_seconds())
        for key, started, finished in session.execute(query)
        if started is not None and finished is not None
    ]


def _parts(session: Session, visit_ids: list[int]) -> tuple[NeededPart, ...]:
    used: dict[int, Counter[int]] = defaultdict(Counter)
    for part_id, quantity in session.execute(
        select(VisitPart.part_id, VisitPart.used).where(VisitPart.visit_id.in_(visit_ids), VisitPart.used > 0)
    ):
        used[part_id][quantity or 0] += 1
    return tuple(
        NeededPart(part_id, counts.most_common(1)[0][0])
        for part_id, counts in sorted(used.items())
        if counts.total() >= MOSTLY * len(visit_ids)
    )
