"""Many who want what only some can have: as many succeed as there is room, whatever the order; and why that is so."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from db.models import Appointment, AppointmentStatus, Plan, Route, Visit
from dispatch.appointments.holding import changing, confirming, placing
from dispatch.appointments.holding.confirming import Confirmed, Taken
from dispatch.appointments.holding.wanted import SlotWanted
from dispatch.errors import DispatchError
from dispatch.planning.change import act
from dispatch.planning.change.drafts import RouteDraft
from dispatch.planning.day import rows
from dispatch.planning.day.candidates import candidates
from dispatch.planning.day.rows import DayRows
from tests.appointments.holding.desk import Desk, window
from tests.builders.planning import Company, at
from tests.planning.common import ROADS, SYSTEM

CREW, ROUNDS, THREADS = 2, 5, 8
SLOTS = CREW * ROUNDS


def crowd(company: Company) -> list[Visit]:
    """Six times as many as there is room for: who comes at a full hour stays until the next one but a quarter."""
    for place in range(CREW):
        company.shift(company.technician(place), 8, 8 + ROUNDS + 1)
    visits = [company.visit(number % 3, minutes=45) for number in range(6 * SLOTS)]
    company.session.commit()
    return visits


def wants(visits: list[Visit]) -> list[SlotWanted]:
    """Each wants to start within a quarter of an hour; the same number wants each of the hours."""
    return [
        SlotWanted(visit.work_order_id, at(8 + number % ROUNDS, 30), at(8 + number % ROUNDS, 45))
        for number, visit in enumerate(visits)
    ]


def confirm_all(desk: Desk, wanted: list[SlotWanted]) -> list[Any]:
    """What each was answered, or how it failed."""

    def one(want: SlotWanted) -> Any:
        try:
            return desk.uow.run(
                lambda s: confirming.confirm(s, SYSTEM, desk.clock, ROADS, desk.books, want), viewer=SYSTEM
            )
        except DispatchError as error:
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, wanted))


def test_exactly_as_many_confirm_as_there_is_room(desk: Desk, company: Company) -> None:
    visits = crowd(company)
    answers = confirm_all(desk, wants(visits))
    confirmed = [answer for answer in answers if isinstance(answer, Confirmed)]
    assert len(confirmed) == SLOTS
    assert all(isinstance(answer, Confirmed | Taken) for answer in answers), answers
    assert desk.scene.violations() == []
    starts = desk.starts()
    assert len(starts) == SLOTS
    for visit, (opens, closes) in desk.bound().items():
        assert opens <= starts[visit] <= closes
    assert len([row for row in desk.rows(Appointment) if row.status is AppointmentStatus.CONFIRMED]) == SLOTS
    assert len(desk.promises()) == SLOTS


def test_one_slot_goes_to_one_of_all_who_hold_it_out(desk: Desk, company: Company) -> None:
    (_,) = company.crew(1)
    visits = [company.visit(1, minutes=90) for _ in range(THREADS)]
    desk.company.session.commit()
    answers = confirm_all(desk, [SlotWanted(visit.work_order_id, at(9), at(10)) for visit in visits])
    assert [type(answer) for answer in answers].count(Confirmed) == 1
    taken = [answer for answer in answers if isinstance(answer, Taken)]
    assert len(taken) == THREADS - 1
    assert all(answer.offered.offers for answer in taken)


def test_one_order_that_several_confirm_at_once_has_one_appointment(desk: Desk, company: Company) -> None:
    company.crew(2)
    visit = company.visit(1)
    company.session.commit()
    answers = confirm_all(desk, [window(visit)] * THREADS)
    assert {answer.appointment.id for answer in answers if isinstance(answer, Confirmed)} == {1}
    assert all(isinstance(answer, Confirmed) for answer in answers), answers
    assert len(desk.rows(Appointment)) == 1


def test_changes_cross_and_nobody_is_lost(desk: Desk, company: Company) -> None:
    company.crew(1)
    visits = [company.visit(1, minutes=90) for _ in range(2)]
    first, second = (desk.confirm(window(v, hour, hour + 1)) for v, hour in zip(visits, (9, 13), strict=True))
    moves: list[tuple[Appointment, SlotWanted]] = [
        (first, window(visits[0], 13, 14)),
        (second, window(visits[1], 9, 10)),
    ]

    def one(move: tuple[Appointment, SlotWanted]) -> Any:
        row, wanted = move
        return desk.uow.run(
            lambda s: changing.change(s, SYSTEM, desk.clock, ROADS, desk.books, row.id, wanted), viewer=SYSTEM
        )

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(one, moves))
    assert [type(answer) for answer in answers] == [Taken, Taken]
    assert desk.bound() == {visits[0].id: (at(9), at(10)), visits[1].id: (at(13), at(14))}
    assert desk.scene.violations() == []


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_it_is_the_revisions_that_keep_two_from_one_slot(
    desk: Desk, company: Company, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Two read the same day before either writes. Without the comparison one of them is confirmed and not in the plan.

    SQLite lets only one of them begin.
    """
    company.crew(1)
    desk.confirm(window(company.visit(3), 14))
    visits = [company.visit(place, minutes=90) for place in (1, 2)]
    company.session.commit()
    # They would take turns; the planner's hands and those of schedulers do not.
    monkeypatch.setattr(placing, "_queue", lambda *_: None)
    _let_both_read(monkeypatch)
    if not guarded:
        monkeypatch.setattr(act, "_route_id", _unguarded)
    answers = confirm_all(desk, [SlotWanted(visit.work_order_id, at(9), at(10)) for visit in visits])
    confirmed = [answer.appointment for answer in answers if isinstance(answer, Confirmed)]
    kept = [visit for visit in visits if visit.id in desk.starts()]
    assert len(confirmed) == (1 if guarded else 2), answers
    assert len(kept) == 1


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_plan_that_changes_while_it_is_read_loses_nothing(
    desk: Desk, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody moves a visit into the route by hand between the statements that read the day."""
    (shift,) = company.crew(1)
    desk.confirm(window(company.visit(3), 14))
    visit, moved = company.visit(1, minutes=30), company.visit(2, minutes=30)
    company.session.commit()
    once = threading.Event()

    def interrupted(*given: Any) -> Any:
        found = candidates(*given)
        if not once.is_set():
            once.set()
            desk.scene.move(moved, shift.id)
        return found

    monkeypatch.setattr(rows, "candidates", interrupted)
    desk.confirm(window(visit, 9, 10))
    assert {visit.id, moved.id} <= set(desk.starts())
    assert desk.scene.violations() == []


def _let_both_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants to change the plan waits, the first time, until the other one wants to."""
    barrier, seen = threading.Barrier(2), threading.local()

    def meeting(*given: Any) -> Any:
        if not hasattr(seen, "met"):
            seen.met = True
            barrier.wait(timeout=30)
        return act.plan_change(*given)

    monkeypatch.setattr(placing, "plan_change", meeting)


def _unguarded(session: Session, _plan: Plan, day: DayRows, draft: RouteDraft) -> int:
    """As the act writes a route, but whatever its revision is by now."""
    route = day.routes[draft.shift_id]
    session.execute(update(Route).where(Route.id == route.id).values(revision=Route.revision + 1))
    return route.id
