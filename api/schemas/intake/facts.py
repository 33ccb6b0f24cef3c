"""What parties said: facts, the folded view, the hand-over, triage, answers."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.base import In, Out, Ref
from api.schemas.tickets import AttachmentOut
from db.models import Channel, PartyRole, Priority
from dispatch.intake.facts.said import LONGEST
from dispatch.intake.facts.said import Field as FactField


class FactOut(Out):
    """One thing that one party said of a ticket."""

    id: int = Field(description="The id")
    ticket_id: int = Field(description="Of which ticket")
    field: FactField = Field(description="What it is about")
    value: str | None = Field(description="What was said; null: a secret, for the technician who comes today")
    said_at: datetime = Field(description="When")
    channel: Channel = Field(description="Over which channel")
    said_by_id: int | None = Field(description="Which contact said so")
    noted_by_id: int | None = Field(description="Which user wrote it down")


class FactsOut(Out):
    """All that was said of a ticket."""

    items: list[FactOut] = Field(description="The facts, the earliest first")


class FactIn(In):
    """What a party said, as the viewer writes it down."""

    field: Annotated[FactField, Field(strict=False)]
    value: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST,
            description="What was said; a skill or part by its code and how much of it (lift:3), a priority by name",
        ),
    ]
    said_by_id: Annotated[Ref | None, Field(description="Which contact; the ticket's when absent")] = None


class SourceOut(Out):
    """Who said it, when, over which channel."""

    fact_id: int | None = Field(description="The fact; null: it stands in the ticket itself")
    ticket_id: int = Field(description="On which ticket")
    ticket_number: str = Field(description="Its human number")
    contact_id: int | None = Field(description="Which contact")
    contact_name: str | None = Field(description="Their name")
    said_at: datetime = Field(description="When")
    channel: Channel = Field(description="Over which channel")
    noted_by_id: int | None = Field(description="Which user wrote it down")


class FoldedValueOut(Out):
    """One value, and everybody who said it."""

    value: str | None = Field(description="The value; null: a secret")
    sources: list[SourceOut] = Field(description="Who said so, the earliest first")


class FoldedFieldOut(Out):
    """All that was said of one field."""

    field: FactField = Field(description="The field")
    values: list[FoldedValueOut] = Field(description="What most said comes first")
    conflicting: bool = Field(description="Whether the parties contradict each other")


class PartyOut(Out):
    """A contact or organisation in its role."""

    role: PartyRole = Field(description="What they are in this matter")
    contact_id: int | None = Field(description="The contact")
    contact_name: str | None = Field(description="Their name")
    organisation_id: int | None = Field(description="The organisation")
    organisation_name: str | None = Field(description="Its name")
    ticket_ids: list[int] = Field(description="On which tickets")


class PartiesOut(Out):
    """Everybody who has to do with a work order."""

    items: list[PartyOut] = Field(description="The parties")


class TicketLine(Out):
    """A ticket in short."""

    id: int = Field(description="The id")
    number: str = Field(description="The human number")
    subject: str = Field(description="In a few words")


class FoldedOut(Out):
    """A work order as its tickets tell it."""

    work_order_id: int = Field(description="The work order")
    number: str = Field(description="Its human number")
    merged_into_id: int | None = Field(description="The work order that does this one's work")
    priority: Priority = Field(description="How much it matters now; who said so stands in its field")
    tickets: list[TicketLine] = Field(description="Its tickets, as far as the viewer may see them")
    fields: list[FoldedFieldOut] = Field(description="What was said, field by field, with who said so")
    parties: list[PartyOut] = Field(description="Everybody who has to do with it")
    attachments: list[AttachmentOut] = Field(description="All files that came with it")


class DeadlineOut(Out):
    """One clock of one contract, started by one report."""

    kind: str = Field(description="response or repair")
    contract_id: int | None = Field(description="By which contract; null: the clock of people in danger")
    ticket_id: int | None = Field(description="Started by which ticket")
    at: datetime | None = Field(description="The deadline; null while the clock stands still")
    paused_since: datetime | None = Field(description="Since when it stands still")
    used_seconds: int = Field(description="Service time gone by at the deadline, or until the pause")
    steps: list[str] = Field(description="How it was derived, in words")


class ClocksOut(Out):
    """The contract clocks of a work order."""

    response: DeadlineOut | None = Field(description="The strictest response deadline")
    repair: DeadlineOut | None = Field(description="The strictest repair deadline")
    all: list[DeadlineOut] = Field(description="All they were chosen from")


class NeededSkillOut(Out):
    """A skill, at least at this level."""

    skill_id: int = Field(description="The skill")
    level: int = Field(description="1 to 5")


class NeededPartOut(Out):
    """A part, and how many of it."""

    part_id: int = Field(description="The part")
    quantity: int = Field(description="How many")


class TriageOut(Out):
    """What work a ticket probably leads to."""

    work_type_id: int | None = Field(description="The work type; null: nothing speaks for one")
    priority: Priority = Field(description="How soon")
    duration_seconds: int | None = Field(description="Seconds of service")
    skills: list[NeededSkillOut] = Field(description="Skills it needs")
    parts: list[NeededPartOut] = Field(description="Parts that such work used")
    emergency: str | None = Field(description="Why somebody is in danger, in words")
    confidence: float = Field(description="How sure the work type is, 0 to 1")
    reason: str = Field(description="Why, in words")


class QuestionOut(Out):
    """Something nobody has said yet."""

    field: FactField = Field(description="What to ask for")
    words: str = Field(description="The question")
    why: str = Field(description="What depends on the answer")
    urgent: bool = Field(description="Whether to ask it before anything else")


class HandOverOut(Out):
    """What whoever takes a ticket over has to know."""

    ticket_id: int = Field(description="The ticket")
    work_order_id: int | None = Field(description="Its work order")
    contact_id: int | None = Field(description="Who reported")
    site_id: int | None = Field(description="Where")
    equipment_id: int | None = Field(description="What")
    emergency: str | None = Field(description="Why somebody is in danger, in words")
    said: list[FoldedFieldOut] = Field(description="What the parties said, with who said so")
    missing: list[QuestionOut] = Field(description="What to ask; nothing of what is known")
    open_tickets: list[TicketLine] = Field(description="Others at this site or from this contact, not done yet")


class ReplyIn(In):
    """An answer to a party."""

    body: Annotated[str, Field(min_length=1, max_length=20_000)]
    channel: Annotated[
        Channel | None, Field(strict=False, description="Over which channel; the one they last used when absent")
    ] = None
