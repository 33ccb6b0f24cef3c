"""Whether offers are honest: put into the full plan under the referee, and against brute force over all windows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import permutations

from sqlalchemy.orm import Session

from db.models import Priority, SlotPolicy, WorkOrder
from dispatch.appointments.local_time import day_windows
from dispatch.appointments.offering.offers import Offered, Slot
from dispatch.appointments.offering.policy import policy_for
from dispatch.appointments.offering.reasons import Why
from dispatch.errors import RuleBroken
from dispatch.planning.change.drafts import RouteDraft, of_row
from dispatch.planning.change.retime import Wish, place
from dispatch.planning.change.verdict import breaches
from dispatch.planning.day.build import Built, build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import DayRows, read_day
from tests.appointments.slots.desk import Desk
from tests.planning.common import ROADS, SYSTEM

QUARTER = 900
OWN_TIMES = {Why.PARTS, Why.NOT_YET, Why.CLOSED, Why.TOO_LATE, Why.WINDOW, Why.LINK}


def why_infeasible(desk: Desk, slot: Slot) -> str | None:
    """What the referee has against the slot in the full plan; None: nothing. Nothing is kept."""
    desk.company.session.commit()
    with desk.uow(viewer=SYSTEM) as session:
        try:
            desk.put(session, slot)
        except RuleBroken as error:
            return str(error)
    return None


@dataclass
class Tally:
    """windows: looked at; kept: that somebody could keep; silent: of these, neither offered nor rightly withheld."""

    windows: int = 0
    kept: int = 0
    silent: int = 0
    infeasible: int = 0

    def add(self, other: "Tally") -> None:
        """Counts another one's windows too."""
        self.windows += other.windows
        self.kept += other.kept
        self.silent += other.silent
        self.infeasible += other.infeasible


def compared(desk: Desk, order: WorkOrder, offered: Offered, days: Sequence[date]) -> tuple[Tally, list[str]]:
    """The offers beside what brute force finds, window by window; and a line for each that differs."""
    desk.company.session.commit()
    tally, lines = Tally(), []
    shown = {(each.opens_at, each.closes_at) for each in offered.offers}
    reasons = {(each.opens_at, each.closes_at): each.code for each in offered.withheld}
    with desk.uow(viewer=SYSTEM, read_only=True) as session:
        policy = policy_for(session, order.territory_id, order.work_type_id)
        books = [BruteDay.read(desk, session, offered.visit_ids, day) for day in days]
    for book in books:
        for opens, closes in book.reported({*shown, *reasons}):
            tally.windows += 1
            keeps = book.keeps(opens, closes)
            tally.kept += keeps
            span = opens, closes
            if span in shown and not keeps:
                tally.infeasible += 1
                lines.append(f"{order.number}: {span} is offered, and nobody can keep it")
            elif keeps and span not in shown and not _rightly(book, span, reasons[span], order, offered, policy, desk):
                tally.silent += 1
                lines.append(f"{order.number}: {span} could be kept, and is withheld as {reasons[span]}")
    return tally, lines


def missing(desk: Desk, offered: Offered, days: Sequence[date], minutes: int) -> list[str]:
    """Windows in which a shift is on, of which the answer says nothing."""
    told = [(each.opens_at, each.closes_at) for each in offered.offers]
    told += [(each.opens_at, each.closes_at) for each in offered.withheld]
    found = []
    for day in days:
        with desk.uow(viewer=SYSTEM, read_only=True) as session:
            rows = read_day(session, desk.company.territory.id, day, desk.clock.now(), waiting=())
        duties = lay_out(rows).crew.duties
        for window in day_windows(day, desk.company.zone, timedelta(minutes=minutes)):
            on = any(duty.starts_at < window.closes_at and window.opens_at < duty.ends_at for duty in duties)
            if on and not any(opens >= window.opens_at and closes <= window.closes_at for opens, closes in told):
                found.append(f"nothing is said of {window.opens_at}")
    return found


@dataclass(frozen=True)
class BruteDay:
    """A day with the visits that are asked about in its problem."""

    rows: DayRows
    built: Built
    present: Mapping[int, RouteDraft]
    visits: tuple[int, ...]

    @classmethod
    def read(cls, desk: Desk, session: Session, visits: tuple[int, ...], day: date) -> "BruteDay":
        """The day as it is now."""
        rows = read_day(session, desk.company.territory.id, day, desk.clock.now(), waiting=visits)
        laid = lay_out(rows)
        built = build(laid, Roads.between(laid.places, ROADS))
        return cls(rows, built, {shift: of_row(route) for shift, route in rows.routes.items()}, visits)

    def reported(self, spans: set[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
        """The windows of this local date."""
        horizon = self.rows.horizon
        return (span for span in sorted(spans) if horizon.starts_at <= span[0] < horizon.ends_at)

    def keeps(self, opens: datetime, closes: datetime) -> bool:
        """Whether any technicians at any places of their routes keep the window, by the referee's judgement."""
        known = set(self.built.ids.visits.values())
        if not known.issuperset(self.visits):
            return False
        window = self.rows.horizon.seconds(opens), self.rows.horizon.seconds(closes)
        built = self._within(window)
        if built is None:
            return False
        shifts = list(self.built.ids.shifts.values())
        return any(self._fits(built, wishes) for wishes in self._wishes(shifts))

    def left(self, opens: datetime, closes: datetime) -> int:
        """Seconds of the window that the visits' own times leave."""
        window = self.rows.horizon.seconds(opens), self.rows.horizon.seconds(closes)
        return max((high - low for low, high in self._common(window)), default=0)

    def _common(self, window: tuple[int, int]) -> list[tuple[int, int]]:
        spans = [window]
        for visit in self.built.problem.visits:
            if self.built.ids.visits[visit.id] in self.visits and visit.windows:
                spans = [(max(a, c), min(b, d)) for a, b in spans for c, d in visit.windows if max(a, c) <= min(b, d)]
        return spans

    def _within(self, window: tuple[int, int]) -> Built | None:
        spans = tuple(self._common(window))
        if not spans:
            return None
        visits = tuple(
            replace(visit, windows=spans) if self.built.ids.visits[visit.id] in self.visits else visit
            for visit in self.built.problem.visits
        )
        return replace(self.built, problem=replace(self.built.problem, visits=visits))

    def _wishes(self, shifts: Sequence[int]) -> Iterator[list[Wish]]:
        if len(self.visits) == 1:
            yield from ([Wish(self.visits[0], shift)] for shift in shifts)
            return
        one, other = self.visits
        for first, second in permutations(shifts, 2):
            stops = len(self.present[first].visit_ids) if first in self.present else 0
            for position in range(stops + 1):
                yield [Wish(one, first, position), Wish(other, second)]

    def _fits(self, built: Built, wishes: Sequence[Wish]) -> bool:
        try:
            drafts = place(built, self.rows.horizon, self.present, wishes)
        except RuleBroken:
            return False
        touched = {draft.shift_id: draft for draft in drafts}
        return not breaches(built, self.rows.horizon, self.present, touched)


def _rightly(
    book: BruteDay,
    span: tuple[datetime, datetime],
    code: Why,
    order: WorkOrder,
    offered: Offered,
    policy: SlotPolicy,
    desk: Desk,
) -> bool:
    """Whether policy withholds the window for that reason."""
    now = desk.clock.now()
    if code is Why.NOTICE:
        return span[0] < now + timedelta(minutes=policy.notice_minutes)
    if code is Why.NOT_SHOWN:
        return len(offered.offers) == policy.offers
    if code is Why.RESERVE:
        return order.priority is not Priority.EMERGENCY and _is_reserved(book, policy, now)
    if code in OWN_TIMES:
        return book.left(*span) < 2 * QUARTER
    return code is Why.PROBABILITY


def _is_reserved(book: BruteDay, policy: SlotPolicy, now: datetime) -> bool:
    horizon = book.rows.horizon
    if horizon.local_date <= horizon.local(now).date() + timedelta(days=1):
        return False
    shifts = [shift for technician in book.built.problem.technicians for shift in technician.shifts]
    room = sum(shift.end - shift.start for shift in shifts)
    routes = book.present.values()
    booked = sum((r.returns_at - r.departs_at).total_seconds() for r in routes if r.departs_at and r.returns_at)
    asked = [v for v in book.built.problem.visits if book.built.ids.visits[v.id] in book.visits]
    more = sum(visit.duration.default + visit.setup for visit in asked)
    return booked + more > room * (100 - policy.reserve_percent) / 100
