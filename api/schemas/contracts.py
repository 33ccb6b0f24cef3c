"""Contracts."""

from datetime import date, time
from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Amount, Code, Day, EntityOut, In, LocalTime, Name, Out, Ref, edit_of

Minutes = Annotated[int, Field(ge=1, le=366 * 24 * 60)]
Weekday = Annotated[int, Field(ge=0, le=6)]


class HoursOut(Out):
    """One span of service hours, local time of the site's territory."""

    weekday: int = Field(description="0 is Monday")
    opens: time = Field(description="From")
    closes: time = Field(description="To, exclusive; 00:00 is midnight at the end of the day")


class CoveredOut(Out):
    """A unit the contract covers."""

    equipment_id: int = Field(description="The unit")


class InspectionOut(Out):
    """An inspection the contract owes."""

    equipment_id: int = Field(description="The unit")
    work_type_id: int = Field(description="What is done")
    interval_days: int = Field(description="Again every so many days")
    due_on: date = Field(description="Due next")
    last_done_on: date | None = Field(description="Last done")


class ContractOut(EntityOut):
    """What a customer is entitled to."""

    organisation_id: int = Field(description="The customer")
    number: str = Field(description="The human number", examples=["C-1042"])
    name: str = Field(description="The name")
    starts_on: date = Field(description="The first day")
    ends_on: date | None = Field(description="The last day; null: until further notice")
    response_minutes: int | None = Field(description="Minutes of service time until somebody is there")
    repair_minutes: int | None = Field(description="Minutes of service time until it works again")
    late_cost_per_hour: int = Field(description="Minor units for each hour late")
    hours: list[HoursOut] = Field(description="When the clocks run")
    covered: list[CoveredOut] = Field(description="Units it covers")
    inspections: list[InspectionOut] = Field(description="Inspections it owes")


class HoursIn(In):
    """One span of service hours."""

    weekday: Weekday
    opens: LocalTime
    closes: LocalTime


class CoveredIn(In):
    """A unit the contract covers."""

    equipment_id: Ref


class InspectionIn(In):
    """An inspection the contract owes."""

    equipment_id: Ref
    work_type_id: Ref
    interval_days: Annotated[int, Field(ge=1, le=36_500)]
    due_on: Day
    last_done_on: Day | None = None


class ContractCreate(In):
    """A new contract."""

    organisation_id: Ref
    name: Name
    starts_on: Day
    number: Annotated[Code | None, Field(description="The human number; drawn when absent")] = None
    ends_on: Day | None = None
    response_minutes: Minutes | None = None
    repair_minutes: Minutes | None = None
    late_cost_per_hour: Amount = 0
    hours: Annotated[list[HoursIn], Field(max_length=70)] = Field(default_factory=list)
    covered: Annotated[list[CoveredIn], Field(max_length=5000)] = Field(default_factory=list)
    inspections: Annotated[list[InspectionIn], Field(max_length=5000)] = Field(default_factory=list)


ContractEdit = edit_of(ContractCreate, "ContractEdit", without=("number",))


class ContractQuery(SortedQuery):
    """Which contracts."""

    q: Annotated[str | None, Field(max_length=100, description="Part of the number or name")] = None
    organisation_id: Annotated[Ref | None, Field(description="Of which customer")] = None
    equipment_id: Annotated[Ref | None, Field(description="Covering which unit")] = None
