"""The review queue as a person looks at it: two tickets side by side, with what speaks for and against."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.models import (
    AuditEntry,
    Contact,
    Equipment,
    Fact,
    MatchPair,
    ReviewStatus,
    Site,
    Ticket,
    TicketMembership,
    WorkOrder,
)
from dispatch.access import Action, Viewer, require
from dispatch.intake.facts.said import SECRET, Field, facts_of
from dispatch.intake.merging.differing import sites_of
from dispatch.intake.reviews import review

TELLING: Final = 0.3
"""Bits from which on evidence is worth a line."""

_WHO: Final = frozenset({Field.REPORTER_NAME, Field.REPORTER_FUNCTION, Field.REPORTER_PHONE, Field.REPORTER_EMAIL})
_WHERE: Final = frozenset({Field.STREET, Field.HOUSE_NUMBER, Field.POSTCODE, Field.CITY})
_WHAT: Final = frozenset({Field.EQUIPMENT_KIND, Field.MODEL, Field.SERIAL, Field.LABEL_CODE})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two tickets, in words."""

    ticket: Ticket
    contact: str
    site: str
    unit: str
    order: str
    facts: tuple[tuple[Field, str], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for (weight above 0, in bits) or against."""

    field: str
    weight: float
    words: str


@dataclass(frozen=True, slots=True)
class Question:
    """Two tickets that may be about the same, or about which a person has decided. sites_differ: both are known."""

    pair: MatchPair
    sides: tuple[Side, ...]
    evidence: tuple[Evidence, ...]
    sites_differ: bool = False

    @property
    def telling(self) -> list[Evidence]:
        """What counts."""
        return [each for each in self.evidence if abs(each.weight) >= TELLING]

    @property
    def slight(self) -> list[Evidence]:
        """What hardly does, or is counted with something else already."""
        return [each for each in self.evidence if abs(each.weight) < TELLING]


def queue(session: Session, viewer: Viewer, *, limit: int = 10) -> list[Question]:
    """The pairs that wait, the most probable first. Raises Forbidden."""
    return _questions(session, review.waiting(session, viewer, limit=limit))


def decided(session: Session, viewer: Viewer, *, limit: int = 10) -> list[Question]:
    """The pairs a person decided last, so that it can be undone; not those that a change of memberships settled.

    Raises Forbidden.
    """
    require(viewer, Action.READ, MatchPair)
    done = (ReviewStatus.ACCEPTED, ReviewStatus.REJECTED)
    query = select(MatchPair).where(
        MatchPair.status.in_(done), MatchPair.decided_at.is_not(None), MatchPair.id.in_(_reviewed())
    )
    return _questions(session, session.scalars(query.order_by(MatchPair.decided_at.desc()).limit(limit)).all())


def _reviewed() -> Select[int]:
    """The pairs of which a person said something, and did not take it back; of the audit trail no more than this."""
    trail, later = AuditEntry.__table__.alias(), AuditEntry.__table__.alias()
    said = select(trail.c.entity_id).where(
        trail.c.entity == MatchPair.__tablename__, trail.c.action.in_(("accept", "reject"))
    )
    undone = select(later.c.id).where(
        later.c.entity == trail.c.entity,
        later.c.entity_id == trail.c.entity_id,
        later.c.action == "undo",
        later.c.id > trail.c.id,
    )
    return said.where(~undone.exists())


def _questions(session: Session, pairs: Sequence[MatchPair]) -> list[Question]:
    ids = {key for pair in pairs for key in (pair.ticket_id, pair.other_id)}
    tickets = session.scalars(select(Ticket).where(Ticket.id.in_(sorted(ids)))).all()
    sides, about = _sides(session, tickets), sites_of(session, tickets)
    return [
        Question(
            pair,
            tuple(sides[key] for key in (pair.ticket_id, pair.other_id)),
            tuple(sorted(map(_evidence, pair.evidence), key=lambda each: -abs(each.weight))),
            len({about[key] for key in (pair.ticket_id, pair.other_id) if key in about}) > 1,
        )
        for pair in pairs
        if pair.ticket_id in sides and pair.other_id in sides
    ]


def _evidence(said: dict[str, object]) -> Evidence:
    weight = said.get("weight")
    return Evidence(
        str(said.get("field", "")),
        float(weight) if isinstance(weight, int | float) else 0.0,
        str(said.get("words", "")),
    )


def _sides(session: Session, tickets: Sequence[Ticket]) -> dict[int, Side]:
    contacts = {
        row.id: row.name
        for row in session.scalars(select(Contact).where(Contact.id.in_(_ids(each.contact_id for each in tickets))))
    }
    sites = {
        row.id: f"{row.name}, {row.street} {row.house_number}"
        for row in session.scalars(select(Site).where(Site.id.in_(_ids(each.site_id for each in tickets))))
    }
    units = {
        row.id: ", ".join(part for part in (row.model, row.position or row.label_code) if part)
        for row in session.scalars(
            select(Equipment).where(Equipment.id.in_(_ids(each.equipment_id for each in tickets)))
        )
    }
    orders = _orders(session, [each.id for each in tickets])
    facts: dict[int, list[Fact]] = {}
    for fact in facts_of(session, [each.id for each in tickets]):
        facts.setdefault(fact.ticket_id, []).append(fact)
    return {
        each.id: Side(
            each,
            contacts.get(each.contact_id or 0, ""),
            sites.get(each.site_id or 0, ""),
            units.get(each.equipment_id or 0, ""),
            orders.get(each.id, ""),
            tuple(
                (Field(fact.field), fact.value)
                for fact in facts.get(each.id, ())
                if fact.field not in _shown_already(each)
            ),
        )
        for each in tickets
    }


def _shown_already(ticket: Ticket) -> frozenset[Field]:
    """Fields that a side's first lines tell, or that are nobody's business here."""
    told = SECRET | {Field.SYMPTOM}
    told |= _WHO if ticket.contact_id is not None else frozenset()
    told |= _WHERE if ticket.site_id is not None else frozenset()
    return told | (_WHAT if ticket.equipment_id is not None else frozenset())


def _ids(keys: Iterable[int | None]) -> list[int]:
    return sorted({key for key in keys if key is not None})


def _orders(session: Session, ticket_ids: list[int]) -> dict[int, str]:
    query = (
        select(TicketMembership.ticket_id, WorkOrder.number)
        .join(WorkOrder, WorkOrder.id == TicketMembership.work_order_id)
        .where(TicketMembership.ticket_id.in_(ticket_ids), TicketMembership.left_at.is_(None))
    )
    return dict(iter(session.execute(query)))
