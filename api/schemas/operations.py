"""Consents, outbox, jobs and the audit trail."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from api.pagination import PageQuery
from api.schemas.base import Instant, Out, Ref
from db.models import Channel, JobStatus


class ConsentOut(Out):
    """What somebody said about being written to; the latest of an address and channel counts."""

    id: int = Field(description="The id")
    channel: Channel = Field(description="Over which channel")
    address: str = Field(description="Their number there, or the name of their chat")
    given: bool = Field(description="Whether they agree to be written to there")
    said_at: datetime = Field(description="When they said so")
    words: str = Field(description="What they said", examples=["STOP"])
    inbound_id: int | None = Field(description="The message that said it")


class ConsentQuery(PageQuery):
    """Which consents."""

    channel: Annotated[Channel | None, Field(description="Over which channel")] = None
    address: Annotated[str | None, Field(max_length=255, description="Of which number or chat")] = None


class OutboxMessageOut(Out):
    """A side effect to be; its content is not shown."""

    id: int = Field(description="The id")
    key: str = Field(description="What makes it happen once")
    topic: str = Field(description="What it is about")
    created_at: datetime = Field(description="When it was written")
    available_at: datetime = Field(description="Not to be delivered before")
    attempts: int = Field(description="How often delivery was tried")
    delivered_at: datetime | None = Field(description="When it was delivered")
    gave_up_at: datetime | None = Field(description="When delivery was given up")
    last_error: str | None = Field(description="Why the last try failed")


class OutboxQuery(PageQuery):
    """Which messages."""

    topic: Annotated[str | None, Field(max_length=64, description="About what")] = None


class JobOut(Out):
    """Work that survives a killed worker; its content is not shown."""

    id: int = Field(description="The id")
    kind: str = Field(description="What is done")
    key: str = Field(description="What makes it happen once")
    status: JobStatus = Field(description="How far it is")
    created_at: datetime = Field(description="When it was asked for")
    run_after: datetime = Field(description="Not to be done before")
    attempt: int = Field(description="Which attempt it is at")
    max_attempts: int = Field(description="After so many it has failed")
    worker: str | None = Field(description="Who is at it")
    lease_until: datetime | None = Field(description="Until when it is theirs")
    heartbeat_at: datetime | None = Field(description="When they last gave a sign")
    finished_at: datetime | None = Field(description="When it ended")
    error: str | None = Field(description="Why it failed")


class JobQuery(PageQuery):
    """Which jobs."""

    kind: Annotated[str | None, Field(max_length=64, description="What is done")] = None
    status: Annotated[JobStatus | None, Field(description="How far")] = None


class AuditEntryOut(Out):
    """Who did what to which row, when; without secrets."""

    id: int = Field(description="The id")
    at: datetime = Field(description="When")
    user_id: int | None = Field(description="Which user; null: the system")
    actor: str = Field(description="Their name then")
    action: str = Field(description="What was done")
    entity: str = Field(description="To what kind of row", examples=["work_order"])
    entity_id: int = Field(description="To which row")
    changes: dict[str, Any] = Field(description="{field: [before, after]}")


class AuditQuery(PageQuery):
    """Which entries."""

    entity: Annotated[str | None, Field(max_length=64, description="About what kind of row")] = None
    entity_id: Annotated[Ref | None, Field(description="About which row")] = None
    user_id: Annotated[Ref | None, Field(description="By which user")] = None
    action: Annotated[str | None, Field(max_length=64, description="What was done")] = None
    at_from: Annotated[Instant | None, Field(description="At this instant or later")] = None
    at_before: Annotated[Instant | None, Field(description="Before this instant")] = None
