"""Organisations and the contacts in them.

A contact's e-mail address and telephone number are kept as they were given, and beside them as they are looked up.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from db.base import Base, Entity
from db.types import DERIVED, reference, state


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
    verified: Mapped[bool] = mapped_column(default=True, server_default=text("true"))


KEY_DIGITS = 8
"""Last digits by which a telephone number is looked up: the same number with and without its country code."""


def email_key(email: str | None) -> str | None:
    """An e-mail address as it is looked up: case does not count; None: there is none."""
    return (email or "").strip().casefold() or None


def phone_key(phone: str | None) -> str | None:
    """A telephone number as it is looked up: its last digits; None: there are none."""
    return "".join(digit for digit in phone or "" if digit in "0123456789")[-KEY_DIGITS:] or None


def _key_of(column: str) -> Callable[[Any], str | None]:
    """The default of a key column, for rows that are inserted without the class: worked out of the other column."""
    work_out = email_key if column == "email" else phone_key

    def key(context: Any) -> str | None:
        return work_out(context.get_current_parameters().get(column))

    return key


class Contact(Entity, Base):
    """A person in an organisation, with a function and ways to reach them. `verified`: we know that it is them."""

    __tablename__ = "contact"

    organisation_id: Mapped[int] = reference("organisation.id")
    name: Mapped[str] = mapped_column(String(200), index=True)
    function: Mapped[str] = mapped_column(String(64))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    language: Mapped[str] = mapped_column(String(16), default="en")
    may_be_written_to: Mapped[bool] = mapped_column(default=True)
    verified: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    email_key: Mapped[str | None] = mapped_column(String(254), index=True, default=_key_of("email"), info=DERIVED)
    phone_key: Mapped[str | None] = mapped_column(String(32), index=True, default=_key_of("phone"), info=DERIVED)
    erased_at: Mapped[datetime | None]

    @validates("email", "phone")
    def _follow(self, name: str, value: str | None) -> str | None:
        if name == "email":
            self.email_key = email_key(value)
        else:
            self.phone_key = phone_key(value)
        return value
