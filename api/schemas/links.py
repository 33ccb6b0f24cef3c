"""Links of customers and technicians."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.base import In, Language, Out, Ref
from db.models import LinkPurpose

Days = Annotated[int, Field(ge=1, le=800)]
Tongue = Annotated[
    Language | None, Field(description="Language of what it leads to: en or es; the contact's if it is left out")
]


class LinkOut(Out):
    """A link as it is kept: what it leads to, never its address."""

    id: int = Field(description="The id, by which it is revoked")
    purpose: LinkPurpose = Field(description="What it is good for")
    work_order_id: int | None = Field(description="Whose appointments it leads to")
    contact_id: int | None = Field(description="Who has it")
    technician_id: int | None = Field(description="Whose calendar it leads to")
    conversation_id: int | None = Field(description="In which conversation it was sent")
    language: str = Field(description="In which language")
    may_decide: bool = Field(description="Whether its holder may choose, change and cancel, unless another decides")
    tries_left: int = Field(description="Wrong answers that it still allows")
    made_at: datetime = Field(description="When it was made")
    made_by_id: int | None = Field(description="Which user made it; null: the system")
    expires_at: datetime = Field(description="Until when it is good")
    revoked_at: datetime | None = Field(description="When it was revoked")
    last_used_at: datetime | None = Field(description="When somebody last answered the question by it")


class LinksOut(Out):
    """All links to something, the newest first."""

    items: list[LinkOut] = Field(description="The links")


class NewLinkOut(LinkOut):
    """A new link, with its address, which is told this once."""

    url: str = Field(description="The address to hand out", examples=["http://127.0.0.1:8000/a/…"])


class LinkCreate(In):
    """A link to a work order's appointments."""

    contact_id: Ref | None = Field(default=None, description="Who gets it; what it asks depends on them")
    conversation_id: Ref | None = Field(default=None, description="In which conversation it is sent")
    language: Tongue = None
    may_decide: bool = Field(default=True, description="Whether its holder may choose, change and cancel")
    days: Days = Field(default=60, description="For how many days it is good")


class FeedCreate(In):
    """A link to a calendar."""

    language: Tongue = None
    days: Days = Field(default=400, description="For how many days it is good")


class InvitationIn(In):
    """Who is asked to choose a time."""

    contact_id: Ref | None = Field(default=None, description="The contact; null: whoever decides, else the first party")


class DeciderIn(In):
    """Who decides about the appointments of a work order."""

    contact_id: Ref | None = Field(description="The contact; null: whoever has a link that may decide")
