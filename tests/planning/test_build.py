"""From rows to a problem: each rule on the smallest company that shows it, checked by hand."""

from datetime import date, timedelta

import pytest

from db.models import Plan, Route, Stop, StopKind, VisitStatus, WorkOrderStatus
from dispatch.planning.day.build import Built, build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from dispatch.planning.findings import Code
from solver import problem as p
from solver.validate import validate
from tests.builders.planning import DAY, Company, at
from tests.planning.common import ROADS, sqlite_only

pytestmark = sqlite_only
HOUR = 3600


def built(company: Company) -> Built:
    rows = read_day(company.session, company.territory.id, company.day, company.local(6))
    day = lay_out(rows)
    made = build(day, Roads.between(day.places, ROADS))
    assert validate(made.problem) == []
    return made


def problem(company: Company) -> p.Problem:
    return built(company).problem


def only_visit(company: Company) -> p.Visit:
    (visit,) = problem(company).visits
    return visit


def only_shift(company: Company) -> p.Shift:
    (technician,) = problem(company).technicians
    (shift,) = technician.shifts
    return shift


def codes(company: Company) -> list[Code]:
    return [finding.code for finding in built(company).findings]


def test_a_technician_and_a_visit(company: Company) -> None:
    technician = company.technician(0, cost_per_km=50, fixed_cost=900, tools=["ladder"])
    company.shift(technician, max_overtime_seconds=HOUR, max_visits=8, max_travel_seconds=2 * HOUR)
    company.visit(3, minutes=90, setup_seconds=300, tools=["ladder"])
    made = built(company)
    (someone,), (visit,) = made.problem.technicians, made.problem.visits
    assert (someone.id, someone.cost_per_duty_hour, someone.cost_per_km, someone.fixed_cost) == ("T01", 3600, 50, 900)
    (shift,) = someone.shifts
    assert (shift.id, shift.start, shift.end, shift.max_overtime) == ("T01 08:00", 8 * HOUR, 17 * HOUR, HOUR)
    assert (shift.max_visits, shift.max_travel, shift.departure) == (8, 2 * HOUR, p.Departure.FLEXIBLE)
    assert (visit.id, visit.duration.default, visit.setup, visit.windows) == ("WO-01/1", 5400, 300, ())
    assert visit.tools == {"ladder"}
    assert (
        made.problem.travel.seconds[shift.start_location, visit.location] == 486
    )  # 2,892 m · 1.4 at 30 km/h, rounded up
    assert shift.start_location == shift.end_location
    assert made.ids.visits["WO-01/1"] > 0
    assert made.problem.name == "TE01 2026-03-03"


def test_places_that_are_the_same_share_a_row(company: Company) -> None:
    company.crew(2)
    site = company.site(0)
    for _ in range(3):
        company.visit(order=company.order(site))
    assert len(problem(company).travel.seconds) == 2


def test_a_day_that_ends_at_the_last_stop_and_begins_elsewhere(company: Company) -> None:
    technician = company.technician(0)
    company.shift(technician, returns=False, leaves_at_start=True, start_longitude=-71.2, start_latitude=-29.9)
    company.visit(0)
    shift = only_shift(company)
    assert (shift.end_location, shift.departure) == (None, p.Departure.AT_START)
    assert problem(company).travel.seconds[shift.start_location, only_visit(company).location] > 0


@pytest.mark.parametrize(
    ("absence", "left", "code"),
    [
        ((6, 10), (10, 17), None),
        ((15, 20), (8, 15), None),
        ((10, 12), (12, 17), Code.SHIFT_SPLIT),
        ((14, 16), (8, 14), Code.SHIFT_SPLIT),
        ((17, 20), (8, 17), None),
    ],
)
def test_absences_cut_shifts(
    company: Company, absence: tuple[int, int], left: tuple[int, int], code: Code | None
) -> None:
    technician = company.technician()
    company.shift(technician, max_overtime_seconds=HOUR)
    company.absence(technician, at(absence[0]), at(absence[1]))
    shift = only_shift(company)
    assert (shift.start, shift.end) == (left[0] * HOUR, left[1] * HOUR)
    assert shift.max_overtime == (HOUR if left[1] == 17 else 0)
    assert codes(company) == ([] if code is None else [code])


def test_an_absence_all_day_takes_the_shift_away(company: Company) -> None:
    technician = company.technician()
    company.shift(technician)
    company.absence(technician, at(0), at(12))
    company.absence(technician, at(12), at(23))
    assert problem(company).technicians == ()
    assert codes(company) == [Code.SHIFT_ABSENT]


def test_breaks_outside_what_is_left_of_a_shift_are_not_owed(company: Company) -> None:
    technician = company.technician()
    shift = company.shift(technician)
    lunch = company.rest(shift, at(12), at(13), paid=False)
    company.rest(shift, at(9), at(10))
    company.absence(technician, at(6), at(11))
    (rest,) = only_shift(company).breaks
    assert rest == p.Break(f"break-{lunch.id}", 12 * HOUR, 13 * HOUR, 1800, paid=False)


def test_shifts_that_cannot_be_planned(company: Company) -> None:
    company.shift(company.technician(active=False))
    company.shift(company.technician(None))
    twice = company.technician()
    company.shift(twice, 8, 12)
    company.shift(twice, 11, 17)
    assert [shift.start for t in problem(company).technicians for shift in t.shifts] == [8 * HOUR]
    assert codes(company) == [Code.TECHNICIAN_INACTIVE, Code.SHIFT_WITHOUT_PLACE, Code.SHIFTS_OVERLAP]


def test_two_shifts_of_one_technician(company: Company) -> None:
    technician = company.technician()
    company.shift(technician, 8, 12)
    company.shift(technician, 13, 17)
    (someone,) = problem(company).technicians
    assert [shift.id for shift in someone.shifts] == ["T01 08:00", "T01 13:00"]


def test_certificates_hold_up_to_their_last_day(company: Company) -> None:
    company.shift(company.technician(skills={"lift": 3}, expires_on=DAY))
    company.shift(company.technician(skills={"lift": 4}, expires_on=DAY - timedelta(days=1)))
    company.shift(company.technician(skills={"lift": 2}))
    assert [dict(t.skills) for t in problem(company).technicians] == [{"lift": 3}, {}, {"lift": 2}]


def test_windows_opening_hours_and_earliest(company: Company) -> None:
    company.crew(1)
    site = company.site(1, opening_hours={"tue": [["09:00", "12:00"], ["13:00", "18:00"]]})
    company.visit(order=company.order(site), windows=[(at(8), at(10)), (at(14), at(16))], earliest_at=at(9, 30))
    assert only_visit(company).windows == ((9 * HOUR + 1800, 10 * HOUR), (14 * HOUR, 16 * HOUR))


def test_windows_on_the_day_the_clocks_go_back(company: Company) -> None:
    company.day = date(2026, 4, 4)
    company.crew(1)
    company.visit(windows=[(company.local(9), company.local(11))])
    shift = only_shift(company)
    assert (shift.start, only_visit(company).windows) == (8 * HOUR, ((9 * HOUR, 11 * HOUR),))


@pytest.mark.parametrize(("hour", "second"), [(9, 8), (1, 1)])
def test_windows_on_the_day_the_clocks_go_forward(uow: object, company: Company, hour: int, second: int) -> None:
    berlin = Company(
        company.session, "Europe/Berlin", date(2026, 3, 29), {"TE": 5, "OR": 5, "WT": 5, "WO-": 50, "T": 50}
    )
    berlin.shift(berlin.technician(), 0, 17)
    berlin.visit(windows=[(berlin.local(hour), berlin.local(hour))])
    assert only_visit(berlin).windows == ((second * HOUR, second * HOUR),)
    assert only_shift(berlin).end == 16 * HOUR


def test_visits_that_stay_out(company: Company) -> None:
    company.crew(1)
    company.visit(None)
    company.visit(minutes=0)
    company.visit(windows=[(at(5), at(6))])
    company.visit(order=company.order(company.site(1, opening_hours={"tue": [["09:00", "09:30"]]})))
    company.visit(finish_by=at(0, 30))
    made = built(company)
    assert made.problem.visits == ()
    assert [finding.code for finding in made.findings] == [
        Code.SITE_WITHOUT_PLACE,
        Code.ZERO_DURATION,
        Code.WINDOW_OUTSIDE_SHIFTS,
        Code.WINDOW_OUTSIDE_OPENING_HOURS,
        Code.FINISH_BY_IMPOSSIBLE,
    ]


@pytest.mark.parametrize(
    ("status", "planned"),
    [
        (WorkOrderStatus.READY, True),
        (WorkOrderStatus.PLANNED, True),
        (WorkOrderStatus.IN_PROGRESS, True),
        (WorkOrderStatus.DRAFT, False),
        (WorkOrderStatus.WAITING_FOR_PARTS, False),
        (WorkOrderStatus.WAITING_FOR_CUSTOMER, False),
        (WorkOrderStatus.DONE, False),
        (WorkOrderStatus.CANCELLED, False),
    ],
)
def test_which_work_orders_are_planned(company: Company, status: WorkOrderStatus, planned: bool) -> None:
    company.crew(1)
    company.visit(order=company.order(status=status))
    assert len(problem(company).visits) == planned


def test_visits_of_other_days_territories_and_states_are_no_candidates(company: Company) -> None:
    (shift,) = company.crew(1)
    tomorrow = company.shift(
        company.technician(),
        local_date=DAY + timedelta(days=1),
        starts_at=at(32 - 24) + timedelta(days=1),
        ends_at=at(17) + timedelta(days=1),
    )
    company.visit(earliest_at=at(8) + timedelta(days=1))
    company.visit(windows=[(at(8) + timedelta(days=1), at(9) + timedelta(days=1))])
    company.visit(pinned_shift_id=tomorrow.id)
    company.visit(status=VisitStatus.CANCELLED)
    company.visit(status=VisitStatus.COMPLETED)
    there = company.visit(status=VisitStatus.SCHEDULED)
    place(company, tomorrow.id, there.id, DAY + timedelta(days=1))
    other = Company(company.session, numbers={"TE": 7, "OR": 7, "WT": 7, "WO-": 70})
    other.visit()
    here = company.visit(pinned_shift_id=shift.id)
    assert list(built(company).ids.visits.values()) == [here.id]


def place(
    company: Company, shift_id: int, visit_id: int, day: date = DAY, hour: int = 9, published: bool = False
) -> None:
    """Puts a visit into a route of a plan of its own."""
    start = at(hour, day=day)
    plan = company.add(
        Plan(territory_id=company.territory.id, local_date=day, published_at=at(6) if published else None)
    )
    route = company.add(Route(plan_id=plan.id, shift_id=shift_id, departs_at=start, returns_at=start))
    stop = Stop(
        route_id=route.id,
        position=0,
        kind=StopKind.VISIT,
        visit_id=visit_id,
        arrives_at=start,
        starts_at=start,
        departs_at=start + timedelta(hours=1),
    )
    company.add(stop)


def test_the_current_plan_is_the_previous_one_and_changes_cost_once_it_is_published(company: Company) -> None:
    (shift,) = company.crew(1)
    visit = company.visit(status=VisitStatus.SCHEDULED)
    place(company, shift.id, visit.id)
    found = problem(company)
    assert found.previous == (p.PreviousRoute("T01 08:00", "T01", (p.PreviousStop("WO-01/1", 9 * HOUR),)),)
    assert (found.costs.change_technician, found.costs.change_start_per_hour) == (0, 0)
    company.session.query(Plan).one().published_at = at(6)
    company.session.flush()
    costs = problem(company).costs
    assert (costs.change_technician, costs.change_start_per_hour) == (1800, 900)  # half and a quarter of 36.00


@pytest.mark.parametrize("status", [VisitStatus.TRAVELLING, VisitStatus.ON_SITE, VisitStatus.COMPLETED])
def test_what_has_started_stays_where_it_is_and_asks_no_more(company: Company, status: VisitStatus) -> None:
    (shift,) = company.crew(1)
    visit = company.visit(
        status=status, skills={"lift": 5}, parts={"belt": 1}, windows=[(at(12), at(13))], finish_by=at(7)
    )
    place(company, shift.id, visit.id)
    found = only_visit(company)
    assert found.pinned == p.Pinned("T01 08:00", start=9 * HOUR)
    assert (found.windows, found.finish_by, found.skills) == ((), None, {})
    assert found.parts == ({} if status is VisitStatus.COMPLETED else {"belt": 1})


def test_pins(company: Company) -> None:
    (shift,) = company.crew(1)
    company.visit(pinned_shift_id=shift.id, pinned_start_at=at(10))
    assert only_visit(company).pinned == p.Pinned("T01 08:00", start=10 * HOUR)


def test_a_visit_pinned_to_a_shift_that_cannot_be_planned_stays_out(company: Company) -> None:
    company.crew(1)
    gone = company.shift(company.technician(active=False))
    company.visit(pinned_shift_id=gone.id)
    assert Code.PINNED_ELSEWHERE in codes(company)
    assert problem(company).visits == ()


def test_who_may_do_it(company: Company) -> None:
    one, two, three, away = (company.technician() for _ in range(4))
    for technician in (one, two, three):
        company.shift(technician)
    company.visit(only=[one, away], never=[two], preferred={three: 500})
    rule = only_visit(company).technicians
    assert rule == p.TechnicianRule(only=frozenset({"T01"}), never=frozenset({"T02"}), preferred={"T03": 500})


def test_a_visit_only_for_somebody_who_is_away_is_for_nobody(company: Company) -> None:
    company.crew(1)
    company.visit(only=[company.technician()])
    assert only_visit(company).technicians.only == frozenset()


def test_stock_without_what_other_days_have_set_aside(company: Company) -> None:
    technician = company.technician(van={"belt": 5, "fuse": 2, "unused": 9})
    company.shift(technician)
    company.warehouse(stock={"belt": 7, "unused": 1}, opening_hours={"tue": [["07:00", "12:00"]]}, handling_seconds=600)
    company.visit(parts={"belt": 2, "fuse": 1})
    later = DAY + timedelta(days=1)
    tomorrow = company.shift(technician, local_date=later, starts_at=at(8, day=later), ends_at=at(17, day=later))
    place(company, tomorrow.id, company.visit(parts={"belt": 3}, status=VisitStatus.SCHEDULED).id, later)
    found = problem(company)
    assert found.technicians[0].van_stock == {"belt": 2, "fuse": 2}
    (warehouse,) = found.warehouses
    assert (warehouse.windows, warehouse.handling, warehouse.stock) == (((7 * HOUR, 12 * HOUR),), 600, {"belt": 7})


def test_what_another_day_loads_at_a_warehouse_is_not_taken_from_the_van(company: Company) -> None:
    technician = company.technician(van={"belt": 2})
    company.shift(technician)
    store = company.warehouse(stock={"belt": 7})
    company.visit(parts={"belt": 1})
    later = DAY + timedelta(days=1)
    tomorrow = company.shift(technician, local_date=later, starts_at=at(8, day=later), ends_at=at(17, day=later))
    place(company, tomorrow.id, company.visit(parts={"belt": 3}, status=VisitStatus.SCHEDULED).id, later)
    route = company.session.query(Route).one()
    belt = company.part("belt").id
    stop = Stop(
        route_id=route.id,
        position=1,
        kind=StopKind.WAREHOUSE,
        warehouse_id=store.id,
        arrives_at=at(8, day=later),
        starts_at=at(8, day=later),
        departs_at=at(8, day=later),
        load={str(belt): 2},
    )
    company.add(stop)
    found = problem(company)
    assert found.technicians[0].van_stock == {"belt": 1}
    assert found.warehouses[0].stock == {"belt": 5}


def test_a_plan_of_the_past_sets_nothing_aside(company: Company) -> None:
    technician = company.technician(van={"belt": 2})
    company.shift(technician)
    company.visit(parts={"belt": 1})
    before = DAY - timedelta(days=1)
    yesterday = company.shift(technician, local_date=before, starts_at=at(8, day=before), ends_at=at(17, day=before))
    place(company, yesterday.id, company.visit(parts={"belt": 2}, status=VisitStatus.SCHEDULED).id, before)
    assert problem(company).technicians[0].van_stock == {"belt": 2}


def test_a_warehouse_that_is_closed_is_left_out(company: Company) -> None:
    company.crew(1)
    company.warehouse(opening_hours={"wed": [["07:00", "12:00"]]})
    assert problem(company).warehouses == ()


def test_a_night_shift_reaches_into_the_next_day(company: Company) -> None:
    technician = company.technician()
    company.shift(technician, starts_at=at(22), ends_at=at(6) + timedelta(days=1))
    company.visit(windows=[(at(2) + timedelta(days=1), at(4) + timedelta(days=1))])
    shift = only_shift(company)
    assert (shift.start, shift.end) == (22 * HOUR, 30 * HOUR)
    assert only_visit(company).windows == ((26 * HOUR, 28 * HOUR),)
