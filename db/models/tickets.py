"""What parties reported, and what was said about it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Entity, Keyed
from db.types import reference, state


class Channel(StrEnum):
    """How words reach us or leave us."""

    PHONE = "phone"
    EMAIL = "email"
    PORTAL = "portal"
    WEB_FORM = "web_form"
    TEXT = "text"
    CHAT = "chat"
    TELEMETRY = "telemetry"


class TicketStatus(StrEnum):
    """new → open → resolved → closed."""

    NEW = "new"
    OPEN = "open"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Direction(StrEnum):
    """Who spoke."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class MergedBy(StrEnum):
    """Who found that a ticket belongs to a work order: the score, a reviewer, somebody by hand; or it was its first."""

    FIRST = "first"
    SCORE = "score"
    REVIEW = "review"
    PERSON = "person"


class Ticket(Entity, Base):
    """What one party reported, over one channel.

    emergency: somebody is in danger, whatever else is known. solved_by_id: the article that made a visit needless.
    """

    __tablename__ = "ticket"

    number: Mapped[str] = mapped_column(String(32), unique=True)
    channel: Mapped[Channel] = mapped_column(state(Channel))
    status: Mapped[TicketStatus] = mapped_column(state(TicketStatus), default=TicketStatus.NEW, index=True)
    organisation_id: Mapped[int | None] = reference("organisation.id")
    contact_id: Mapped[int | None] = reference("contact.id")
    site_id: Mapped[int | None] = reference("site.id")
    equipment_id: Mapped[int | None] = reference("equipment.id")
    subject: Mapped[str] = mapped_column(String(200))
    symptom: Mapped[str] = mapped_column(Text, default="")
    emergency: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    resolution: Mapped[str | None] = mapped_column(String(300))
    solved_by_id: Mapped[int | None] = reference("article.id")
    received_at: Mapped[datetime] = mapped_column(index=True)


class TicketMembership(Keyed, Base):
    """A ticket's place in a work order. Merging adds a row, unmerging ends it; nothing is moved."""

    __tablename__ = "ticket_membership"
    __table_args__ = (
        Index(
            "uq_ticket_membership_current",
            "ticket_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        CheckConstraint("left_at IS NULL OR left_at >= joined_at", name="span"),
    )

    ticket_id: Mapped[int] = reference("ticket.id")
    work_order_id: Mapped[int] = reference("work_order.id")
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    how: Mapped[MergedBy] = mapped_column(state(MergedBy), default=MergedBy.PERSON, server_default="person")


class Delivery(StrEnum):
    """waiting → sent | failed; to_call → sent, once told on the telephone; withheld: nobody may be written to."""

    WAITING = "waiting"
    TO_CALL = "to_call"
    SENT = "sent"
    FAILED = "failed"
    WITHHELD = "withheld"


class Conversation(Entity, Base):
    """All messages with one party about one ticket, over whichever channels.

    token: stands in the subject of e-mails, so that a reply finds its way back; with the sender it proves the thread.
    handle: what the other side calls the thread: a chat's session, a portal's own number.
    may_be_written_to: the party's consent in this matter.
    """

    __tablename__ = "conversation"

    ticket_id: Mapped[int] = reference("ticket.id")
    contact_id: Mapped[int | None] = reference("contact.id")
    language: Mapped[str] = mapped_column(String(16), default="en")
    token: Mapped[str | None] = mapped_column(String(32), index=True, unique=True)
    handle: Mapped[str | None] = mapped_column(String(255), index=True)
    may_be_written_to: Mapped[bool] = mapped_column(default=True, server_default=text("true"))


class Message(Keyed, Base):
    """One thing said in a conversation.

    external_id: its Message-ID, or the number its gateway gave it. automatic: written by a machine, so never answered.
    cause: what a message of ours tells of ("work_order:17:planned:2"); one conversation is told of it once.
    delivery: of a message of ours that leaves the house; why: why it waits, failed or was withheld, in words.
    told_by_id, told_at: who of ours told it on the telephone, and when. urgent: it goes at night too.
    appointment_id: which appointment it tells of; calendar: the calendar file that goes with it, as "REQUEST" or
    "CANCEL". link_seed: what the token of the link in it is worked out of when it goes; no token is kept.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_channel_external_id", "channel", "external_id", unique=True),
        Index("ix_message_conversation_id_cause", "conversation_id", "cause", unique=True),
    )

    conversation_id: Mapped[int] = reference("conversation.id")
    direction: Mapped[Direction] = mapped_column(state(Direction))
    channel: Mapped[Channel] = mapped_column(state(Channel))
    said_at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[datetime | None]
    subject: Mapped[str | None] = mapped_column(String(300))
    external_id: Mapped[str | None] = mapped_column(String(255))
    said_by_id: Mapped[int | None] = reference("contact.id")
    written_by_id: Mapped[int | None] = reference("user.id")
    automatic: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    cause: Mapped[str | None] = mapped_column(String(120))
    delivery: Mapped[Delivery | None] = mapped_column(state(Delivery))
    why: Mapped[str | None] = mapped_column(String(300))
    told_by_id: Mapped[int | None] = reference("user.id")
    told_at: Mapped[datetime | None]
    urgent: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    appointment_id: Mapped[int | None] = reference("appointment.id")
    calendar: Mapped[str | None] = mapped_column(String(16))
    link_seed: Mapped[str | None] = mapped_column(String(64))


class Attachment(Keyed, Base):
    """A file, kept outside the database by its SHA-256."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    sha256: Mapped[str] = mapped_column(String(64), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int]
    received_at: Mapped[datetime]
    ticket_id: Mapped[int | None] = reference("ticket.id")
    message_id: Mapped[int | None] = reference("message.id")
    work_order_id: Mapped[int | None] = reference("work_order.id")
    visit_id: Mapped[int | None] = reference("visit.id")
    equipment_id: Mapped[int | None] = reference("equipment.id")
