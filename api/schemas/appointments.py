"""Appointments: holds, and what becomes of them."""

from datetime import date, datetime, time
from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.responses import Problem
from api.schemas.base import Day, EntityOut, In, Instant, Name, Out, Ref
from api.schemas.slots import SlotOut
from db.models import AppointmentStatus, Channel


class AppointmentVisitOut(Out):
    """A visit that an appointment is for."""

    visit_id: int = Field(description="The visit")
    active: bool = Field(description="Whether it still keeps to this appointment")


class AppointmentOut(EntityOut):
    """An arrival window kept for one work order: a hold until it is confirmed."""

    work_order_id: int = Field(description="The work order")
    territory_id: int = Field(description="The territory")
    status: AppointmentStatus = Field(description="How far it is")
    opens_at: datetime = Field(description="Service starts from here")
    closes_at: datetime = Field(description="Service starts until here, included")
    local_date: date = Field(description="The day, as it was said")
    local_from: time = Field(description="From, as it was said")
    local_by: time = Field(description="Until, as it was said")
    time_zone: str = Field(description="The zone in which it was said (IANA)")
    held_until: datetime | None = Field(description="When the hold ends, or ended, by itself")
    confirmed_at: datetime | None = Field(description="When it was confirmed")
    confirmed_by_id: int | None = Field(description="The contact who confirmed it")
    entered_by_id: int | None = Field(description="Who of us entered it")
    channel: Channel | None = Field(description="Over which channel it was confirmed")
    ended_at: datetime | None = Field(description="When it ended")
    ended_why: str = Field(description="Why it ended")
    cost: int = Field(
        description="Minor units by which it made the plan dearer, as offered; 0 where it was not offered"
    )
    probability: float | None = Field(description="The probability of being kept, as offered")
    uid: str = Field(description="Of the calendar entry; stays over changes")
    sequence: int = Field(description="Of the calendar entry; rises with changes")
    supersedes_id: int | None = Field(description="The appointment whose place it took")
    attending: str | None = Field(description="Who will be there")
    has_access_notes: bool = Field(description="Whether there are access notes, which only today's technician reads")
    visits: list[AppointmentVisitOut] = Field(description="The visits; several start together")


class WindowWantedIn(In):
    """An arrival window that is wanted, both ends included."""

    opens_at: Instant
    closes_at: Instant
    visit_ids: Annotated[list[Ref], Field(max_length=10)] = Field(default_factory=list)


class BookIn(WindowWantedIn):
    """A window that is confirmed at once."""

    channel: Annotated[Channel | None, Field(strict=False)] = None
    attending: Name | None = None


class ConfirmIn(In):
    """How a hold is confirmed."""

    channel: Annotated[Channel | None, Field(strict=False)] = None
    attending: Name | None = None


class ChangeIn(In):
    """The window that is wanted instead."""

    opens_at: Instant
    closes_at: Instant
    channel: Annotated[Channel | None, Field(strict=False)] = None


class CancelIn(In):
    """Why an appointment is cancelled, and who wants it."""

    why: Name
    by_customer: bool


class ReleaseIn(In):
    """A hold is given up."""


class AppointmentEdit(In):
    """Who will be there, and how to get in; what is absent stays, an empty text takes it away."""

    attending: Annotated[str, Field(max_length=200)] | None = None
    access_notes: Annotated[str, Field(max_length=2000)] | None = None


class AppointmentQuery(SortedQuery):
    """Which appointments."""

    work_order_id: Annotated[Ref | None, Field(description="Of which work order")] = None
    visit_id: Annotated[Ref | None, Field(description="For which visit")] = None
    territory_id: Annotated[Ref | None, Field(description="In which territory")] = None
    status: Annotated[list[AppointmentStatus] | None, Field(description="How far; may be repeated")] = None
    local_date: Annotated[Day | None, Field(description="On which day")] = None
    local_date_from: Annotated[Day | None, Field(description="On this day or later")] = None
    local_date_before: Annotated[Day | None, Field(description="Before this day")] = None
    updated_at_from: Annotated[Instant | None, Field(description="Changed at this instant or later")] = None


class TakenOut(Problem):
    """The time is taken; nothing was changed."""

    offers: list[SlotOut] = Field(description="What can be had now")
