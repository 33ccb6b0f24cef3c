"""Facts: what each party said about a field, with who, when and over which channel. They are added, never edited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Channel, Fact
from dispatch.errors import Fault, Invalid


class Field(StrEnum):
    """What a fact can be about."""

    REPORTER_NAME = "reporter_name"
    REPORTER_FUNCTION = "reporter_function"
    REPORTER_PHONE = "reporter_phone"
    REPORTER_EMAIL = "reporter_email"
    ORGANISATION = "organisation"
    STREET = "street"
    HOUSE_NUMBER = "house_number"
    POSTCODE = "postcode"
    CITY = "city"
    UNIT = "unit"
    EQUIPMENT_KIND = "equipment_kind"
    MODEL = "model"
    SERIAL = "serial"
    LABEL_CODE = "label_code"
    SYMPTOM = "symptom"
    OCCURRED_AT = "occurred_at"
    ACCESS = "access"
    AVAILABILITY = "availability"
    PRIORITY = "priority"
    SKILL = "skill"
    PART = "part"
    PREFERRED_DATE = "preferred_date"
    REFERENCE = "reference"


SECRET = frozenset({Field.ACCESS})
"""Facts that are secrets: shown to whoever may see access notes, never in mail, logs or exports."""
SEVERAL = frozenset({Field.SYMPTOM, Field.SKILL, Field.PART, Field.AVAILABILITY, Field.REFERENCE, Field.ACCESS})
"""Facts of which all hold side by side; of the others the parties may contradict each other."""
OF_WHO_REPORTS = frozenset(
    {
        Field.REPORTER_NAME,
        Field.REPORTER_PHONE,
        Field.REPORTER_EMAIL,
        Field.REPORTER_FUNCTION,
        Field.ORGANISATION,
    }
)
"""What one party says of itself contradicts nobody and answers nothing about another; all else is of the matter."""
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Said:
    """Who said it, when, over which channel; `noted_by_id`: who of ours wrote it down."""

    at: datetime
    channel: Channel
    contact_id: int | None = None
    noted_by_id: int | None = None
    message_id: int | None = None


def say(session: Session, ticket_id: int, field: Field, value: str, said: Said) -> Fact | None:
    """Adds a fact, flushed; None where the ticket's latest one of this field says the same already.

    Raises Invalid for an empty or too long value.
    """
    value = value.strip()
    if not value or len(value) > LONGEST:
        msg = f"The fact {field} has {len(value)} characters; say it in 1 to {LONGEST}."
        raise Invalid(msg, (Fault(f"/{field}", msg),))
    if value in {fact.value for fact in _latest(session, ticket_id, field)}:
        return None
    fact = Fact(
        ticket_id=ticket_id,
        field=field,
        value=value,
        said_at=said.at,
        channel=said.channel,
        said_by_id=said.contact_id,
        noted_by_id=said.noted_by_id,
        message_id=said.message_id,
    )
    session.add(fact)
    session.flush()
    return fact


def facts_of(session: Session, ticket_ids: Iterable[int]) -> list[Fact]:
    """All facts of these tickets, the earliest said first."""
    query = select(Fact).where(Fact.ticket_id.in_(list(ticket_ids))).order_by(Fact.said_at, Fact.id)
    return list(session.scalars(query))


def _latest(session: Session, ticket_id: int, field: Field) -> list[Fact]:
    query = select(Fact).where(Fact.ticket_id == ticket_id, Fact.field == field).order_by(Fact.said_at, Fact.id)
    found = list(session.scalars(query))
    return found if field in SEVERAL else found[-1:]
