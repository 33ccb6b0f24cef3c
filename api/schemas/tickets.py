"""Tickets, conversations, messages and attachments."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.pagination import PageQuery, SortedQuery
from api.schemas.base import EntityOut, In, Instant, LongText, Name, Out, Ref, edit_of
from db.models import Channel, Delivery, Direction, TicketStatus


class TicketPlaceOut(Out):
    """A ticket's place in a work order."""

    work_order_id: int = Field(description="The work order")
    joined_at: datetime = Field(description="When it was merged in")
    left_at: datetime | None = Field(description="When it was taken out again")


class TicketOut(EntityOut):
    """What one party reported, over one channel."""

    number: str = Field(description="The human number", examples=["T-1042"])
    channel: Channel = Field(description="How it reached us")
    status: TicketStatus = Field(description="How far it is")
    organisation_id: int | None = Field(description="Who reported it")
    contact_id: int | None = Field(description="Which person there")
    site_id: int | None = Field(description="Which site it is about")
    equipment_id: int | None = Field(description="Which unit it is about")
    subject: str = Field(description="In a few words")
    symptom: str = Field(description="What is wrong, as reported")
    emergency: bool = Field(description="Whether somebody is in danger")
    resolution: str | None = Field(description="What became of it, in words")
    solved_by_id: int | None = Field(description="The article that made a visit needless")
    received_at: datetime = Field(description="When it reached us")
    work_orders: list[TicketPlaceOut] = Field(description="Work orders it was merged into; not for integrators")


class TicketCreate(In):
    """A new ticket."""

    channel: Annotated[Channel, Field(strict=False)]
    subject: Name
    symptom: LongText = ""
    organisation_id: Ref | None = None
    contact_id: Ref | None = None
    site_id: Annotated[Ref | None, Field(description="Where the unit stands, when absent")] = None
    equipment_id: Ref | None = None
    received_at: Annotated[Instant | None, Field(description="Now when absent")] = None


class _TicketChanges(In):
    """What may change of a ticket."""

    status: Annotated[TicketStatus, Field(strict=False)]
    subject: Name
    symptom: LongText
    organisation_id: Ref | None
    contact_id: Ref | None
    site_id: Ref | None
    equipment_id: Ref | None


TicketEdit = edit_of(_TicketChanges, "TicketEdit")


class TicketQuery(SortedQuery):
    """Which tickets."""

    q: Annotated[str | None, Field(max_length=100, description="Part of the number or subject")] = None
    status: Annotated[list[TicketStatus] | None, Field(description="How far; may be repeated")] = None
    organisation_id: Annotated[Ref | None, Field(description="Reported by whom")] = None
    site_id: Annotated[Ref | None, Field(description="About which site")] = None
    equipment_id: Annotated[Ref | None, Field(description="About which unit")] = None
    work_order_id: Annotated[Ref | None, Field(description="Now in which work order")] = None
    received_at_from: Annotated[Instant | None, Field(description="Received at this instant or later")] = None
    received_at_before: Annotated[Instant | None, Field(description="Received before this instant")] = None
    updated_at_from: Annotated[Instant | None, Field(description="Changed at this instant or later")] = None


class ConversationOut(EntityOut):
    """All messages with one party about one ticket."""

    ticket_id: int = Field(description="The ticket")
    contact_id: int | None = Field(description="With whom")
    language: str = Field(description="In which language (BCP 47)")
    may_be_written_to: bool = Field(description="Whether the party agreed to be written to in this matter")


class ConversationQuery(PageQuery):
    """Which conversations."""

    ticket_id: Annotated[Ref | None, Field(description="About which ticket")] = None


class MessageOut(Out):
    """One thing said in a conversation."""

    id: int = Field(description="The id")
    conversation_id: int = Field(description="The conversation")
    direction: Direction = Field(description="Who spoke")
    channel: Channel = Field(description="Over which channel")
    said_at: datetime = Field(description="When")
    subject: str | None = Field(description="The subject, where the channel has one")
    body: str | None = Field(description="The words; null when they were erased")
    said_by_id: int | None = Field(description="Which contact said it")
    written_by_id: int | None = Field(description="Who of ours wrote it")
    automatic: bool = Field(description="Whether a machine wrote it; such is never answered")
    delivery: Delivery | None = Field(description="How far a message of ours got that leaves the house")
    why: str | None = Field(description="Why it waits, failed or was withheld")
    told_by_id: int | None = Field(description="Who of ours told it on the telephone")
    told_at: datetime | None = Field(description="When that was")
    erased_at: datetime | None = Field(description="When the words were erased")


class MessageQuery(PageQuery):
    """Which messages."""

    conversation_id: Annotated[Ref | None, Field(description="In which conversation")] = None
    ticket_id: Annotated[Ref | None, Field(description="About which ticket")] = None
    delivery: Annotated[list[Delivery] | None, Field(description="How far ours got; may be repeated")] = None


class ToldIn(In):
    """What a party was told on the telephone."""

    up_to: Annotated[Ref | None, Field(description="The last message that was told; all there are when absent")] = None


class ToldOut(Out):
    """The messages that were to be told on the telephone, and were now."""

    items: list[MessageOut] = Field(description="The earliest first; none, where all was told already")


class AttachmentOut(Out):
    """What is known of a file."""

    id: int = Field(description="The id")
    sha256: str = Field(description="The SHA-256 of its content, in hex")
    filename: str = Field(description="What it was called")
    media_type: str = Field(description="Its media type", examples=["image/jpeg"])
    size_bytes: int = Field(description="Its size in bytes")
    received_at: datetime = Field(description="When it reached us")
    ticket_id: int | None = Field(description="On which ticket")
    message_id: int | None = Field(description="With which message")
    work_order_id: int | None = Field(description="On which work order")
    visit_id: int | None = Field(description="From which visit")
    equipment_id: int | None = Field(description="Of which unit")


class AttachmentQuery(PageQuery):
    """Which attachments."""

    ticket_id: Annotated[Ref | None, Field(description="On which ticket")] = None
    work_order_id: Annotated[Ref | None, Field(description="On which work order")] = None
    visit_id: Annotated[Ref | None, Field(description="From which visit")] = None
    equipment_id: Annotated[Ref | None, Field(description="Of which unit")] = None
