"""An e-mail as it came is taken in, once."""

from db.models import Channel, Inbound, InboundStatus
from db.session import UnitOfWork
from dispatch.clock import Clock
from dispatch.errors import Fault, Invalid
from dispatch.intake.channels.email.headers import glance, identify
from dispatch.intake.channels.rules import INTAKE, Rules
from dispatch.intake.channels.taking import take_in, wait_again

LARGEST_OVER_LIMIT = 2
"""Encoded as text a file takes a third more; so many times the limit of a message its mail may have."""


def take_mail(uow: UnitOfWork, clock: Clock, rules: Rules, raw: bytes, *, cut: str | None = None) -> int:
    """Keeps a mail as it came; the id of its `Inbound` row, the same for every copy of it.

    A mail is known by its Message-ID and by what it says: some devices write the same Message-ID each time. One that
    was refused before waits again. A process: one transaction to enter it, one to compare it with the one that was
    there, and one to let it wait again. cut: why this is not all of it.

    Raises Invalid for a mail that is empty or too large.
    """
    most = rules.limits.message_bytes * LARGEST_OVER_LIMIT
    if not 0 < len(raw) <= most:
        msg = f"The mail has {len(raw)} bytes; send one of 1 to {most}."
        raise Invalid(msg, (Fault("/body", msg),))
    name, digest = identify(raw)
    payload = glance(raw) | {"digest": digest} | ({} if cut is None else {"left_out": [cut]})
    inbound_id = take_in(uow, clock, rules, Channel.EMAIL, name, payload, raw)
    with uow(viewer=INTAKE, read_only=True) as session:
        there = session.get_one(Inbound, inbound_id)
        is_same, was_refused = there.payload.get("digest") == digest, there.status is InboundStatus.REFUSED
    if not is_same:
        return take_in(uow, clock, rules, Channel.EMAIL, f"{name}#{digest[:16]}", payload, raw)
    if was_refused:
        uow.run(lambda session: wait_again(session, inbound_id), viewer=INTAKE)
    return inbound_id
