"""Organisations."""

from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Code, Email, EntityOut, In, Instant, Language, Name, Phone, edit_of
from db.models import OrganisationKind

Kind = Annotated[OrganisationKind, Field(strict=False, description="What it mostly is to us")]


class OrganisationOut(EntityOut):
    """A legal party."""

    number: str = Field(description="The human number", examples=["ORG-1042"])
    name: str = Field(description="The name")
    kind: OrganisationKind = Field(description="What it mostly is to us")
    email: str | None = Field(description="Where it is written to")
    phone: str | None = Field(description="Where it is called")
    language: str = Field(description="Which language it is written to in (BCP 47)")
    verified: bool = Field(description="Whether we know that it is them; false: intake made it of what came in")


class OrganisationCreate(In):
    """A new organisation."""

    name: Name
    kind: Kind
    number: Annotated[Code | None, Field(description="The human number; drawn when absent")] = None
    email: Email | None = None
    phone: Phone | None = None
    language: Language = "en"
    verified: bool = True


OrganisationEdit = edit_of(OrganisationCreate, "OrganisationEdit", without=("number",))


class OrganisationQuery(SortedQuery):
    """Which organisations."""

    q: Annotated[str | None, Field(max_length=100, description="Part of the name or number")] = None
    kind: Annotated[OrganisationKind | None, Field(description="What it mostly is to us")] = None
    updated_at_from: Annotated[Instant | None, Field(description="Changed at this instant or later")] = None
