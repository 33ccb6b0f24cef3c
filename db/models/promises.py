"""The ledger of promises: append-only; and the standards by which promises are made."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import AppendOnly, Base, Entity, Keyed
from db.models.contracts import ClockKind
from db.models.tickets import Channel
from db.types import reference, state


class PromiseKind(StrEnum):
    """What was promised."""

    WINDOW = "window"
    CALLBACK = "callback"
    PART_DATE = "part_date"
    CONTRACT_DEADLINE = "contract_deadline"


class PromiseOutcome(StrEnum):
    """What became of it."""

    KEPT = "kept"
    BROKEN = "broken"
    RELEASED = "released"


class Promise(AppendOnly, Keyed, Base):
    """What we said we would do by when, to whom. Never edited; a new one may supersede it.

    The local date, times and zone are what was said; `from_at` and `by_at` are what they meant when it was said.
    clock: which clock of a contract a contract deadline is of.
    """

    __tablename__ = "promise"
    __table_args__ = (CheckConstraint("from_at IS NULL OR by_at >= from_at", name="span"),)

    kind: Mapped[PromiseKind] = mapped_column(state(PromiseKind))
    work_order_id: Mapped[int] = reference("work_order.id")
    visit_id: Mapped[int | None] = reference("visit.id")
    contact_id: Mapped[int | None] = reference("contact.id")
    organisation_id: Mapped[int | None] = reference("organisation.id")
    local_date: Mapped[date]
    local_from: Mapped[time | None]
    local_by: Mapped[time]
    time_zone: Mapped[str] = mapped_column(String(64))
    from_at: Mapped[datetime | None]
    by_at: Mapped[datetime] = mapped_column(index=True)
    made_by_id: Mapped[int | None] = reference("user.id")
    made_at: Mapped[datetime]
    channel: Mapped[Channel | None] = mapped_column(state(Channel))
    supersedes_id: Mapped[int | None] = reference("promise.id", unique=True)
    appointment_id: Mapped[int | None] = reference("appointment.id")
    standard_id: Mapped[int | None] = reference("service_standard.id")
    clock: Mapped[ClockKind | None] = mapped_column(state(ClockKind))


class PromiseEvent(AppendOnly, Keyed, Base):
    """The end of a promise: kept, broken, or released by the customer."""

    __tablename__ = "promise_event"

    promise_id: Mapped[int] = reference("promise.id", unique=True)
    outcome: Mapped[PromiseOutcome] = mapped_column(state(PromiseOutcome))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(200), default="")


def _one_standard(name: str, where: str, *columns: str) -> Index:
    """One standard at most where columns are empty: a unique constraint takes two NULLs for different."""
    return Index(
        f"ix_service_standard_of_{name}", *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where)
    )


class ServiceStandard(Entity, Base):
    """Which promise is made by itself, for work of a type and contract; None: for all.

    within_minutes: from the report to what is promised, of the contract's hours if `in_service_hours`; None where the
    thing itself says when (a contract's deadline, a part's date).
    """

    __tablename__ = "service_standard"
    __table_args__ = (
        UniqueConstraint("kind", "work_type_id", "contract_id"),
        _one_standard("all", "work_type_id IS NULL AND contract_id IS NULL", "kind"),
        _one_standard("type", "work_type_id IS NOT NULL AND contract_id IS NULL", "kind", "work_type_id"),
        _one_standard("contract", "work_type_id IS NULL AND contract_id IS NOT NULL", "kind", "contract_id"),
        CheckConstraint("within_minutes > 0", name="within_minutes"),
        CheckConstraint("kind <> 'callback' OR within_minutes IS NOT NULL", name="callback"),
    )

    kind: Mapped[PromiseKind] = mapped_column(state(PromiseKind))
    work_type_id: Mapped[int | None] = reference("work_type.id")
    contract_id: Mapped[int | None] = reference("contract.id")
    within_minutes: Mapped[int | None]
    in_service_hours: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
