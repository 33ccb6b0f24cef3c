"""Who signs in, and with what."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Entity, Keyed
from db.types import reference, state


class Role(StrEnum):
    """What a user may do."""

    SCHEDULER = "scheduler"
    TECHNICIAN = "technician"
    CALL_TAKER = "call_taker"
    INTEGRATOR = "integrator"
    ADMINISTRATOR = "administrator"


class User(Entity, Base):
    """Who signs in. A technician user is tied to a technician; `password_hash` is Argon2, None: no password."""

    __tablename__ = "user"
    __table_args__ = (CheckConstraint("(role = 'technician') = (technician_id IS NOT NULL)", name="technician"),)

    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[Role] = mapped_column(state(Role))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    technician_id: Mapped[int | None] = reference("technician.id", unique=True)
    active: Mapped[bool] = mapped_column(default=True)


class UserTerritory(Keyed, Base):
    """A territory a scheduler or call taker looks after; one without any row looks after none."""

    __tablename__ = "user_territory"
    __table_args__ = (UniqueConstraint("user_id", "territory_id"),)

    user_id: Mapped[int] = reference("user.id", ondelete="CASCADE")
    territory_id: Mapped[int] = reference("territory.id", ondelete="CASCADE")


class Device(Entity, Base):
    """A registered phone."""

    __tablename__ = "device"

    user_id: Mapped[int] = reference("user.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(String(100))
    last_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AccessToken(Keyed, Base):
    """A bearer token of a client, stored as the SHA-256 of what the client holds."""

    __tablename__ = "access_token"

    user_id: Mapped[int] = reference("user.id", ondelete="CASCADE")
    device_id: Mapped[int | None] = reference("device.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(String(100))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignIn(Keyed, Base):
    """A browser session: the SHA-256 of the cookie's secret; a form's CSRF token is derived from that secret."""

    __tablename__ = "sign_in"

    user_id: Mapped[int] = reference("user.id", ondelete="CASCADE")
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class FailedSignIn(Keyed, Base):
    """A wrong password, counted to slow guessing down. `subject` is a SHA-256 of e-mail and source address."""

    __tablename__ = "failed_sign_in"

    subject: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
