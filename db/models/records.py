"""What the system keeps about its own doings: outbox, jobs, retries, audit trail, numbers."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Keyed
from db.types import reference, state


class JobStatus(StrEnum):
    """queued → running → done | failed | cancelled."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OutboxMessage(Keyed, Base):
    """A side effect to be, written in the transaction that causes it. `key` makes it happen once."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_waiting", "delivered_at", "available_at"),)

    key: Mapped[str] = mapped_column(String(200), unique=True)
    topic: Mapped[str] = mapped_column(String(64), index=True)
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class Job(Keyed, Base):
    """Work that must survive a killed worker.

    Whoever holds the lease (`worker`, `lease_until`) works on it; `attempt` is a fence: a worker whose attempt is
    no longer the current one may not finish it.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_next", "status", "run_after"),)

    kind: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[JobStatus] = mapped_column(state(JobStatus), default=JobStatus.QUEUED)
    created_at: Mapped[datetime]
    run_after: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=3)
    worker: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class IdempotencyRecord(Keyed, Base):
    """The answer given to a write, so that a retry with the same Idempotency-Key gets it again."""

    __tablename__ = "idempotency_record"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    user_id: Mapped[int] = reference("user.id", ondelete="CASCADE")
    key: Mapped[str] = mapped_column(String(200))
    method: Mapped[str] = mapped_column(String(8))
    path: Mapped[str] = mapped_column(String(500))
    request_sha256: Mapped[str] = mapped_column(String(64))
    status_code: Mapped[int]
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)


class AuditEntry(Keyed, Base):
    """Who did what to which row, when. Append-only; `changes` is {field: [before, after]} without secrets."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_row", "entity", "entity_id"),)

    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = reference("user.id")
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(64))
    entity: Mapped[str] = mapped_column(String(64))
    entity_id: Mapped[int]
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class NumberSeries(Base):
    """The next number of a series of human numbers, such as WO-1042."""

    __tablename__ = "number_series"
    __table_args__ = (CheckConstraint("next_number > 0", name="next_number"),)

    prefix: Mapped[str] = mapped_column(String(16), primary_key=True)
    next_number: Mapped[int]
