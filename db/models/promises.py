"""The ledger of promises: append-only."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Keyed
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


class Promise(Keyed, Base):
    """What we said we would do by when, to whom. Never edited; a new one may supersede it.

    The local date, times and zone are what was said; `from_at` and `by_at` are what they meant when it was said.
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


class PromiseEvent(Keyed, Base):
    """The end of a promise: kept, broken, or released by the customer."""

    __tablename__ = "promise_event"

    promise_id: Mapped[int] = reference("promise.id", unique=True)
    outcome: Mapped[PromiseOutcome] = mapped_column(state(PromiseOutcome))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(200), default="")
