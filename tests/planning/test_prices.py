"""What priorities, deadlines and age cost."""

from datetime import time, timedelta

import pytest

from db.models import Appointment, AppointmentStatus, Priority, VisitWindow
from dispatch.planning.day.build import build, lay_out
from dispatch.planning.day.roads import Roads
from dispatch.planning.day.rows import read_day
from tests.builders.planning import Company, at
from tests.planning.common import ROADS, sqlite_only
from tests.planning.test_build import HOUR, only_visit, problem

pytestmark = sqlite_only


def test_deadlines_and_prices(company: Company) -> None:
    company.crew(1)
    contract = company.contract(late_cost_per_hour=700, response_minutes=60)
    order = company.order(
        contract_id=contract.id, due_at=at(11), repair_due_at=at(11, 30), unserved_cost=None, priority=Priority.HIGH
    )
    first, second = company.visit(order=order), company.visit(order=order, sequence=2)
    found = {visit.id: visit for visit in problem(company).visits}
    assert (first.sequence, second.sequence) == (1, 2)
    # The repair is due an hour's work before 11:30, which is before the response; the second trip owes no response.
    assert [found[f"WO-01/{n}"].due for n in (1, 2)] == [10 * HOUR + 1800, 10 * HOUR + 1800]
    assert found["WO-01/1"].late_cost_per_hour == 700
    assert found["WO-01/1"].unserved_cost == 41 * 3600  # 40 hours for a high priority, one for its own length


@pytest.mark.parametrize(("due_in_days", "hours"), [(None, 5), (3, 5), (0, 10), (-1, 10), (-2, 12.5), (-30, 20)])
def test_what_leaving_a_visit_out_costs_rises_with_its_age(
    company: Company, due_in_days: int | None, hours: float
) -> None:
    company.crew(1)
    due = None if due_in_days is None else at(12) + timedelta(days=due_in_days)
    company.visit(order=company.order(due_at=due, unserved_cost=None))
    assert only_visit(company).unserved_cost == round((1 + hours) * 3600)


def test_a_stated_price_holds(company: Company) -> None:
    company.crew(1)
    company.visit(order=company.order(unserved_cost=123, late_cost_per_hour=45, due_at=at(9)))
    visit = only_visit(company)
    assert (visit.unserved_cost, visit.late_cost_per_hour, visit.due) == (123, 45, 9 * HOUR)


def test_what_is_overdue_is_due_before_the_day(company: Company) -> None:
    company.crew(1)
    company.visit(order=company.order(due_at=at(0) - timedelta(hours=5)))
    assert only_visit(company).due == -5 * HOUR


def test_promises_cut_close_cost_on_days_with_appointments_alone(company: Company) -> None:
    company.crew(1)
    visit = company.visit(windows=[(at(9), at(11))])
    assert (problem(company).costs.buffer_percent, problem(company).costs.buffer_per_hour) == (0, 0)
    appointment = company.add(
        Appointment(
            work_order_id=visit.work_order_id,
            territory_id=company.territory.id,
            status=AppointmentStatus.CONFIRMED,
            opens_at=at(10),
            closes_at=at(12),
            local_date=company.day,
            local_from=time(10),
            local_by=time(12),
            time_zone=company.zone,
            uid="one",
        )
    )
    company.add(VisitWindow(visit_id=visit.id, opens_at=at(10), closes_at=at(12), appointment_id=appointment.id))
    assert (problem(company).costs.buffer_percent, problem(company).costs.buffer_per_hour) == (150, 3 * 3600)
    day = lay_out(read_day(company.session, company.territory.id, company.day, at(6)))
    quoted = build(day, Roads.between(day.places, ROADS), for_quotes=True).problem
    assert (quoted.costs.buffer_percent, quoted.costs.buffer_per_hour) == (0, 0)
