"""Which open promises a change of plans would break, before it is made.

Whoever plans hands in the starts of visits as they would be; those that are not named stay where they are planned now.
A window is at stake when a visit that it was promised for would begin outside it, or not at all; a deadline when nobody
would begin, or not all be done, by then. What is over already is broken, and not by this change.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import ClockKind, Promise, PromiseKind, Stop, Visit, VisitStatus, WorkOrder
from dispatch.access import elevated
from dispatch.errors import RuleBroken
from dispatch.promises import ledger
from dispatch.promises.evidence import Work, work_behind
from dispatch.promises.local_time import zone_named

Starts = Mapping[int, datetime | None]
"""When the service of visits begins, by visit id; None: in no route."""

PLANNED: Final = (PromiseKind.WINDOW, PromiseKind.CONTRACT_DEADLINE)
"""What a plan can break; calling back and ordering parts are not planned."""

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class AtStake:
    """A promise that would be broken. starts_at: when service would begin, None: nobody would come.

    The local date, times and zone are what was said. why: a dispatcher's sentence.
    """

    promise_id: int
    kind: PromiseKind
    work_order_id: int
    work_order: str
    visit_id: int | None
    local_date: date
    local_from: time | None
    local_by: time
    time_zone: str
    by_at: datetime
    starts_at: datetime | None
    why: str


class PromisesAtStake(RuleBroken):
    """What was asked for would break promises, and nobody said that it may."""

    def __init__(self, promises: Collection[AtStake]) -> None:
        told = " ".join(each.why for each in tuple(promises)[:SHOWN])
        more = f" And {len(promises) - SHOWN} more." if len(promises) > SHOWN else ""
        count = "a promise" if len(promises) == 1 else f"{len(promises)} promises"
        super().__init__(
            f"This would break {count}: {told}{more} Plan otherwise, agree on something else with the customer, "
            "or say accept_broken_promises=true."
        )
        self.promises = tuple(promises)


def at_stake(session: Session, after: Starts, before: Starts | None = None) -> tuple[AtStake, ...]:
    """The open promises about these visits that would be broken with these starts, the earliest due first.

    before: the starts that were; with it, promises that are broken with those too are left out. For the system's use.
    """
    with elevated(session, "promises at stake"):
        query = select(Visit.work_order_id).where(Visit.id.in_(sorted(after))).distinct()
        promises = ledger.open_promises(session, list(session.scalars(query)), PLANNED)
        look = _Look.at(session, promises)
        broken = look.broken(after)
        same = {each.promise_id for each in look.broken(before)} if before is not None and broken else set()
    return tuple(each for each in broken if each.promise_id not in same)


def at_stake_on(session: Session, territory_id: int, local_date: date, planned: Starts) -> tuple[AtStake, ...]:
    """The open promises that a territory's day breaks as it is planned: those due on it, and those about its visits.

    planned: the starts of its visits. For the system's use.
    """
    with elevated(session, "promises at stake"):
        ours = select(WorkOrder.id).where(WorkOrder.territory_id == territory_id)
        due = select(Promise.work_order_id).where(
            Promise.local_date == local_date, Promise.work_order_id.in_(ours), ledger.is_open()
        )
        theirs = select(Visit.work_order_id).where(Visit.id.in_(sorted(planned)))
        orders = {*session.scalars(due), *session.scalars(theirs)}
        look = _Look.at(session, ledger.open_promises(session, orders, PLANNED))
        broken = look.broken(planned)
    return tuple(each for each in broken if each.local_date <= local_date or each.visit_id in planned)


def refuse(promises: Collection[AtStake], *, accepted: bool) -> None:
    """Nothing, when no promise is at stake or that was accepted.

    Raises PromisesAtStake.
    """
    if promises and not accepted:
        raise PromisesAtStake(promises)


@dataclass(frozen=True, slots=True)
class _Look:
    """Some open promises, and what is planned for them now."""

    promises: tuple[Promise, ...]
    work: Work
    planned: Starts

    @classmethod
    def at(cls, session: Session, promises: Iterable[Promise]) -> "_Look":
        now: datetime = session.info["now"]()
        still = tuple(promise for promise in promises if promise.by_at >= now)
        work = work_behind(session, still)
        visits = sorted(visit.id for some in work.visits.values() for visit in some)
        query = select(Stop.visit_id, Stop.starts_at)
        planned: dict[int, datetime | None] = {}
        for start in range(0, len(visits), ledger.CHUNK):
            some = query.where(Stop.visit_id.in_(visits[start : start + ledger.CHUNK]))
            planned |= {visit: starts_at for visit, starts_at in session.execute(some) if visit is not None}
        return cls(still, work, planned)

    def broken(self, changed: Starts) -> list[AtStake]:
        """Those that these starts would break, beside what is planned for other visits."""
        starts = {**self.planned, **changed}
        found = (self._of(promise, starts) for promise in self.promises)
        return [each for each in found if each is not None]

    def _of(self, promise: Promise, starts: Starts) -> AtStake | None:
        if promise.kind is PromiseKind.WINDOW:
            return self._window(promise, starts)
        visits = [v for v in self.work.visits_of(promise) if v.status is not VisitStatus.CANCELLED]
        begun = {visit.id: visit.started_at or starts.get(visit.id) for visit in visits}
        if promise.clock is ClockKind.REPAIR:
            return self._repair(promise, visits, begun)
        known = [(start, visit) for visit, start in begun.items() if start is not None]
        first, visit = min(known, default=(None, None))
        if first is not None and first <= promise.by_at:
            return None
        return self._told(promise, visit, first, "somebody is promised to be there")

    def _window(self, promise: Promise, starts: Starts) -> AtStake | None:
        merged = self.work.order_of(promise).merged_into_id is not None
        visits = [] if merged else self.work.promised_visits(promise)
        begun = {visit.id: visit.started_at or starts.get(visit.id) for visit in visits}
        if not visits:
            others = {visit.id: visit.started_at or starts.get(visit.id) for visit in self.work.visits_of(promise)}
            if any(_is_within(start, promise) for start in others.values()):
                return None
            begun = dict(sorted(others.items())[:1])
        if begun and all(_is_within(start, promise) for start in begun.values()):
            return None
        visit, start = next((each for each in begun.items() if not _is_within(each[1], promise)), (None, None))
        return self._told(promise, visit, start, "the customer was promised")

    def _repair(self, promise: Promise, visits: list[Visit], begun: Starts) -> AtStake | None:
        ends = {visit.id: _end(visit, begun[visit.id]) for visit in visits}
        missing = next((visit for visit, end in ends.items() if end is None), None)
        known = [(end, visit) for visit, end in ends.items() if end is not None]
        last, visit = max(known, default=(None, None))
        if missing is None and last is not None and last <= promise.by_at:
            return None
        which = missing if missing is not None else visit
        return self._told(promise, which, begun.get(which or 0), "it is promised to work again")

    def _told(self, promise: Promise, visit_id: int | None, start: datetime | None, what: str) -> AtStake:
        order = self.work.order_of(promise)
        local = None if start is None else start.astimezone(zone_named(promise.time_zone))
        when = "nobody would come" if local is None else f"service would begin {local:%Y-%m-%d %H:%M}"
        begins = "" if promise.local_from is None else f"from {promise.local_from:%H:%M} "
        said = f"{promise.local_date} {begins}by {promise.local_by:%H:%M}"
        return AtStake(
            promise_id=promise.id,
            kind=promise.kind,
            work_order_id=order.id,
            work_order=order.number,
            visit_id=visit_id,
            local_date=promise.local_date,
            local_from=promise.local_from,
            local_by=promise.local_by,
            time_zone=promise.time_zone,
            by_at=promise.by_at,
            starts_at=start,
            why=f"{order.number}: {what} {said}, and {when}.",
        )


def _is_within(start: datetime | None, promise: Promise) -> bool:
    return start is not None and start <= promise.by_at and (promise.from_at is None or start >= promise.from_at)


def _end(visit: Visit, start: datetime | None) -> datetime | None:
    if visit.finished_at is not None or start is None:
        return visit.finished_at
    return start + timedelta(seconds=visit.setup_seconds + visit.duration_seconds)
