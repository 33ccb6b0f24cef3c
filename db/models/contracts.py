"""What customers are entitled to."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, Entity, Keyed
from db.types import reference, state


class ClockKind(StrEnum):
    """Which of a contract's clocks."""

    RESPONSE = "response"
    REPAIR = "repair"


class Contract(Entity, Base):
    """What a customer is entitled to: covered equipment, service hours, response and repair times.

    Clock lengths are minutes of service time: they run only within `hours`, and not during a `ClockPause`.
    A contract without hours is a misconfiguration that the planning linter reports.
    """

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint("response_minutes > 0", name="response_minutes"),
        CheckConstraint("repair_minutes > 0", name="repair_minutes"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="term"),
    )

    organisation_id: Mapped[int] = reference("organisation.id")
    number: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    response_minutes: Mapped[int | None]
    repair_minutes: Mapped[int | None]
    late_cost_per_hour: Mapped[int] = mapped_column(default=0)

    hours: Mapped[list["ContractHours"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    covered: Mapped[list["ContractEquipment"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class ContractHours(Keyed, Base):
    """One span of service hours; local time of the site's territory, Monday is 0, half-open.

    `closes` 00:00 means midnight at the end of the day.
    """

    __tablename__ = "contract_hours"
    __table_args__ = (
        UniqueConstraint("contract_id", "weekday", "opens"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    )

    contract_id: Mapped[int] = reference("contract.id", ondelete="CASCADE")
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


class ContractEquipment(Keyed, Base):
    """A unit that a contract covers."""

    __tablename__ = "contract_equipment"
    __table_args__ = (UniqueConstraint("contract_id", "equipment_id"),)

    contract_id: Mapped[int] = reference("contract.id", ondelete="CASCADE")
    equipment_id: Mapped[int] = reference("equipment.id")


class InspectionDue(Entity, Base):
    """An inspection a contract owes a unit, again every so many days."""

    __tablename__ = "inspection_due"
    __table_args__ = (
        UniqueConstraint("contract_id", "equipment_id", "work_type_id"),
        CheckConstraint("interval_days > 0", name="interval_days"),
    )

    contract_id: Mapped[int] = reference("contract.id", ondelete="CASCADE")
    equipment_id: Mapped[int] = reference("equipment.id")
    work_type_id: Mapped[int] = reference("work_type.id")
    interval_days: Mapped[int]
    due_on: Mapped[date]
    last_done_on: Mapped[date | None]


class ClockPause(Keyed, Base):
    """A time in which a work order's contract clock stands still; `ends_at` None: still paused."""

    __tablename__ = "clock_pause"
    __table_args__ = (CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="span"),)

    work_order_id: Mapped[int] = reference("work_order.id", ondelete="CASCADE")
    clock: Mapped[ClockKind] = mapped_column(state(ClockKind))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(200))
