"""What tests of holds do again and again; every act is a transaction of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    Appointment,
    AppointmentVisit,
    CustomerLink,
    LinkPurpose,
    OutboxMessage,
    Promise,
    PromiseEvent,
    Stop,
    Visit,
    VisitWindow,
    WorkOrder,
)
from db.session import UnitOfWork
from dispatch.appointments.holding import cancelling, changing, confirming, holding, lapsing
from dispatch.appointments.holding.confirming import Answer, Confirmed
from dispatch.appointments.holding.wanted import Actor, SlotWanted
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.offering.books import Books
from dispatch.clock import FixedClock
from tests.builders.planning import Company, at
from tests.planning.common import ROADS, SYSTEM
from tests.planning.scene import Scene

Result = TypeVar("Result")


@dataclass
class Desk:
    """A company's appointments."""

    uow: UnitOfWork
    clock: FixedClock
    company: Company
    books: Books = field(init=False)
    scene: Scene = field(init=False)

    def __post_init__(self) -> None:
        self.books, self.scene = Books(self.uow), Scene(self.uow, self.clock, self.company)

    def act(self, work: Callable[[Session], Result]) -> Result:
        """Does the work and commits."""
        self.company.session.commit()
        return self.uow.run(work, viewer=SYSTEM)

    def hold(self, wanted: SlotWanted, actor: Actor = SYSTEM) -> Appointment:
        """Holds a window."""
        return self.act(lambda s: holding.hold(s, actor, self.clock, ROADS, wanted))

    def release(self, row: Appointment, actor: Actor = SYSTEM) -> Appointment:
        """Gives a hold up."""
        return self.act(lambda s: holding.release(s, actor, self.clock, ROADS, row.id))

    def answer(self, what: int | SlotWanted, actor: Actor = SYSTEM) -> Answer:
        """Confirms a hold, or a window straight away."""
        return self.act(lambda s: confirming.confirm(s, actor, self.clock, ROADS, self.books, what))

    def confirm(self, what: int | SlotWanted, actor: Actor = SYSTEM) -> Appointment:
        """As `answer`, which must not be that it is taken."""
        answer = self.answer(what, actor)
        assert isinstance(answer, Confirmed), answer
        return answer.appointment

    def change(self, row: Appointment, wanted: SlotWanted, actor: Actor = SYSTEM) -> Answer:
        """Moves an appointment."""
        return self.act(lambda s: changing.change(s, actor, self.clock, ROADS, self.books, row.id, wanted))

    def cancel(self, row: Appointment, actor: Actor = SYSTEM, *, by_customer: bool = True) -> Appointment:
        """Calls an appointment off."""
        why = "nobody at home"
        return self.act(lambda s: cancelling.cancel(s, actor, self.clock, ROADS, row.id, why, by_customer=by_customer))

    def lapse(self) -> int:
        """Ends the holds that have run out."""
        self.company.session.commit()
        return lapsing.lapse_due(self.uow, self.clock, ROADS)

    def later(self, **span: int) -> None:
        """Lets time pass."""
        self.clock.instant += timedelta(**span)

    def guest(self, order: WorkOrder, *, may_decide: bool = True, contact_id: int | None = None) -> Guest:
        """A customer with a link to the order."""
        link = CustomerLink(
            purpose=LinkPurpose.APPOINTMENT,
            token_sha256=f"{self.company.numbers.setdefault('link', 0):064d}",
            work_order_id=order.id,
            contact_id=contact_id,
            may_decide=may_decide,
            made_at=self.clock.now(),
            expires_at=self.clock.now() + timedelta(days=30),
        )
        self.company.numbers["link"] += 1
        self.company.add(link)
        self.company.session.commit()
        return Guest(link.id, order.id, contact_id, None, may_decide, "en")

    def starts(self) -> dict[int, datetime]:
        """{visit id: when its service starts} of all stops there are."""
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            rows = session.execute(select(Stop.visit_id, Stop.starts_at).where(Stop.visit_id.is_not(None)))
            return {visit: start for visit, start in rows if visit is not None}

    def rows(self, entity: type[Result]) -> list[Result]:
        """All rows of a kind, by id."""
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            return list(session.query(entity).order_by(entity.id))  # type: ignore[attr-defined]  # all have one

    def topics(self) -> list[str]:
        """What the outbox tells of appointments, in order."""
        return [row.topic for row in self.rows(OutboxMessage) if row.topic.startswith("appointment.")]

    def promises(self) -> list[tuple[Promise, str | None]]:
        """Every promise with what became of it."""
        ends = {end.promise_id: end.outcome.value for end in self.rows(PromiseEvent)}
        return [(row, ends.get(row.id)) for row in self.rows(Promise)]

    def bound(self) -> dict[int, tuple[datetime, datetime]]:
        """{visit id: the window of its appointment}; the active visits of appointments are the same."""
        windows = {w.visit_id: (w.opens_at, w.closes_at) for w in self.rows(VisitWindow) if w.appointment_id}
        active = {row.visit_id for row in self.rows(AppointmentVisit) if row.active}
        assert active == set(windows)
        return windows


def window(visit: Visit, first: int = 9, last: int | None = None) -> SlotWanted:
    """A window of two hours for the visit's work order."""
    return SlotWanted(visit.work_order_id, at(first), at(first + 2 if last is None else last))
