"""Sites."""

from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Country, EntityOut, In, Instant, Latitude, Longitude, LongText, Name, Out, Ref, edit_of
from db.models import PartyRole

OpeningHours = Annotated[
    dict[str, list[list[str]]],
    Field(
        description="Spans by weekday in the territory's zone; {} for always open",
        examples=[{"mon": [["08:00", "12:00"], ["14:00", "17:00"]]}],
    ),
]
HouseNumber = Annotated[str, Field(min_length=1, max_length=16)]
Postcode = Annotated[str, Field(max_length=16)]
City = Annotated[str, Field(min_length=1, max_length=100)]
Secret = Annotated[
    LongText | None,
    Field(description="Door codes and the like; a secret: never shown, but to the technician who comes today"),
]


class SiteContactOut(Out):
    """Who is who at a site."""

    contact_id: int = Field(description="The contact")
    role: PartyRole = Field(description="Their role here")


class SiteOut(EntityOut):
    """An address with a place on the map."""

    organisation_id: int = Field(description="Whose site it is")
    territory_id: int = Field(description="The territory it lies in")
    name: str = Field(description="What people call it")
    street: str = Field(description="The street")
    house_number: str = Field(description="The house number")
    postcode: str = Field(description="The postcode")
    city: str = Field(description="The city")
    country: str = Field(description="ISO 3166-1 alpha-2")
    latitude: float | None = Field(description="Degrees north (WGS 84); null: not on the map yet")
    longitude: float | None = Field(description="Degrees east (WGS 84)")
    has_access_notes: bool = Field(description="Whether there are door codes or the like")
    opening_hours: OpeningHours
    contacts: list[SiteContactOut] = Field(description="Who is who here")


class SiteContactIn(In):
    """Who is who at a site."""

    contact_id: Ref
    role: Annotated[PartyRole, Field(strict=False)]


class SiteCreate(In):
    """A new site."""

    organisation_id: Ref
    territory_id: Ref
    name: Name
    street: Name
    house_number: HouseNumber
    city: City
    country: Country
    postcode: Postcode = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    access_notes: Secret = None
    opening_hours: OpeningHours = Field(default_factory=dict)
    contacts: Annotated[list[SiteContactIn], Field(max_length=50)] = Field(default_factory=list)


SiteEdit = edit_of(SiteCreate, "SiteEdit")


class SiteQuery(SortedQuery):
    """Which sites."""

    q: Annotated[str | None, Field(max_length=100, description="Part of the name, street or city")] = None
    organisation_id: Annotated[Ref | None, Field(description="Whose sites")] = None
    territory_id: Annotated[Ref | None, Field(description="In which territory")] = None
    updated_at_from: Annotated[Instant | None, Field(description="Changed at this instant or later")] = None


class AccessNotesOut(Out):
    """Door codes and the like."""

    access_notes: str | None = Field(description="What today's technician needs to get in")
    appointment_notes: list[str] = Field(description="What customers added for today's visits there")
