"""Sites, and who is who at them."""

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Entity, Keyed
from db.types import reference, state


class PartyRole(StrEnum):
    """What a contact or organisation is in one matter."""

    REPORTER = "reporter"
    OCCUPANT = "occupant"
    OWNER = "owner"
    PAYER = "payer"
    INSURER = "insurer"
    DEALER = "dealer"
    ACCESS_HOLDER = "access_holder"


class Site(Entity, Base):
    """An address with a place on the map.

    opening_hours: {"mon": [["08:00", "17:00"], ...], ...} in the territory's zone; {} for always open.
    """

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="place"),
    )

    organisation_id: Mapped[int] = reference("organisation.id")
    territory_id: Mapped[int] = reference("territory.id")
    name: Mapped[str] = mapped_column(String(200), index=True)
    street: Mapped[str] = mapped_column(String(200))
    house_number: Mapped[str] = mapped_column(String(16))
    postcode: Mapped[str] = mapped_column(String(16), default="")
    city: Mapped[str] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(2))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    access_notes: Mapped[str | None] = mapped_column(Text)
    opening_hours: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SiteContact(Keyed, Base):
    """A contact's role at a site."""

    __tablename__ = "site_contact"
    __table_args__ = (UniqueConstraint("site_id", "contact_id", "role"),)

    site_id: Mapped[int] = reference("site.id", ondelete="CASCADE")
    contact_id: Mapped[int] = reference("contact.id", ondelete="CASCADE")
    role: Mapped[PartyRole] = mapped_column(state(PartyRole))
