"""Which work a ticket probably leads to."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Equipment, Fact, Priority, Ticket, WorkOrder, WorkOrderStatus, WorkType, WorkTypeSkill
from dispatch.access import elevated
from dispatch.errors import NotFound
from dispatch.intake.facts.said import Field
from dispatch.intake.triage.emergency import is_emergency
from dispatch.intake.triage.learning import Learned, learned
from dispatch.intake.triage.proposal import NeededSkill, TriageProposal
from dispatch.intake.triage.usage import usage_of

LEAST_CONFIDENCE: Final = 0.15
"""Below this nothing is proposed: a wrong proposal costs more reading than none."""

REMEMBERED: Final = timedelta(days=730)
RECURRING: Final = 0.25
"""How much likelier each earlier visit of the same type to the same unit makes it; four times at most."""

_URGENT: Final = (Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.EMERGENCY)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the ticket says."""

    text: str
    kind: str
    model: str
    equipment_id: int | None
    wished: Priority | None


def propose(session: Session, ticket_id: int) -> TriageProposal:
    """Work type, priority, time, skills and parts for a ticket, with confidence and reason.

    A proposal without a work type is one too: nobody has to wait for it. It looks at the whole company's past, whoever
    asks.

    Raises NotFound when there is no such ticket.
    """
    with elevated(session, "triage"):
        known = _known(session, ticket_id)
        danger = is_emergency(known.text)
        work_type, confidence, why = _work_type(session, known)
        priority = _priority(session, known, work_type, danger)
        if danger is not None:
            why = f"Emergency: {danger}. {why}"
        if work_type is None:
            return TriageProposal(None, priority, None, (), (), danger, 0.0, why)
        usage = usage_of(session, work_type, known.model)
        skills = session.scalars(select(WorkTypeSkill).where(WorkTypeSkill.work_type_id == work_type.id))
        return TriageProposal(
            work_type_id=work_type.id,
            priority=priority,
            duration_seconds=usage.seconds,
            skills=tuple(NeededSkill(each.skill_id, each.level) for each in skills),
            parts=usage.parts,
            emergency=danger,
            confidence=round(confidence, 3),
            reason=f"{why}; {usage.words}.",
        )


def _known(session: Session, ticket_id: int) -> _Known:
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        raise NotFound(f"There is no ticket {ticket_id}; triage needs one.")
    said: dict[str, list[str]] = {}
    for fact in session.scalars(select(Fact).where(Fact.ticket_id == ticket_id).order_by(Fact.said_at, Fact.id)):
        said.setdefault(fact.field, []).append(fact.value)
    unit = session.get(Equipment, ticket.equipment_id) if ticket.equipment_id is not None else None
    texts = dict.fromkeys(text for text in (ticket.subject, ticket.symptom, *said.get(Field.SYMPTOM, ())) if text)
    wished = said.get(Field.PRIORITY, [""])[-1].casefold()
    return _Known(
        text=". ".join(texts),
        kind=unit.kind if unit else said.get(Field.EQUIPMENT_KIND, [""])[-1].casefold(),
        model=unit.model if unit else said.get(Field.MODEL, [""])[-1],
        equipment_id=ticket.equipment_id,
        wished=Priority(wished) if wished in set(Priority) else None,
    )


def _work_type(session: Session, known: _Known) -> tuple[WorkType | None, float, str]:
    kinds = session.scalars(select(WorkType.equipment_kind)).all()
    if known.kind not in kinds:
        known = _Known(known.text, "", known.model, known.equipment_id, known.wished)
    taught = learned(session)
    if taught is None:
        return _only(session, known)
    if not taught.knows(known.text):
        return None, 0.0, "Nobody has said yet what is wrong in words that were ever used before."
    shares = taught.guess(known.text, known.kind, known.model)
    before = _before(session, known.equipment_id)
    weighed = {key: share * (1 + RECURRING * min(4, before[key])) for key, share in shares.items()}
    whole = sum(weighed.values())
    best = max(weighed, key=lambda key: (weighed[key], -key), default=None)
    if best is None or weighed[best] / whole < LEAST_CONFIDENCE:
        return None, 0.0, f"The words are like none of {taught.cases} past ones."
    work_type = session.get_one(WorkType, best)
    return work_type, weighed[best] / whole, _why(taught, work_type, known, before[best])


def _only(session: Session, known: _Known) -> tuple[WorkType | None, float, str]:
    """The one work type there may be: of no use to learn from, and yet an answer."""
    query = select(WorkType)
    found = session.scalars(query.where(WorkType.equipment_kind == known.kind) if known.kind else query).all()
    if len(found) != 1:
        return None, 0.0, "There is nothing to learn from yet."
    return found[0], LEAST_CONFIDENCE, f"{found[0].name} is the only work type there is"


def _before(session: Session, equipment_id: int | None) -> Counter[int]:
    """How often this unit had each work type of late."""
    if equipment_id is None:
        return Counter()
    query = (
        select(WorkOrder.work_type_id, func.count())
        .where(WorkOrder.equipment_id == equipment_id, WorkOrder.status == WorkOrderStatus.DONE)
        .where(WorkOrder.reported_at > session.info["now"]() - REMEMBERED)
        .group_by(WorkOrder.work_type_id)
    )
    return Counter(dict(iter(session.execute(query))))


def _why(taught: Learned, work_type: WorkType, known: _Known, before: int) -> str:
    on = f" on a {known.model}" if known.model else f" on a {known.kind}" if known.kind else ""
    source = f"{taught.cases} past texts" if taught.cases else "the names of the work types, for want of a past"
    again = f"; this unit had it {before} time{'s' if before > 1 else ''} in two years" if before else ""
    return f"Such words{on} mean {work_type.name}, going by {source}{again}"


def _priority(session: Session, known: _Known, work_type: WorkType | None, danger: str | None) -> Priority:
    """The highest of danger, of what a party asks for, and of what such work usually has.

    Only words make an emergency: neither a wish does, nor that work of this type often was one.
    """
    if danger is not None:
        return Priority.EMERGENCY
    usual = _usual_priority(session, work_type)
    return min(Priority.HIGH, max(known.wished or usual, usual, key=_URGENT.index), key=_URGENT.index)


def _usual_priority(session: Session, work_type: WorkType | None) -> Priority:
    if work_type is None:
        return Priority.NORMAL
    latest = (
        select(WorkOrder.priority)
        .where(WorkOrder.work_type_id == work_type.id, WorkOrder.status == WorkOrderStatus.DONE)
        .order_by(WorkOrder.id.desc())
        .limit(50)
    )
    counts = Counter(session.scalars(latest))
    return max(counts, key=lambda each: (counts[each], _URGENT.index(each)), default=Priority.NORMAL)
