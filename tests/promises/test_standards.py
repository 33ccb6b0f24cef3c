"""Which promises are made by themselves, and what becomes of them when the clocks move."""

import threading
from collections.abc import Iterator
from datetime import time, timedelta

import pytest

from db import models as m
from db.models import ClockKind, Promise, PromiseKind, PromiseOutcome
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.errors import Conflict, Invalid
from dispatch.intake.channels.recorded import give_deadlines
from dispatch.intake.merging.refolding import refold_by_id
from dispatch.promises import ledger, standards
from dispatch.records.catalogue.pausing import follow_status
from dispatch.records.catalogue.promises import SERVICE_STANDARDS
from dispatch.records.keep import create
from tests.builders.planning import ZONE, at
from tests.intake.merging.desk import SYSTEM, Desk
from tests.planning.common import sqlite_only


@pytest.fixture
def desk(uow: UnitOfWork) -> Iterator[Desk]:
    """A desk whose lift is under a contract with response within two hours and repair within eight, 8 to 18."""
    with uow(viewer=SYSTEM) as session:
        yield Desk.open(session)


def contract(desk: Desk) -> m.Contract:
    company = desk.company
    given = company.add(
        m.Contract(
            organisation_id=company.owner.id,
            number="C-1",
            name="Care",
            starts_on=company.day - timedelta(days=99),
            response_minutes=120,
            repair_minutes=480,
        )
    )
    for weekday in range(5):
        company.add(m.ContractHours(contract_id=given.id, weekday=weekday, opens=time(8), closes=time(18)))
    company.add(m.ContractEquipment(contract_id=given.id, equipment_id=desk.unit.id))
    return given


def standard(desk: Desk, kind: PromiseKind, minutes: int | None = None, **fields: object) -> m.ServiceStandard:
    return desk.company.add(m.ServiceStandard(kind=kind, within_minutes=minutes, **fields))


def promised(desk: Desk, order: m.WorkOrder, kind: PromiseKind = PromiseKind.CONTRACT_DEADLINE) -> list[Promise]:
    return ledger.open_promises(desk.session, [order.id], [kind])


@sqlite_only
def test_the_standard_that_says_most_counts(desk: Desk) -> None:
    care, work = contract(desk), desk.company.work_type.id

    def which() -> int | None:
        found = standards.standard_for(desk.session, PromiseKind.CALLBACK, work, care.id)
        return None if found is None else found.within_minutes

    assert which() is None
    for minutes, fields in (
        (4, {}),
        (3, {"work_type_id": work}),
        (2, {"contract_id": care.id}),
        (1, {"work_type_id": work, "contract_id": care.id}),
    ):
        standard(desk, PromiseKind.CALLBACK, minutes, **fields)
        assert which() == minutes
    assert standards.standard_for(desk.session, PromiseKind.CALLBACK, work + 1, None).within_minutes == 4  # type: ignore[union-attr]
    standard(desk, PromiseKind.WINDOW, active=False)
    assert standards.standard_for(desk.session, PromiseKind.WINDOW, work, None) is None


@sqlite_only
def test_without_a_standard_nothing_is_promised(desk: Desk) -> None:
    contract(desk)
    order = desk.order(desk.ticket("Stuck", desk.contact("Ana")))
    assert order.due_at is not None
    assert ledger.open_promises(desk.session, [order.id]) == []


def test_each_party_is_called_back_within_service_hours(desk: Desk) -> None:
    contract(desk)
    said = standard(desk, PromiseKind.CALLBACK, 60)
    ana, luis = desk.contact("Ana"), desk.contact("Luis")
    # Ana reports in the morning, again later, and Luis half an hour before the contract's hours end.
    order = desk.order(
        desk.ticket("Stuck", ana, received_at=at(10)),
        desk.ticket("Still stuck", ana, received_at=at(12)),
        desk.ticket("Stuck", luis, received_at=at(17, 30)),
    )
    next_day = at(8, 30, desk.company.day + timedelta(days=1))
    found = promised(desk, order, PromiseKind.CALLBACK)
    assert [(each.contact_id, each.by_at, each.standard_id) for each in found] == [
        (ana.id, at(11), said.id),
        (luis.id, next_day, said.id),
    ]
    refold_by_id(desk.session, order.id)
    assert promised(desk, order, PromiseKind.CALLBACK) == found
    # One that a person promised instead, or that ended, is not promised again.
    own = ledger.make_at(
        desk.session, PromiseKind.CALLBACK, order.id, at(16), ZONE.key, contact_id=ana.id, supersedes=found[0].id
    )
    ledger.settle(desk.session, found[1].id, PromiseOutcome.KEPT)
    refold_by_id(desk.session, order.id)
    assert promised(desk, order, PromiseKind.CALLBACK) == [own]


@sqlite_only
def test_minutes_count_by_day_and_night_where_the_standard_says_so(desk: Desk) -> None:
    contract(desk)
    standard(desk, PromiseKind.CALLBACK, 60, in_service_hours=False)
    order = desk.order(desk.ticket("Stuck", desk.contact("Luis"), received_at=at(17, 30)))
    assert [each.by_at for each in promised(desk, order, PromiseKind.CALLBACK)] == [at(18, 30)]


def test_a_deadline_is_promised_and_said_anew_when_its_clock_moves(desk: Desk) -> None:
    care = contract(desk)
    standard(desk, PromiseKind.CONTRACT_DEADLINE)
    order = desk.order(desk.ticket("Stuck", received_at=at(14)))
    first = promised(desk, order)
    assert [(each.clock, each.by_at, each.organisation_id) for each in first] == [
        (ClockKind.RESPONSE, at(16), desk.company.owner.id),
        (ClockKind.REPAIR, at(12, 0, desk.company.day + timedelta(days=1)), desk.company.owner.id),
    ]
    # Somebody else reported the same lift an hour earlier: both deadlines come earlier too.
    desk.join(desk.ticket("Stuck lift", received_at=at(13)), order)
    refold_by_id(desk.session, order.id)
    second = promised(desk, order)
    assert [each.by_at for each in second] == [at(15), at(11, 0, desk.company.day + timedelta(days=1))]
    assert [each.supersedes_id for each in second] == [each.id for each in first]
    assert care.id == order.contract_id
    refold_by_id(desk.session, order.id)
    assert promised(desk, order) == second


def test_a_clock_that_stands_still_releases_its_promise_until_it_runs_on(desk: Desk, clock: FixedClock) -> None:
    contract(desk)
    standard(desk, PromiseKind.CONTRACT_DEADLINE)
    order = desk.order(desk.ticket("Stuck", received_at=at(14)))
    clock.instant = at(15)
    _turn(desk, order, m.WorkOrderStatus.WAITING_FOR_CUSTOMER)
    assert promised(desk, order) == []
    clock.instant = at(15, 30)
    _turn(desk, order, m.WorkOrderStatus.READY)
    assert promised(desk, order)[0].by_at == at(16, 30)


@sqlite_only
def test_what_the_customer_released_or_we_broke_is_not_promised_again(desk: Desk) -> None:
    contract(desk)
    standard(desk, PromiseKind.CONTRACT_DEADLINE)
    order = desk.order(desk.ticket("Stuck", received_at=at(14)))
    response, repair = promised(desk, order)
    ledger.settle(desk.session, response.id, PromiseOutcome.BROKEN)
    ledger.release(desk.session, repair.id, "next week will do")
    desk.join(desk.ticket("Stuck lift", received_at=at(13)), order)
    refold_by_id(desk.session, order.id)
    assert promised(desk, order) == []


@sqlite_only
def test_a_deadline_that_is_none_any_more_is_released_without_a_standard_too(desk: Desk) -> None:
    care = contract(desk)
    said = standard(desk, PromiseKind.CONTRACT_DEADLINE)
    order = desk.company.order(desk.site, equipment_id=desk.unit.id, contract_id=care.id, reported_at=at(9))
    give_deadlines(desk.session, order)
    said.active = False
    order.due_at = order.contract_id = None
    desk.session.flush()
    standards.follow(desk.session, order.id)
    assert [each.clock for each in promised(desk, order)] == [ClockKind.REPAIR]


def test_those_who_follow_at_once_promise_once(desk: Desk, uow: UnitOfWork) -> None:
    care = contract(desk)
    standard(desk, PromiseKind.CONTRACT_DEADLINE)
    order = desk.company.order(desk.site, contract_id=care.id, due_at=at(11), repair_due_at=at(17))
    desk.session.commit()

    def follow() -> None:
        with uow(viewer=SYSTEM) as session:
            standards.follow(session, order.id)
            session.commit()

    threads = [threading.Thread(target=follow) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [each.by_at for each in promised(desk, order)] == [at(11), at(17)]


def test_a_cancelled_order_keeps_its_callbacks_alone(desk: Desk, clock: FixedClock) -> None:
    contract(desk)
    standard(desk, PromiseKind.CONTRACT_DEADLINE)
    standard(desk, PromiseKind.CALLBACK, 60)
    order = desk.order(desk.ticket("Stuck", desk.contact("Ana"), received_at=at(14)))
    late, due = promised(desk, order)
    clock.instant = late.by_at + timedelta(hours=1)
    _turn(desk, order, m.WorkOrderStatus.CANCELLED)
    # The response was over before the order was cancelled: it is judged, not released.
    assert promised(desk, order) == [late]
    ended = ledger.end_of(desk.session, due.id)
    assert ended is not None
    assert (ended.outcome, ended.note) == (PromiseOutcome.RELEASED, standards.CALLED_OFF)
    assert len(promised(desk, order, PromiseKind.CALLBACK)) == 1


@sqlite_only
def test_an_order_made_by_hand_gets_its_promises_too(desk: Desk) -> None:
    care = contract(desk)
    standard(desk, PromiseKind.CONTRACT_DEADLINE)
    order = desk.company.order(desk.site, equipment_id=desk.unit.id, contract_id=care.id, reported_at=at(9))
    give_deadlines(desk.session, order)
    assert [each.by_at for each in promised(desk, order)] == [at(11), at(17)]
    order.due_at = at(10)
    desk.session.flush()
    standards.follow(desk.session, order.id)
    assert [each.by_at for each in promised(desk, order)] == [at(10), at(17)]


@pytest.mark.parametrize("fields", [{}, {"work_type_id": 1}, {"contract_id": 1}, {"work_type_id": 1, "contract_id": 1}])
def test_there_is_one_standard_of_a_kind_for_the_same(desk: Desk, fields: dict[str, int]) -> None:
    contract(desk)
    ids = {"work_type_id": desk.company.work_type.id, "contract_id": 1}
    given = {"kind": PromiseKind.CALLBACK, "within_minutes": 30, **{key: ids[key] for key in fields}}
    create(desk.session, SYSTEM, SERVICE_STANDARDS, given)
    with pytest.raises(Conflict, match="already a service standard for callback"):
        create(desk.session, SYSTEM, SERVICE_STANDARDS, given)
    # And where somebody goes round the check, the table says so.
    with pytest.raises(Exception, match=r"(?i)unique"), desk.session.begin_nested():
        desk.company.add(m.ServiceStandard(**given))
    create(desk.session, SYSTEM, SERVICE_STANDARDS, {**given, "kind": PromiseKind.WINDOW, "within_minutes": None})


@sqlite_only
@pytest.mark.parametrize(("kind", "minutes"), [(PromiseKind.CALLBACK, None), (PromiseKind.WINDOW, 60)])
def test_minutes_are_of_callbacks(desk: Desk, kind: PromiseKind, minutes: int | None) -> None:
    with pytest.raises(Invalid) as refused:
        create(desk.session, SYSTEM, SERVICE_STANDARDS, {"kind": kind, "within_minutes": minutes})
    assert [fault.pointer for fault in refused.value.faults] == ["/within_minutes"]


def _turn(desk: Desk, order: m.WorkOrder, status: m.WorkOrderStatus) -> None:
    """Another status, and what follows from it."""
    before, order.status = order.status, status
    desk.session.flush()
    follow_status(desk.session, order, before)
    refold_by_id(desk.session, order.id)
