"""Holds take up room, replace each other, are limited, and end by themselves."""

from datetime import time, timedelta

import pytest

from db.models import Appointment, AppointmentStatus, Contact, Role, SlotPolicy, VisitStatus, WorkOrder, WorkOrderStatus
from dispatch.access import Viewer
from dispatch.appointments.holding import holding
from dispatch.appointments.holding.errors import NoRoom, TooMany
from dispatch.appointments.holding.wanted import SlotWanted
from dispatch.errors import Forbidden, Invalid, NotFound, RuleBroken
from tests.appointments.holding.desk import Desk, window
from tests.builders.planning import Company, at
from tests.planning.common import ROADS, sqlite_only

pytestmark = sqlite_only


def test_a_hold_takes_up_room_and_ends_by_itself(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit, other = company.visit(1, minutes=90), company.visit(2, minutes=90)
    row = desk.hold(window(visit, 9, 10))
    assert row.status is AppointmentStatus.HELD
    assert row.held_until == desk.clock.now() + timedelta(minutes=10)
    assert (row.local_date, row.local_from, row.local_by) == (company.day, time(9), time(10))
    assert at(9) <= desk.starts()[visit.id] <= at(10)
    assert desk.bound() == {visit.id: (at(9), at(10))}
    assert desk.scene.visit(visit).status is VisitStatus.SCHEDULED
    with pytest.raises(NoRoom, match="Nobody can come within that time"):
        desk.hold(window(other, 9, 10))
    desk.later(minutes=11)
    assert desk.lapse() == 1
    assert desk.lapse() == 0
    assert (desk.starts(), desk.bound()) == ({}, {})
    assert desk.scene.order_of(visit).status is WorkOrderStatus.READY
    desk.hold(window(other, 9, 10))
    assert desk.topics() == ["appointment.held", "appointment.lapsed", "appointment.held"]


def test_what_is_held_moves_within_its_window_for_others(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit, other = company.visit(1, minutes=110), company.visit(2, minutes=110)
    desk.hold(window(visit, 9, 11))
    desk.hold(window(other, 9, 10))
    assert desk.starts()[visit.id] > desk.starts()[other.id]
    assert desk.scene.violations() == []


def test_an_expired_hold_blocks_nobody_even_if_no_worker_runs(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit, other = company.visit(1, minutes=90), company.visit(2, minutes=90)
    row = desk.hold(window(visit, 9, 10))
    desk.later(minutes=11)
    desk.hold(window(other, 9, 10))
    assert set(desk.starts()) == {other.id}
    assert desk.scene.row(Appointment, row.id).status is AppointmentStatus.LAPSED


def test_another_window_takes_the_place_of_the_first_if_it_can_be_had(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit, other = company.visit(1, minutes=90), company.visit(2, minutes=90)
    first = desk.hold(window(visit, 9, 10))
    desk.hold(window(other, 13, 14))
    with pytest.raises(NoRoom):
        desk.hold(window(visit, 13, 14))
    assert desk.scene.row(Appointment, first.id).status is AppointmentStatus.HELD
    second = desk.hold(window(visit, 10, 11))
    assert desk.scene.row(Appointment, first.id).status is AppointmentStatus.RELEASED
    assert desk.bound()[visit.id] == (at(10), at(11))
    assert desk.release(second).status is AppointmentStatus.RELEASED
    assert desk.release(second).status is AppointmentStatus.RELEASED
    assert set(desk.starts()) == {other.id}


def test_limits_name_themselves_and_the_remedy(desk: Desk, company: Company) -> None:
    company.crew(3)
    site = company.site(1)
    orders = [company.order(site) for _ in range(3)]
    visits = [company.visit(order=order) for order in orders]
    rows = [desk.hold(window(visit)) for visit in visits[:2]]
    with pytest.raises(TooMany, match=r"2 times are held for this address already, and at most 2 .*holds_per_site"):
        desk.hold(window(visits[2]))
    desk.hold(window(visits[0], 13))
    desk.confirm(rows[1].id)
    desk.hold(window(visits[2]))

    contact = company.add(Contact(name="Ana", function="owner", organisation_id=company.owner.id))
    company.add(SlotPolicy(holds_per_customer=1, holds_per_site=9))
    elsewhere = [company.visit(place) for place in (4, 5)]
    guests = [desk.guest(company.session.get_one(WorkOrder, v.work_order_id), contact_id=contact.id) for v in elsewhere]
    desk.hold(window(elsewhere[0]), guests[0])
    with pytest.raises(TooMany, match=r"held by you already.*holds_per_customer"):
        desk.hold(window(elsewhere[1]), guests[1])
    desk.later(minutes=11)
    desk.hold(window(elsewhere[1]), guests[1])


def test_windows_that_policy_does_not_allow(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1)
    guest = desk.guest(company.session.get_one(WorkOrder, visit.work_order_id))
    with pytest.raises(RuleBroken, match="300 minutes wide, and at most 240"):
        desk.hold(window(visit, 9, 14))
    with pytest.raises(Invalid, match="is before opens_at"):
        desk.hold(window(visit, 11, 9))
    with pytest.raises(RuleBroken, match="at least 60 minutes wide"):
        desk.hold(SlotWanted(visit.work_order_id, at(9), at(9, 30)), guest)
    desk.clock.instant = at(8, 30)
    with pytest.raises(NoRoom, match="too soon: we need 60 minutes"):
        desk.hold(window(visit, 9), guest)
    desk.hold(window(visit, 9))
    desk.clock.instant = at(12)
    with pytest.raises(NoRoom, match="That time is over"):
        desk.hold(window(company.visit(2), 9))


def test_nothing_starts_in_the_past_of_an_open_window(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1)
    desk.clock.instant = at(10, 20)
    desk.hold(window(visit, 9, 11))
    assert desk.starts()[visit.id] >= at(10, 20)


def test_orders_that_cannot_have_an_appointment_say_why(desk: Desk, company: Company) -> None:
    company.crew(1)
    for status, why in [
        (WorkOrderStatus.DRAFT, "is a draft; make it ready first"),
        (WorkOrderStatus.WAITING_FOR_PARTS, "waits for parts; make it ready once the date is known"),
        (WorkOrderStatus.CANCELLED, "is cancelled"),
    ]:
        visit = company.visit(order=company.order(status=status))
        with pytest.raises(RuleBroken, match=why):
            desk.hold(window(visit))
    empty = company.order()
    with pytest.raises(RuleBroken, match="has no visit that a time could be chosen for"):
        desk.hold(SlotWanted(empty.id, at(9), at(11)))
    far = company.visit(order=company.order(company.site(None)))
    with pytest.raises(RuleBroken, match="give the site a place on the map"):
        desk.hold(window(far))


def test_who_waits_for_the_customer_has_the_answer(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(order=company.order(status=WorkOrderStatus.WAITING_FOR_CUSTOMER))
    row = desk.hold(window(visit))
    assert desk.scene.order_of(visit).status is WorkOrderStatus.PLANNED
    desk.release(row)
    assert desk.scene.order_of(visit).status is WorkOrderStatus.READY


def test_guests_reach_their_own_order_alone(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit, other = company.visit(1), company.visit(2)
    order = company.session.get_one(WorkOrder, visit.work_order_id)
    guest = desk.guest(order)
    theirs = desk.hold(window(other, 14))
    with pytest.raises(NotFound, match="no work order"):
        desk.hold(window(other), guest)
    for act in (desk.release, desk.cancel):
        with pytest.raises(NotFound, match="no appointment"):
            act(theirs, guest)
    with pytest.raises(NotFound):
        desk.confirm(theirs.id, guest)
    with pytest.raises(Forbidden, match="only shows the appointment"):
        desk.hold(window(visit), desk.guest(order, may_decide=False))
    owner = {"function": "owner", "organisation_id": company.owner.id}
    contacts = [company.add(Contact(name=name, **owner)) for name in ("Ana", "Eva")]
    order.decider_id = contacts[0].id
    with pytest.raises(Forbidden, match="Another contact"):
        desk.hold(window(visit), desk.guest(order, contact_id=contacts[1].id))
    row = desk.hold(window(visit), desk.guest(order, contact_id=contacts[0].id))
    assert (row.held_by_id, row.entered_by_id) != (None, None)


def test_roles_and_territories(desk: Desk, company: Company) -> None:
    company.crew(1)
    visit = company.visit(1)
    stranger = Viewer("Eve", Role.SCHEDULER, 1, territory_ids=frozenset({company.territory.id + 1}))
    technician = Viewer("Tom", Role.TECHNICIAN, 1, technician_id=1, territory_ids=frozenset({company.territory.id}))
    company.session.commit()
    for viewer, error in ((stranger, NotFound), (technician, Forbidden)):
        with desk.uow(viewer=viewer) as session, pytest.raises(error):
            holding.hold(session, viewer, desk.clock, ROADS, window(visit))
