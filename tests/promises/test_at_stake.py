"""Which promises a change would break, before it is made: each kind of change, refused and accepted."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from db.models import Absence, AbsenceKind, ClockKind, Promise, PromiseKind, Shift, Visit, WorkOrder
from dispatch.planning import edit, plans, proposals, publish, stakes
from dispatch.promises import ledger
from dispatch.promises.at_stake import AtStake, PromisesAtStake, at_stake
from tests.builders.planning import ZONE, Company, at
from tests.planning.common import ROADS, SYSTEM, sqlite_only
from tests.planning.conftest import plan_day
from tests.planning.scene import Scene
from tests.promises.saying import promise_callback, promise_window

__all__ = ["plan_day"]


def deadline(company: Company, visit: Visit, clock: ClockKind, by: datetime) -> Promise:
    """That the contract's clock is kept."""
    return ledger.make_at(
        company.session, PromiseKind.CONTRACT_DEADLINE, visit.work_order_id, by, ZONE.key, clock=clock
    )


def of_plan(scene: Scene) -> list[AtStake]:
    plan_id = scene.plan_id()
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        return list(stakes.read(session, SYSTEM, plan_id))


def told(found: list[AtStake] | tuple[AtStake, ...]) -> list[tuple[int, int | None, datetime | None]]:
    return [(each.promise_id, each.visit_id, each.starts_at) for each in found]


@sqlite_only
def test_a_window_holds_at_both_ends_for_all_its_visits(company: Company) -> None:
    session, visit = company.session, company.visit()
    promise = promise_window(session, visit, at(10), at(12))
    second = timedelta(seconds=1)
    for start, kept in (
        (at(10), True),
        (at(12), True),
        (at(10) - second, False),
        (at(12) + second, False),
        (None, False),
    ):
        assert (at_stake(session, {visit.id: start}) == ()) is kept
    (found,) = at_stake(session, {visit.id: at(13)})
    assert told([found]) == [(promise.id, visit.id, at(13))]
    number = session.get_one(WorkOrder, visit.work_order_id).number
    assert found.why == (
        f"{number}: the customer was promised 2026-03-03 from 10:00 by 12:00, and service would begin 2026-03-03 13:00."
    )
    # A change that keeps it as late as it was, or that is about others, breaks nothing.
    assert at_stake(session, {visit.id: at(14)}, before={visit.id: at(13)}) == ()
    assert at_stake(session, {company.visit().id: None}) == ()


@sqlite_only
def test_deadlines_are_at_stake_by_starts_and_ends(company: Company) -> None:
    session = company.session
    first = company.visit(minutes=60)
    order = session.get_one(WorkOrder, first.work_order_id)
    second = company.visit(order=order, sequence=2, minutes=60)
    response = deadline(company, first, ClockKind.RESPONSE, at(10)).id
    repair = deadline(company, first, ClockKind.REPAIR, at(16)).id

    def broken(one: datetime | None, two: datetime | None) -> list[tuple[int, int | None, datetime | None]]:
        return told(at_stake(session, {first.id: one, second.id: two}))

    assert broken(at(10), at(15)) == []
    assert broken(at(10, 1), at(15)) == [(response, first.id, at(10, 1))]
    assert broken(at(10), at(15, 1)) == [(repair, second.id, at(15, 1))]
    assert broken(at(10), None) == [(repair, second.id, None)]
    assert broken(None, at(9)) == [(repair, first.id, None)]


@sqlite_only
def test_what_is_over_kept_or_not_planned_is_not_at_stake(scene: Scene, company: Company) -> None:
    session, visit = company.session, company.visit()
    promise_window(session, visit, at(4), at(5))
    promise_callback(session, visit, at(12))
    ledger.release(session, promise_window(session, visit, at(10), at(12)).id)
    assert at_stake(session, {visit.id: None}) == ()


def test_publishing_tells_of_promised_visits_that_are_late_or_not_in_it(scene: Scene, company: Company) -> None:
    (shift,) = company.crew(1)
    late, out, other_day, kept = (company.visit() for _ in range(4))
    for visit in (late, kept):
        scene.move(visit, shift.id)
    starts = {stop.visit.id: stop.starts_at for stop in scene.view().routes[0].stops if stop.visit is not None}
    hour = timedelta(hours=1)
    missed = promise_window(company.session, late, starts[late.id] + hour, starts[late.id] + 2 * hour)
    gone = promise_window(company.session, out, at(15), at(16))
    promise_window(company.session, kept, starts[kept.id], starts[kept.id] + hour)
    promise_window(company.session, other_day, at(34 - 24) + 24 * hour, at(12) + 24 * hour)
    company.session.commit()
    expected = {missed.id: starts[late.id], gone.id: None}
    assert {each.promise_id: each.starts_at for each in of_plan(scene)} == expected
    with pytest.raises(PromisesAtStake, match="This would break 2 promises") as refused:
        scene.publish()
    assert {each.promise_id: each.starts_at for each in refused.value.promises} == expected
    assert scene.plan().published_at is None
    plan_id = scene.plan_id()
    scene.act(lambda s: publish.publish(s, SYSTEM, scene.clock, plan_id, None, accept_broken_promises=True))
    assert scene.plan().published_at is not None


@sqlite_only
def test_taking_out_a_promised_visit_is_refused(scene: Scene, company: Company) -> None:
    (shift,) = company.crew(1)
    visit = company.visit(windows=[(at(10), at(12))])
    scene.move(visit, shift.id)
    promise = promise_window(company.session, visit, at(10), at(12))
    with pytest.raises(PromisesAtStake, match="nobody would come") as refused:
        scene.move(visit, None)
    assert told(refused.value.promises) == [(promise.id, visit.id, None)]
    assert scene.routes() == {shift.id: [visit.id]}
    accept(scene, visit, None)
    assert scene.routes() == {}


@sqlite_only
def test_an_emergency_that_makes_others_late_says_so_first(scene: Scene, company: Company) -> None:
    (shift,) = company.crew(1)
    visit = company.visit(windows=[(at(8), at(16))])
    scene.move(visit, shift.id)
    start = next(stop.starts_at for stop in scene.view().routes[0].stops if stop.visit is not None)
    promise = deadline(company, visit, ClockKind.RESPONSE, start.astimezone(ZONE) + timedelta(minutes=30))
    emergency = company.visit(minutes=120)
    with pytest.raises(PromisesAtStake) as refused:
        scene.move(emergency, shift.id, 0)
    assert [each.promise_id for each in refused.value.promises] == [promise.id]
    assert scene.routes() == {shift.id: [visit.id]}
    # After it there is room.
    scene.move(emergency, shift.id, 1)
    assert scene.routes() == {shift.id: [visit.id, emergency.id]}
    # Moved before it, it is the same; and who knows may do it.
    with pytest.raises(PromisesAtStake):
        scene.move(emergency, shift.id, 0)
    accept(scene, emergency, shift.id, 0)
    assert scene.routes() == {shift.id: [emergency.id, visit.id]}


@sqlite_only
def test_a_proposal_tells_what_it_would_break_before_it_is_applied(
    scene: Scene, company: Company, plan_day: Callable[[], int]
) -> None:
    (shift,) = company.crew(1)
    visit = company.visit()
    scene.move(visit, shift.id, pin=True, start=at(15))
    # The run is free to begin the day earlier; only then is the customer promised the time that is planned now.
    company.session.refresh(visit)
    visit.pinned_shift_id = visit.pinned_start_at = None
    proposal = scene.proposal(plan_day())
    promise = promise_window(company.session, visit, at(14, 30), at(15, 30))
    company.session.commit()
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        seen = plans.preview(session, SYSTEM, proposal).promises_at_stake
    assert [each.promise_id for each in seen] == [promise.id]
    with pytest.raises(PromisesAtStake) as refused:
        apply(scene, proposal, accepted=False)
    assert refused.value.promises == seen
    apply(scene, proposal, accepted=True)
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        assert plans.preview(session, SYSTEM, proposal).promises_at_stake == ()


@sqlite_only
def test_of_an_absence_and_a_shift_what_is_planned_there(scene: Scene, company: Company) -> None:
    first, second = company.crew(2)
    visit, other = company.visit(), company.visit()
    scene.move(visit, first.id, pin=True, start=at(10))
    scene.move(other, second.id, pin=True, start=at(10))
    promise = promise_window(company.session, visit, at(9), at(11))
    promise_window(company.session, other, at(9), at(11))
    session = company.session
    company.session.commit()

    def of(start: datetime, end: datetime) -> list[int]:
        away = Absence(technician_id=first.technician_id, kind=AbsenceKind.SICKNESS, starts_at=start, ends_at=end)
        return [each.promise_id for each in stakes.of_absence(session, away)]

    assert of(at(10, 30), at(12)) == [promise.id]
    assert of(at(8), at(10)) == []
    assert of(at(11), at(17)) == []
    short = Shift(
        id=first.id, technician_id=first.technician_id, starts_at=at(8), ends_at=at(10, 30), max_overtime_seconds=0
    )
    assert [each.promise_id for each in stakes.of_shift(session, short)] == [promise.id]
    short.max_overtime_seconds = 3600
    assert stakes.of_shift(session, short) == ()


def accept(scene: Scene, visit: Visit, shift_id: int | None, position: int | None = None) -> None:
    wanted = edit.Move(visit.id, shift_id, position, accept_broken_promises=True)
    plan_id = scene.plan_id()
    scene.act(lambda s: edit.move(s, SYSTEM, scene.clock, ROADS, plan_id, wanted))


def apply(scene: Scene, proposal: int, *, accepted: bool) -> None:
    scene.act(lambda s: proposals.apply(s, SYSTEM, scene.clock, proposal, accept_broken_promises=accepted))
