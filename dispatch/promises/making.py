"""Promises that people make, let go, and note as kept: callbacks and dates of parts."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Channel, Contact, Promise, PromiseEvent, PromiseKind, PromiseOutcome, Territory, Visit
from dispatch.access import Action, Viewer, require
from dispatch.access.audit import note
from dispatch.errors import Conflict, Fault, Invalid, NotFound, RuleBroken
from dispatch.promises import ledger
from dispatch.promises.listing import seen_order
from dispatch.promises.local_time import instant_of
from dispatch.promises.standards import standard_for

BY_HAND: Final = (PromiseKind.CALLBACK, PromiseKind.PART_DATE)
"""A window is promised by confirming it, a contract's deadline by the contract."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody promised: by when, as it was said, to whom, over which channel.

    time_zone: None: the territory's. supersedes_id: the open promise of that order and kind that it takes the place of.
    """

    kind: PromiseKind
    local_date: date
    local_by: time
    time_zone: str | None = None
    contact_id: int | None = None
    visit_id: int | None = None
    channel: Channel | None = None
    supersedes_id: int | None = None


def make_by_hand(session: Session, viewer: Viewer, work_order_id: int, said: Said) -> Promise:
    """Writes down what the viewer promised for a work order.

    Raises NotFound, Forbidden, RuleBroken for a kind that is not promised by hand, Conflict when what it is to
    supersede has ended or was superseded, Invalid for a time that has passed or does not exist there.
    """
    require(viewer, Action.CREATE, Promise)
    order = seen_order(session, work_order_id)
    if said.kind not in BY_HAND:
        raise RuleBroken(f"A {said.kind.value} is not promised by hand: confirm an appointment, or edit the contract.")
    contact = _contact(session, said.contact_id)
    _refuse_unknown_visit(session, order.id, said.visit_id)
    zone = (
        said.time_zone or session.scalars(select(Territory.time_zone).where(Territory.id == order.territory_id)).one()
    )
    by_at = instant_of(said.local_date, said.local_by, zone)
    if by_at <= session.info["now"]():
        message = f"local_by {said.local_by:%H:%M} on {said.local_date} in {zone} has passed; name a later time"
        raise Invalid(message, (Fault("/local_by", message),))
    before = None if said.supersedes_id is None else _superseded(session, order.id, said)
    standard = standard_for(session, said.kind, order.work_type_id, order.contract_id)
    promise = ledger.make(
        session,
        said.kind,
        order.id,
        local_date=said.local_date,
        local_by=said.local_by,
        time_zone=zone,
        by_at=by_at,
        contact_id=said.contact_id,
        organisation_id=None if contact is None else contact.organisation_id,
        visit_id=said.visit_id,
        channel=said.channel,
        made_by_id=viewer.user_id,
        # What a person promises stands by itself; only a part's date names the standard that asks for one.
        standard_id=standard.id if standard is not None and said.kind is PromiseKind.PART_DATE else None,
        supersedes=None if before is None else before.id,
    )
    note(session, viewer, Action.CREATE, promise)
    session.flush()
    return promise


def release_by_hand(session: Session, viewer: Viewer, promise_id: int, why: str) -> PromiseEvent:
    """Notes that the customer lets us off. why: without personal data, as it is never erased.

    Raises NotFound, Forbidden, Conflict when the promise has ended or was superseded, Invalid for too long a reason.
    """
    promise = _open(session, viewer, promise_id)
    ended = ledger.release(session, promise.id, why)
    note(session, viewer, "release", promise)
    session.flush()
    return ended


def note_kept(session: Session, viewer: Viewer, promise_id: int, at: datetime | None, why: str) -> PromiseEvent:
    """Notes that a callback was made, or a part came; kept if that was in time, else broken. at: None: now.

    Raises NotFound, Forbidden, RuleBroken for a kind that is judged by visits, Conflict when the promise has ended or
    was superseded, Invalid for a time before it was made or after now.
    """
    promise = _open(session, viewer, promise_id)
    if promise.kind not in BY_HAND:
        raise RuleBroken(
            f"Promise {promise.id} is a {promise.kind.value}: it is judged by when service begins and ends."
        )
    now: datetime = session.info["now"]()
    when = at or now
    if not promise.made_at <= when <= now:
        message = f"at {when:%Y-%m-%d %H:%M} UTC is not between when it was promised and now; leave it out for now"
        raise Invalid(message, (Fault("/at", message),))
    outcome = PromiseOutcome.KEPT if when <= promise.by_at else PromiseOutcome.BROKEN
    ended = ledger.settle(session, promise.id, outcome, at=min(when, promise.by_at), note=why)
    note(session, viewer, outcome.value, promise)
    session.flush()
    return ended


def _contact(session: Session, contact_id: int | None) -> Contact | None:
    contact = None if contact_id is None else session.scalar(select(Contact).where(Contact.id == contact_id))
    if contact is None and contact_id is not None:
        message = f"contact_id {contact_id} names no contact, or none for you; GET /v1/contacts lists them"
        raise Invalid(message, (Fault("/contact_id", message),))
    return contact


def _refuse_unknown_visit(session: Session, work_order_id: int, visit_id: int | None) -> None:
    query = select(Visit.id).where(Visit.id == (visit_id or 0), Visit.work_order_id == work_order_id)
    if visit_id is not None and session.scalar(query) is None:
        message = (
            f"visit_id {visit_id} names no visit of work order {work_order_id}; leave it out, or name one of its own"
        )
        raise Invalid(message, (Fault("/visit_id", message),))


def _superseded(session: Session, work_order_id: int, said: Said) -> Promise:
    query = select(Promise).where(
        Promise.id == (said.supersedes_id or 0), Promise.work_order_id == work_order_id, Promise.kind == said.kind
    )
    before = session.scalar(query)
    if before is None:
        message = (
            f"supersedes_id {said.supersedes_id} names no {said.kind.value} of work order {work_order_id}; "
            f"GET /v1/work-orders/{work_order_id}/promises lists them"
        )
        raise Invalid(message, (Fault("/supersedes_id", message),))
    _refuse_ended(session, before)
    return before


def _open(session: Session, viewer: Viewer, promise_id: int) -> Promise:
    require(viewer, Action.CREATE, PromiseEvent)
    promise = session.scalar(select(Promise).where(Promise.id == promise_id))
    if promise is None:
        raise NotFound(f"There is no promise {promise_id}, or not for you.")
    _refuse_ended(session, promise)
    return promise


def _refuse_ended(session: Session, promise: Promise) -> None:
    ended = ledger.end_of(session, promise.id)
    if ended is not None:
        raise Conflict(f"promise {promise.id} was {ended.outcome.value} at {ended.at:%Y-%m-%d %H:%M} UTC; that stays")
