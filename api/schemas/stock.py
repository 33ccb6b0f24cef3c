"""Parts, van stock, warehouses and stock movements."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.pagination import PageQuery, SortedQuery
from api.schemas.base import (
    Amount,
    Code,
    Count,
    EntityOut,
    In,
    Instant,
    Latitude,
    Longitude,
    Name,
    Out,
    Ref,
    edit_of,
)
from api.schemas.sites import OpeningHours
from api.schemas.visits import Tools
from db.models import MovementKind


class SubstituteOut(Out):
    """A part that may be fitted instead."""

    substitute_id: int = Field(description="The other part")
    note: str = Field(description="What is to be minded")


class PartOut(EntityOut):
    """A spare part."""

    number: str = Field(description="The maker's number")
    name: str = Field(description="The name")
    unit_cost: int = Field(description="Minor units apiece")
    lead_time_days: int | None = Field(description="Days until a supplier delivers")
    manufacturer_id: int | None = Field(description="The organisation that makes it")
    superseded_by_id: int | None = Field(description="What the maker replaced it with")
    substitutes: list[SubstituteOut] = Field(description="What may be fitted instead")


class SubstituteIn(In):
    """A part that may be fitted instead."""

    substitute_id: Ref
    note: Annotated[str, Field(max_length=200)] = ""


class PartCreate(In):
    """A new part."""

    number: Annotated[str, Field(min_length=1, max_length=64)]
    name: Name
    unit_cost: Amount = 0
    lead_time_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    manufacturer_id: Ref | None = None
    superseded_by_id: Ref | None = None
    substitutes: Annotated[list[SubstituteIn], Field(max_length=100)] = Field(default_factory=list)


PartEdit = edit_of(PartCreate, "PartEdit")


class PartQuery(SortedQuery):
    """Which parts."""

    q: Annotated[str | None, Field(max_length=100, description="Part of number or name")] = None
    number: Annotated[str | None, Field(max_length=64, description="With this number")] = None


class VanStockOut(Out):
    """How many of a part a van carries, and should."""

    id: int = Field(description="The id")
    tag: str = Field(description="Changes with the row; also the ETag")
    technician_id: int = Field(description="Whose van")
    part_id: int = Field(description="The part")
    quantity: int = Field(description="How many there are; changed by stock movements alone")
    minimum: int = Field(description="How many there should be at least")
    maximum: int | None = Field(description="How many there should be at most")


class VanStockCreate(In):
    """A part for a van to carry; stock movements bring it in."""

    technician_id: Ref
    part_id: Ref
    minimum: Count = 0
    maximum: Count | None = None


VanStockEdit = edit_of(VanStockCreate, "VanStockEdit", without=("technician_id", "part_id"))


class VanStockQuery(PageQuery):
    """Which van stock."""

    technician_id: Annotated[Ref | None, Field(description="In whose van")] = None
    part_id: Annotated[Ref | None, Field(description="Of which part")] = None


class WarehouseStockOut(Out):
    """How many of a part lie there."""

    part_id: int = Field(description="The part")
    quantity: int = Field(description="How many; changed by stock movements alone")


class WarehouseOut(EntityOut):
    """Where vans reload."""

    code: str = Field(description="The short name")
    name: str = Field(description="The name")
    territory_id: int = Field(description="The territory it lies in")
    latitude: float = Field(description="Degrees north (WGS 84)")
    longitude: float = Field(description="Degrees east (WGS 84)")
    opening_hours: OpeningHours
    handling_seconds: int = Field(description="How long a stop takes")
    tools: list[str] = Field(description="Tools lent to whoever stops there, for the rest of the shift")
    stock: list[WarehouseStockOut] = Field(description="What lies there")


class WarehouseCreate(In):
    """A new warehouse."""

    code: Code
    name: Name
    territory_id: Ref
    latitude: Latitude
    longitude: Longitude
    opening_hours: OpeningHours = Field(default_factory=dict)
    handling_seconds: Annotated[int, Field(ge=0, le=86_400)] = 0
    tools: Tools = Field(default_factory=list)


WarehouseEdit = edit_of(WarehouseCreate, "WarehouseEdit")


class WarehouseQuery(SortedQuery):
    """Which warehouses."""

    q: Annotated[str | None, Field(max_length=100, description="Part of code or name")] = None
    territory_id: Annotated[Ref | None, Field(description="In which territory")] = None


class StockMovementOut(Out):
    """Parts that moved from one place to another."""

    id: int = Field(description="The id")
    part_id: int = Field(description="The part")
    quantity: int = Field(description="How many")
    kind: MovementKind = Field(description="Why")
    from_warehouse_id: int | None = Field(description="Out of this warehouse")
    from_technician_id: int | None = Field(description="Out of this technician's van")
    to_warehouse_id: int | None = Field(description="Into this warehouse")
    to_technician_id: int | None = Field(description="Into this technician's van")
    visit_id: int | None = Field(description="For which visit")
    moved_at: datetime = Field(description="When")
    note: str = Field(description="What else is to be said")


class StockMovementCreate(In):
    """Parts that moved; the quantities of both places change with it. A place left out is outside."""

    part_id: Ref
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    kind: Annotated[MovementKind, Field(strict=False)]
    from_warehouse_id: Ref | None = None
    from_technician_id: Ref | None = None
    to_warehouse_id: Ref | None = None
    to_technician_id: Ref | None = None
    visit_id: Ref | None = None
    moved_at: Annotated[Instant | None, Field(description="Now when absent")] = None
    note: Annotated[str, Field(max_length=200)] = ""


class StockMovementQuery(PageQuery):
    """Which movements."""

    part_id: Annotated[Ref | None, Field(description="Of which part")] = None
    kind: Annotated[MovementKind | None, Field(description="Why")] = None
    visit_id: Annotated[Ref | None, Field(description="For which visit")] = None
    moved_at_from: Annotated[Instant | None, Field(description="At this instant or later")] = None
    moved_at_before: Annotated[Instant | None, Field(description="Before this instant")] = None
