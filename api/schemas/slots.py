"""Slots, and the policies they follow."""

from datetime import date, datetime, time
from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Amount, Day, EntityOut, In, Out, Query, Ref, edit_of
from dispatch.appointments.offering.reasons import Why

Width = Annotated[int, Field(ge=15, le=1440)]
Share = Annotated[float, Field(ge=0, le=1, strict=False)]


class SlotOut(Out):
    """An arrival window that the plan can really keep; asking for it commits to nothing."""

    opens_at: datetime = Field(description="Service starts from this instant on")
    closes_at: datetime = Field(description="And by this one, included")
    local_date: date = Field(description="The local date, as it is said to the customer")
    local_from: time = Field(description="The local time from which on somebody comes")
    local_by: time = Field(description="The local time by which somebody is there")
    time_zone: str = Field(description="IANA time zone of the local times", examples=["America/Santiago"])
    visit_ids: list[int] = Field(description="The visits it is for; several start together")
    technician_ids: list[int] = Field(description="Who would come, in the order of the visits, as the plan stands")
    shift_ids: list[int] = Field(description="In which shifts, in the order of the visits")
    starts_at: datetime = Field(description="When service would start, as the plan stands")
    cost: int = Field(description="By how much the plan becomes dearer, in minor units of the territory's currency")
    probability: float = Field(description="Of starting by closes_at, 0 to 1")
    before_deadline: bool = Field(description="Whether it keeps the contract's deadline; true where there is none")


class WithheldOut(Out):
    """A window that is not offered."""

    opens_at: datetime = Field(description="From")
    closes_at: datetime = Field(description="Until")
    code: Why = Field(description="Why, for programs")
    message: str = Field(description="Why, for people")


class SlotsOut(Out):
    """The windows to choose from, and why each other one is not offered."""

    work_order_id: int = Field(description="The work order")
    visit_ids: list[int] = Field(description="The visits that are to be appointed")
    time_zone: str = Field(description="IANA time zone")
    offers: list[SlotOut] = Field(description="In time order")
    withheld: list[WithheldOut] = Field(description="In time order")


class SlotsQuery(Query):
    """Which windows."""

    width: Annotated[int | None, Field(ge=15, le=1440, description="Minutes; absent: as the policy says")] = None
    first_day: Annotated[Day | None, Field(description="The first local date; absent: today")] = None
    days: Annotated[int | None, Field(ge=1, le=60, description="So many days; absent: as far as policy goes")] = None
    visit: Annotated[
        Ref | None, Field(description="A visit of the group; absent: the next one without an appointment")
    ] = None


class SlotPolicyOut(EntityOut):
    """What is offered to customers; of several that fit, the one that says most counts."""

    territory_id: int | None = Field(description="Of this territory; null: of all")
    work_type_id: int | None = Field(description="Of this work type; null: of all")
    width_minutes: int = Field(description="How wide windows are")
    most_width_minutes: int = Field(description="How wide they may be at most")
    same_day_width_minutes: int = Field(description="How wide they are on the same day")
    days: int = Field(description="How far ahead windows are offered")
    offers: int = Field(description="So many at once")
    hold_minutes: int = Field(description="So long a hold lasts")
    notice_minutes: int = Field(description="Between now and the first window, at least")
    reserve_percent: int = Field(description="Of each day's duty time, kept for emergencies until the day before")
    least_probability: float = Field(description="Of being kept, that a window must have to be offered")
    holds_per_customer: int = Field(description="At the same time, at most")
    holds_per_site: int = Field(description="At the same time, at most")
    break_cost: int | None = Field(description="What leaving a promised visit out costs the planner; null: it may not")


class SlotPolicyCreate(In):
    """A new policy."""

    territory_id: Annotated[Ref | None, Field(description="Of this territory; null: of all")] = None
    work_type_id: Annotated[Ref | None, Field(description="Of this work type; null: of all")] = None
    width_minutes: Width = 120
    most_width_minutes: Width = 240
    same_day_width_minutes: Width = 60
    days: Annotated[int, Field(ge=1, le=60)] = 14
    offers: Annotated[int, Field(ge=1, le=100)] = 9
    hold_minutes: Annotated[int, Field(ge=1, le=120)] = 10
    notice_minutes: Annotated[int, Field(ge=0, le=30 * 1440)] = 60
    reserve_percent: Annotated[int, Field(ge=0, le=90)] = 10
    least_probability: Share = 0.9
    holds_per_customer: Annotated[int, Field(ge=1, le=1000)] = 2
    holds_per_site: Annotated[int, Field(ge=1, le=1000)] = 2
    break_cost: Annotated[Amount | None, Field(description="In minor units; null: it may not be left out")] = None


SlotPolicyEdit = edit_of(SlotPolicyCreate, "SlotPolicyEdit")


class SlotPolicyQuery(SortedQuery):
    """Which policies."""

    territory_id: Ref | None = Field(default=None, description="Of this territory")
    work_type_id: Ref | None = Field(default=None, description="Of this work type")
