"""Visits."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Amount, EntityOut, In, Instant, LongText, Name, Out, Ref, edit_of
from db.models import Preference, VisitStatus

Level = Annotated[int, Field(ge=1, le=5, description="1 to 5")]
Tools = Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=50)]
Seconds = Annotated[int, Field(ge=0, le=14 * 86_400)]
Quantity = Annotated[int, Field(ge=1, le=10_000)]


class WindowOut(Out):
    """A time in which service may start, both ends included."""

    opens_at: datetime = Field(description="Service may start from here")
    closes_at: datetime = Field(description="Service may start until here")


class SkillNeedOut(Out):
    """A skill, and the least level of it."""

    skill_id: int = Field(description="The skill")
    level: int = Field(description="The least level, 1 to 5")


class PartNeedOut(Out):
    """A part, how many, and how many really went in."""

    part_id: int = Field(description="The part")
    quantity: int = Field(description="How many are needed")
    used: int | None = Field(description="How many really went in")


class TechnicianRuleOut(Out):
    """What is said of one technician for this visit."""

    technician_id: int = Field(description="The technician")
    preference: Preference = Field(description="Only these, never this one, or preferred")
    saving: int = Field(description="Minor units saved when this one does it")


class VisitOut(EntityOut):
    """One planned trip of one technician for a work order."""

    work_order_id: int = Field(description="The work order")
    sequence: int = Field(description="Which trip of the work order it is, from 1")
    status: VisitStatus = Field(description="How far it is")
    duration_seconds: int = Field(description="How long the service takes; the way in (`setup_seconds`) comes on top")
    setup_seconds: int = Field(description="Parking and way in, when the stop before was elsewhere")
    tools: list[str] = Field(description="Tools it takes")
    earliest_at: datetime | None = Field(description="Not before")
    finish_by: datetime | None = Field(description="Service ends by then")
    pinned_shift_id: int | None = Field(description="The planner leaves it on this shift")
    pinned_start_at: datetime | None = Field(description="The planner leaves it at this time")
    technician_id: int | None = Field(description="Who did it, or does")
    started_at: datetime | None = Field(description="When it really began")
    finished_at: datetime | None = Field(description="When it really ended")
    incomplete_reason: str | None = Field(description="Why it could not be completed")
    findings: str | None = Field(description="What the technician found")
    follow_up_of_id: int | None = Field(description="The incomplete visit that led to this one")
    windows: list[WindowOut] = Field(description="When service may start; none: any time")
    skills: list[SkillNeedOut] = Field(description="Skills it takes")
    parts: list[PartNeedOut] = Field(description="Parts it takes")
    technicians: list[TechnicianRuleOut] = Field(description="What is said of single technicians; not for technicians")


class WindowIn(In):
    """A time in which service may start, both ends included."""

    opens_at: Instant
    closes_at: Instant


class SkillNeedIn(In):
    """A skill, and the least level of it."""

    skill_id: Ref
    level: Level = 1


class PartNeedIn(In):
    """A part, and how many."""

    part_id: Ref
    quantity: Quantity = 1


class TechnicianRuleIn(In):
    """What is said of one technician for this visit."""

    technician_id: Ref
    preference: Annotated[Preference, Field(strict=False)]
    saving: Amount = 0


class VisitCreate(In):
    """A new visit. Duration, setup, tools, skills and parts come from the work order's type when absent."""

    work_order_id: Ref
    duration_seconds: Seconds | None = None
    setup_seconds: Seconds | None = None
    tools: Tools | None = None
    earliest_at: Instant | None = None
    finish_by: Instant | None = None
    follow_up_of_id: Ref | None = None
    windows: Annotated[list[WindowIn], Field(max_length=50)] = Field(default_factory=list)
    skills: Annotated[list[SkillNeedIn], Field(max_length=50)] | None = None
    parts: Annotated[list[PartNeedIn], Field(max_length=100)] | None = None
    technicians: Annotated[list[TechnicianRuleIn], Field(max_length=200)] = Field(default_factory=list)


class _VisitChanges(In):
    """What may change of a visit."""

    status: Annotated[VisitStatus, Field(strict=False)]
    duration_seconds: Seconds
    setup_seconds: Seconds
    tools: Tools
    earliest_at: Instant | None
    finish_by: Instant | None
    pinned_shift_id: Ref | None
    pinned_start_at: Instant | None
    incomplete_reason: Name | None
    findings: LongText | None
    windows: Annotated[list[WindowIn], Field(max_length=50)]
    skills: Annotated[list[SkillNeedIn], Field(max_length=50)]
    parts: Annotated[list[PartNeedIn], Field(max_length=100)]
    technicians: Annotated[list[TechnicianRuleIn], Field(max_length=200)]


VisitEdit = edit_of(_VisitChanges, "VisitEdit")


class VisitQuery(SortedQuery):
    """Which visits."""

    work_order_id: Annotated[Ref | None, Field(description="Of which work order")] = None
    territory_id: Annotated[Ref | None, Field(description="In which territory")] = None
    site_id: Annotated[Ref | None, Field(description="At which site")] = None
    technician_id: Annotated[Ref | None, Field(description="Done by whom")] = None
    status: Annotated[list[VisitStatus] | None, Field(description="How far; may be repeated")] = None
    started_at_from: Annotated[Instant | None, Field(description="Begun at this instant or later")] = None
    started_at_before: Annotated[Instant | None, Field(description="Begun before this instant")] = None
    updated_at_from: Annotated[Instant | None, Field(description="Changed at this instant or later")] = None
