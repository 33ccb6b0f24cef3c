"""Territories."""

from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Code, Country, EntityOut, In, Name, edit_of


class TerritoryOut(EntityOut):
    """An area with its own time zone, technicians and planning."""

    code: str = Field(description="The short name")
    name: str = Field(description="The name")
    time_zone: str = Field(description="IANA time zone", examples=["America/Santiago"])
    country: str = Field(description="ISO 3166-1 alpha-2")
    currency: str = Field(description="ISO 4217; all amounts here are in its minor units", examples=["CLP"])


class TerritoryCreate(In):
    """A new territory."""

    code: Code
    name: Name
    time_zone: Annotated[str, Field(min_length=1, max_length=64, examples=["America/Santiago"])]
    country: Country
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["CLP"])]


TerritoryEdit = edit_of(TerritoryCreate, "TerritoryEdit")


class TerritoryQuery(SortedQuery):
    """Which territories."""

    q: Annotated[str | None, Field(max_length=100, description="Part of code or name")] = None
