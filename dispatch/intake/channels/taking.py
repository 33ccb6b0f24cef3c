"""Taking in: a message is kept once as it came, then made into a ticket or a reply, then its ticket is placed.

take_in    the row `Inbound`, once for each channel and external id
process    what it says, in a thread that is there or as a ticket of its own
process_waiting    what was left between the two when a process died
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.errors import DatabaseError, IntegrityError
from db.inserting import unless_there
from db.models import Channel, Inbound, InboundStatus, Ticket
from db.session import UnitOfWork
from dispatch.clock import Clock
from dispatch.errors import DispatchError, Fault, Invalid, NotFound, Unavailable
from dispatch.intake.channels import keeping, payloads, placing
from dispatch.intake.channels.email import reading
from dispatch.intake.channels.heard import Heard
from dispatch.intake.channels.rules import INTAKE, Rules

log = logging.getLogger(__name__)

LONGEST_ID: Final = 255
ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an inbound message. number: the ticket's; why: what an ignored or refused one was, in words.

    faults: what whoever sent it can correct; known to the one who tried it only.
    """

    inbound_id: int
    status: InboundStatus
    ticket_id: int | None = None
    number: str | None = None
    message_id: int | None = None
    why: str | None = None
    faults: tuple[Fault, ...] = ()


def take_in(
    uow: UnitOfWork,
    clock: Clock,
    rules: Rules,
    channel: Channel,
    external_id: str,
    payload: Mapping[str, Any],
    raw: bytes | None = None,
) -> int:
    """Keeps a message as it came; the id of its `Inbound` row, the same for every copy of it.

    A process of one transaction. `raw`, an e-mail, is put into the store of files before it.

    Raises Invalid for an external id that is empty or too long.
    """
    if not 0 < len(external_id) <= LONGEST_ID:
        msg = f"The id of the message has {len(external_id)} characters; send one of 1 to {LONGEST_ID}."
        raise Invalid(msg, (Fault("/id", msg),))
    values = {
        "channel": channel,
        "external_id": external_id,
        "received_at": clock.now(),
        "payload": dict(payload),
        "raw_sha256": None if raw is None else rules.files.put(raw),
        "status": InboundStatus.WAITING,
    }
    inbound_id, unused = uow.run(lambda session: _enter(session, values), viewer=INTAKE)
    if unused is not None:
        rules.files.remove(unused)
    return inbound_id


def _enter(session: Session, values: dict[str, Any]) -> tuple[int, str | None]:
    """The id of the row, and the digest of the mail as it came this time, if nothing refers to that."""
    entered = session.scalar(unless_there(session, Inbound, values).returning(Inbound.id))
    if entered is not None:
        return entered, None
    there = select(Inbound.id).where(Inbound.channel == values["channel"], Inbound.external_id == values["external_id"])
    raw = values["raw_sha256"]
    return session.scalars(there).one(), None if raw is None or keeping.is_named(session, raw) else raw


def wait_again(session: Session, inbound_id: int, said: Mapping[str, Any] | None = None) -> bool:
    """Whether a message was refused before, and waits again now; `said`: as it is now. Flushes."""
    row = _locked(session, inbound_id)
    if row.status is not InboundStatus.REFUSED:
        return False
    row.status, row.why = InboundStatus.WAITING, None
    row.payload = row.payload if said is None else dict(said)
    session.flush()
    return True


def process(uow: UnitOfWork, clock: Clock, rules: Rules, inbound_id: int) -> Taken:
    """Makes a message that waits into a reply or a new ticket, once, whoever else does the same at this moment.

    A process: (1) reads the row, and the message outside any transaction; (2) keeps conversation, message, facts,
    parties and attachments, and notes that the ticket is to be placed; (3) places the ticket, or leaves that to the
    worker. A message that cannot be understood is refused, with the reason, in a transaction of its own.

    Raises NotFound, DatabaseError, and OSError or Unavailable when the store of files is away; then it waits on.
    """
    with uow(viewer=INTAKE, read_only=True) as session:
        inbound = session.get(Inbound, inbound_id)
        if inbound is None:
            msg = f"There is no inbound message {inbound_id}."
            raise NotFound(msg)
        if inbound.status is not InboundStatus.WAITING:
            return _told(session, inbound)
    try:
        heard = read(rules, inbound)
        taken = _keep(uow, rules, inbound_id, heard)
    except (DatabaseError, OSError, Unavailable):
        raise
    except Exception as error:  # noqa: BLE001  (whatever is wrong with one message must not block those behind it)
        return _refuse(uow, inbound_id, error)
    placing.place_now(uow, clock, rules, taken.ticket_id, taken.message_id)
    _forget_raw(uow, rules, inbound_id, heard)
    return taken


def read(rules: Rules, inbound: Inbound) -> Heard:
    """What an inbound message says; its files are in the store afterwards.

    Raises Invalid, or whatever a message that breaks all rules makes the parsers raise.
    """
    if inbound.raw_sha256 is not None:
        raw = rules.files.read(inbound.raw_sha256)
        heard = reading.read(raw, rules, inbound.external_id, inbound.received_at)
        return replace(heard, left_out=(*inbound.payload.get("left_out", ()), *heard.left_out))
    return payloads.read(inbound.channel, inbound.external_id, inbound.received_at, inbound.payload)


def process_waiting(uow: UnitOfWork, clock: Clock, rules: Rules, *, older: timedelta, most: int = 50) -> int:
    """Takes on what has waited for longer than `older`, the oldest first; how many were tried.

    A process: one transaction to look, then those of `process` for each.
    """
    with uow(viewer=INTAKE, read_only=True) as session:
        query = (
            select(Inbound.id)
            .where(Inbound.status == InboundStatus.WAITING, Inbound.received_at <= clock.now() - older)
            .order_by(Inbound.received_at, Inbound.id)
            .limit(most)
        )
        waiting = list(session.scalars(query))
    for inbound_id in waiting:
        try:
            process(uow, clock, rules, inbound_id)
        except (OSError, Unavailable) as error:
            log.warning("inbound message %s waits on: %s", inbound_id, error)
    return len(waiting)


def _keep(uow: UnitOfWork, rules: Rules, inbound_id: int, heard: Heard) -> Taken:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return uow.run(lambda session: _keep_once(session, rules, inbound_id, heard), viewer=INTAKE)
        except IntegrityError:
            # Another transaction was quicker with something that may be there once; the next look sees it.
            if attempt == ATTEMPTS:
                raise
    raise AssertionError


def _keep_once(session: Session, rules: Rules, inbound_id: int, heard: Heard) -> Taken:
    inbound = _locked(session, inbound_id)
    if inbound.status is not InboundStatus.WAITING:
        return _told(session, inbound)
    keeping.keep(session, rules, inbound, heard)
    session.flush()
    return _told(session, inbound)


def _locked(session: Session, inbound_id: int) -> Inbound:
    query = select(Inbound).where(Inbound.id == inbound_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _refuse(uow: UnitOfWork, inbound_id: int, error: Exception) -> Taken:
    if isinstance(error, DispatchError):
        why = error.message
    else:
        log.error("inbound message %s is refused", inbound_id, exc_info=error)
        why = f"It could not be read ({type(error).__name__}); the log has the rest under inbound message {inbound_id}."

    def note(session: Session) -> Taken:
        inbound = _locked(session, inbound_id)
        if inbound.status is InboundStatus.WAITING:
            inbound.status, inbound.why = InboundStatus.REFUSED, why
            session.flush()
        return _told(session, inbound)

    taken = uow.run(note, viewer=INTAKE)
    if taken.status is InboundStatus.REFUSED and isinstance(error, Invalid):
        return replace(taken, faults=error.faults or (Fault("", why),))
    return taken


def _told(session: Session, inbound: Inbound) -> Taken:
    number = None
    if inbound.ticket_id is not None:
        number = session.scalar(select(Ticket.number).where(Ticket.id == inbound.ticket_id))
    return Taken(inbound.id, inbound.status, inbound.ticket_id, number, inbound.message_id, inbound.why)


def _forget_raw(uow: UnitOfWork, rules: Rules, inbound_id: int, heard: Heard) -> None:
    """An e-mail that was kept in all its parts need not be kept as it came: it holds places and addresses."""
    if heard.left_out or heard.channel is not Channel.EMAIL:
        return
    sha256 = uow.run(lambda session: keeping.let_go_of_raw(session, inbound_id), viewer=INTAKE)
    if sha256 is not None:
        rules.files.remove(sha256)
