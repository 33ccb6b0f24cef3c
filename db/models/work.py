"""Work types, work orders and their visits."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, Entity, Keyed
from db.types import Json, reference, state


class Priority(StrEnum):
    """How much it matters that this is done soon."""

    EMERGENCY = "emergency"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class WorkOrderStatus(StrEnum):
    """draft → ready → planned → in_progress → done | cancelled; two states hold it outside planning."""

    DRAFT = "draft"
    READY = "ready"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"
    WAITING_FOR_PARTS = "waiting_for_parts"
    WAITING_FOR_CUSTOMER = "waiting_for_customer"


class VisitStatus(StrEnum):
    """unscheduled → scheduled → dispatched → travelling → on_site → completed | incomplete | cancelled."""

    UNSCHEDULED = "unscheduled"
    SCHEDULED = "scheduled"
    DISPATCHED = "dispatched"
    TRAVELLING = "travelling"
    ON_SITE = "on_site"
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"
    CANCELLED = "cancelled"


class Preference(StrEnum):
    """What is said of one technician for one visit."""

    ONLY = "only"
    NEVER = "never"
    PREFERRED = "preferred"


class WorkType(Entity, Base):
    """A template of work orders: skills, tools, parts, usual duration."""

    __tablename__ = "work_type"
    __table_args__ = (
        CheckConstraint("duration_seconds >= 0", name="duration_seconds"),
        CheckConstraint("setup_seconds >= 0", name="setup_seconds"),
    )

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    equipment_kind: Mapped[str | None] = mapped_column(String(32))
    duration_seconds: Mapped[int]
    setup_seconds: Mapped[int] = mapped_column(default=0)
    tools: Mapped[list[str]] = mapped_column(default=list)

    skills: Mapped[list["WorkTypeSkill"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    parts: Mapped[list["WorkTypePart"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class WorkTypeSkill(Keyed, Base):
    """A skill a work type needs, at least at this level (1..5)."""

    __tablename__ = "work_type_skill"
    __table_args__ = (
        UniqueConstraint("work_type_id", "skill_id"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )

    work_type_id: Mapped[int] = reference("work_type.id", ondelete="CASCADE")
    skill_id: Mapped[int] = reference("skill.id")
    level: Mapped[int] = mapped_column(default=1)


class WorkTypePart(Keyed, Base):
    """A part a work type usually uses up."""

    __tablename__ = "work_type_part"
    __table_args__ = (
        UniqueConstraint("work_type_id", "part_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    work_type_id: Mapped[int] = reference("work_type.id", ondelete="CASCADE")
    part_id: Mapped[int] = reference("part.id")
    quantity: Mapped[int] = mapped_column(default=1)


class WorkOrder(Entity, Base):
    """The one job that one or more tickets were merged into; has a human number, WO-1042.

    due_at, repair_due_at: the contract's response and repair deadlines, as last derived.
    unserved_cost: cents it costs to leave it out of a day; None: what its priority says (planning's policy).
    late_cost_per_hour: cents for each hour that service starts after `due_at`.
    merged_into_id: the work order that does this one's work, since all its tickets were merged into that.
    decider_id: who decides about appointments; None: whoever of its parties is asked first.
    folded: what intake wrote into the other columns last, and what people had put there; None: no ticket led to it.
    """

    __tablename__ = "work_order"
    __table_args__ = (CheckConstraint("unserved_cost >= 0", name="unserved_cost"),)

    number: Mapped[str] = mapped_column(String(32), unique=True)
    work_type_id: Mapped[int] = reference("work_type.id")
    territory_id: Mapped[int] = reference("territory.id")
    site_id: Mapped[int] = reference("site.id")
    equipment_id: Mapped[int | None] = reference("equipment.id")
    contract_id: Mapped[int | None] = reference("contract.id")
    payer_id: Mapped[int | None] = reference("organisation.id")
    status: Mapped[WorkOrderStatus] = mapped_column(state(WorkOrderStatus), default=WorkOrderStatus.DRAFT, index=True)
    priority: Mapped[Priority] = mapped_column(state(Priority), default=Priority.NORMAL)
    summary: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    reported_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    repair_due_at: Mapped[datetime | None]
    unserved_cost: Mapped[int | None]
    late_cost_per_hour: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = reference("work_order.id")
    folded: Mapped[dict[str, Any] | None] = mapped_column(Json, deferred=True)
    decider_id: Mapped[int | None] = reference("contact.id")

    visits: Mapped[list["Visit"]] = relationship(lazy="raise", back_populates="work_order")


class Visit(Entity, Base):
    """One planned trip of one technician for a work order.

    earliest_at: not before (parts, customer); finish_by: service must end by then.
    pinned_shift_id: the planner may not take it off that shift; pinned_start_at: nor change its start.
    started_at, finished_at: what really happened.
    """

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("work_order_id", "sequence"),
        CheckConstraint("duration_seconds >= 0", name="duration_seconds"),
        CheckConstraint("setup_seconds >= 0", name="setup_seconds"),
        CheckConstraint("status <> 'incomplete' OR incomplete_reason IS NOT NULL", name="incomplete_reason"),
        CheckConstraint("pinned_start_at IS NULL OR pinned_shift_id IS NOT NULL", name="pinned"),
    )

    work_order_id: Mapped[int] = reference("work_order.id")
    sequence: Mapped[int] = mapped_column(default=1)
    status: Mapped[VisitStatus] = mapped_column(state(VisitStatus), default=VisitStatus.UNSCHEDULED, index=True)
    duration_seconds: Mapped[int]
    setup_seconds: Mapped[int] = mapped_column(default=0)
    tools: Mapped[list[str]] = mapped_column(default=list)
    earliest_at: Mapped[datetime | None]
    finish_by: Mapped[datetime | None]
    pinned_shift_id: Mapped[int | None] = reference("shift.id")
    pinned_start_at: Mapped[datetime | None]
    technician_id: Mapped[int | None] = reference("technician.id")
    started_at: Mapped[datetime | None] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    incomplete_reason: Mapped[str | None] = mapped_column(String(200))
    findings: Mapped[str | None] = mapped_column(Text)
    follow_up_of_id: Mapped[int | None] = reference("visit.id")

    work_order: Mapped[WorkOrder] = relationship(lazy="raise", back_populates="visits")
    windows: Mapped[list["VisitWindow"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="VisitWindow.opens_at"
    )
    skills: Mapped[list["VisitSkill"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    parts: Mapped[list["VisitPart"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    technician_rules: Mapped[list["VisitTechnician"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class VisitWindow(Keyed, Base):
    """A time in which service may start, both ends included; a visit without any may start at any time.

    appointment_id: the active appointment that it is the window of. A visit that has such windows keeps to them alone.
    """

    __tablename__ = "visit_window"
    __table_args__ = (CheckConstraint("closes_at >= opens_at", name="span"),)

    visit_id: Mapped[int] = reference("visit.id", ondelete="CASCADE")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    appointment_id: Mapped[int | None] = reference("appointment.id")


class LinkKind(StrEnum):
    """How two visits of a work order are tied."""

    SAME_START = "same_start"
    PRECEDES = "precedes"
    DIFFERENT_TECHNICIANS = "different_technicians"
    SAME_TECHNICIAN = "same_technician"


class VisitLink(Keyed, Base):
    """A tie between two visits of one work order: two people who start together, one visit after another.

    min_gap_seconds, max_gap_seconds: from start to start, where the first precedes the second. Visits that start
    together are done by different technicians and all or none.
    """

    __tablename__ = "visit_link"
    __table_args__ = (
        UniqueConstraint("kind", "visit_id", "other_id"),
        CheckConstraint("visit_id <> other_id", name="two"),
        CheckConstraint("min_gap_seconds >= 0", name="min_gap_seconds"),
        CheckConstraint("max_gap_seconds >= min_gap_seconds", name="max_gap_seconds"),
    )

    kind: Mapped[LinkKind] = mapped_column(state(LinkKind))
    visit_id: Mapped[int] = reference("visit.id", ondelete="CASCADE")
    other_id: Mapped[int] = reference("visit.id", ondelete="CASCADE")
    min_gap_seconds: Mapped[int] = mapped_column(default=0)
    max_gap_seconds: Mapped[int | None]


class VisitSkill(Keyed, Base):
    """A skill a visit needs, at least at this level (1..5)."""

    __tablename__ = "visit_skill"
    __table_args__ = (
        UniqueConstraint("visit_id", "skill_id"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )

    visit_id: Mapped[int] = reference("visit.id", ondelete="CASCADE")
    skill_id: Mapped[int] = reference("skill.id")
    level: Mapped[int] = mapped_column(default=1)


class VisitPart(Keyed, Base):
    """A part a visit needs; `used` is what really went in."""

    __tablename__ = "visit_part"
    __table_args__ = (
        UniqueConstraint("visit_id", "part_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("used >= 0", name="used"),
    )

    visit_id: Mapped[int] = reference("visit.id", ondelete="CASCADE")
    part_id: Mapped[int] = reference("part.id")
    quantity: Mapped[int] = mapped_column(default=1)
    used: Mapped[int | None]


class VisitTechnician(Keyed, Base):
    """What is said of one technician for one visit; `saving` is cents saved when preferred."""

    __tablename__ = "visit_technician"
    __table_args__ = (
        UniqueConstraint("visit_id", "technician_id"),
        CheckConstraint("saving >= 0", name="saving"),
    )

    visit_id: Mapped[int] = reference("visit.id", ondelete="CASCADE")
    technician_id: Mapped[int] = reference("technician.id")
    preference: Mapped[Preference] = mapped_column(state(Preference))
    saving: Mapped[int] = mapped_column(default=0)
