"""A call taker's desk for tests: tickets, what was said in them, and a matcher whose scores the test sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import models as m
from db.base import Base
from dispatch.access import Viewer
from dispatch.intake.facts.said import Field, Said, say
from dispatch.intake.matching import Thresholds, band
from dispatch.intake.merging import Means, Placed, place
from dispatch.intake.merging.refolding import refold_by_id
from dispatch.intake.triage import TriageProposal
from tests.builders.planning import Company

SYSTEM: Final = Viewer.system("test")
LIMITS: Final = Thresholds()

UNSEEN: Final = frozenset({"id", "version", "created_at", "updated_at", "joined_at", "compared_at"})
"""Columns in which a state may differ and still be the same."""


def no_proposal(_session: Session, _ticket_id: int) -> TriageProposal:
    """Triage that knows nothing."""
    return TriageProposal(None, m.Priority.NORMAL, None, (), (), None, 0.0, "nothing is known")


@dataclass
class Scores:
    """A matcher whose scores are given: {frozenset of two subjects: probability}; 0 for others."""

    of: Mapping[frozenset[str], float] = field(default_factory=dict)
    known: dict[int, str] = field(default_factory=dict)

    def remember(self, session: Session, ticket_id: int) -> None:
        """Keeps the ticket's subject."""
        self.known[ticket_id] = session.get_one(m.Ticket, ticket_id).subject

    def forget(self, _session: Session, ticket_id: int) -> None:
        """Compares with this one no more."""
        self.known.pop(ticket_id, None)

    def matched(self, session: Session, ticket_id: int, thresholds: Thresholds) -> Sequence[m.MatchPair]:
        """Writes a pair with every other known ticket."""
        mine = or_(m.MatchPair.ticket_id == ticket_id, m.MatchPair.other_id == ticket_id)
        there = {
            each
            for pair in session.scalars(select(m.MatchPair).where(mine))
            for each in (pair.ticket_id, pair.other_id)
        }
        for other, subject in self.known.items():
            if other == ticket_id or other in there:
                continue
            score = self.of.get(frozenset({subject, self.known[ticket_id]}), 0.0)
            in_band = band(score, thresholds)
            asked = m.ReviewStatus.WAITING if in_band is m.MatchBand.REVIEW else None
            session.add(
                m.MatchPair(
                    ticket_id=min(ticket_id, other),
                    other_id=max(ticket_id, other),
                    probability=score,
                    band=in_band,
                    evidence=[{"field": "test", "level": "given", "weight": 1.0, "words": "as the test says"}],
                    compared_at=session.info["now"](),
                    status=asked,
                )
            )
        session.flush()
        return []


@dataclass
class Desk:
    """Writes tickets of a small company; every method flushes."""

    session: Session
    company: Company
    scores: Scores = field(default_factory=Scores)
    count: int = 0

    @classmethod
    def open(cls, session: Session) -> "Desk":
        """A desk of a company with one site and a lift."""
        desk = cls(session, Company(session))
        desk.site = desk.company.site()
        desk.unit = desk.company.add(
            m.Equipment(site_id=desk.site.id, kind="lift", model="X", serial="S1", label_code="L1")
        )
        return desk

    site: m.Site = field(init=False)
    unit: m.Equipment = field(init=False)

    def contact(self, name: str, **fields: Any) -> m.Contact:
        """A contact with an address."""
        given = {"email": f"{name.lower()}@example.com", "function": "tenant", **fields}
        return self.company.add(m.Contact(organisation_id=self.company.owner.id, name=name, **given))

    def ticket(self, subject: str, contact: m.Contact | None = None, **fields: Any) -> m.Ticket:
        """A ticket about the lift, received a minute after the one before."""
        self.count += 1
        given = {
            "channel": m.Channel.EMAIL,
            "site_id": self.site.id,
            "equipment_id": self.unit.id,
            "contact_id": contact.id if contact else None,
            "received_at": self.company.local(9) + timedelta(minutes=self.count),
            **fields,
        }
        return self.company.add(m.Ticket(number=f"T-{self.count}", subject=subject, **given))

    def join(self, ticket: m.Ticket, order: m.WorkOrder) -> None:
        """The ticket is the first of an order; nothing is folded yet."""
        self.company.add(
            m.TicketMembership(
                ticket_id=ticket.id,
                work_order_id=order.id,
                joined_at=self.session.info["now"](),
                how=m.MergedBy.FIRST,
            )
        )

    def order(self, *tickets: m.Ticket, visit: m.VisitStatus | None = None, **fields: Any) -> m.WorkOrder:
        """An order that a person made, with a visit, that these tickets belong to."""
        order = self.company.order(self.site, **{"equipment_id": self.unit.id, **fields})
        self.company.visit(order=order, status=visit or m.VisitStatus.UNSCHEDULED)
        for ticket in tickets:
            self.join(ticket, order)
        refold_by_id(self.session, order.id)
        return order

    def place(self, ticket: m.Ticket) -> Placed:
        """Places it by the scores of the test."""
        return place(self.session, SYSTEM, ticket.id, LIMITS, Means(self.scores, no_proposal))

    def say(self, ticket: m.Ticket, name: Field, value: str, contact: m.Contact | None = None) -> None:
        """A fact."""
        said = Said(self.session.info["now"](), m.Channel.EMAIL, contact.id if contact else ticket.contact_id)
        say(self.session, ticket.id, name, value, said)

    def talk(self, ticket: m.Ticket, contact: m.Contact | None = None, **fields: Any) -> m.Conversation:
        """A conversation about the ticket in which its party has said something."""
        given = {"ticket_id": ticket.id, "contact_id": contact.id if contact else ticket.contact_id, **fields}
        talk = self.company.add(m.Conversation(**given))
        self.hear(talk, "Please come")
        return talk

    def hear(self, talk: m.Conversation, body: str, **fields: Any) -> m.Message:
        """Something that the party says."""
        given = {"direction": m.Direction.INBOUND, "channel": m.Channel.EMAIL, **fields}
        message = m.Message(conversation_id=talk.id, said_at=self.session.info["now"](), body=body, **given)
        return self.company.add(message)

    def told(self, talk: m.Conversation) -> list[m.Message]:
        """What we said in a conversation, in order."""
        query = select(m.Message).where(
            m.Message.conversation_id == talk.id, m.Message.direction == m.Direction.OUTBOUND
        )
        return list(self.session.scalars(query.order_by(m.Message.id)))

    def order_of(self, ticket: m.Ticket) -> int | None:
        """The order the ticket belongs to."""
        return self.session.scalar(
            select(m.TicketMembership.work_order_id).where(
                m.TicketMembership.ticket_id == ticket.id, m.TicketMembership.left_at.is_(None)
            )
        )


def state(session: Session) -> dict[str, list[str]]:
    """Every row that merging may touch, as text, without the keys of what hangs on others, versions and times."""
    session.expire_all()
    return {str(kind.__tablename__): sorted(_rows(session, kind)) for kind in TOUCHED}


TOUCHED: Final[tuple[type[Base], ...]] = (
    m.WorkOrder,
    m.Visit,
    m.VisitSkill,
    m.VisitPart,
    m.VisitWindow,
    m.Ticket,
    m.TicketMembership,
    m.Conversation,
    m.Message,
    m.Fact,
    m.Party,
    m.Attachment,
    m.MatchPair,
    m.ClockPause,
    m.Stop,
)
KEYED: Final = {m.WorkOrder, m.Visit, m.Ticket}


def _rows(session: Session, kind: type[Base]) -> list[str]:
    table = kind.__table__
    unseen = UNSEEN - {"id"} if kind in KEYED else UNSEEN
    names = [column.name for column in table.columns if column.name not in unseen]
    rows = [dict(zip(table.columns.keys(), row, strict=True)) for row in session.execute(select(table)).all()]
    if kind is m.TicketMembership:
        rows = [row for row in rows if row["left_at"] is None]
    if kind is m.Message:
        about = dict(session.execute(select(m.Conversation.id, m.Conversation.ticket_id)).all())
        rows = [row | {"conversation_id": about[row["conversation_id"]]} for row in rows]
    return [str({name: row[name] for name in names}) for row in rows]
