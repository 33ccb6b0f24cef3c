"""The ledger of promises: written once, never edited. What was said anew supersedes what was said before.

A promise is open until it is kept, broken or released; one that another supersedes never is, but its successor. So a
chain of promises ends at most once. What the rows must not suffer is refused by the session and, beneath it, by
triggers of the database.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time
from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from db.models import Channel, ClockKind, Promise, PromiseEvent, PromiseKind, PromiseOutcome
from dispatch.access import elevated
from dispatch.errors import Conflict, Fault, Invalid, NotFound
from dispatch.promises.local_time import instant_or_next, span_of, zone_named

CHUNK: Final = 500
NOTE: Final = 200


def make(
    session: Session,
    kind: PromiseKind,
    work_order_id: int,
    *,
    local_date: date,
    local_by: time,
    time_zone: str,
    local_from: time | None = None,
    visit_id: int | None = None,
    contact_id: int | None = None,
    organisation_id: int | None = None,
    channel: Channel | None = None,
    appointment_id: int | None = None,
    standard_id: int | None = None,
    supersedes: int | None = None,
    made_by_id: int | None = None,
    made_at: datetime | None = None,
    clock: ClockKind | None = None,
    from_at: datetime | None = None,
    by_at: datetime | None = None,
) -> Promise:
    """Writes down what was promised; for the system's use, by whoever may promise it.

    from_at, by_at: what the local times mean, if the caller knows it (they must be these local times); else they are
    worked out as `local_time` says. supersedes: the id of the promise that this one takes the place of. One that was
    kept, broken or released already stays so, and the new promise stands by itself. clock: which clock a contract
    deadline is of. made_at: None: now.

    Raises NotFound when there is no promise to supersede, Conflict when another superseded it before, Invalid for an
    unknown zone, or local times that are not those of the instants.
    """
    said = _instants(local_date, local_from, local_by, time_zone, (from_at, by_at))
    with elevated(session, "promises"):
        before = None if supersedes is None else _open(session, supersedes)
        promise = Promise(
            kind=kind,
            work_order_id=work_order_id,
            visit_id=visit_id,
            contact_id=contact_id,
            organisation_id=organisation_id,
            local_date=local_date,
            local_from=local_from,
            local_by=local_by,
            time_zone=time_zone,
            from_at=said[0],
            by_at=said[1],
            made_by_id=made_by_id,
            made_at=made_at or session.info["now"](),
            channel=channel,
            supersedes_id=None if before is None else before.id,
            appointment_id=appointment_id,
            standard_id=standard_id,
            clock=clock,
        )
        session.add(promise)
        session.flush()
    return promise


def make_at(
    session: Session,
    kind: PromiseKind,
    work_order_id: int,
    by_at: datetime,
    time_zone: str,
    *,
    from_at: datetime | None = None,
    visit_id: int | None = None,
    contact_id: int | None = None,
    organisation_id: int | None = None,
    channel: Channel | None = None,
    standard_id: int | None = None,
    supersedes: int | None = None,
    made_by_id: int | None = None,
    made_at: datetime | None = None,
    clock: ClockKind | None = None,
) -> Promise:
    """Writes down what was promised by an instant; the local times are those that it shows in the zone."""
    zone = zone_named(time_zone)
    local, begins = by_at.astimezone(zone), None if from_at is None else from_at.astimezone(zone)
    return make(
        session,
        kind,
        work_order_id,
        local_date=(begins or local).date(),
        local_from=None if begins is None else begins.time().replace(fold=0),
        local_by=local.time().replace(fold=0),
        time_zone=time_zone,
        from_at=from_at,
        by_at=by_at,
        visit_id=visit_id,
        contact_id=contact_id,
        organisation_id=organisation_id,
        channel=channel,
        standard_id=standard_id,
        supersedes=supersedes,
        made_by_id=made_by_id,
        made_at=made_at,
        clock=clock,
    )


def settle(
    session: Session, promise_id: int, outcome: PromiseOutcome, *, at: datetime | None = None, note: str = ""
) -> PromiseEvent:
    """Notes what became of a promise, once: of one that ended before, its end stays and is what is returned.

    at: when it was kept, broken or released; None: now. note: why, at most 200 characters, without personal data, as it
    is never erased.

    Raises NotFound, Conflict when another promise superseded it.
    """
    if len(note) > NOTE:
        message = f"note has {len(note)} characters, at most {NOTE} are kept; say it shorter"
        raise Invalid(message, (Fault("/note", message),))
    with elevated(session, "promises"):
        found = _locked(session, promise_id)
        ended = end_of(session, promise_id)
        if ended is not None:
            return ended
        _refuse_superseded(session, found)
        ended = PromiseEvent(promise_id=found.id, outcome=outcome, at=at or session.info["now"](), note=note)
        session.add(ended)
        session.flush()
    return ended


def release(session: Session, promise_id: int, note: str = "") -> PromiseEvent:
    """The customer lets us off; of a promise that was kept or broken before, that stays and is what is returned.

    Raises NotFound, Conflict when another promise superseded it.
    """
    return settle(session, promise_id, PromiseOutcome.RELEASED, note=note)


def is_open() -> ColumnElement[bool]:
    """The condition that a promise has no end and no successor."""
    later = aliased(Promise)
    return ~exists(select(PromiseEvent.id).where(PromiseEvent.promise_id == Promise.id)) & ~exists(
        select(later.id).where(later.supersedes_id == Promise.id)
    )


def open_promises(
    session: Session, work_order_ids: Collection[int], kinds: Collection[PromiseKind] = tuple(PromiseKind)
) -> list[Promise]:
    """The open promises of these work orders, the earliest due first. For the system's use."""
    found: list[Promise] = []
    wanted = sorted(set(work_order_ids))
    with elevated(session, "promises"):
        for start in range(0, len(wanted), CHUNK):
            some = Promise.work_order_id.in_(wanted[start : start + CHUNK])
            found += session.scalars(select(Promise).where(some, Promise.kind.in_(tuple(kinds)), is_open()))
    return sorted(found, key=lambda promise: (promise.by_at, promise.id))


def chain(session: Session, promise_id: int) -> list[Promise]:
    """All versions of a promise, the first one first. For the system's use.

    Raises NotFound.
    """
    with elevated(session, "promises"):
        found = [_read(session, promise_id)]
        while found[0].supersedes_id is not None:
            found.insert(0, _read(session, found[0].supersedes_id))
        while (later := session.scalar(select(Promise).where(Promise.supersedes_id == found[-1].id))) is not None:
            found.append(later)
    return found


def end_of(session: Session, promise_id: int) -> PromiseEvent | None:
    """What became of a promise; None: nothing yet. For the system's use."""
    with elevated(session, "promises"):
        return session.scalar(select(PromiseEvent).where(PromiseEvent.promise_id == promise_id))


def _instants(
    day: date, opens: time | None, closes: time, time_zone: str, known: tuple[datetime | None, datetime | None]
) -> tuple[datetime | None, datetime]:
    from_at, by_at = known
    if by_at is None:
        return (
            (None, instant_or_next(day, closes, time_zone)) if opens is None else span_of(day, opens, closes, time_zone)
        )
    zone = zone_named(time_zone)
    for field, wall, meant in (("local_from", opens, from_at), ("local_by", closes, by_at)):
        shown = None if meant is None else meant.astimezone(zone).time().replace(fold=0)
        if shown != (None if wall is None else wall.replace(fold=0)):
            message = f"{field} {wall} is not what clocks in {time_zone} show at {meant}, {shown}; give one of the two"
            raise Invalid(message, (Fault(f"/{field}", message),))
    if (from_at or by_at).astimezone(zone).date() != day:
        message = f"local_date {day} is not the day of {from_at or by_at} in {time_zone}; give one of the two"
        raise Invalid(message, (Fault("/local_date", message),))
    return None if from_at is None else from_at.astimezone(UTC), by_at.astimezone(UTC)


def _read(session: Session, promise_id: int) -> Promise:
    found = session.scalar(select(Promise).where(Promise.id == promise_id))
    if found is None:
        raise NotFound(f"There is no promise {promise_id}, or not for you; GET /v1/promises lists those there are.")
    return found


def _locked(session: Session, promise_id: int) -> Promise:
    """The promise, which nobody else ends or supersedes until the transaction is over."""
    # SQLite has one writer at a time; PostgreSQL lets two look at the same promise at once.
    session.execute(select(Promise.id).where(Promise.id == promise_id).with_for_update())
    return _read(session, promise_id)


def _open(session: Session, promise_id: int) -> Promise | None:
    """The promise to be superseded; None: it has ended."""
    found = _locked(session, promise_id)
    if end_of(session, promise_id) is not None:
        return None
    _refuse_superseded(session, found)
    return found


def _refuse_superseded(session: Session, promise: Promise) -> None:
    later = session.scalar(select(Promise.id).where(Promise.supersedes_id == promise.id))
    if later is not None:
        raise Conflict(f"promise {promise.id} was superseded by promise {later}; look at that one")
