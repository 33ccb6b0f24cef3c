"""Signing in and out, and tokens."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.pagination import PageQuery
from api.schemas.base import In, Out, Ref
from db.models import Role

Password = Annotated[str, Field(min_length=1, max_length=200)]


class SignIn(In):
    """E-mail address and password."""

    email: Annotated[str, Field(min_length=3, max_length=254, examples=["ana@example.com"])]
    password: Password


class MeOut(Out):
    """Who is asking."""

    user_id: int | None = Field(description="The user")
    name: str = Field(description="Their name")
    role: Role = Field(description="What they may do")
    technician_id: int | None = Field(description="The technician they are")
    territory_ids: list[int] = Field(description="The territories they look after, or belong to")
    csrf_token: str | None = Field(description="What a browser sends as X-CSRF-Token; null with a token")


class TokenOut(Out):
    """A token; the secret itself is not kept."""

    id: int = Field(description="The id")
    user_id: int = Field(description="Whose it is")
    device_id: int | None = Field(description="The device that holds it")
    name: str = Field(description="What it is for")
    created_at: datetime = Field(description="When it was issued")
    expires_at: datetime | None = Field(description="When it ends")
    last_used_at: datetime | None = Field(description="When it was last used, to some minutes")
    revoked_at: datetime | None = Field(description="When it was revoked")


class NewTokenOut(TokenOut):
    """A fresh token, with the secret."""

    token: str = Field(description="The secret; shown this once", examples=["dispatch_…"])


class TokenCreate(In):
    """A new token."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    user_id: Annotated[Ref | None, Field(description="For whom; yourself when absent")] = None
    device_id: Annotated[Ref | None, Field(description="The device that will hold it")] = None
    days: Annotated[int, Field(ge=1, le=366, description="How long it lasts")] = 90


class TokenQuery(PageQuery):
    """Which tokens."""

    user_id: Annotated[Ref | None, Field(description="Whose; administrators see all")] = None
