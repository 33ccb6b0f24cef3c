"""Slots that customers hold and confirm, the links they do so by, and what policy says of them."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, Entity, Keyed
from db.models.tickets import Channel
from db.types import reference, state


class AppointmentStatus(StrEnum):
    """held → confirmed → done; a hold may lapse or be released, what is confirmed may be superseded or cancelled."""

    HELD = "held"
    CONFIRMED = "confirmed"
    DONE = "done"
    LAPSED = "lapsed"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


ACTIVE = (AppointmentStatus.HELD, AppointmentStatus.CONFIRMED)
"""An appointment that takes up room in a plan."""


class Appointment(Entity, Base):
    """An arrival window kept for one work order: a Hold until `held_until`, an Appointment once it is confirmed.

    The local date, times and zone are what was said; `opens_at` and `closes_at` (both included) are what they mean, and
    are worked out anew when the zone's rules change. uid, sequence: of its calendar entry. cost: cents by which it made
    the plan dearer; probability: of being kept, both as offered. access_notes: a secret, today's technician's only.
    supersedes_id: the appointment that this one replaces.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("closes_at >= opens_at", name="span"),
        CheckConstraint("status <> 'held' OR held_until IS NOT NULL", name="held"),
        CheckConstraint("probability BETWEEN 0 AND 1", name="probability"),
        Index("ix_appointment_status_held_until", "status", "held_until"),
    )

    work_order_id: Mapped[int] = reference("work_order.id")
    territory_id: Mapped[int] = reference("territory.id")
    status: Mapped[AppointmentStatus] = mapped_column(state(AppointmentStatus), default=AppointmentStatus.HELD)
    opens_at: Mapped[datetime] = mapped_column(index=True)
    closes_at: Mapped[datetime]
    local_date: Mapped[date] = mapped_column(index=True)
    local_from: Mapped[time]
    local_by: Mapped[time]
    time_zone: Mapped[str] = mapped_column(String(64))
    held_until: Mapped[datetime | None]
    held_by_id: Mapped[int | None] = reference("customer_link.id")
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = reference("contact.id")
    entered_by_id: Mapped[int | None] = reference("user.id")
    channel: Mapped[Channel | None] = mapped_column(state(Channel))
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(200), default="")
    cost: Mapped[int] = mapped_column(default=0)
    probability: Mapped[float | None]
    uid: Mapped[str] = mapped_column(String(64), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    supersedes_id: Mapped[int | None] = reference("appointment.id", unique=True)
    attending: Mapped[str | None] = mapped_column(String(200))
    access_notes: Mapped[str | None] = mapped_column(Text)

    visits: Mapped[list["AppointmentVisit"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class AppointmentVisit(Keyed, Base):
    """A visit that an appointment is for: one, or several that start together; a visit has one active at most.

    told_estimate_at: the arrival that the customer was told to expect last, told_at: when.
    """

    __tablename__ = "appointment_visit"
    __table_args__ = (
        UniqueConstraint("appointment_id", "visit_id"),
        Index(
            "ix_appointment_visit_active",
            "visit_id",
            unique=True,
            sqlite_where=text("active"),
            postgresql_where=text("active"),
        ),
    )

    appointment_id: Mapped[int] = reference("appointment.id", ondelete="CASCADE")
    visit_id: Mapped[int] = reference("visit.id")
    active: Mapped[bool] = mapped_column(default=True)
    told_estimate_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class LinkPurpose(StrEnum):
    """What a customer's link is good for; nothing else."""

    APPOINTMENT = "appointment"
    CALENDAR = "calendar"


class CustomerLink(Keyed, Base):
    """A link by which a customer comes to one work order without signing in; stored as the SHA-256 of its token.

    may_decide: whether who holds it may choose, change and cancel, or only see. tries_left: wrong answers to what the
    customer knows, over the whole life of the link. A calendar link of a contact or technician has no work order.
    """

    __tablename__ = "customer_link"
    __table_args__ = (
        CheckConstraint("(purpose = 'appointment') = (work_order_id IS NOT NULL)", name="work_order"),
        CheckConstraint("contact_id IS NULL OR technician_id IS NULL", name="whose"),
        CheckConstraint("tries_left >= 0", name="tries_left"),
    )

    purpose: Mapped[LinkPurpose] = mapped_column(state(LinkPurpose))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    work_order_id: Mapped[int | None] = reference("work_order.id")
    conversation_id: Mapped[int | None] = reference("conversation.id")
    contact_id: Mapped[int | None] = reference("contact.id")
    technician_id: Mapped[int | None] = reference("technician.id")
    language: Mapped[str] = mapped_column(String(16), default="en")
    may_decide: Mapped[bool] = mapped_column(default=False)
    tries_left: Mapped[int] = mapped_column(default=5)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = reference("user.id")
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class SlotPolicy(Entity, Base):
    """What is offered to customers, of a territory or work type; the one that says most about both counts.

    Minutes: of windows as usual, at most, and on the same day; of a hold; between now and the first window. days: how
    far ahead. offers: so many at once. reserve_percent: of each day's duty time, kept for emergencies until the day
    before. holds_per_customer, holds_per_site: at the same time. least_probability: of keeping a window that is
    offered. break_cost: cents that leaving a promised visit out costs the planner, None: it may not.
    """

    __tablename__ = "slot_policy"
    __table_args__ = (
        UniqueConstraint("territory_id", "work_type_id"),
        CheckConstraint("width_minutes BETWEEN 15 AND most_width_minutes", name="width_minutes"),
        CheckConstraint("same_day_width_minutes BETWEEN 15 AND most_width_minutes", name="same_day_width_minutes"),
        CheckConstraint("most_width_minutes <= 1440", name="most_width_minutes"),
        CheckConstraint("days BETWEEN 1 AND 60", name="days"),
        CheckConstraint("offers BETWEEN 1 AND 100", name="offers"),
        CheckConstraint("hold_minutes BETWEEN 1 AND 120", name="hold_minutes"),
        CheckConstraint("notice_minutes >= 0", name="notice_minutes"),
        CheckConstraint("reserve_percent BETWEEN 0 AND 90", name="reserve_percent"),
        CheckConstraint("least_probability BETWEEN 0 AND 1", name="least_probability"),
        CheckConstraint("holds_per_customer >= 1 AND holds_per_site >= 1", name="holds"),
        CheckConstraint("break_cost >= 0", name="break_cost"),
    )

    territory_id: Mapped[int | None] = reference("territory.id")
    work_type_id: Mapped[int | None] = reference("work_type.id")
    width_minutes: Mapped[int] = mapped_column(default=120)
    most_width_minutes: Mapped[int] = mapped_column(default=240)
    same_day_width_minutes: Mapped[int] = mapped_column(default=60)
    days: Mapped[int] = mapped_column(default=14)
    offers: Mapped[int] = mapped_column(default=9)
    hold_minutes: Mapped[int] = mapped_column(default=10)
    notice_minutes: Mapped[int] = mapped_column(default=60)
    reserve_percent: Mapped[int] = mapped_column(default=10)
    least_probability: Mapped[float] = mapped_column(default=0.9)
    holds_per_customer: Mapped[int] = mapped_column(default=2)
    holds_per_site: Mapped[int] = mapped_column(default=2)
    break_cost: Mapped[int | None]
