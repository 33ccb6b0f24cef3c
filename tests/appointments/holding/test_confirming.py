"""Confirming, changing and cancelling: atomic, once, and told of."""

import pytest

from db.models import (
    Appointment,
    AppointmentStatus,
    LinkKind,
    PromiseKind,
    Visit,
    VisitLink,
    VisitStatus,
    WorkOrder,
    WorkOrderStatus,
)
from dispatch.appointments.holding import changing, confirming
from dispatch.appointments.holding.confirming import Confirmed, Taken
from dispatch.appointments.holding.wanted import SlotWanted
from dispatch.errors import Forbidden, RuleBroken, StaleVersion
from tests.appointments.holding.desk import Desk, window
from tests.builders.planning import Company, at
from tests.planning.common import ROADS, SYSTEM, sqlite_only


def test_a_hold_becomes_an_appointment_once(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1)
    held = desk.hold(window(visit))
    row = desk.confirm(held.id)
    assert (row.id, row.status, row.sequence) == (held.id, AppointmentStatus.CONFIRMED, 0)
    desk.later(minutes=30)
    assert desk.lapse() == 0
    again = desk.confirm(held.id)
    assert (again.id, again.version) == (row.id, row.version)
    assert desk.confirm(window(visit)).id == row.id
    ((promise, outcome),) = desk.promises()
    assert (promise.kind, promise.from_at, promise.by_at, outcome) == (PromiseKind.WINDOW, at(9), at(11), None)
    assert (promise.appointment_id, promise.visit_id) == (row.id, visit.id)
    assert desk.topics() == ["appointment.held", "appointment.confirmed"]
    with pytest.raises(RuleBroken, match="There is an appointment already, on 2026-03-03 09:00 to 11:00"):
        desk.hold(window(visit, 13))
    with pytest.raises(RuleBroken, match="only a hold is released: cancel it"):
        desk.release(row)


def test_who_comes_late_gets_offers_and_changes_nothing(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit, other = company.visit(1, minutes=90), company.visit(2, minutes=90)
    held = desk.hold(window(visit, 9, 10))
    desk.later(minutes=11)
    desk.confirm(window(other, 9, 10))
    answer = desk.answer(held.id)
    assert isinstance(answer, Taken)
    assert "Nobody can come within that time any more" in answer.message
    assert answer.offered.offers
    assert all(offer.work_order_id == visit.work_order_id for offer in answer.offered.offers)
    assert set(desk.starts()) == {other.id}
    fresh = desk.confirm(SlotWanted.of(answer.offered.offers[0]))
    assert fresh.status is AppointmentStatus.CONFIRMED


@sqlite_only
def test_a_lapsed_hold_is_confirmed_while_its_time_is_free(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1)
    held = desk.hold(window(visit))
    desk.later(minutes=11)
    assert desk.confirm(held.id).id == held.id
    second = company.visit(2)
    lapsed = desk.hold(window(second, 13))
    desk.later(minutes=11)
    desk.lapse()
    row = desk.confirm(lapsed.id)
    assert row.id != lapsed.id
    assert desk.confirm(lapsed.id).id == row.id
    assert desk.bound() == {visit.id: (at(9), at(11)), second.id: (at(13), at(15))}


@sqlite_only
def test_a_hold_whose_stop_was_taken_away_is_placed_anew(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1)
    held = desk.hold(window(visit))
    desk.scene.move(visit, None)
    row = desk.confirm(held.id)
    assert row.status is AppointmentStatus.CONFIRMED
    assert at(9) <= desk.starts()[visit.id] <= at(11)


def test_changing_keeps_the_old_one_until_the_new_one_holds(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit, other = company.visit(1, minutes=90), company.visit(2, minutes=90)
    row = desk.confirm(window(visit, 9, 10))
    desk.confirm(window(other, 13, 14))
    answer = desk.change(row, window(visit, 13, 14))
    assert isinstance(answer, Taken)
    assert desk.bound()[visit.id] == (at(9), at(10))
    assert desk.scene.row(Appointment, row.id).status is AppointmentStatus.CONFIRMED
    assert at(9) <= desk.starts()[visit.id] <= at(10)

    moved = desk.change(row, window(visit, 15, 16))
    assert isinstance(moved, Confirmed)
    new, old = moved.appointment, desk.scene.row(Appointment, row.id)
    assert (old.status, new.status) == (AppointmentStatus.SUPERSEDED, AppointmentStatus.CONFIRMED)
    assert (new.uid, new.sequence, new.supersedes_id) == (row.uid, 1, row.id)
    assert at(15) <= desk.starts()[visit.id] <= at(16)
    again = desk.change(row, window(visit, 15, 16))
    assert isinstance(again, Confirmed)
    assert again.appointment.id == new.id
    promises = [(p.appointment_id, p.supersedes_id) for p, _ in desk.promises() if p.work_order_id == row.work_order_id]
    first = desk.promises()[0][0]
    assert promises == [(row.id, None), (new.id, first.id)]
    assert desk.topics()[-1] == "appointment.changed"
    assert desk.scene.violations() == []


@sqlite_only
def test_changing_to_another_day_of_a_published_plan(desk: Desk, company: Company) -> None:
    (shift,) = company.crew(1)
    technician = company.session.get_one(type(shift), shift.id).technician_id
    company.add(
        type(shift)(
            technician_id=technician,
            local_date=company.day.replace(day=4),
            starts_at=at(8, day=company.day.replace(day=4)),
            ends_at=at(17, day=company.day.replace(day=4)),
        )
    )
    visit = company.visit(1)
    row = desk.confirm(window(visit))
    desk.scene.publish()
    assert desk.scene.visit(visit).status is VisitStatus.DISPATCHED
    other_day = at(9, day=company.day.replace(day=4))
    moved = desk.change(row, SlotWanted(visit.work_order_id, other_day, other_day.replace(hour=14)))
    assert isinstance(moved, Confirmed)
    assert other_day <= desk.starts()[visit.id]
    assert desk.scene.visit(visit).status is VisitStatus.SCHEDULED


def test_cancelling_frees_the_time(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit, other = company.visit(1), company.visit(2)
    row = desk.confirm(window(visit))
    ours = desk.confirm(window(other, 13))
    over = desk.cancel(row)
    assert (over.status, over.ended_why, over.sequence) == (AppointmentStatus.CANCELLED, "nobody at home", 1)
    assert desk.cancel(row).version == over.version
    desk.cancel(ours, by_customer=False)
    assert (desk.starts(), desk.bound()) == ({}, {})
    assert desk.scene.visit(visit).status is VisitStatus.UNSCHEDULED
    assert desk.scene.order_of(visit).status is WorkOrderStatus.READY
    assert [outcome for _, outcome in desk.promises()] == ["released", "broken"]
    with pytest.raises(RuleBroken, match="is cancelled"):
        desk.answer(row.id)
    held = desk.hold(window(visit))
    assert desk.cancel(held).status is AppointmentStatus.RELEASED


@sqlite_only
def test_whoever_is_on_the_way_is_not_called_back(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1)
    row = desk.confirm(window(visit))
    desk.scene.publish()
    desk.act(lambda s: setattr(s.get_one(Visit, visit.id), "status", VisitStatus.TRAVELLING))
    with pytest.raises(RuleBroken, match="cannot be cancelled any more: the visit is on the way"):
        desk.cancel(row)
    with pytest.raises(RuleBroken, match="cannot be changed any more"):
        desk.change(row, window(visit, 13))


@sqlite_only
def test_acts_against_another_version_are_refused(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1)
    row = desk.confirm(window(visit))
    wanted = window(visit, 13)
    old = row.version - 1
    with pytest.raises(StaleVersion, match=f"is at version {row.version}, not {row.version - 1}"):
        desk.act(lambda s: changing.change(s, SYSTEM, desk.clock, ROADS, desk.books, row.id, wanted, version=old))
    # A confirmation that comes again is no edit: it says the same whatever was seen.
    desk.act(lambda s: confirming.confirm(s, SYSTEM, desk.clock, ROADS, desk.books, row.id, version=1))


def test_two_who_start_together(desk: Desk, company: Company) -> None:
    company.crew(3)
    order = company.order(company.site(2))
    pair = [company.visit(order=order, sequence=number) for number in (1, 2)]
    company.add(VisitLink(kind=LinkKind.SAME_START, visit_id=pair[0].id, other_id=pair[1].id))
    later = company.visit(order=order, sequence=3)
    company.add(VisitLink(kind=LinkKind.PRECEDES, visit_id=pair[1].id, other_id=later.id, min_gap_seconds=7200))
    row = desk.confirm(window(pair[0]))
    starts = desk.starts()
    assert starts[pair[0].id] == starts[pair[1].id]
    assert len(desk.scene.routes()) == 2
    # The order's next group is the one that comes after.
    with pytest.raises(RuleBroken, match="must be after the one that has its appointment on 2026-03-03 09:00 to 11:00"):
        desk.answer(window(pair[0], 8, 9))
    desk.confirm(window(pair[0], 12, 14))
    assert set(desk.bound()) == {pair[0].id, pair[1].id, later.id}
    assert desk.scene.violations() == []
    moved = desk.change(row, SlotWanted(order.id, at(8, 30), at(9)))
    assert isinstance(moved, Confirmed)
    starts = desk.starts()
    assert starts[pair[0].id] == starts[pair[1].id] <= at(9)
    # What must come after cannot stay alone.
    desk.cancel(moved.appointment)
    assert (desk.starts(), desk.bound()) == ({}, {})
    assert [row.ended_why for row in desk.rows(Appointment)][1:] == [
        "the visit before it has no time any more",
        "nobody at home",
    ]


@sqlite_only
def test_what_comes_after_is_confirmed_after_and_lapses_along(desk: Desk, company: Company) -> None:
    company.crew(1)
    order = company.order(company.site(2))
    first, then = (company.visit(order=order, sequence=number) for number in (1, 2))
    company.add(VisitLink(kind=LinkKind.PRECEDES, visit_id=first.id, other_id=then.id))
    early = desk.hold(window(first, 9))
    desk.later(minutes=5)
    late = desk.hold(SlotWanted(order.id, at(13), at(15), (then.id,)))
    with pytest.raises(RuleBroken, match=f"confirm appointment {early.id} first"):
        desk.answer(late.id)
    desk.later(minutes=6)
    assert desk.lapse() == 1
    assert (desk.starts(), desk.bound()) == ({}, {})
    assert {row.status for row in desk.rows(Appointment)} == {AppointmentStatus.LAPSED}


@sqlite_only
def test_guests_do_the_same(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1)
    guest = desk.guest(company.session.get_one(WorkOrder, visit.work_order_id))
    held = desk.hold(window(visit), guest)
    row = desk.confirm(held.id, guest)
    moved = desk.change(row, window(visit, 13), guest)
    assert isinstance(moved, Confirmed)
    over = desk.cancel(moved.appointment, guest, by_customer=False)
    assert over.status is AppointmentStatus.CANCELLED
    assert [outcome for _, outcome in desk.promises()] == [None, "released"]
    with pytest.raises(Forbidden):
        desk.hold(window(visit), desk.guest(company.session.get_one(WorkOrder, visit.work_order_id), may_decide=False))
