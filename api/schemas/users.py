"""Users and devices."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Email, EntityOut, In, Name, Out, Ref, edit_of
from api.schemas.signing import Password
from db.models import Role


class LooksAfterOut(Out):
    """A territory somebody looks after."""

    territory_id: int = Field(description="The territory")


class UserOut(EntityOut):
    """Who signs in."""

    name: str = Field(description="The name")
    email: str = Field(description="What they sign in with")
    role: Role = Field(description="What they may do")
    technician_id: int | None = Field(description="The technician they are")
    active: bool = Field(description="Whether they may sign in")
    territories: list[LooksAfterOut] = Field(description="What a scheduler or call taker looks after")


class LooksAfterIn(In):
    """A territory somebody looks after."""

    territory_id: Ref


class UserCreate(In):
    """A new user."""

    name: Name
    email: Email
    role: Annotated[Role, Field(strict=False)]
    password: Annotated[Password | None, Field(description="None: they can only be given tokens")] = None
    technician_id: Ref | None = None
    territories: Annotated[list[LooksAfterIn], Field(max_length=500)] = Field(default_factory=list)


class _UserChanges(In):
    """What may change of a user."""

    name: Name
    email: Email
    role: Annotated[Role, Field(strict=False)]
    technician_id: Ref | None
    active: Annotated[bool, Field(description="false ends every sign-in, token and device of theirs")]
    territories: Annotated[list[LooksAfterIn], Field(max_length=500)]


UserEdit = edit_of(_UserChanges, "UserEdit")


class PasswordSet(In):
    """A new password."""

    password: Annotated[Password, Field(description="12 to 200 characters")]
    current: Annotated[Password | None, Field(description="The present one, when it is your own")] = None


class UserQuery(SortedQuery):
    """Which users."""

    q: Annotated[str | None, Field(max_length=100, description="Part of name or e-mail address")] = None
    role: Annotated[Role | None, Field(description="In which role")] = None
    active: Annotated[bool | None, Field(description="Who may sign in, or may not")] = None


class DeviceOut(EntityOut):
    """A registered phone."""

    user_id: int = Field(description="Whose it is")
    name: str = Field(description="What it is called")
    last_seen_at: datetime | None = Field(description="When it last spoke to us")
    revoked_at: datetime | None = Field(description="When it was shut out")


class DeviceCreate(In):
    """A new device."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    user_id: Annotated[Ref | None, Field(description="Whose; yours when absent")] = None


class _DeviceChanges(In):
    """What may change of a device."""

    name: Annotated[str, Field(min_length=1, max_length=100)]


DeviceEdit = edit_of(_DeviceChanges, "DeviceEdit")


class DeviceQuery(SortedQuery):
    """Which devices."""

    user_id: Annotated[Ref | None, Field(description="Whose")] = None
