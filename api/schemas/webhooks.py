"""Endpoints of other systems, and what they are told."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import EntityOut, In, Out, Ref, edit_of
from db.models import AppointmentStatus, VisitStatus, WorkOrderStatus
from dispatch.messaging.happenings import Topic

Url = Annotated[str, Field(min_length=9, max_length=500, examples=["https://portal.example/hooks"])]
Wanted = Annotated[Topic, Field(strict=False)]


class WebhookOut(EntityOut):
    """An address that is told what happens."""

    organisation_id: int | None = Field(description="Of whose work orders; null: of all")
    url: str = Field(description="Where to")
    topics: list[str] = Field(description="Of what; empty: of everything")
    active: bool = Field(description="Whether anything is sent")
    failing_since: datetime | None = Field(description="When it began not to answer; null: it answers")
    previous_until: datetime | None = Field(description="Until when messages are signed under the secret before, too")


class WebhookMade(WebhookOut):
    """An endpoint with its secret."""

    secret: str = Field(description="What messages to it are signed under; shown this once", examples=["whsec_…"])


class WebhookCreate(In):
    """A new endpoint."""

    url: Url
    organisation_id: Ref | None = None
    topics: Annotated[list[Wanted], Field(max_length=50)] = Field(default_factory=list)
    active: bool = True


WebhookEdit = edit_of(WebhookCreate, "WebhookEdit")


class WebhookQuery(SortedQuery):
    """Which endpoints."""

    organisation_id: Annotated[Ref | None, Field(description="Of whose work orders")] = None
    active: Annotated[bool | None, Field(description="Whether anything is sent")] = None


class WebhookTested(Out):
    """A test is on its way."""

    id: str = Field(description="The webhook-id under which it comes", examples=["msg_…"])


class AppointmentTold(Out):
    """An appointment, by ids, numbers and times."""

    appointment_id: int = Field(description="The appointment")
    sequence: int = Field(description="Rises with each change")
    status: AppointmentStatus = Field(description="Its status when this was written")
    supersedes_id: int | None = Field(description="The appointment in whose place it is")
    opens_at: datetime = Field(description="Service starts from this instant on")
    closes_at: datetime = Field(description="And by this one, included")
    local_date: date = Field(description="The local date that was said")
    local_from: str = Field(description="The local time that was said: from", examples=["09:00"])
    local_by: str = Field(description="The local time that was said: by", examples=["11:00"])
    time_zone: str = Field(description="IANA time zone of the local times")
    visit_ids: list[int] = Field(description="The visits it is for")
    work_order_id: int = Field(description="The work order")
    work_order_number: str = Field(description="Its number", examples=["WO-1042"])


class WorkOrderTold(Out):
    """A work order that has another status."""

    work_order_id: int = Field(description="The work order")
    work_order_number: str = Field(description="Its number", examples=["WO-1042"])
    status: WorkOrderStatus = Field(description="The status now")
    before: WorkOrderStatus = Field(description="The status before")


class VisitTold(Out):
    """A visit that has another status."""

    visit_id: int = Field(description="The visit")
    visit_sequence: int = Field(description="Which one of its work order")
    status: VisitStatus = Field(description="The status now")
    before: VisitStatus = Field(description="The status before")
    work_order_id: int = Field(description="The work order")
    work_order_number: str = Field(description="Its number", examples=["WO-1042"])


class TestTold(Out):
    """A test."""

    endpoint_id: int = Field(description="The endpoint that is tested")


class _Told(Out):
    timestamp: datetime = Field(description="When it happened")


class AppointmentHook(_Told):
    """What is sent about an appointment."""

    type: Topic = Field(description="What happened")
    data: AppointmentTold = Field(description="To what")


class WorkOrderHook(_Told):
    """What is sent about a work order."""

    type: Topic = Field(description="What happened")
    data: WorkOrderTold = Field(description="To what")


class VisitHook(_Told):
    """What is sent about a visit."""

    type: Topic = Field(description="What happened")
    data: VisitTold = Field(description="To what")


class TestHook(_Told):
    """What is sent as a test."""

    type: Literal["webhook.test"] = Field(description="A test")
    data: TestTold = Field(description="Of what")
