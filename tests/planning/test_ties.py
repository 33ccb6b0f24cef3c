"""Appointments bind their visits, and ties between visits reach the optimiser, the referee and who plans by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from db.models import Appointment, AppointmentStatus, LinkKind, SlotPolicy, Stop, Visit, VisitLink, VisitWindow
from dispatch.errors import RuleBroken
from dispatch.planning.day.build import Built, build, lay_out
from dispatch.planning.day.policy import PROMISED_HOURS
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from dispatch.planning.findings import Code
from solver.problem import Visit as Wanted
from tests.builders.planning import Company
from tests.planning.common import ROADS, sqlite_only
from tests.planning.scene import Scene

pytestmark = sqlite_only
HOUR = 3600


def built(company: Company) -> Built:
    """The company's day as a problem, at six in the morning."""
    rows = read_day(company.session, company.territory.id, company.day, company.local(6))
    day = lay_out(rows)
    return build(day, Roads.between(day.places, ROADS))


def named(company: Company, visit: Visit) -> Wanted:
    """The visit in the day's problem."""
    found = built(company)
    return next(each for each in found.problem.visits if found.ids.visits[each.id] == visit.id)


def appoint(company: Company, visit: Visit, opens: int, closes: int, **fields: Any) -> Appointment:
    """An appointment between two local hours."""
    given = {"status": AppointmentStatus.CONFIRMED, **fields}
    appointment = company.add(
        Appointment(
            work_order_id=visit.work_order_id, territory_id=company.territory.id, opens_at=company.local(opens),
            closes_at=company.local(closes), local_date=company.day, local_from=company.local(opens).time(),
            local_by=company.local(closes).time(), time_zone=company.zone, uid=f"{visit.id}-{opens}", **given,
        )
    )  # fmt: skip
    spans = {"opens_at": company.local(opens), "closes_at": company.local(closes)}
    company.add(VisitWindow(visit_id=visit.id, appointment_id=appointment.id, **spans))
    return appointment


def tie(company: Company, kind: LinkKind, first: Visit, other: Visit, **gaps: int | None) -> None:
    """Ties two visits."""
    company.add(VisitLink(kind=kind, visit_id=first.id, other_id=other.id, **gaps))


def test_a_visit_with_an_appointment_keeps_to_it_alone(company: Company) -> None:
    company.crew(1)
    visit = company.visit(windows=[(company.local(14), company.local(16))])
    assert named(company, visit).windows == ((14 * HOUR, 16 * HOUR),)
    appoint(company, visit, 9, 11)
    assert named(company, visit).windows == ((9 * HOUR, 11 * HOUR),)


def test_a_hold_that_has_run_out_binds_nobody(company: Company) -> None:
    company.crew(1)
    visit = company.visit()
    hold = appoint(company, visit, 9, 11, status=AppointmentStatus.HELD, held_until=company.local(6, 1))
    assert named(company, visit).windows == ((9 * HOUR, 11 * HOUR),)
    hold.held_until = company.local(6)
    company.session.flush()
    assert named(company, visit).windows == ()


def test_leaving_a_promised_visit_out_is_dearer_than_all_else(company: Company) -> None:
    company.crew(1)
    visit = company.visit()
    usual = named(company, visit).unserved_cost or 0
    appoint(company, visit, 9, 11)
    assert named(company, visit).unserved_cost == usual + PROMISED_HOURS * 3600
    company.add(SlotPolicy(break_cost=250_000))
    assert named(company, visit).unserved_cost == 250_000
    company.add(SlotPolicy(break_cost=300_000, territory_id=company.territory.id))
    company.add(SlotPolicy(break_cost=1, work_type_id=company.work_type.id))
    assert named(company, visit).unserved_cost == usual, "a promise never makes it cheaper"


def test_two_people_start_together_in_a_plan(company: Company, scene: Scene, plan_day: Callable[[], int]) -> None:
    company.crew(2)
    order = company.order()
    one, other = (company.visit(order=order, sequence=n) for n in (1, 2))
    tie(company, LinkKind.SAME_START, one, other)
    scene.apply(plan_day())
    assert sorted(len(visits) for visits in scene.routes().values()) == [1, 1]
    assert scene.violations() == []
    with scene.uow(viewer=company.session.info["viewer"], read_only=True) as session:
        assert len({stop.starts_at for stop in session.query(Stop)}) == 1


def test_two_people_are_planned_both_or_not_at_all(company: Company, scene: Scene, plan_day: Callable[[], int]) -> None:
    company.crew(1)
    order = company.order()
    one, other = (company.visit(order=order, sequence=n) for n in (1, 2))
    tie(company, LinkKind.SAME_START, one, other)
    scene.apply(plan_day())
    assert scene.routes() == {}


def test_one_of_two_is_not_planned_without_the_other(company: Company) -> None:
    company.crew(2)
    order = company.order()
    one, other = (company.visit(order=order, sequence=n) for n in (1, 2))
    tie(company, LinkKind.SAME_START, one, other)
    other.duration_seconds = 0
    company.session.flush()
    found = {finding.entity_id: finding.code for finding in built(company).findings}
    assert found == {one.id: Code.NOT_TOGETHER, other.id: Code.ZERO_DURATION}


def test_what_comes_after_waits_until_the_first_has_a_stop(company: Company, scene: Scene) -> None:
    shift, _ = company.crew(2)
    order = company.order()
    first, then = (company.visit(order=order, sequence=n) for n in (1, 2))
    tie(company, LinkKind.PRECEDES, first, then, min_gap_seconds=2 * HOUR)
    assert [finding.code for finding in built(company).findings] == [Code.WAITS_FOR_VISIT]
    with pytest.raises(RuleBroken, match=r"is tied to WO-01/1, which is not in this day's plan"):
        scene.move(then, shift.id)
    scene.move(first, shift.id)
    assert [link.kind for link in built(company).problem.links] == ["precedes"]
    scene.move(then, shift.id)
    assert scene.violations() == []
    with pytest.raises(RuleBroken, match=r"Visit WO-01/2 comes after WO-01/1, which would be in no route"):
        scene.move(first, None)


def test_what_comes_after_follows_a_stop_of_another_day(company: Company, scene: Scene) -> None:
    technician = company.technician()
    shift = company.shift(technician)
    order = company.order()
    first, then = (company.visit(order=order, sequence=n) for n in (1, 2))
    tie(company, LinkKind.PRECEDES, first, then, min_gap_seconds=24 * HOUR, max_gap_seconds=26 * HOUR)
    scene.move(first, shift.id, pin=True, start=company.local(10))
    company.day += timedelta(days=1)
    company.shift(technician)
    assert named(company, then).windows == ((10 * HOUR, 12 * HOUR),)
    company.day += timedelta(days=1)
    company.shift(technician)
    assert built(company).problem.visits == (), "26 hours after the first is the day before"


def test_moving_one_of_two_by_hand(company: Company, scene: Scene, plan_day: Callable[[], int]) -> None:
    shifts = company.crew(3)
    order = company.order()
    one, other = (company.visit(order=order, sequence=n) for n in (1, 2))
    tie(company, LinkKind.SAME_START, one, other)
    with pytest.raises(RuleBroken, match=r"WO-01/1 starts together with WO-01/2, which is in no route: plan both by"):
        scene.move(one, shifts[0].id)
    scene.apply(plan_day())
    (free,) = {shift.id for shift in shifts} - scene.routes().keys()
    scene.move(one, free)
    assert one.id in scene.routes()[free]
    assert scene.violations() == []
    scene.move(other, None)
    assert scene.routes() == {}, "both are taken out"
