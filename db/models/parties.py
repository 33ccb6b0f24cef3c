"""Organisations and the contacts in them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Entity
from db.types import reference, state


class OrganisationKind(StrEnum):
    """What an organisation mostly is to us."""

    OWNER = "owner"
    OCCUPANT = "occupant"
    DEALER = "dealer"
    INSURER = "insurer"
    MANUFACTURER = "manufacturer"
    CONTRACTOR = "contractor"
    SUPPLIER = "supplier"
    OURSELVES = "ourselves"


class Organisation(Entity, Base):
    """A legal party."""

    __tablename__ = "organisation"

    number: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[OrganisationKind] = mapped_column(state(OrganisationKind))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(16), default="en")


class Contact(Entity, Base):
    """A person in an organisation, with a function and ways to reach them."""

    __tablename__ = "contact"

    organisation_id: Mapped[int] = reference("organisation.id")
    name: Mapped[str] = mapped_column(String(200), index=True)
    function: Mapped[str] = mapped_column(String(64))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    language: Mapped[str] = mapped_column(String(16), default="en")
    may_be_written_to: Mapped[bool] = mapped_column(default=True)
    erased_at: Mapped[datetime | None]
