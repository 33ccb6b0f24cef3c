"""Applying proposals: what fits is taken, what changed meanwhile is replayed, nothing is doubled or lost."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.models import (
    Absence,
    AbsenceKind,
    AuditEntry,
    Shift,
    Site,
    TechnicianSkill,
    Visit,
    VisitStatus,
    WorkOrder,
    WorkOrderStatus,
)
from dispatch.errors import Conflict
from dispatch.planning import plans, proposals
from tests.builders.planning import DAY, Company, at, quick_solve
from tests.planning.common import SYSTEM
from tests.planning.scene import Scene

Plan = Callable[..., int]


def test_a_proposal_becomes_the_plan(scene: Scene, company: Company, plan_day: Plan) -> None:
    company.crew(2)
    visits = [company.visit(place) for place in range(4)]
    run = plan_day()
    assert scene.routes() == {}
    applied = scene.apply(run)
    assert applied.kept == ()
    assert sorted(v for route in scene.routes().values() for v in route) == [visit.id for visit in visits]
    assert scene.violations() == []
    for visit in visits:
        now = scene.visit(visit)
        assert now.status is VisitStatus.SCHEDULED
        assert now.technician_id is not None
        assert scene.order_of(visit).status is WorkOrderStatus.PLANNED


def test_a_proposal_is_applied_once(scene: Scene, company: Company, plan_day: Plan) -> None:
    company.crew(1)
    company.visit()
    run = plan_day()
    scene.apply(run)
    with pytest.raises(Conflict, match=r"was applied at \d{4}-\d\d-\d\d \d\d:\d\d UTC already"):
        scene.apply(run)


def test_the_audit_trail_knows(scene: Scene, company: Company, plan_day: Plan) -> None:
    company.crew(1)
    company.visit()
    scene.apply(plan_day())
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.entity) for entry in entries] == [
        ("request", "planning_run"),
        ("apply", "plan"),
        ("applied", "proposal"),
    ]


def test_planning_again_drops_what_is_not_to_be_done_any_more(scene: Scene, company: Company, plan_day: Plan) -> None:
    company.crew(1)
    stays, goes, held = company.visit(1), company.visit(2), company.visit(3)
    scene.apply(plan_day())
    company.session.get_one(Visit, goes.id, populate_existing=True).status = VisitStatus.CANCELLED
    order = company.session.get_one(WorkOrder, held.work_order_id, populate_existing=True)
    order.status = WorkOrderStatus.WAITING_FOR_PARTS
    scene.apply(plan_day())
    assert list(scene.routes().values()) == [[stays.id]]
    assert scene.visit(goes).status is VisitStatus.CANCELLED
    assert scene.visit(held).status is VisitStatus.UNSCHEDULED
    assert scene.order_of(held).status is WorkOrderStatus.WAITING_FOR_PARTS


def test_a_work_order_is_ready_again_when_its_visit_leaves_the_plan(
    scene: Scene, company: Company, plan_day: Plan
) -> None:
    company.crew(1)
    visit = company.visit()
    scene.apply(plan_day())
    scene.move(visit, None)
    assert scene.visit(visit).status is VisitStatus.UNSCHEDULED
    assert scene.visit(visit).technician_id is None
    assert scene.order_of(visit).status is WorkOrderStatus.READY


# What may happen to one of two technicians' days while a run is going on.


def absence(company: Company, shift: Shift, visit: Visit) -> None:
    company.add(Absence(technician_id=shift.technician_id, kind=AbsenceKind.SICKNESS, starts_at=at(6), ends_at=at(20)))


def shorter_shift(company: Company, shift: Shift, visit: Visit) -> None:
    shift.ends_at = at(8, 30)


def deleted_shift(company: Company, shift: Shift, visit: Visit) -> None:
    company.session.delete(shift)


def cancelled_visit(company: Company, shift: Shift, visit: Visit) -> None:
    visit.status = VisitStatus.CANCELLED


def held_work_order(company: Company, shift: Shift, visit: Visit) -> None:
    company.session.get_one(WorkOrder, visit.work_order_id).status = WorkOrderStatus.WAITING_FOR_CUSTOMER


def longer_visit(company: Company, shift: Shift, visit: Visit) -> None:
    visit.duration_seconds += 600


def lost_skill(company: Company, shift: Shift, visit: Visit) -> None:
    company.session.query(TechnicianSkill).filter_by(technician_id=shift.technician_id).delete()


def moved_site(company: Company, shift: Shift, visit: Visit) -> None:
    order = company.session.get_one(WorkOrder, visit.work_order_id)
    company.session.get_one(Site, order.site_id).longitude = -71.1


def another_day(company: Company, shift: Shift, visit: Visit) -> None:
    visit.earliest_at = at(8) + timedelta(days=1)


@pytest.mark.parametrize(
    "happens",
    [
        absence,
        shorter_shift,
        deleted_shift,
        cancelled_visit,
        held_work_order,
        longer_visit,
        lost_skill,
        moved_site,
        another_day,
    ],
)
def test_a_shift_that_no_longer_fits_keeps_its_route_and_the_other_is_taken(
    scene: Scene, company: Company, plan_day: Plan, happens: Callable[[Company, Shift, Visit], None]
) -> None:
    one, two = company.technician(0, skills={"a": 1}), company.technician(1, skills={"b": 1})
    first, second = company.shift(one), company.shift(two)
    hit, other = company.visit(2, skills={"a": 1}), company.visit(3, skills={"b": 1})
    run = plan_day()
    happens(company, first, hit)
    applied = scene.apply(run)
    assert [kept.shift_id for kept in applied.kept] == [first.id]
    assert applied.kept[0].reason
    assert applied.changed == (second.id,)
    assert scene.routes() == {second.id: [other.id]}
    assert scene.violations() == []
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        view = plans.preview(session, SYSTEM, applied.proposal_id)
    assert [kept.reason for kept in view.kept] == [kept.reason for kept in applied.kept]


def test_a_route_changed_by_hand_while_the_run_went_on_is_kept(scene: Scene, company: Company, plan_day: Plan) -> None:
    one, two = company.technician(0, skills={"a": 1}), company.technician(1, skills={"b": 1})
    first, second = company.shift(one), company.shift(two)
    mine, theirs = company.visit(2, skills={"a": 1}), company.visit(3, skills={"b": 1})
    late = company.visit(4, skills={"a": 1})
    run = plan_day()
    scene.move(late, first.id)
    applied = scene.apply(run)
    assert [(kept.shift_id, kept.reason) for kept in applied.kept] == [
        (first.id, "its route was changed while the run was going on")
    ]
    assert scene.routes() == {first.id: [late.id], second.id: [theirs.id]}
    assert scene.visit(mine).status is VisitStatus.UNSCHEDULED


def test_nothing_is_doubled_or_lost_when_visits_change_places(scene: Scene, company: Company, plan_day: Plan) -> None:
    first, second = company.crew(2)
    a, b = company.visit(0), company.visit(1)
    scene.move(a, second.id)
    scene.move(b, first.id)
    run = plan_day()  # wants to swap them
    scene.move(b, first.id, pin=True)  # somebody looks after b meanwhile, so its route has another revision
    applied = scene.apply(run)
    assert {kept.shift_id for kept in applied.kept} == {first.id, second.id}
    assert scene.routes() == {first.id: [b.id], second.id: [a.id]}


def test_a_visit_that_set_out_meanwhile_stays(scene: Scene, company: Company, plan_day: Plan) -> None:
    first, _ = company.crew(2)
    visit = company.visit(1)
    scene.move(visit, first.id)
    run = plan_day()  # wants to give it to the second technician, who lives there
    company.session.get_one(Visit, visit.id, populate_existing=True).status = VisitStatus.TRAVELLING
    applied = scene.apply(run)
    assert first.id in [kept.shift_id for kept in applied.kept]
    assert scene.routes() == {first.id: [visit.id]}


def test_a_visit_planned_on_another_day_meanwhile_is_not_doubled(
    scene: Scene, company: Company, plan_day: Plan
) -> None:
    (shift,) = company.crew(1)
    technician = shift.technician_id
    visit = company.visit()
    run = plan_day()
    company.day = DAY + timedelta(days=1)
    tomorrow = company.add(
        Shift(technician_id=technician, local_date=company.day, starts_at=company.local(8), ends_at=company.local(17))
    )
    scene.move(visit, tomorrow.id)
    company.day = DAY
    applied = scene.apply(run)
    assert [kept.shift_id for kept in applied.kept] == [shift.id]
    assert scene.routes() == {tomorrow.id: [visit.id]}


def test_two_who_apply_at_once(scene: Scene, company: Company, plan_day: Plan) -> None:
    company.crew(2)
    for place in range(4):
        company.visit(place)
    ids = [scene.proposal(plan_day()), scene.proposal(plan_day())]
    barrier = threading.Barrier(2)
    changed: list[int] = []
    refused: list[str] = []

    def apply(proposal: int) -> None:
        barrier.wait()
        try:
            applied = scene.uow.run(lambda s: proposals.apply(s, SYSTEM, scene.clock, proposal), viewer=SYSTEM)
            changed.append(len(applied.changed))
        except Conflict as error:
            refused.append(error.message)

    threads = [threading.Thread(target=apply, args=(proposal,)) for proposal in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # One changes both routes. The other finds them changed: it keeps what is there, or is told of a conflict.
    assert sorted(changed)[-1] == 2
    assert len(changed) + len(refused) == 2
    assert sum(changed) == 2
    assert sorted(v for route in scene.routes().values() for v in route) == sorted(
        {v for route in scene.routes().values() for v in route}
    )
    assert scene.violations() == []


def test_a_proposal_shows_what_it_would_change(scene: Scene, company: Company, plan_day: Plan) -> None:
    first, _ = company.crew(2)
    moved, added = company.visit(1), company.visit(0)
    scene.move(moved, first.id)
    unplaced = company.visit(None)
    run = plan_day(quick_solve)
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        view = plans.preview(session, SYSTEM, scene.proposal(run))
    assert [change.visit.id for change in view.comparison.added] == [added.id]
    (change,) = view.comparison.moved
    assert (change.visit.id, change.was_with, change.will_be_with) == (moved.id, "T01", "T02")
    assert view.comparison.removed == ()
    assert view.comparison.cost_after == view.cost["total"] - view.cost["unserved"] > view.comparison.cost_before > 0
    assert [(left.visit.id, left.reasons[0].code) for left in view.left_out] == [(unplaced.id, "site_without_place")]
    assert view.routes[0].stops[0].starts_at.tzname() == "-03"
