"""Installed units."""

from datetime import date

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Entity
from db.types import reference


class Equipment(Entity, Base):
    """One installed unit at a site. `kind` is its family ("lift", "boiler"); `label_code` is on its sticker.

    report_code: what its QR code and short link hold; chosen at random, tells nothing, made when it is first asked for.
    """

    __tablename__ = "equipment"
    __table_args__ = (UniqueConstraint("manufacturer_id", "serial"),)

    site_id: Mapped[int] = reference("site.id")
    manufacturer_id: Mapped[int | None] = reference("organisation.id")
    replaced_by_id: Mapped[int | None] = reference("equipment.id")
    kind: Mapped[str] = mapped_column(String(32), index=True)
    model: Mapped[str] = mapped_column(String(100))
    serial: Mapped[str] = mapped_column(String(64), index=True)
    label_code: Mapped[str] = mapped_column(String(32), unique=True)
    position: Mapped[str] = mapped_column(String(200), default="")
    installed_on: Mapped[date | None]
    warranty_until: Mapped[date | None]
    retired_on: Mapped[date | None]
    report_code: Mapped[str | None] = mapped_column(String(32), index=True, unique=True)
