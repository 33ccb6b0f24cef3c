"""Territories, planning runs, proposals and the current plans."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, Entity, Keyed
from db.types import reference, state


class RunStatus(StrEnum):
    """queued → running → succeeded | failed | cancelled."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ProposalStatus(StrEnum):
    """open → applied | dropped."""

    OPEN = "open"
    APPLIED = "applied"
    DROPPED = "dropped"


class StopKind(StrEnum):
    """What a stop is for."""

    VISIT = "visit"
    BREAK = "break"
    WAREHOUSE = "warehouse"


class Territory(Entity, Base):
    """An area with its own time zone (IANA name), technicians and planning; amounts are in `currency`."""

    __tablename__ = "territory"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3))


class PlanningRun(Entity, Base):
    """One run of the solver on stored input: all that is needed to run it again.

    problem, solution: gzipped JSON in the solver's own format; `horizon_starts_at` is its second 0.
    limits: {"seconds": float | null, "iterations": int | null, "threads": int}.
    base: {"plan version": int | null, "routes": {shift id: revision}} as it was read, and beside them
        {"ids": what the problem's ids stand for, "places": [[longitude, latitude], ...] of the matrix's rows}.
    stages: [{"name": str, "seconds": float, "cost": int | null}, ...].
    findings: what the pre-flight linter said, as it said it.
    progress: {"stage": str, "share": 0..1, "cost": int | null, "served": int} while running.
    """

    __tablename__ = "planning_run"

    territory_id: Mapped[int] = reference("territory.id")
    local_date: Mapped[date] = mapped_column(index=True)
    status: Mapped[RunStatus] = mapped_column(state(RunStatus), default=RunStatus.QUEUED, index=True)
    requested_by_id: Mapped[int | None] = reference("user.id")
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    seed: Mapped[int] = mapped_column(default=0)
    limits: Mapped[dict[str, Any]]
    base: Mapped[dict[str, Any]] = mapped_column(default=dict)
    horizon_starts_at: Mapped[datetime | None]
    problem: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    problem_sha256: Mapped[str | None] = mapped_column(String(64))
    solution: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    cost: Mapped[dict[str, Any] | None]
    stages: Mapped[list[Any]] = mapped_column(default=list)
    findings: Mapped[list[Any]] = mapped_column(default=list)
    progress: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(Text)


class Proposal(Entity, Base):
    """The routes a planning run suggests, applied or dropped.

    routes: the suggestion with database ids and instants (ISO 8601, UTC), as it is previewed.
    left_out: [{"visit_id": int, "reasons": [...], "remedies": [...]}, ...].
    kept_routes: [{"shift_id": int, "reason": str}, ...]: what could not be replayed when it was applied.
    """

    __tablename__ = "proposal"

    planning_run_id: Mapped[int] = reference("planning_run.id", unique=True)
    territory_id: Mapped[int] = reference("territory.id")
    local_date: Mapped[date] = mapped_column(index=True)
    status: Mapped[ProposalStatus] = mapped_column(state(ProposalStatus), default=ProposalStatus.OPEN)
    routes: Mapped[list[Any]] = mapped_column(deferred=True)
    left_out: Mapped[list[Any]] = mapped_column(deferred=True)
    cost: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = reference("user.id")
    kept_routes: Mapped[list[Any]] = mapped_column(default=list)


class Plan(Entity, Base):
    """The current routes of one territory-day, from its first booking on; later marked published.

    duration_model_id: what its durations go by, from its beginning on, so that no route breaks when more is learnt.
    """

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("territory_id", "local_date"),)

    territory_id: Mapped[int] = reference("territory.id")
    local_date: Mapped[date] = mapped_column(index=True)
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = reference("user.id")
    duration_model_id: Mapped[int | None] = reference("duration_model.id")

    routes: Mapped[list["Route"]] = relationship(lazy="raise", back_populates="plan")


class Route(Keyed, Base):
    """One shift's ordered stops. `revision` rises with every change and is what a change is compared against."""

    __tablename__ = "route"

    plan_id: Mapped[int] = reference("plan.id", ondelete="CASCADE")
    shift_id: Mapped[int] = reference("shift.id", unique=True)
    revision: Mapped[int] = mapped_column(default=1)
    departs_at: Mapped[datetime | None]
    returns_at: Mapped[datetime | None]
    travel_seconds: Mapped[int] = mapped_column(default=0)
    travel_metres: Mapped[int] = mapped_column(default=0)
    cost: Mapped[dict[str, Any]] = mapped_column(default=dict)

    plan: Mapped[Plan] = relationship(lazy="raise", back_populates="routes")
    stops: Mapped[list["Stop"]] = relationship(lazy="raise", cascade="all, delete-orphan", order_by="Stop.position")


class Stop(Keyed, Base):
    """A visit, break or warehouse placed in a route with times.

    load: {part id: quantity} taken on at a warehouse.
    """

    __tablename__ = "stop"
    __table_args__ = (
        UniqueConstraint("route_id", "position"),
        CheckConstraint("arrives_at <= starts_at AND starts_at <= departs_at", name="order"),
        CheckConstraint("(kind = 'visit') = (visit_id IS NOT NULL)", name="visit"),
        CheckConstraint("(kind = 'warehouse') = (warehouse_id IS NOT NULL)", name="warehouse"),
        CheckConstraint("(kind = 'break') = (shift_break_id IS NOT NULL)", name="shift_break"),
    )

    route_id: Mapped[int] = reference("route.id", ondelete="CASCADE")
    position: Mapped[int]
    kind: Mapped[StopKind] = mapped_column(state(StopKind))
    visit_id: Mapped[int | None] = reference("visit.id", unique=True)
    warehouse_id: Mapped[int | None] = reference("warehouse.id")
    shift_break_id: Mapped[int | None] = reference("shift_break.id")
    arrives_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    departs_at: Mapped[datetime]
    load: Mapped[dict[str, int] | None]


class DurationModel(Keyed, Base):
    """How long visits of a territory really take, as learnt from those that were completed; the latest counts.

    parameters: what `dispatch.planning.day.durations` writes and reads.
    """

    __tablename__ = "duration_model"

    territory_id: Mapped[int] = reference("territory.id")
    learned_at: Mapped[datetime] = mapped_column(index=True)
    parameters: Mapped[dict[str, Any]]
