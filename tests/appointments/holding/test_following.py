"""Appointments follow their work: done with the visit, ended with the order, carried along by a merge and back."""

import pytest
from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus, AuditEntry, Visit, VisitStatus, WorkOrder, WorkOrderStatus
from dispatch.appointments.holding import details, following
from dispatch.appointments.holding.confirming import Confirmed
from dispatch.errors import Invalid, RuleBroken
from tests.appointments.holding.desk import Desk, window
from tests.builders.planning import Company, at
from tests.planning.common import ROADS, sqlite_only

pytestmark = sqlite_only


def follow(desk: Desk) -> int:
    """What the worker does each minute."""
    desk.company.session.commit()
    return following.follow_due(desk.uow, desk.clock, ROADS)


def turn(desk: Desk, visit: Visit, status: VisitStatus) -> None:
    """The visit is so by now."""

    def work(session: Session) -> None:
        row = session.get_one(Visit, visit.id)
        row.status, row.incomplete_reason = status, "nobody at home"

    desk.act(work)


def call_off(desk: Desk, visit: Visit) -> None:
    """The visit's order is cancelled."""
    order_id = visit.work_order_id
    desk.act(lambda s: setattr(s.get_one(WorkOrder, order_id), "status", WorkOrderStatus.CANCELLED))


def test_done_with_the_visit(desk: Desk, company: Company) -> None:
    company.crew(1)
    visits = [company.visit(place) for place in (1, 2, 3)]
    rows = [desk.confirm(window(v, hour)) for v, hour in zip(visits, (9, 11, 13), strict=True)]
    assert follow(desk) == 0
    turn(desk, visits[0], VisitStatus.COMPLETED)
    turn(desk, visits[1], VisitStatus.INCOMPLETE)
    turn(desk, visits[2], VisitStatus.CANCELLED)
    assert follow(desk) == 3
    states = [desk.scene.row(Appointment, row.id).status.value for row in rows]
    assert states == ["done", "done", "cancelled"]
    assert [outcome for _, outcome in desk.promises()] == [None, None, "broken"]
    assert follow(desk) == 0
    assert desk.bound() == {}


def test_a_cancelled_order_has_no_appointments(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit, other = company.visit(1), company.visit(2)
    row, held = desk.confirm(window(visit)), desk.hold(window(other, 13))
    for each in (visit, other):
        call_off(desk, each)
    assert follow(desk) == 2
    assert desk.scene.row(Appointment, row.id).ended_why == "the work order was cancelled"
    assert desk.scene.row(Appointment, held.id).status is AppointmentStatus.RELEASED
    assert (desk.starts(), desk.bound()) == ({}, {})
    assert [outcome for _, outcome in desk.promises()] == ["released"]


def merge(desk: Desk, gone: Visit, holder: Visit) -> None:
    """The one order does the other's work."""

    def work(session: Session) -> None:
        order = session.get_one(WorkOrder, gone.work_order_id)
        order.status, order.merged_into_id = WorkOrderStatus.CANCELLED, holder.work_order_id

    desk.act(work)


def separate(desk: Desk, gone: Visit) -> None:
    """It does its own work again."""

    def work(session: Session) -> None:
        order = session.get_one(WorkOrder, gone.work_order_id)
        order.status, order.merged_into_id = WorkOrderStatus.READY, None
        session.get_one(Visit, gone.id).status = VisitStatus.UNSCHEDULED

    desk.act(work)


def test_a_merge_carries_the_appointment_along_and_back(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit, holder = company.visit(1), company.visit(2)
    row = desk.confirm(window(visit))
    merge(desk, visit, holder)
    assert follow(desk) == 1
    carried = desk.rows(Appointment)[-1]
    assert (carried.work_order_id, carried.status) == (holder.work_order_id, AppointmentStatus.CONFIRMED)
    assert (carried.supersedes_id, carried.opens_at) == (row.id, at(9))
    assert set(desk.starts()) == {holder.id}
    assert [outcome for _, outcome in desk.promises()] == [None, None]
    assert desk.promises()[1][0].supersedes_id == desk.promises()[0][0].id
    separate(desk, visit)
    assert follow(desk) == 1
    back = desk.rows(Appointment)[-1]
    assert (back.work_order_id, back.status, back.opens_at) == (visit.work_order_id, AppointmentStatus.CONFIRMED, at(9))
    assert set(desk.starts()) == {visit.id}
    assert desk.bound() == {visit.id: (at(9), at(11))}
    assert follow(desk) == 0


def test_a_merge_into_an_order_with_an_appointment_keeps_that_one(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit, holder = company.visit(1), company.visit(2)
    desk.confirm(window(visit))
    desk.confirm(window(holder, 13))
    merge(desk, visit, holder)
    assert follow(desk) == 1
    assert desk.bound() == {holder.id: (at(13), at(15))}
    assert [outcome for _, outcome in desk.promises()] == ["released", None]


def test_a_promise_that_the_merged_order_cannot_keep_is_broken(desk: Desk, company: Company) -> None:
    technician = company.technician(0, skills={"lift": 1})
    company.shift(technician)
    visit = company.visit(1)
    holder = company.visit(2, skills={"boiler": 1})
    desk.confirm(window(visit))
    merge(desk, visit, holder)
    assert follow(desk) == 1
    assert [outcome for _, outcome in desk.promises()] == ["broken"]
    assert desk.bound() == {}


def test_the_worker_looks_once_a_minute(desk: Desk, company: Company) -> None:
    company.crew(1)
    desk.hold(window(company.visit(1)))
    chore = following.EachMinute(desk.uow, desk.clock, ROADS)
    assert not chore()
    desk.later(seconds=59)
    assert not chore()
    desk.later(minutes=10)
    assert chore()
    assert desk.starts() == {}


def test_details_are_kept_and_not_told(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1)
    guest = desk.guest(company.session.get_one(WorkOrder, visit.work_order_id))
    row = desk.confirm(window(visit), guest)
    desk.act(lambda s: details.edit(s, guest, row.id, attending=" Ana ", access_notes="code 4711"))
    kept = desk.scene.row(Appointment, row.id)
    assert (kept.attending, kept.access_notes) == ("Ana", "code 4711")
    trail = str([(entry.action, entry.changes) for entry in desk.rows(AuditEntry)])
    assert "4711" not in trail
    assert "Ana" not in trail
    with pytest.raises(Invalid, match="attending has 201 characters, at most 200"):
        desk.act(lambda s: details.edit(s, guest, row.id, attending="x" * 201))
    desk.act(lambda s: details.edit(s, guest, row.id, attending=""))
    assert desk.scene.row(Appointment, row.id).attending is None
    moved = desk.change(row, window(visit, 13), guest)
    assert isinstance(moved, Confirmed)
    assert moved.appointment.access_notes == "code 4711"
    desk.cancel(moved.appointment, guest)
    with pytest.raises(RuleBroken, match="nothing can be added to it any more"):
        desk.act(lambda s: details.edit(s, guest, moved.appointment.id, attending="Eva"))
