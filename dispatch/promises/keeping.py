"""Whether promises were kept: looked after by the worker, from what happened.

A window is kept when the service of all its visits begins by its end, both ends included; who lets us in before it
opens is not let down. A deadline for a response is kept by the first visit that begins, one for a repair by the end of
the work; a callback by the first words of a person to whoever it was promised. What has not happened when its time is
over is broken. The date of a part is kept when somebody notes that it came (`dispatch.promises.making.note_kept`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from db.models import (
    ClockKind,
    Promise,
    PromiseKind,
    PromiseOutcome,
    Visit,
    VisitStatus,
    WorkOrder,
    WorkOrderStatus,
)
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import Clock
from dispatch.errors import Conflict
from dispatch.promises import ledger
from dispatch.promises.evidence import Work, spoken_to, was_spoken_to, work_behind
from dispatch.promises.standards import CALLED_OFF

SYSTEM: Final = Viewer.system("promises")
EACH: Final = timedelta(minutes=1)
CHUNK: Final = 100
EARLY: Final = "service began before the window opened"
OVER: Final = (VisitStatus.COMPLETED, VisitStatus.INCOMPLETE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a promise, and when."""

    outcome: PromiseOutcome
    at: datetime
    note: str = ""


def settle_due(uow: UnitOfWork, clock: Clock) -> int:
    """Settles every promise of which it is known by now what became of it; how many were.

    A process: one transaction that finds them, then one for each hundred. It may die between any two, and several may
    run at once: a promise is settled once, by whoever comes first.
    """
    with uow(viewer=SYSTEM, read_only=True) as session:
        ripe = session.scalars(select(Promise.id).where(ledger.is_open(), _is_ripe(clock.now())).order_by(Promise.id))
        found = list(ripe)

    def settling(some: list[int]) -> Callable[[Session], int]:
        return lambda session: _settle(session, some, clock.now())

    chunks = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)]
    return sum(uow.run(settling(some), viewer=SYSTEM) for some in chunks)


@dataclass
class EachMinute:
    """A chore of the worker: settles what is due, when it starts and once a minute."""

    uow: UnitOfWork
    clock: Clock
    next_at: datetime | None = field(default=None)

    def __call__(self) -> bool:
        """Whether anything was settled."""
        now = self.clock.now()
        if self.next_at is not None and now < self.next_at:
            return False
        self.next_at = now + EACH
        return settle_due(self.uow, self.clock) > 0


def verdict(session: Session, promise: Promise, work: Work, now: datetime) -> Verdict | None:
    """What became of an open promise; None: that is not known yet. The session must be elevated."""
    if promise.kind is PromiseKind.CALLBACK:
        return _by(spoken_to(session, promise), promise, now)
    found = _of_work(promise, work, now)
    order = work.order_of(promise)
    if found is not None and found.outcome is PromiseOutcome.BROKEN and _was_called_off(order, promise):
        return Verdict(PromiseOutcome.RELEASED, order.updated_at, CALLED_OFF)
    return found


def _of_work(promise: Promise, work: Work, now: datetime) -> Verdict | None:
    if promise.kind is PromiseKind.WINDOW:
        return _window(promise, work, now)
    if promise.kind is PromiseKind.PART_DATE:
        return _by(None, promise, now)
    if promise.clock is ClockKind.REPAIR:
        return _by(_repaired(work.visits_of(promise)), promise, now)
    starts = [visit.started_at for visit in work.visits_of(promise) if visit.started_at is not None]
    return _by(min(starts, default=None), promise, now)


def _window(promise: Promise, work: Work, now: datetime) -> Verdict | None:
    named = work.promised_visits(promise)
    opens = promise.from_at or promise.made_at
    if not named or work.order_of(promise).merged_into_id is not None:
        starts = [visit.started_at for visit in work.visits_of(promise) if visit.started_at is not None]
        return _by(min((start for start in starts if start >= opens), default=None), promise, now)
    began = [visit.started_at for visit in named if visit.started_at is not None]
    last = max(began, default=None)
    if len(began) < len(named) and (last is None or last <= promise.by_at):
        last = None
    found = _by(last, promise, now)
    early = found is not None and found.outcome is PromiseOutcome.KEPT and min(began) < opens
    return Verdict(PromiseOutcome.KEPT, found.at, EARLY) if found is not None and early else found


def _by(happened_at: datetime | None, promise: Promise, now: datetime) -> Verdict | None:
    """Kept by what happened in time; broken by what happened later, or not at all until now."""
    if happened_at is not None and happened_at <= promise.by_at:
        return Verdict(PromiseOutcome.KEPT, happened_at)
    if happened_at is not None or now > promise.by_at:
        return Verdict(PromiseOutcome.BROKEN, promise.by_at)
    return None


def _repaired(visits: list[Visit]) -> datetime | None:
    """When the last visit that the work took was completed; None: there is more to be done."""
    wanted = [visit for visit in visits if visit.status is not VisitStatus.CANCELLED]
    done = [visit for visit in wanted if visit.status is VisitStatus.COMPLETED]
    # After an incomplete visit another one follows; until that is there, it does not work yet.
    if not done or done[-1] is not wanted[-1] or any(visit.status not in OVER for visit in wanted):
        return None
    ends = [visit.finished_at or visit.started_at for visit in done]
    return max((end for end in ends if end is not None), default=None)


def _was_called_off(order: WorkOrder, promise: Promise) -> bool:
    is_cancelled = order.status is WorkOrderStatus.CANCELLED and order.merged_into_id is None
    return is_cancelled and order.updated_at <= promise.by_at


def _is_ripe(now: datetime) -> ColumnElement[bool]:
    """Something may be known of it: its time is over, or something happened."""
    begun = exists(select(Visit.id).where(Visit.work_order_id == Promise.work_order_id, Visit.started_at.is_not(None)))
    return or_(
        Promise.by_at < now,
        (Promise.kind == PromiseKind.CALLBACK) & was_spoken_to(),
        Promise.kind.in_((PromiseKind.WINDOW, PromiseKind.CONTRACT_DEADLINE)) & begun,
    )


def _settle(session: Session, ids: list[int], now: datetime) -> int:
    """Settles those of these promises that are still open; how many."""
    promises = list(session.scalars(select(Promise).where(Promise.id.in_(ids), ledger.is_open()).order_by(Promise.id)))
    work = work_behind(session, promises)
    count = 0
    for promise in promises:
        found = verdict(session, promise, work, now)
        if found is None:
            continue
        try:
            ledger.settle(session, promise.id, found.outcome, at=found.at, note=found.note)
        except Conflict:
            # Somebody promised something else in its place since it was read: that is looked at next time.
            continue
        count += 1
    return count
