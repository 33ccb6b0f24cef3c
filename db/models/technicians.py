"""Technicians: what they can do, and when."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, Entity, Keyed
from db.types import reference, state


class AbsenceKind(StrEnum):
    """Why a technician is away."""

    HOLIDAY = "holiday"
    SICKNESS = "sickness"
    TRAINING = "training"
    OTHER = "other"


class Skill(Entity, Base):
    """Something a technician can do, at a level from 1 to 5."""

    __tablename__ = "skill"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))


class Technician(Entity, Base):
    """A person who does visits; costs are cents per hour, per kilometre, or once per plan."""

    __tablename__ = "technician"
    __table_args__ = (
        CheckConstraint("(home_latitude IS NULL) = (home_longitude IS NULL)", name="home"),
        CheckConstraint("home_latitude BETWEEN -90 AND 90", name="home_latitude"),
        CheckConstraint("home_longitude BETWEEN -180 AND 180", name="home_longitude"),
    )

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    territory_id: Mapped[int] = reference("territory.id")
    phone: Mapped[str | None] = mapped_column(String(32))
    email: Mapped[str | None] = mapped_column(String(254))
    home_latitude: Mapped[float | None]
    home_longitude: Mapped[float | None]
    tools: Mapped[list[str]] = mapped_column(default=list)
    cost_per_travel_hour: Mapped[int] = mapped_column(default=0)
    cost_per_duty_hour: Mapped[int] = mapped_column(default=0)
    cost_per_overtime_hour: Mapped[int] = mapped_column(default=0)
    cost_per_km: Mapped[int] = mapped_column(default=0)
    fixed_cost: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)

    skills: Mapped[list["TechnicianSkill"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class TechnicianSkill(Keyed, Base):
    """How well a technician can do something, and until when the certificate holds (that day included)."""

    __tablename__ = "technician_skill"
    __table_args__ = (
        UniqueConstraint("technician_id", "skill_id"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )

    technician_id: Mapped[int] = reference("technician.id", ondelete="CASCADE")
    skill_id: Mapped[int] = reference("skill.id")
    level: Mapped[int] = mapped_column(default=1)
    expires_on: Mapped[date | None]


class Shift(Entity, Base):
    """A technician's working period on a day of the territory.

    Starts and ends at home unless places are given; `returns` False: the day ends at the last stop.
    """

    __tablename__ = "shift"
    __table_args__ = (
        UniqueConstraint("technician_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="span"),
        CheckConstraint("max_overtime_seconds >= 0", name="max_overtime_seconds"),
        CheckConstraint("(start_latitude IS NULL) = (start_longitude IS NULL)", name="start_place"),
        CheckConstraint("(end_latitude IS NULL) = (end_longitude IS NULL)", name="end_place"),
    )

    technician_id: Mapped[int] = reference("technician.id")
    local_date: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    max_overtime_seconds: Mapped[int] = mapped_column(default=0)
    start_latitude: Mapped[float | None]
    start_longitude: Mapped[float | None]
    end_latitude: Mapped[float | None]
    end_longitude: Mapped[float | None]
    returns: Mapped[bool] = mapped_column(default=True)
    leaves_at_start: Mapped[bool] = mapped_column(default=False)
    max_visits: Mapped[int | None]
    max_travel_seconds: Mapped[int | None]

    breaks: Mapped[list["ShiftBreak"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="ShiftBreak.earliest_at"
    )
    technician: Mapped[Technician] = relationship(lazy="raise")


class ShiftBreak(Keyed, Base):
    """A break in a shift; starts between `earliest_at` and `latest_at`, both included."""

    __tablename__ = "shift_break"
    __table_args__ = (
        CheckConstraint("latest_at >= earliest_at", name="span"),
        CheckConstraint("duration_seconds >= 0", name="duration_seconds"),
    )

    shift_id: Mapped[int] = reference("shift.id", ondelete="CASCADE")
    earliest_at: Mapped[datetime]
    latest_at: Mapped[datetime]
    duration_seconds: Mapped[int]
    paid: Mapped[bool] = mapped_column(default=True)
    optional: Mapped[bool] = mapped_column(default=False)


class Absence(Entity, Base):
    """A time in which a technician is away; half-open."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="span"),)

    technician_id: Mapped[int] = reference("technician.id")
    kind: Mapped[AbsenceKind] = mapped_column(state(AbsenceKind))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(200), default="")
