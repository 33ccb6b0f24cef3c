"""Messages of systems that can be answered at once: what is wrong is told to them, and nothing of it is spent.

Channels that cannot be answered, such as e-mail, keep what is refused in a list, from where it can be tried again.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Channel, Inbound, InboundStatus
from db.session import UnitOfWork
from dispatch.access import Action, Viewer, require
from dispatch.access.audit import note
from dispatch.clock import Clock
from dispatch.errors import Fault, Invalid, NotFound, RuleBroken
from dispatch.intake.channels import payloads, taking
from dispatch.intake.channels.heard import Heard
from dispatch.intake.channels.rules import INTAKE, Rules
from dispatch.intake.channels.taking import Taken
from dispatch.intake.facts.said import Field
from dispatch.intake.resolving import normal_phone, require_place
from dispatch.records.attachments import Given, keep_all
from dispatch.records.errors import IdReused


def hand_in(uow: UnitOfWork, clock: Clock, rules: Rules, heard: Heard, files: Iterable[Given] = ()) -> Taken:
    """Takes in what another system sends, once for each id; the same again gets the same answer.

    A process: (1) looks whether the message can be kept, and whether its id was used before; then those of
    `taking.take_in` and `taking.process`. One that was refused before is tried again as it is now.

    Raises Invalid, saying what to correct, and IdReused for an id that came before with other content; then nothing
    is kept of it.
    """
    given = list(files)
    _require_sense(heard, given, rules.country)
    digest = digest_of(heard, given)
    with uow(viewer=INTAKE, read_only=True) as session:
        known = _known(session, heard.channel, heard.external_id)
        if known is None or known.status is InboundStatus.REFUSED:
            require_place(session, heard.site_id, heard.equipment_id)
        else:
            _require_same(known, digest)
    if known is not None and known.status is not InboundStatus.REFUSED:
        return taking.process(uow, clock, rules, known.id)
    kept, left_out = keep_all(rules.files, rules.limits, given)
    said = payloads.write(heard) | {"files": payloads.files(kept), "left_out": list(left_out), "digest": digest}
    inbound_id = taking.take_in(uow, clock, rules, heard.channel, heard.external_id, said)
    uow.run(lambda session: _renew(session, inbound_id, said), viewer=INTAKE)
    taken = taking.process(uow, clock, rules, inbound_id)
    if taken.faults:
        raise Invalid(taken.why or "The message cannot be kept.", taken.faults)
    return taken


def try_again(uow: UnitOfWork, clock: Clock, rules: Rules, viewer: Viewer, inbound_id: int) -> Taken:
    """Takes a refused message on once more, such as after what it refers to was entered.

    A process: (1) a transaction that lets it wait again, (2) those of `taking.process`.

    Raises Forbidden, NotFound, and RuleBroken when it is not refused.
    """
    require(viewer, Action.EDIT, Inbound)

    def renew(session: Session) -> None:
        row = session.scalar(select(Inbound).where(Inbound.id == inbound_id).with_for_update())
        if row is None:
            raise NotFound(f"There is no inbound message {inbound_id}, or not for you.")
        if row.status is not InboundStatus.REFUSED:
            msg = f"The inbound message {inbound_id} is {row.status}; only refused ones are tried again."
            raise RuleBroken(msg)
        note(session, viewer, Action.EDIT, row, {"status": (row.status, InboundStatus.WAITING)})
        taking.wait_again(session, inbound_id)

    uow.run(renew, viewer=viewer)
    return taking.process(uow, clock, rules, inbound_id)


def digest_of(heard: Heard, files: Sequence[Given]) -> str:
    """By what the same message is known again: all that was said, and the files as they came, not when it came."""
    contents = [[each.filename, hashlib.sha256(each.content).hexdigest()] for each in files]
    said = json.dumps([payloads.write(heard), contents], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _require_sense(heard: Heard, files: Sequence[Given], country: str) -> None:
    """Raises Invalid for a report without any words or file, and for a number that nobody can be called by.

    A network may send a name or a short code in place of a text message's number.
    """
    faults = []
    phone = heard.sender.phone
    if heard.channel in (Channel.PORTAL, Channel.CHAT) and phone and normal_phone(phone, country) is None:
        msg = f"sender.phone: {phone[:40]!r} is no telephone number; write it with its area code, or leave it out."
        faults.append(Fault("/sender/phone", msg))
    words = (heard.body, heard.subject, *heard.facts.get(Field.SYMPTOM, ()))
    if heard.channel is Channel.PORTAL and not files and not any(each.strip() for each in words):
        faults.append(Fault("/body", "body: it is empty; say in words what is wrong."))
    if faults:
        raise Invalid(" ".join(fault.message for fault in faults), tuple(faults))


def _known(session: Session, channel: Channel, external_id: str) -> Inbound | None:
    query = select(Inbound).where(Inbound.channel == channel, Inbound.external_id == external_id)
    return session.scalar(query)


def _require_same(row: Inbound, digest: str) -> None:
    before = row.payload.get("digest")
    if before is not None and before != digest:
        name = row.external_id.partition(":")[2] if row.channel is Channel.PORTAL else row.external_id
        msg = f"The id {name!r} was already used for other content; send this message under an id of its own."
        raise IdReused(msg)


def _renew(session: Session, inbound_id: int, said: dict[str, Any]) -> None:
    """Lets a message that was refused before wait again, as it is now."""
    if not taking.wait_again(session, inbound_id, said):
        # Another with this id may have been quicker.
        _require_same(session.get_one(Inbound, inbound_id), said["digest"])
