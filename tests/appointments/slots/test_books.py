"""Books of days are kept from one question to the next, and are never older than the database."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from db.models import Absence, AbsenceKind, Shift, Technician, VanStock, Visit
from dispatch.appointments.offering.books import Books
from dispatch.appointments.offering.day_books import DayBook
from tests.appointments.slots.desk import Desk
from tests.builders.planning import DAY, Company
from tests.planning.common import ROADS, SYSTEM

DATES = [DAY + timedelta(days=day) for day in range(1, 4)]


def books(desk: Desk) -> dict[date, DayBook]:
    """The books of three days as they are now."""
    desk.company.session.commit()
    with desk.uow(viewer=SYSTEM, read_only=True) as session:
        return desk.books.of(session, ROADS, desk.company.territory.id, DATES, desk.clock.now())


def renewed(desk: Desk, before: dict[date, DayBook]) -> list[int]:
    """The days whose book is another now."""
    now = books(desk)
    return [(day - DAY).days for day in DATES if now[day] is not before[day]]


@pytest.fixture
def technician(desk: Desk, company: Company) -> Technician:
    """Somebody with shifts on these days, and belts."""
    made = company.technician(0, van={"belt": 2})
    desk.shifts([made], [1, 2, 3])
    return made


def test_a_day_is_read_again_when_something_of_it_changed(desk: Desk, company: Company, technician: Technician) -> None:
    before = books(desk)
    assert renewed(desk, before) == []
    order = company.order()
    visit = company.visit(order=order)
    slot = next(each for each in desk.offer(order).offers if each.local_date == DATES[1])
    desk.hold(slot)
    assert renewed(desk, before) == [2]
    before = books(desk)
    company.session.query(Visit).filter_by(id=visit.id).update({"version": Visit.version + 1})
    assert renewed(desk, before) == [2]
    before = books(desk)
    company.session.query(Shift).filter_by(local_date=DATES[2]).update({"version": Shift.version + 1})
    assert renewed(desk, before) == [3]


@pytest.mark.parametrize(
    "change",
    [
        lambda company, who: company.absence(who, company.local(9), company.local(12)),
        lambda company, who: company.session.query(VanStock).update({"quantity": 1}),
        lambda company, who: company.session.query(Technician).update({"version": Technician.version + 1}),
        lambda company, who: company.warehouse(),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_all_days_are_read_again_when_people_or_stock_changed(
    desk: Desk, company: Company, technician: Technician, change: Callable[[Company, Technician], Absence | int]
) -> None:
    before = books(desk)
    change(company, technician)
    assert renewed(desk, before) == [1, 2, 3]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_parts_that_a_day_takes_are_gone_on_the_others(desk: Desk, company: Company, technician: Technician) -> None:
    order = company.order()
    company.visit(order=order, parts={"belt": 2})
    before = books(desk)
    desk.hold(next(each for each in desk.offer(order).offers if each.local_date == DATES[0]))
    assert renewed(desk, before) == [1, 2, 3]
    assert [each.problem.technicians[0].van_stock for each in books(desk).values()] == [{"belt": 2}, {}, {}]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_hold_that_runs_out_leaves_its_route_in_place(desk: Desk, company: Company, technician: Technician) -> None:
    order = company.order()
    company.visit(order=order)
    desk.hold(next(each for each in desk.offer(order).offers if each.local_date == DATES[0]))
    before = books(desk)[DATES[0]]
    assert [len(stops) for stops in before.book.stops] == [1]
    desk.clock.instant += timedelta(minutes=10)
    after = books(desk)[DATES[0]]
    assert after.book is before.book
    assert [len(stops) for stops in after.book.stops] == [0]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_a_transaction_wrote_is_not_kept(desk: Desk, company: Company, technician: Technician) -> None:
    company.session.commit()
    always = {"starts_at": company.local(0), "ends_at": company.local(23) + timedelta(days=9)}
    for own, sees in ((Books(), 0), (Books(desk.uow), 1)):
        with desk.uow(viewer=SYSTEM) as session:
            session.add(Absence(technician_id=technician.id, kind=AbsenceKind.OTHER, **always))
            session.flush()
            within = own.of(session, ROADS, company.territory.id, DATES, desk.clock.now())
        assert [len(each.problem.technicians) for each in within.values()] == [sees] * 3
        desk.books = own
        assert [len(each.problem.technicians) for each in books(desk).values()] == [1, 1, 1]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_no_more_are_kept_than_there_is_room_for(desk: Desk, company: Company, technician: Technician) -> None:
    desk.books = Books(most=2)
    before = books(desk)
    assert renewed(desk, before) == [1, 2, 3]
