"""What intake keeps: what came in, what parties said, which tickets belong together and who decided so."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Entity, Keyed, Versioned
from db.models.sites import PartyRole
from db.models.tickets import Channel
from db.types import reference, state


class InboundStatus(StrEnum):
    """waiting → taken | ignored | refused."""

    WAITING = "waiting"
    TAKEN = "taken"
    IGNORED = "ignored"
    REFUSED = "refused"


class Inbound(Keyed, Base):
    """One message as it came in, kept before anything is made of it. Each comes once: by channel and external id.

    payload: what a webhook or form sent; raw_sha256: an e-mail as it came, in the store of attachments.
    why: what an ignored or refused one was, in words.
    """

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbound_waiting", "status", "received_at"),
    )

    channel: Mapped[Channel] = mapped_column(state(Channel))
    external_id: Mapped[str] = mapped_column(String(255))
    received_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    raw_sha256: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[InboundStatus] = mapped_column(state(InboundStatus), default=InboundStatus.WAITING)
    why: Mapped[str | None] = mapped_column(Text)
    ticket_id: Mapped[int | None] = reference("ticket.id")
    message_id: Mapped[int | None] = reference("message.id")


class Consent(Keyed, Base):
    """What somebody said about being written to at an address over a channel ("STOP"); the latest counts.

    address: a number or a chat's name of the thread; address_key: as it is looked up. words: what they said.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_channel_address_key", "channel", "address_key"),)

    channel: Mapped[Channel] = mapped_column(state(Channel))
    address: Mapped[str] = mapped_column(String(255))
    address_key: Mapped[str] = mapped_column(String(255))
    given: Mapped[bool]
    said_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(String(100))
    inbound_id: Mapped[int | None] = reference("inbound.id")


class Fact(Keyed, Base):
    """One thing that one party said, or that we noted of it; never edited, the latest of a ticket and field counts.

    field: a value of `dispatch.intake.facts.said.Field`. said_by_id: the contact; noted_by_id: who wrote it down.
    """

    __tablename__ = "fact"
    __table_args__ = (Index("ix_fact_ticket_field", "ticket_id", "field"),)

    ticket_id: Mapped[int] = reference("ticket.id", index=False)
    field: Mapped[str] = mapped_column(String(48))
    value: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime]
    channel: Mapped[Channel] = mapped_column(state(Channel))
    said_by_id: Mapped[int | None] = reference("contact.id")
    noted_by_id: Mapped[int | None] = reference("user.id")
    message_id: Mapped[int | None] = reference("message.id")


class Party(Keyed, Base):
    """A contact or organisation in its role on one ticket. Those of a work order are those of its tickets."""

    __tablename__ = "party"
    __table_args__ = (
        UniqueConstraint("ticket_id", "role", "contact_id", "organisation_id"),
        CheckConstraint("contact_id IS NOT NULL OR organisation_id IS NOT NULL", name="somebody"),
    )

    ticket_id: Mapped[int] = reference("ticket.id")
    role: Mapped[PartyRole] = mapped_column(state(PartyRole))
    contact_id: Mapped[int | None] = reference("contact.id")
    organisation_id: Mapped[int | None] = reference("organisation.id")


class MatchRecord(Keyed, Base):
    """A ticket as matching compares it: its normalised fields. `is_open`: later tickets are compared with it."""

    __tablename__ = "match_record"

    ticket_id: Mapped[int] = reference("ticket.id", unique=True)
    fields: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    is_open: Mapped[bool] = mapped_column(default=True)


class MatchKey(Keyed, Base):
    """A key under which a ticket is found by others that may be about the same: "ph:22345678"."""

    __tablename__ = "match_key"
    __table_args__ = (UniqueConstraint("key", "ticket_id"),)

    key: Mapped[str] = mapped_column(String(80))
    ticket_id: Mapped[int] = reference("ticket.id")


class MatchBand(StrEnum):
    """What a score says: merge, ask a person, or keep apart."""

    MERGE = "merge"
    REVIEW = "review"
    SEPARATE = "separate"


class ReviewStatus(StrEnum):
    """waiting → accepted | rejected; and back to waiting when undone. settled: no longer a question."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SETTLED = "settled"


class MatchPair(Keyed, Versioned, Base):
    """Two tickets compared, the lower id first: how probably they are about the same, and why.

    evidence: [{"field", "level", "weight", "words"}, ...]; weights in bits, for (+) and against (-).
    status: None unless a person was, or is to be, asked.
    """

    __tablename__ = "match_pair"
    __table_args__ = (
        UniqueConstraint("ticket_id", "other_id"),
        CheckConstraint("ticket_id <> other_id", name="two"),
        CheckConstraint("probability BETWEEN 0 AND 1", name="probability"),
    )

    ticket_id: Mapped[int] = reference("ticket.id")
    other_id: Mapped[int] = reference("ticket.id")
    probability: Mapped[float]
    band: Mapped[MatchBand] = mapped_column(state(MatchBand))
    evidence: Mapped[list[Any]] = mapped_column(default=list)
    compared_at: Mapped[datetime]
    status: Mapped[ReviewStatus | None] = mapped_column(state(ReviewStatus), index=True)
    decided_by_id: Mapped[int | None] = reference("user.id")
    decided_at: Mapped[datetime | None]


class MatchModel(Keyed, Base):
    """Parameters of matching, learned at some moment; the latest counts."""

    __tablename__ = "match_model"

    learned_at: Mapped[datetime]
    parameters: Mapped[dict[str, Any]]
    learned_from: Mapped[dict[str, Any]] = mapped_column(default=dict)


class MergeKind(StrEnum):
    """What was done to memberships."""

    MERGE = "merge"
    UNMERGE = "unmerge"
    SPLIT = "split"
    MOVE = "move"


class Merge(Keyed, Base):
    """One change of which tickets belong to which work order. Append-only; taking it back is another one.

    before: what is needed to take it back: {"memberships": [[ticket, work order | null, how | null], ...], where the
    tickets were; "how": by what they belong to the order now; "orders": {id: {"status", "priority", "merged_into_id",
    "due_at", "repair_due_at"}}; "decided": {"pairs": [[id, status, by, at], ...], "made": [id, ...]}, what decided
    pairs were, and which did not exist}. Where tickets were left without an order again, only "memberships".
    consequence: what it did to work that was planned, dispatched or done already, in words.
    """

    __tablename__ = "merge"

    kind: Mapped[MergeKind] = mapped_column(state(MergeKind))
    at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[int | None] = reference("user.id")
    pair_id: Mapped[int | None] = reference("match_pair.id")
    work_order_id: Mapped[int] = reference("work_order.id")
    from_work_order_id: Mapped[int | None] = reference("work_order.id")
    tickets: Mapped[list[Any]]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    consequence: Mapped[str] = mapped_column(String(300), default="")
    undoes_id: Mapped[int | None] = reference("merge.id", unique=True)


class CallEventKind(StrEnum):
    """What happened during or after a call."""

    HOLD = "hold"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    CALLBACK_PROMISED = "callback_promised"
    CALLED_BACK = "called_back"
    ENDED = "ended"


class Call(Entity, Base):
    """A telephone call that a call taker took. `ticket_id`: what came of it."""

    __tablename__ = "call"

    taken_by_id: Mapped[int] = reference("user.id")
    phone: Mapped[str | None] = mapped_column(String(32))
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = reference("ticket.id")
    notes: Mapped[str] = mapped_column(Text, default="")


class CallEvent(Keyed, Base):
    """A hold, transfer or callback. `due_at`: by when a callback was promised."""

    __tablename__ = "call_event"

    call_id: Mapped[int] = reference("call.id", ondelete="CASCADE")
    kind: Mapped[CallEventKind] = mapped_column(state(CallEventKind))
    at: Mapped[datetime]
    by_id: Mapped[int] = reference("user.id")
    to_user_id: Mapped[int | None] = reference("user.id")
    due_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(300), default="")


class Article(Entity, Base):
    """What helps with a symptom: for a kind of equipment, or one model. Numbered KB-17.

    without_visit: a customer may do it, so that no visit is needed.
    """

    __tablename__ = "article"

    number: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    symptom: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str] = mapped_column(Text)
    equipment_kind: Mapped[str | None] = mapped_column(String(32), index=True)
    model: Mapped[str | None] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(16), default="en")
    without_visit: Mapped[bool] = mapped_column(default=False)
    retired: Mapped[bool] = mapped_column(default=False)
