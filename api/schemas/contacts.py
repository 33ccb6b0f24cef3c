"""Contacts."""

from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Email, EntityOut, In, Instant, Language, Name, Phone, Ref, edit_of


class ContactOut(EntityOut):
    """A person in an organisation."""

    organisation_id: int = Field(description="The organisation")
    name: str = Field(description="The name")
    function: str = Field(description="What they do there: site manager, billing, access holder")
    email: str | None = Field(description="Where they are written to")
    phone: str | None = Field(description="Where they are called")
    language: str = Field(description="Which language they are written to in (BCP 47)")
    may_be_written_to: bool = Field(description="Whether they agreed to be written to")
    verified: bool = Field(description="Whether we know that it is them; false: intake made them of what came in")


class ContactCreate(In):
    """A new contact."""

    organisation_id: Ref
    name: Name
    function: Annotated[str, Field(min_length=1, max_length=64, examples=["site manager"])]
    email: Email | None = None
    phone: Phone | None = None
    language: Language = "en"
    may_be_written_to: bool = True
    verified: bool = True


ContactEdit = edit_of(ContactCreate, "ContactEdit")


class ContactQuery(SortedQuery):
    """Which contacts."""

    q: Annotated[str | None, Field(max_length=100, description="Part of the name or e-mail address")] = None
    organisation_id: Annotated[Ref | None, Field(description="In which organisation")] = None
    site_id: Annotated[Ref | None, Field(description="With a role at which site")] = None
    updated_at_from: Annotated[Instant | None, Field(description="Changed at this instant or later")] = None
