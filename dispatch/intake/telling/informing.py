"""Tells the parties of a work order how it goes: each once, in their own thread, over their channel, in their language.

Nobody learns of another party. Who does not want to be written to, and machines, are told nothing: the message is kept
as withheld.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from db.inserting import unless_there
from db.models import (
    Channel,
    Conversation,
    Delivery,
    Direction,
    Message,
    Territory,
    Ticket,
    TicketMembership,
    TicketStatus,
    WorkOrder,
)
from dispatch.access import elevated
from dispatch.intake.telling import texts
from dispatch.intake.telling.speaking import way_back
from dispatch.intake.turns import take_turn
from dispatch.messaging.letters import post_message

CAUSE: Final = "work_order"


@dataclass(frozen=True, slots=True)
class Party:
    """Who is told: their conversation, its ticket, and the channel over which they are."""

    conversation: Conversation
    ticket: Ticket
    channel: Channel


@dataclass(frozen=True, slots=True)
class Said:
    """What one party is told. subject: of an e-mail, else the ticket's. urgent: at night too.

    appointment_id, calendar, link_seed: see `db.models.Message`.
    """

    body: str
    subject: str | None = None
    urgent: bool = False
    appointment_id: int | None = None
    calendar: str | None = None
    link_seed: str | None = None


Write = Callable[[Party], Said | None]
"""Words a message for one party; None: this party is not told."""


def inform(
    session: Session,
    work_order_id: int,
    cause: str,
    text_key: str,
    *,
    news: str | None = None,
    only: Collection[int] | None = None,
    **values: object,
) -> list[Message]:
    """One message to each party of the order that was not told of this cause yet; flushed, posted with the transaction.

    cause: what they are told of, after "work_order:<id>:"; a conversation is told of it once, whoever tells how often,
    at the same time too. A contact with several tickets is told in the thread they opened last. values: of the text.
    news: the beginning of the cause by which it is the same news: no party is told what it was told last, in whichever
    of its threads. only: ids of tickets: parties that have none of these are not told.
    """
    return inform_each(session, work_order_id, cause, _same(text_key, values), news=news, only=only)


def inform_each(
    session: Session,
    work_order_id: int,
    cause: str,
    write: Write,
    *,
    news: str | None = None,
    only: Collection[int] | None = None,
) -> list[Message]:
    """As `inform`, in words of the caller's that may be others for each party."""
    # Who is taken out of the order at this moment must either not be told, or be told the correction.
    take_turn(session)
    with elevated(session, "informing"):
        about = f"{CAUSE}:{work_order_id}:"
        name = about + cause
        told = []
        for conversation, ticket, threads in _parties(session, work_order_id, name, only):
            if news is not None and _last_told(session, threads, about).startswith(about + news):
                continue
            message = _tell(session, conversation, ticket, name, write)
            if message is not None:
                told.append(message)
        return told


def compensate(
    session: Session, merge_id: int, work_order_ids: Collection[int], since: Mapping[int, datetime]
) -> list[Message]:
    """Corrects what threads were told about these orders while their tickets belonged there: one message each, once.

    since: {ticket id: when it had come there}. Threads that were told nothing get nothing; what was yet to be told on
    the telephone is withheld.
    """
    with elevated(session, "informing"):
        told = []
        for ticket_id, joined_at in sorted(since.items()):
            ticket = session.get_one(Ticket, ticket_id)
            _leave_untold(session, work_order_ids, ticket_id, joined_at)
            for conversation, first in _misled(session, work_order_ids, ticket_id, joined_at):
                day = first.astimezone(_zone(session, work_order_ids)).date()
                cause = f"merge:{merge_id}:taken_back"
                message = _tell(session, conversation, ticket, cause, _same("taken_back", {"since": day}))
                if message is not None:
                    told.append(message)
        return told


def _parties(
    session: Session, work_order_id: int, cause: str, only: Collection[int] | None
) -> list[tuple[Conversation, Ticket, list[int]]]:
    """One conversation of each party that was not told of this in any of theirs; and the ids of all of theirs."""
    query = (
        select(Conversation, Ticket)
        .join(Ticket, Ticket.id == Conversation.ticket_id)
        .join(TicketMembership, TicketMembership.ticket_id == Ticket.id)
        .where(
            TicketMembership.work_order_id == work_order_id,
            TicketMembership.left_at.is_(None),
            Ticket.status != TicketStatus.CLOSED,
            # Whom an article helped waits for nobody.
            Ticket.solved_by_id.is_(None),
        )
        .order_by(Ticket.received_at, Conversation.id)
    )
    by_party: defaultdict[object, list[tuple[Conversation, Ticket]]] = defaultdict(list)
    for talk, ticket in session.execute(query):
        by_party[talk.contact_id or f"thread {talk.id}"].append((talk, ticket))
    threads = {party: [talk.id for talk, _ in theirs] for party, theirs in by_party.items()}
    told = select(Message.conversation_id).where(Message.cause == cause)
    already = set(session.scalars(told.where(Message.conversation_id.in_([*chain(*threads.values())]))))
    return [
        (*theirs[-1], threads[party])
        for party, theirs in by_party.items()
        if already.isdisjoint(threads[party]) and (only is None or any(ticket.id in only for _, ticket in theirs))
    ]


def _last_told(session: Session, conversation_ids: Collection[int], about: str) -> str:
    query = select(Message.cause).where(Message.conversation_id.in_(conversation_ids), Message.cause.startswith(about))
    return session.scalars(query.order_by(Message.id.desc()).limit(1)).first() or ""


def _same(text_key: str, values: Mapping[str, object]) -> Write:
    """The same text for each party, in their language."""

    def write(party: Party) -> Said:
        number = party.ticket.number
        return Said(texts.text(text_key, party.conversation.language, {"number": number, **values}))

    return write


def _tell(session: Session, conversation: Conversation, ticket: Ticket, cause: str, write: Write) -> Message | None:
    """Adds the message, unless the conversation has it by now; who does so at the same time waits for this one."""
    channel = way_back(session, conversation)
    said = write(Party(conversation, ticket, channel))
    if said is None:
        return None
    row = {
        "conversation_id": conversation.id,
        "direction": Direction.OUTBOUND,
        "channel": channel,
        "said_at": session.info["now"](),
        "body": said.body,
        "subject": said.subject,
        "automatic": False,
        "cause": cause,
        "delivery": Delivery.WITHHELD,
        "urgent": said.urgent,
        "appointment_id": said.appointment_id,
        "calendar": said.calendar,
        "link_seed": said.link_seed,
    }
    added = session.scalar(unless_there(session, Message, row).returning(Message.id))
    if added is None:
        return None
    message = session.get_one(Message, added)
    if not _is_machine(session, conversation):
        post_message(session, conversation, message)
    return message


def _is_machine(session: Session, conversation: Conversation) -> bool:
    """Whether all that ever came from this party was written by a machine."""
    query = select(func.count(), func.count().filter(Message.automatic)).where(
        Message.conversation_id == conversation.id, Message.direction == Direction.INBOUND
    )
    heard, automatic = session.execute(query).one()
    return bool(heard) and heard == automatic


def _about(work_order_ids: Collection[int]) -> ColumnElement[bool]:
    return or_(*(Message.cause.startswith(f"{CAUSE}:{each}:") for each in sorted(work_order_ids)))


def _leave_untold(session: Session, work_order_ids: Collection[int], ticket_id: int, joined_at: datetime) -> None:
    talks = select(Conversation.id).where(Conversation.ticket_id == ticket_id)
    query = select(Message).where(
        Message.conversation_id.in_(talks),
        Message.said_at >= joined_at,
        Message.delivery == Delivery.TO_CALL,
        _about(work_order_ids),
    )
    for message in session.scalars(query):
        message.delivery, message.why = Delivery.WITHHELD, "it was about another matter, and nobody had called yet"


def _misled(
    session: Session, work_order_ids: Collection[int], ticket_id: int, joined_at: datetime
) -> list[tuple[Conversation, datetime]]:
    """The ticket's conversations that were told of these orders since, and from when on."""
    query = (
        select(Conversation, func.min(Message.said_at))
        .join(Message, Message.conversation_id == Conversation.id)
        .where(
            Conversation.ticket_id == ticket_id,
            Message.direction == Direction.OUTBOUND,
            Message.said_at >= joined_at,
            Message.delivery.in_((Delivery.WAITING, Delivery.SENT)),
            _about(work_order_ids),
        )
        .group_by(Conversation.id)
        .order_by(Conversation.id)
    )
    return [(conversation, first) for conversation, first in session.execute(query)]


def _zone(session: Session, work_order_ids: Collection[int]) -> ZoneInfo:
    query = select(Territory.time_zone).join(WorkOrder, WorkOrder.territory_id == Territory.id)
    return ZoneInfo(session.scalars(query.where(WorkOrder.id.in_(work_order_ids)).limit(1)).one())
