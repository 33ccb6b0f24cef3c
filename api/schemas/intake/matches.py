"""Which tickets are about the same, and what was made of it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from api.pagination import PageQuery
from api.schemas.base import In, Out, Ref
from db.models import MatchBand, MergeKind, ReviewStatus


class EvidenceOut(Out):
    """What speaks for or against."""

    field: str = Field(description="Which field")
    level: str | int | None = Field(default=None, description="How much the two agree in it")
    weight: float = Field(description="In bits; above 0 it speaks for, below against")
    words: str = Field(description="In words")


class MatchOut(Out):
    """Two tickets compared."""

    id: int = Field(description="The id")
    version: int = Field(description="Rises with each decision")
    ticket_id: int = Field(description="One ticket")
    other_id: int = Field(description="The other")
    probability: float = Field(description="How probably they are about the same, 0 to 1")
    band: MatchBand = Field(description="What the score says")
    evidence: list[EvidenceOut] = Field(description="What speaks for and against, in words")
    compared_at: datetime = Field(description="When they were compared")
    status: ReviewStatus | None = Field(description="Null unless a person is asked, or was")
    decided_by_id: int | None = Field(description="Who decided")
    decided_at: datetime | None = Field(description="When")


class MatchesOut(Out):
    """The tickets that may be about the same as one."""

    items: list[MatchOut] = Field(description="The likeliest first")


class ReviewQuery(PageQuery):
    """Which pairs."""

    status: Annotated[list[ReviewStatus] | None, Field(description="How far; may be repeated")] = None
    ticket_id: Annotated[Ref | None, Field(description="With which ticket first")] = None


class DecisionOut(Out):
    """What a decision did."""

    review: MatchOut = Field(description="The pair")
    work_order_id: int | None = Field(description="Where the tickets are now; null: nothing was moved")
    said: str = Field(description="What happened, in words")


class MergeOut(Out):
    """One change of which tickets belong to which work order."""

    id: int = Field(description="The id")
    kind: MergeKind = Field(description="What was done")
    at: datetime = Field(description="When")
    by_id: int | None = Field(description="By whom; null: by the score")
    pair_id: int | None = Field(description="On which review")
    work_order_id: int = Field(description="The work order that the tickets went to, or were taken out of")
    from_work_order_id: int | None = Field(description="The one that they came from")
    tickets: list[Any] = Field(description="Which tickets")
    consequence: str = Field(description="What it did to work planned, dispatched or done already, in words")
    undoes_id: int | None = Field(description="Which change it takes back")


class MergeQuery(PageQuery):
    """Which changes."""

    work_order_id: Annotated[Ref | None, Field(description="Of which work order")] = None


class ChangeOut(Out):
    """What a change of memberships did."""

    work_order_id: int = Field(description="Where the tickets are now")
    merges: list[MergeOut] = Field(description="Its records; empty when there was nothing to change")
    said: str = Field(description="What happened, or why nothing did, in words")


Tickets = Annotated[list[Ref], Field(min_length=1, max_length=100, description="Ids of tickets")]


class MergeIn(In):
    """Tickets that belong to the work order."""

    ticket_ids: Tickets


class SplitIn(In):
    """Tickets that belong to a work order of their own."""

    ticket_ids: Tickets


class MoveIn(In):
    """Tickets that belong to another work order."""

    ticket_ids: Tickets
    to_work_order_id: Ref
