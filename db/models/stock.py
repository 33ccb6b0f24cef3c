"""Parts, where they are, and how they move."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Entity, Keyed
from db.types import reference, state


class MovementKind(StrEnum):
    """Why stock moved."""

    RECEIPT = "receipt"
    TRANSFER = "transfer"
    USE = "use"
    RETURN = "return"
    COUNT = "count"


class Part(Entity, Base):
    """A spare part; `superseded_by_id` names what the maker replaced it with."""

    __tablename__ = "part"
    __table_args__ = (CheckConstraint("unit_cost >= 0", name="unit_cost"),)

    number: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    unit_cost: Mapped[int] = mapped_column(default=0)
    lead_time_days: Mapped[int | None]
    manufacturer_id: Mapped[int | None] = reference("organisation.id")
    superseded_by_id: Mapped[int | None] = reference("part.id")


class PartSubstitute(Keyed, Base):
    """`substitute_id` may be fitted instead of `part_id`; the other way round needs a row of its own."""

    __tablename__ = "part_substitute"
    __table_args__ = (
        UniqueConstraint("part_id", "substitute_id"),
        CheckConstraint("part_id <> substitute_id", name="not_itself"),
    )

    part_id: Mapped[int] = reference("part.id", ondelete="CASCADE")
    substitute_id: Mapped[int] = reference("part.id", ondelete="CASCADE")
    note: Mapped[str] = mapped_column(String(200), default="")


class Warehouse(Entity, Base):
    """Where vans reload.

    opening_hours: {"mon": [["07:00", "17:00"], ...], ...} in the territory's zone; {} for always open.
    tools: lent to whoever stops there, for the rest of the shift.
    """

    __tablename__ = "warehouse"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("handling_seconds >= 0", name="handling_seconds"),
    )

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    territory_id: Mapped[int] = reference("territory.id")
    latitude: Mapped[float]
    longitude: Mapped[float]
    opening_hours: Mapped[dict[str, Any]] = mapped_column(default=dict)
    handling_seconds: Mapped[int] = mapped_column(default=0)
    tools: Mapped[list[str]] = mapped_column(default=list)


class WarehouseStock(Keyed, Base):
    """How many of a part lie in a warehouse."""

    __tablename__ = "warehouse_stock"
    __table_args__ = (
        UniqueConstraint("warehouse_id", "part_id"),
        CheckConstraint("quantity >= 0", name="quantity"),
    )

    warehouse_id: Mapped[int] = reference("warehouse.id", ondelete="CASCADE")
    part_id: Mapped[int] = reference("part.id")
    quantity: Mapped[int]


class VanStock(Keyed, Base):
    """How many of a part a technician's van carries, and should."""

    __tablename__ = "van_stock"
    __table_args__ = (
        UniqueConstraint("technician_id", "part_id"),
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("minimum >= 0", name="minimum"),
        CheckConstraint("maximum IS NULL OR maximum >= minimum", name="maximum"),
    )

    technician_id: Mapped[int] = reference("technician.id", ondelete="CASCADE")
    part_id: Mapped[int] = reference("part.id")
    quantity: Mapped[int]
    minimum: Mapped[int] = mapped_column(default=0)
    maximum: Mapped[int | None]


class StockMovement(Keyed, Base):
    """Parts that moved from one place to another; None on both kinds of place on a side means outside."""

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("from_warehouse_id IS NULL OR from_technician_id IS NULL", name="one_source"),
        CheckConstraint("to_warehouse_id IS NULL OR to_technician_id IS NULL", name="one_target"),
    )

    part_id: Mapped[int] = reference("part.id")
    quantity: Mapped[int]
    kind: Mapped[MovementKind] = mapped_column(state(MovementKind))
    from_warehouse_id: Mapped[int | None] = reference("warehouse.id")
    from_technician_id: Mapped[int | None] = reference("technician.id")
    to_warehouse_id: Mapped[int | None] = reference("warehouse.id")
    to_technician_id: Mapped[int | None] = reference("technician.id")
    visit_id: Mapped[int | None] = reference("visit.id")
    moved_at: Mapped[datetime] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(String(200), default="")
