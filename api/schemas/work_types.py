"""Work types."""

from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Code, EntityOut, In, Name, Out, edit_of
from api.schemas.visits import PartNeedIn, Seconds, SkillNeedIn, SkillNeedOut, Tools


class UsualPartOut(Out):
    """A part it usually uses up."""

    part_id: int = Field(description="The part")
    quantity: int = Field(description="How many")


class WorkTypeOut(EntityOut):
    """A template of work orders."""

    code: str = Field(description="The short name", examples=["LIFT-INSPECT"])
    name: str = Field(description="The name")
    equipment_kind: str | None = Field(description="For which family of units; null: any")
    duration_seconds: int = Field(description="How long it usually takes, setup included")
    setup_seconds: int = Field(description="Parking and way in")
    tools: list[str] = Field(description="Tools it takes")
    skills: list[SkillNeedOut] = Field(description="Skills it takes")
    parts: list[UsualPartOut] = Field(description="Parts it usually takes")


class WorkTypeCreate(In):
    """A new work type."""

    code: Code
    name: Name
    duration_seconds: Seconds
    equipment_kind: Code | None = None
    setup_seconds: Seconds = 0
    tools: Tools = Field(default_factory=list)
    skills: Annotated[list[SkillNeedIn], Field(max_length=50)] = Field(default_factory=list)
    parts: Annotated[list[PartNeedIn], Field(max_length=100)] = Field(default_factory=list)


WorkTypeEdit = edit_of(WorkTypeCreate, "WorkTypeEdit")


class WorkTypeQuery(SortedQuery):
    """Which work types."""

    q: Annotated[str | None, Field(max_length=100, description="Part of code or name")] = None
    code: Annotated[str | None, Field(max_length=32, description="With this code")] = None
    equipment_kind: Annotated[str | None, Field(max_length=32, description="For which family of units")] = None
