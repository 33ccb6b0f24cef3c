"""A company's next days, what can be asked of them, and slots put into the plan by the one act."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from db.models import (
    Appointment,
    AppointmentStatus,
    AppointmentVisit,
    LinkKind,
    Shift,
    Visit,
    VisitLink,
    VisitWindow,
    WorkOrder,
)
from db.session import UnitOfWork
from dispatch.appointments.offering import slots
from dispatch.appointments.offering.books import Books
from dispatch.appointments.offering.offers import Offered, Slot
from dispatch.clock import FixedClock
from dispatch.planning.change.act import Change, plan_change
from dispatch.planning.change.drafts import of_row
from dispatch.planning.change.retime import Wish, place
from dispatch.planning.day.build import build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from tests.builders.planning import DAY, Company
from tests.planning.common import ROADS, SYSTEM


@dataclass
class Desk:
    """A company whose days begin on `DAY`; every act is a transaction of its own."""

    uow: UnitOfWork
    clock: FixedClock
    company: Company
    books: Books = field(default_factory=Books)

    @contextmanager
    def on(self, day: int) -> Iterator[Company]:
        """The company, with `local` and `shift` meaning the day so many days ahead."""
        before, self.company.day = self.company.day, DAY + timedelta(days=day)
        yield self.company
        self.company.day = before

    def shifts(self, technicians: Sequence[Any], days: Sequence[int], start: int = 8, end: int = 17) -> list[Shift]:
        """A shift for each technician on each of these days ahead."""
        made = []
        for day in days:
            with self.on(day) as company:
                made += [company.shift(technician, start, end) for technician in technicians]
        return made

    def tie(self, kind: LinkKind, first: Visit, other: Visit, **gaps: int | None) -> None:
        """Ties two visits."""
        self.company.add(VisitLink(kind=kind, visit_id=first.id, other_id=other.id, **gaps))

    def offer(self, order: WorkOrder | int, **asked: Any) -> Offered:
        """What the work order is offered, in a session that only reads."""
        self.company.session.commit()
        key = order if isinstance(order, int) else order.id
        with self.uow(viewer=SYSTEM, read_only=True) as session:
            return slots.offer(session, SYSTEM, self.clock, ROADS, self.books, key, **asked)

    def hold(self, slot: Slot, **fields: Any) -> int:
        """Puts the slot into the plan as a hold: the appointment's id. Raises RuleBroken where it does not fit."""
        self.company.session.commit()
        return self.uow.run(lambda session: self.put(session, slot, **fields), viewer=SYSTEM)

    def put(self, session: Session, slot: Slot, **fields: Any) -> int:
        """As `hold`, in a transaction that is there already."""
        now = self.clock.now()
        given = {"status": AppointmentStatus.HELD, "held_until": now + timedelta(minutes=10), **fields}
        appointment = Appointment(
            work_order_id=slot.work_order_id, territory_id=slot.territory_id, opens_at=slot.opens_at,
            closes_at=slot.closes_at, local_date=slot.local_date, local_from=slot.local_from, local_by=slot.local_by,
            time_zone=slot.time_zone, uid=f"{slot.work_order_id}-{slot.opens_at.isoformat()}", probability=1, **given,
        )  # fmt: skip
        session.add(appointment)
        session.flush()
        for visit in slot.visit_ids:
            session.add(AppointmentVisit(appointment_id=appointment.id, visit_id=visit))
            session.add(
                VisitWindow(
                    visit_id=visit, opens_at=slot.opens_at, closes_at=slot.closes_at, appointment_id=appointment.id
                )
            )
        session.flush()
        shift = session.get_one(Shift, slot.shift_ids[0])
        self._put(session, slot, shift.local_date)
        return appointment.id

    def _put(self, session: Session, slot: Slot, local_date: date) -> None:
        rows = read_day(session, slot.territory_id, local_date, self.clock.now(), waiting=slot.visit_ids)
        day = lay_out(rows)
        built = build(day, Roads.between(day.places, ROADS))
        present = {shift: of_row(route) for shift, route in rows.routes.items()}
        at = slot.starts_at if len(slot.visit_ids) > 1 else None
        wishes = [Wish(visit, shift, starts_at=at) for visit, shift in zip(slot.visit_ids, slot.shift_ids, strict=True)]
        drafts = place(built, rows.horizon, present, wishes)
        change = Change(drafts, {draft.shift_id: rows.revisions.get(draft.shift_id, 0) for draft in drafts}, "hold")
        plan_change(session, SYSTEM, rows, built, change)
