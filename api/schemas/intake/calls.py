"""Calls, and what they lead to."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import EntityOut, In, Instant, LongText, Out, Phone, Ref
from db.models import CallEventKind
from dispatch.intake.facts.said import LONGEST
from dispatch.intake.facts.said import Field as FactField
from dispatch.intake.telephone.callers import Caller
from dispatch.intake.telephone.calls import CallState

Why = Annotated[str, Field(max_length=300, description="Why, in a few words")]


class CallEventOut(Out):
    """A hold, transfer or callback."""

    id: int = Field(description="The id")
    kind: CallEventKind = Field(description="What happened")
    at: datetime = Field(description="When")
    by_id: int = Field(description="Which user did it")
    to_user_id: int | None = Field(description="To whom the call was handed")
    due_at: datetime | None = Field(description="By when a callback was promised")
    note: str = Field(description="Why")


class CallOut(EntityOut):
    """A telephone call."""

    taken_by_id: int = Field(description="Whose call it is")
    phone: str | None = Field(description="The number shown; null: withheld")
    started_at: datetime = Field(description="When it began")
    ended_at: datetime | None = Field(description="When it ended")
    ticket_id: int | None = Field(description="What came of it")
    notes: str = Field(description="What was noted")
    events: list[CallEventOut] = Field(description="What happened during and after it")


class CallQuery(SortedQuery):
    """Which calls."""

    q: Annotated[str | None, Field(max_length=32, description="Part of the number")] = None
    ticket_id: Annotated[Ref | None, Field(description="That led to which ticket")] = None
    taken_by_id: Annotated[Ref | None, Field(description="Whose")] = None


class CallIn(In):
    """A call that the viewer takes."""

    phone: Annotated[Phone | None, Field(description="The number shown; null: withheld")] = None


class NotesIn(In):
    """What the caller says, so far."""

    notes: LongText


class WhyIn(In):
    """Why, for those who look at it later."""

    note: Why = ""


class TransferIn(WhyIn):
    """To whom."""

    to_user_id: Ref


class CallbackIn(WhyIn):
    """By when."""

    due_at: Instant


class CallTicketIn(In):
    """What was said, and what the call taker recognised."""

    words: Annotated[LongText, Field(description="What the caller says, in their words")] = ""
    facts: Annotated[
        dict[Annotated[FactField, Field(strict=False)], Annotated[str, Field(max_length=LONGEST)]],
        Field(default_factory=dict, description="Answers by field"),
    ]
    subject: Annotated[str, Field(max_length=200)] = ""
    contact_id: Annotated[Ref | None, Field(description="Who calls, when known")] = None
    site_id: Annotated[Ref | None, Field(description="Which site, when known")] = None
    equipment_id: Annotated[Ref | None, Field(description="Which unit, when known")] = None
    ticket_id: Annotated[Ref | None, Field(description="The known ticket that it is about; absent: a new one")] = None
    caller: Annotated[
        Caller | None,
        Field(
            strict=False,
            description="Whether the reporter of that ticket calls or somebody else, who gets a ticket of their own in "
            "the same work order; absent: as the number shown and the name given say",
        ),
    ] = None


class CallTicketOut(Out):
    """The ticket that a call led to."""

    call_id: int = Field(description="The call")
    ticket_id: int = Field(description="The ticket")
    number: str = Field(description="Its human number, for the caller")
    emergency: bool = Field(description="Whether somebody is in danger")


class ColleagueOut(Out):
    """Somebody to whom a call can be handed."""

    id: int = Field(description="The user")
    name: str = Field(description="Their name")


class ColleaguesOut(Out):
    """Who takes calls."""

    items: list[ColleagueOut] = Field(description="By name")


class CallStateOut(Out):
    """How a call stands after what was done."""

    call_id: int = Field(description="The call")
    state: CallState = Field(description="How it stands")
    event: CallEventOut = Field(description="What was noted")
