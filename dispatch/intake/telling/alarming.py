"""Alarms the duty desk of every danger, once, whether or not anybody knows yet where it is.

Within an hour, further tickets of the same work order that tell of the same danger alarm nobody again.

The alarm is posted in the transaction that makes the ticket, or finds the danger. Who is on the desk is a setting, so
a receiver makes one notice of it for each address; these go out, and are tried again, each by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    Channel,
    Contact,
    Equipment,
    Fact,
    Organisation,
    OutboxMessage,
    Site,
    Ticket,
    TicketMembership,
)
from db.session import UnitOfWork
from dispatch.access import Viewer, elevated
from dispatch.compute import outbox
from dispatch.compute.outbox import Delivery
from dispatch.errors import Fault, Invalid
from dispatch.intake.facts.said import Field
from dispatch.intake.resolving.numbers import normal_phone
from dispatch.intake.telling.texts import language_of
from dispatch.intake.triage.emergency import WET, is_emergency
from dispatch.intake.turns import take_turn
from dispatch.messaging.notices import Notice

TOPIC: Final = "ticket.alarm"
SEND: Final = "alarm.send"
ALARMS: Final = Viewer.system("alarms")
LONGEST_SAID: Final = 400
QUIET: Final = timedelta(hours=1)
"""After an alarm, so long no other one of the same danger in the same work order."""

_WORDS: Final = {
    "en": {
        "title": "EMERGENCY {number}: {reason}",
        "unclear": "somebody is in danger",
        "said": "Said: “{said}”",
        "from": "From: {who}, over {channel}, at {at:%Y-%m-%d %H:%M} UTC",
        "where": "Where: {where}",
        "nobody": "somebody who did not say who they are",
        "nowhere": "NOT KNOWN YET, ask",
        "go_on": "Do not answer this message; go on there: {url}",
    },
    "es": {
        "title": "EMERGENCIA {number}: {reason}",
        "unclear": "hay alguien en peligro",
        "said": "Dijo: «{said}»",
        "from": "De: {who}, por {channel}, {at:%Y-%m-%d %H:%M} UTC",
        "where": "Dónde: {where}",
        "nobody": "alguien que no dijo quién es",
        "nowhere": "AÚN NO SE SABE, pregunte",
        "go_on": "No responda este mensaje; siga aquí: {url}",
    },
}
_REASONS: Final = {
    "a person is trapped": "persona atrapada",
    "gas is smelt or escapes": "olor o fuga de gas",
    "fire or smoke": "fuego o humo",
    "carbon monoxide": "monóxido de carbono",
    "somebody is hurt": "alguien está herido",
    WET: "agua cerca de electricidad",
}
_REACHED: Final = (Field.REPORTER_NAME, Field.REPORTER_PHONE, Field.REPORTER_EMAIL, Field.ORGANISATION)
_PLACE: Final = (Field.STREET, Field.HOUSE_NUMBER, Field.CITY, Field.UNIT)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who is alarmed, in which language; url: where people reach us."""

    to: tuple[tuple[Channel, str], ...]
    language: str
    url: str


def desk_of(addresses: str, country: str, language: str, url: str) -> Desk:
    """The desk out of the setting: e-mail addresses and telephone numbers, separated by commas.

    Raises Invalid for what is neither.
    """
    found = []
    for each in (part.strip() for part in addresses.replace(";", ",").split(",")):
        phone = normal_phone(each, country)
        if "@" in each[1:-1]:
            found.append((Channel.EMAIL, each))
        elif phone is not None:
            found.append((Channel.TEXT, phone))
        elif each:
            msg = f"DISPATCH_ALARM_TO: {each[:80]!r} is neither an e-mail address nor a telephone number; correct it."
            raise Invalid(msg, (Fault("/alarm_to", msg),))
    return Desk(tuple(dict.fromkeys(found)), language_of(language), url.rstrip("/"))


def alarm(session: Session, ticket: Ticket) -> None:
    """Posts, with the caller's transaction, that the flushed ticket tells of danger; once, however often it is said."""
    if ticket.emergency:
        with elevated(session, "alarm"):
            outbox.post_once(session, TOPIC, f"{TOPIC}:{ticket.id}", {"ticket_id": ticket.id})


@dataclass(frozen=True, slots=True)
class Alarms:
    """The receiver that makes a notice for each address of the desk, in one transaction; none where there is none.

    An address gets none that was alarmed of the same danger by another ticket of the work order within the hour
    (`QUIET`).
    """

    uow: UnitOfWork
    desk: Desk

    def __call__(self, delivery: Delivery) -> None:
        """Posts the notices of one ticket."""
        ticket_id = int(delivery.payload["ticket_id"])

        def post(session: Session) -> None:
            # Of two tickets that come at once, one sees that the other was first.
            take_turn(session)
            with elevated(session, "alarm"):
                others = _same_danger(session, ticket_id)
            for channel, to in self.desk.to:
                if not _was_alarmed(session, others, to):
                    said = {"ticket_id": ticket_id, "channel": channel, "to": to}
                    outbox.post_once(session, SEND, _key(ticket_id, to), said)

        self.uow.run(post, viewer=ALARMS)

    def notice(self, session: Session, payload: Mapping[str, Any]) -> Notice:
        """What one address of the desk is told: what was said, by whom, about where, and where to go on."""
        ticket = session.get_one(Ticket, payload["ticket_id"])
        words = _WORDS[self.desk.language]
        lines = (
            _title(session, ticket, self.desk.language),
            words["said"].format(said=_cut(ticket.symptom or ticket.subject)),
            words["from"].format(who=_who(session, ticket) or words["nobody"], channel=ticket.channel,
                                 at=ticket.received_at),
            words["where"].format(where=_where(session, ticket) or words["nowhere"]),
            words["go_on"].format(url=f"{self.desk.url}/intake?ticket={ticket.id}"),
        )  # fmt: skip
        channel = Channel(payload["channel"])
        return Notice(channel, payload["to"], lines[0], "\n".join(lines), self.desk.language, ticket.number)


def _key(ticket_id: int, to: str) -> str:
    return f"{SEND}:{ticket_id}:{to}"[:200]


def _was_alarmed(session: Session, ticket_ids: Sequence[int], to: str) -> bool:
    """Whether an alarm of one of these tickets went, or is to go, to this address lately; one given up is none."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.key.in_([_key(each, to) for each in ticket_ids]),
        OutboxMessage.created_at > session.info["now"]() - QUIET,
        OutboxMessage.gave_up_at.is_(None),
    )
    return session.scalar(query.limit(1)) is not None


def _same_danger(session: Session, ticket_id: int) -> list[int]:
    """The other tickets of its work order, if it has one, that tell of the same danger."""
    mine = select(TicketMembership.work_order_id).where(
        TicketMembership.ticket_id == ticket_id, TicketMembership.left_at.is_(None)
    )
    query = (
        select(Ticket)
        .join(TicketMembership, TicketMembership.ticket_id == Ticket.id)
        .where(TicketMembership.work_order_id.in_(mine), TicketMembership.left_at.is_(None))
    )
    joined = list(session.scalars(query.where(Ticket.emergency)))
    reasons = {each.id: _reason(session, each) for each in joined}
    return [each for each in sorted(reasons) if each != ticket_id and reasons[each] == reasons.get(ticket_id)]


def _reason(session: Session, ticket: Ticket) -> str | None:
    said = (ticket.subject, ticket.symptom, *_facts(session, ticket, (Field.SYMPTOM,)))
    return is_emergency("\n".join(said))


def _title(session: Session, ticket: Ticket, language: str) -> str:
    reason = _reason(session, ticket)
    if reason is None:
        reason = _WORDS[language]["unclear"]
    elif language == "es":
        reason = _REASONS.get(reason, reason)
    return _WORDS[language]["title"].format(number=ticket.number, reason=reason)


def _who(session: Session, ticket: Ticket) -> str:
    said = _facts(session, ticket, _REACHED)
    contact = None if ticket.contact_id is None else session.get(Contact, ticket.contact_id)
    owner = None if ticket.organisation_id is None else session.get(Organisation, ticket.organisation_id)
    known = () if contact is None else (contact.name, contact.phone, contact.email)
    parts = (*said, *known, None if owner is None else owner.name)
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _where(session: Session, ticket: Ticket) -> str:
    site = None if ticket.site_id is None else session.get(Site, ticket.site_id)
    unit = None if ticket.equipment_id is None else session.get(Equipment, ticket.equipment_id)
    parts: list[str] = []
    if site is not None:
        parts += [site.name, f"{site.street} {site.house_number}", site.city]
    if unit is not None:
        parts += [f"{unit.kind} {unit.position}".strip(), unit.label_code]
    return ", ".join(part for part in parts if part) or " ".join(_facts(session, ticket, _PLACE))


def _facts(session: Session, ticket: Ticket, fields: Sequence[Field]) -> list[str]:
    """The latest of each of these fields, in their order."""
    query = select(Fact).where(Fact.ticket_id == ticket.id, Fact.field.in_(fields)).order_by(Fact.said_at, Fact.id)
    latest = {fact.field: fact.value for fact in session.scalars(query)}
    return [latest[field] for field in fields if field in latest]


def _cut(said: str) -> str:
    line = " ".join(said.split())
    return line if len(line) <= LONGEST_SAID else f"{line[: LONGEST_SAID - 1]}…"
