"""What triage proposes for a ticket."""

from dataclasses import dataclass

from db.models import Priority


@dataclass(frozen=True, slots=True)
class NeededSkill:
    """A skill, at least at this level (1..5)."""

    skill_id: int
    level: int


@dataclass(frozen=True, slots=True)
class NeededPart:
    """A part, and how many of it."""

    part_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class TriageProposal:
    """What work a ticket probably leads to. Nobody has to follow it, and it never blocks.

    work_type_id: None when nothing speaks for one more than for another. duration_seconds: of service, the work type's
    setup apart; None without a work type. emergency: why somebody is in danger, in words; None: nobody is known to be.
    confidence: 0..1, of the work type. reason: in words.
    """

    work_type_id: int | None
    priority: Priority
    duration_seconds: int | None
    skills: tuple[NeededSkill, ...]
    parts: tuple[NeededPart, ...]
    emergency: str | None
    confidence: float
    reason: str
