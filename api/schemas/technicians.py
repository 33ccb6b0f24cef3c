"""Skills, technicians, shifts and absences."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import (
    Amount,
    Code,
    Day,
    Email,
    EntityOut,
    In,
    Instant,
    Latitude,
    Longitude,
    Name,
    Out,
    Phone,
    Ref,
    edit_of,
)
from api.schemas.visits import Level, Tools
from db.models import AbsenceKind

DaySeconds = Annotated[int, Field(ge=0, le=86_400)]


class SkillOut(EntityOut):
    """Something a technician can do."""

    code: str = Field(description="The short name", examples=["lift"])
    name: str = Field(description="The name")


class SkillCreate(In):
    """A new skill."""

    code: Code
    name: Name


SkillEdit = edit_of(SkillCreate, "SkillEdit")


class SkillQuery(SortedQuery):
    """Which skills."""

    q: Annotated[str | None, Field(max_length=100, description="Part of code or name")] = None


class HasSkillOut(Out):
    """How well a technician can do something."""

    skill_id: int = Field(description="The skill")
    level: int = Field(description="1 to 5")
    expires_on: date | None = Field(description="The last day of the certificate")


class TechnicianOut(EntityOut):
    """A person who does visits. Costs are in minor units."""

    code: str = Field(description="The short name", examples=["T07"])
    name: str = Field(description="The name")
    territory_id: int = Field(description="Where they work")
    phone: str | None = Field(description="Where they are called")
    email: str | None = Field(description="Where they are written to")
    home_latitude: float | None = Field(description="Degrees north (WGS 84)")
    home_longitude: float | None = Field(description="Degrees east (WGS 84)")
    tools: list[str] = Field(description="Tools in the van")
    cost_per_travel_hour: int = Field(description="For each hour on the road")
    cost_per_duty_hour: int = Field(description="For each hour from leaving to reaching home")
    cost_per_overtime_hour: int = Field(description="For each hour past the shift's end, on top")
    cost_per_km: int = Field(description="For each kilometre")
    fixed_cost: int = Field(description="Once a plan, if used")
    active: bool = Field(description="Whether they are planned")
    skills: list[HasSkillOut] = Field(description="What they can do")


class HasSkillIn(In):
    """How well a technician can do something."""

    skill_id: Ref
    level: Level = 1
    expires_on: Day | None = None


class TechnicianCreate(In):
    """A new technician."""

    code: Code
    name: Name
    territory_id: Ref
    phone: Phone | None = None
    email: Email | None = None
    home_latitude: Latitude | None = None
    home_longitude: Longitude | None = None
    tools: Tools = Field(default_factory=list)
    cost_per_travel_hour: Amount = 0
    cost_per_duty_hour: Amount = 0
    cost_per_overtime_hour: Amount = 0
    cost_per_km: Amount = 0
    fixed_cost: Amount = 0
    active: bool = True
    skills: Annotated[list[HasSkillIn], Field(max_length=200)] = Field(default_factory=list)


TechnicianEdit = edit_of(TechnicianCreate, "TechnicianEdit")


class TechnicianQuery(SortedQuery):
    """Which technicians."""

    q: Annotated[str | None, Field(max_length=100, description="Part of code or name")] = None
    territory_id: Annotated[Ref | None, Field(description="In which territory")] = None
    skill_id: Annotated[Ref | None, Field(description="With which skill")] = None
    active: Annotated[bool | None, Field(description="Whether planned")] = None


class BreakOut(Out):
    """A break in a shift."""

    earliest_at: datetime = Field(description="It starts from here")
    latest_at: datetime = Field(description="It starts until here")
    duration_seconds: int = Field(description="How long it lasts")
    paid: bool = Field(description="Whether it is paid")
    optional: bool = Field(description="Whether it may be left out")


class ShiftOut(EntityOut):
    """A technician's working period. Starts and ends at home unless places are given."""

    technician_id: int = Field(description="Whose")
    local_date: date = Field(description="The day it belongs to, in the territory")
    starts_at: datetime = Field(description="From")
    ends_at: datetime = Field(description="To")
    max_overtime_seconds: int = Field(description="How far past its end it may go")
    start_latitude: float | None = Field(description="Degrees north (WGS 84); null: home")
    start_longitude: float | None = Field(description="Degrees east (WGS 84)")
    end_latitude: float | None = Field(description="Degrees north (WGS 84); null: home")
    end_longitude: float | None = Field(description="Degrees east (WGS 84)")
    returns: bool = Field(description="false: the day ends at the last stop")
    leaves_at_start: bool = Field(description="true: leaves at the start; false: as late as serves the cost")
    max_visits: int | None = Field(description="At most so many visits")
    max_travel_seconds: int | None = Field(description="At most so long on the road, the way home included")
    breaks: list[BreakOut] = Field(description="Breaks")


class BreakIn(In):
    """A break in a shift."""

    earliest_at: Instant
    latest_at: Instant
    duration_seconds: DaySeconds
    paid: bool = True
    optional: bool = False


class ShiftCreate(In):
    """A new shift."""

    technician_id: Ref
    starts_at: Instant
    ends_at: Instant
    max_overtime_seconds: DaySeconds = 0
    start_latitude: Latitude | None = None
    start_longitude: Longitude | None = None
    end_latitude: Latitude | None = None
    end_longitude: Longitude | None = None
    returns: bool = True
    leaves_at_start: bool = False
    max_visits: Annotated[int, Field(ge=0, le=1000)] | None = None
    max_travel_seconds: DaySeconds | None = None
    breaks: Annotated[list[BreakIn], Field(max_length=20)] = Field(default_factory=list)


ShiftEdit = edit_of(ShiftCreate, "ShiftEdit", without=("technician_id",))


class ShiftQuery(SortedQuery):
    """Which shifts."""

    technician_id: Annotated[Ref | None, Field(description="Whose")] = None
    territory_id: Annotated[Ref | None, Field(description="In which territory")] = None
    local_date: Annotated[Day | None, Field(description="On this day")] = None
    local_date_from: Annotated[Day | None, Field(description="On this day or later")] = None
    local_date_before: Annotated[Day | None, Field(description="Before this day")] = None


class AbsenceOut(EntityOut):
    """A time in which a technician is away."""

    technician_id: int = Field(description="Who")
    kind: AbsenceKind = Field(description="Why")
    starts_at: datetime = Field(description="From")
    ends_at: datetime = Field(description="To, exclusive")
    note: str = Field(description="What else is to be said")


class AbsenceCreate(In):
    """A new absence."""

    technician_id: Ref
    kind: Annotated[AbsenceKind, Field(strict=False)]
    starts_at: Instant
    ends_at: Instant
    note: Annotated[str, Field(max_length=200)] = ""


AbsenceEdit = edit_of(AbsenceCreate, "AbsenceEdit", without=("technician_id",))


class AbsenceQuery(SortedQuery):
    """Which absences."""

    technician_id: Annotated[Ref | None, Field(description="Whose")] = None
    kind: Annotated[AbsenceKind | None, Field(description="Why")] = None
    ends_at_from: Annotated[Instant | None, Field(description="Ending at this instant or later")] = None
    starts_at_before: Annotated[Instant | None, Field(description="Starting before this instant")] = None
