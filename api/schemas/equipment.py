"""Equipment."""

from datetime import date
from typing import Annotated

from pydantic import Field

from api.pagination import SortedQuery
from api.schemas.base import Code, Day, EntityOut, In, Instant, Ref, edit_of


class EquipmentOut(EntityOut):
    """One installed unit at a site."""

    site_id: int = Field(description="Where it stands")
    manufacturer_id: int | None = Field(description="The organisation that made it")
    replaced_by_id: int | None = Field(description="The unit that took its place")
    kind: str = Field(description="Its family", examples=["lift"])
    model: str = Field(description="The model")
    serial: str = Field(description="The serial number, unique per manufacturer")
    label_code: str = Field(description="What its sticker says")
    position: str = Field(description="Where at the site", examples=["Tower B, roof"])
    installed_on: date | None = Field(description="When it was installed")
    warranty_until: date | None = Field(description="The last day of its warranty")
    retired_on: date | None = Field(description="When it was taken out of service")


class EquipmentCreate(In):
    """A new unit."""

    site_id: Ref
    kind: Code
    model: Annotated[str, Field(min_length=1, max_length=100)]
    serial: Annotated[str, Field(min_length=1, max_length=64)]
    label_code: Code
    manufacturer_id: Ref | None = None
    replaced_by_id: Ref | None = None
    position: Annotated[str, Field(max_length=200)] = ""
    installed_on: Day | None = None
    warranty_until: Day | None = None
    retired_on: Day | None = None


EquipmentEdit = edit_of(EquipmentCreate, "EquipmentEdit")


class EquipmentQuery(SortedQuery):
    """Which units."""

    q: Annotated[str | None, Field(max_length=100, description="Part of serial, sticker or model")] = None
    site_id: Annotated[Ref | None, Field(description="At which site")] = None
    kind: Annotated[str | None, Field(max_length=32, description="Of which family")] = None
    serial: Annotated[str | None, Field(max_length=64, description="With this serial number")] = None
    label_code: Annotated[str | None, Field(max_length=32, description="With this sticker")] = None
    updated_at_from: Annotated[Instant | None, Field(description="Changed at this instant or later")] = None
