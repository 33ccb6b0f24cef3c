"""The open visit of a work order needs what its tickets say is needed: skills and parts, each once, the most asked for.

What is added is remembered, so that it goes again with the ticket that asked for it, unless somebody else asks for it
too or a person changed it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from db.models import Fact, Part, Skill, Visit, VisitPart, VisitSkill, VisitStatus, WorkOrder
from dispatch.intake.facts.needed import HIGHEST_LEVEL, MOST_PARTS, amount_of
from dispatch.intake.facts.said import Field
from dispatch.intake.merging.memory import Memory

OVER: Final = (VisitStatus.COMPLETED, VisitStatus.INCOMPLETE, VisitStatus.CANCELLED)
Amounts = dict[int, int]
"""{skill id: level} or {part id: quantity}."""


def fit_visit(session: Session, order: WorkOrder, memory: Memory, facts: Sequence[Fact]) -> bool:
    """Makes the order's open visit need what the facts, and orders merged into this one, ask for; whether that changed.

    An order without an open visit is left alone: what is done is done.
    """
    visit = open_visit(session, order.id)
    if visit is None:
        return False
    wanted = _wanted(session, order, facts)
    added = memory.needs.get(str(visit.id), {"skills": {}, "parts": {}})
    skills = _fit(session, visit, VisitSkill, "skill_id", "level", wanted[0], added["skills"])
    parts = _fit(session, visit, VisitPart, "part_id", "quantity", wanted[1], added["parts"])
    memory.needs = {each: what for each, what in memory.needs.items() if each != str(visit.id)}
    if added["skills"] or added["parts"]:
        memory.needs[str(visit.id)] = added
    if skills or parts:
        # What hangs on a visit is part of it: its version rises with them.
        flag_modified(visit, "updated_at")
        session.flush()
    return skills or parts


def open_visit(session: Session, work_order_id: int) -> Visit | None:
    """The first visit of the order that is not over."""
    query = select(Visit).where(Visit.work_order_id == work_order_id, Visit.status.not_in(OVER))
    return session.scalars(query.order_by(Visit.sequence).limit(1).with_for_update()).first()


def _wanted(session: Session, order: WorkOrder, facts: Sequence[Fact]) -> tuple[Amounts, Amounts]:
    skills = _named(session, Skill, "code", (f.value for f in facts if f.field == Field.SKILL), HIGHEST_LEVEL)
    parts = _named(session, Part, "number", (f.value for f in facts if f.field == Field.PART), MOST_PARTS)
    absorbed = select(Visit.id).join(WorkOrder, WorkOrder.id == Visit.work_order_id)
    absorbed = absorbed.where(WorkOrder.merged_into_id == order.id, Visit.started_at.is_(None))
    for skill in session.scalars(select(VisitSkill).where(VisitSkill.visit_id.in_(absorbed))):
        skills[skill.skill_id] = max(skill.level, skills.get(skill.skill_id, 0))
    for part in session.scalars(select(VisitPart).where(VisitPart.visit_id.in_(absorbed))):
        parts[part.part_id] = max(part.quantity, parts.get(part.part_id, 0))
    return skills, parts


def _named(session: Session, model: type[Any], column: str, said: Iterable[str], most: int) -> Amounts:
    """What the codes stand for; one that we do not know is for people to read."""
    amounts: dict[str, int] = {}
    for text in said:
        for code, amount in {amount_of(text, most), (text.strip(), 1)}:
            amounts[code] = max(amount, amounts.get(code, 0))
    if not amounts:
        return {}
    known = session.execute(select(model.id, getattr(model, column)).where(getattr(model, column).in_(amounts)))
    return {key: amounts[code] for key, code in known}


def _fit(
    session: Session,
    visit: Visit,
    model: type[Any],
    key: str,
    amount: str,
    wanted: Mapping[int, int],
    added: dict[str, Any],
) -> bool:
    """Raises, adds and takes back rows of one kind; `added` follows. Whether any row changed."""
    query = select(model).where(model.visit_id == visit.id).execution_options(populate_existing=True)
    rows = {getattr(row, key): row for row in session.scalars(query)}
    changed = False
    for item in sorted({*wanted, *(int(each) for each in added)}):
        row, present = rows.get(item), getattr(rows.get(item), amount, None)
        before = added.pop(str(item), None)
        if before is not None and (present != before[1] or before[0] == before[1]):
            # Somebody changed it by hand since: so it stays, as long as a ticket asks for it and longer.
            if item in wanted:
                added[str(item)] = [present, present]
            continue
        own = present if before is None else before[0]
        target = max(own or 0, wanted.get(item, 0))
        if target > (own or 0):
            added[str(item)] = [own, target]
        if target == (present or 0):
            continue
        changed = True
        if row is None:
            session.add(model(visit_id=visit.id, **{key: item, amount: target}))
        elif target:
            setattr(row, amount, target)
        else:
            session.delete(row)
    session.flush()
    return changed
