"""Why a window cannot be offered."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.problem import Window
from solver.solution import ReasonCode

if TYPE_CHECKING:
    from solver.quote.question import Question


@dataclass(frozen=True, slots=True)
class Refusal:
    """A window that cannot be kept, and the rule that stands in its way."""

    window: Window
    code: ReasonCode
    message: str


def refused(question: "Question", kept: Collection[Window]) -> tuple[Refusal, ...]:
    """Why each window asked for and not among those kept cannot be."""
    left = [o for o, window in enumerate(question.asked) if window not in kept]
    if not question.able.any():
        why = nobody(question)
        return tuple(Refusal(question.asked[o], *why) for o in left)
    offers, able = question.spells[:, 0], question.able
    opened = set(offers.tolist())
    on_shift = set(offers[question.on_shift()].tolist())
    supplied = set(offers[question.meets[able & ~(question.short & ~question.fetched)].any(axis=0)].tolist())
    alone = question.alone([o for o in left if o in supplied])
    found = []
    for o in left:
        if o not in opened:
            why = ReasonCode.WINDOW, "the visit itself may not start then"
        elif o not in on_shift:
            why = ReasonCode.WINDOW, "nobody who may do the visit is on shift then"
        elif o not in supplied:
            why = ReasonCode.PART, "nobody on shift then has the parts and tools, and no warehouse can help"
        elif o not in alone:
            why = ReasonCode.SHIFT_TOO_SHORT, "the way there, the service and the way home do not fit any shift then"
        else:
            why = ReasonCode.CAPACITY, "it fits a shift then, but not beside what is planned there"
        found.append(Refusal(question.asked[o], *why))
    return tuple(found)


def nobody(question: "Question") -> tuple[ReasonCode, str]:
    """Why no technician may do the visit at all; the rule that whoever comes furthest fails by."""
    visit, people = question.visit, question.book.problem.technicians
    if not any(person.shifts for person in people):
        return ReasonCode.NO_TECHNICIAN, "there is no technician with a shift"
    skilled = [p for p in people if all(p.skills.get(name, 0) >= level for name, level in visit.skills.items())]
    if not skilled:
        return ReasonCode.SKILL, "nobody has the skills at their levels"
    if not question.need.known:
        return ReasonCode.TOOL, "nobody has or can be lent the tools"
    rule = visit.technicians
    if not [p for p in skilled if p.id not in rule.never and (rule.only is None or p.id in rule.only)]:
        return ReasonCode.TECHNICIAN_EXCLUDED, "whoever has the skills is not among those who may do the visit"
    if visit.pinned is not None:
        return ReasonCode.PINNED_CONFLICT, f"it is pinned to shift {visit.pinned.shift}, where it cannot be done"
    return ReasonCode.CAPACITY, "every shift of those who may do the visit has as many visits as it may"
