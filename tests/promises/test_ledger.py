"""The ledger is written once, and a chain of promises ends once at most."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from db.errors import NeverEdited
from db.models import Promise, PromiseEvent, PromiseKind, PromiseOutcome
from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.promises import ledger
from tests.builders.examples import examples
from tests.builders.planning import ZONE, Company, at
from tests.planning.common import SYSTEM, sqlite_only
from tests.planning.scene import Scene
from tests.promises.saying import promise_callback, promise_window


def test_what_was_said_and_what_it_means_are_both_kept(company: Company) -> None:
    order = company.order()
    said = ledger.make(
        company.session,
        PromiseKind.WINDOW,
        order.id,
        local_date=date(2026, 3, 3),
        local_from=time(22),
        local_by=time(0),
        time_zone=ZONE.key,
    )
    # Until midnight is until the next day.
    assert (said.from_at, said.by_at) == (at(22), at(0, day=date(2026, 3, 4)))
    meant = ledger.make_at(company.session, PromiseKind.CALLBACK, order.id, at(9, 30), ZONE.key)
    assert (meant.local_date, meant.local_from, meant.local_by) == (date(2026, 3, 3), None, time(9, 30))
    assert meant.made_at == company.session.info["now"]()


@sqlite_only
def test_instants_that_are_not_what_was_said_are_refused(company: Company) -> None:
    order = company.order()

    def make(day: date, by: time, meant: datetime, zone: str = ZONE.key) -> Promise:
        return ledger.make(
            company.session, PromiseKind.CALLBACK, order.id, local_date=day, local_by=by, time_zone=zone, by_at=meant
        )

    with pytest.raises(Invalid, match="local_by"):
        make(company.day, time(9), at(10))
    with pytest.raises(Invalid, match="local_date"):
        make(company.day + timedelta(days=1), time(9), at(9))
    with pytest.raises(Invalid, match="Mars"):
        make(company.day, time(9), at(9), "Mars/Base")


def test_an_hour_that_comes_twice_is_told_apart_by_its_instant(company: Company) -> None:
    # Clocks in Santiago go back on 2026-04-05 at 00:00, to 23:00 of the day before.
    first = datetime(2026, 4, 5, 2, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)
    order = company.order()
    both = [ledger.make_at(company.session, PromiseKind.CALLBACK, order.id, each, ZONE.key) for each in (first, second)]
    assert [each.local_by for each in both] == [time(23, 30)] * 2
    assert [each.by_at for each in both] == [first, second]


@pytest.mark.parametrize("entity", [Promise, PromiseEvent])
def test_no_session_edits_or_deletes_it(company: Company, entity: type[Promise | PromiseEvent]) -> None:
    session = company.session
    promise = promise_callback(session, company.visit(), at(9))
    row: Promise | PromiseEvent = ledger.release(session, promise.id)
    row = promise if entity is Promise else row
    session.commit()
    if isinstance(row, Promise):
        row.by_at = at(17)
    else:
        row.outcome = PromiseOutcome.KEPT
    with pytest.raises(NeverEdited, match=f"{entity.__name__} is written once"):
        session.flush()
    session.rollback()
    session.delete(row)
    with pytest.raises(NeverEdited):
        session.flush()
    session.rollback()
    with pytest.raises(NeverEdited):
        session.execute(update(entity).where(entity.id == row.id).values(id=9))
    with pytest.raises(NeverEdited):
        session.execute(delete(entity))


@pytest.mark.parametrize("table", ["promise", "promise_event"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nor_does_anybody_who_talks_to_the_database(company: Company, table: str, statement: str) -> None:
    session = company.session
    ledger.release(session, promise_callback(session, company.visit(), at(9)).id)
    session.commit()
    if statement.startswith("TRUNCATE") and _connection(session).dialect.name == "sqlite":
        statement = "DELETE FROM {} WHERE id > 0"
    with pytest.raises(DatabaseError, match="is written once and never changed or deleted"):
        _connection(session).execute(text(statement.format(table)))
    session.rollback()
    assert len(session.scalars(select(Promise)).all()) == len(session.scalars(select(PromiseEvent)).all()) == 1


def _connection(session: Session) -> Connection:
    return session.connection()


def test_a_chain_is_superseded_at_its_end_only(company: Company) -> None:
    session, visit = company.session, company.visit()
    first = promise_callback(session, visit, at(9))
    second = promise_callback(session, visit, at(10), supersedes=first.id)
    with pytest.raises(Conflict, match=f"promise {first.id} was superseded by promise {second.id}"):
        promise_callback(session, visit, at(11), supersedes=first.id)
    with pytest.raises(Conflict):
        ledger.settle(session, first.id, PromiseOutcome.KEPT)
    assert ledger.open_promises(session, [visit.work_order_id]) == [second]
    assert [each.id for each in ledger.chain(session, second.id)] == [first.id, second.id]
    with pytest.raises(NotFound):
        promise_callback(session, visit, at(11), supersedes=second.id + 99)


def test_what_a_promise_ended_as_stays(company: Company) -> None:
    session, visit = company.session, company.visit()
    promise = promise_callback(session, visit, at(9))
    broken = ledger.settle(session, promise.id, PromiseOutcome.BROKEN, at=at(9), note="nobody called")
    again = ledger.release(session, promise.id)
    assert (again.id, again.outcome, again.at) == (broken.id, PromiseOutcome.BROKEN, at(9))
    # What is promised after that is a promise of its own: the broken one is not undone by it.
    after = promise_callback(session, visit, at(12), supersedes=promise.id)
    assert after.supersedes_id is None
    assert ledger.open_promises(session, [visit.work_order_id], [PromiseKind.WINDOW]) == []
    with pytest.raises(Invalid, match="201 characters"):
        ledger.release(session, after.id, "x" * 201)


def test_of_those_who_end_and_supersede_it_at_once_one_wins(scene: Scene) -> None:
    """Each of them alone may do it; together the chain still ends at most once."""
    company = scene.company
    visit = company.visit()
    promises = [promise_window(company.session, visit, at(9), at(11)) for _ in range(4)]
    company.session.commit()

    def settle(promise: Promise) -> None:
        with scene.uow(viewer=SYSTEM) as session:
            ledger.settle(session, promise.id, PromiseOutcome.BROKEN)
            session.commit()

    def supersede(promise: Promise) -> None:
        with scene.uow(viewer=SYSTEM) as session:
            promise_callback(session, visit, at(12), supersedes=promise.id)
            session.commit()

    def quietly(act: object, promise: Promise) -> None:
        try:
            act(promise)  # type: ignore[operator]
        except Conflict:
            return

    threads = [
        threading.Thread(target=quietly, args=(act, promise))
        for promise in promises
        for act in (settle, supersede, settle, supersede)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with scene.uow(viewer=SYSTEM, read_only=True) as session:
        ended = set(session.scalars(select(PromiseEvent.promise_id)))
        superseded = [each for each in session.scalars(select(Promise.supersedes_id)) if each is not None]
    assert len(superseded) == len(set(superseded))
    assert ended.isdisjoint(superseded)
    assert {promise.id for promise in promises} == ended | set(superseded)


ACTS = st.tuples(st.sampled_from(["make", "supersede", "keep", "break", "release"]), st.integers(0, 5))


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=12))
def test_whatever_is_done_a_chain_ends_once_at_most(company: Company, acts: list[tuple[str, int]]) -> None:
    session, visit = company.session, company.visit()
    made: list[Promise] = []
    for act, which in acts:
        if act == "make" or not made:
            made.append(promise_callback(session, visit, at(9)))
            continue
        promise = made[which % len(made)]
        try:
            if act == "supersede":
                made.append(promise_callback(session, visit, at(10), supersedes=promise.id))
            else:
                outcome = {"keep": PromiseOutcome.KEPT, "break": PromiseOutcome.BROKEN}.get(
                    act, PromiseOutcome.RELEASED
                )
                ledger.settle(session, promise.id, outcome)
        except Conflict:
            assert any(each.supersedes_id == promise.id for each in made)
    chains = {tuple(each.id for each in ledger.chain(session, promise.id)) for promise in made}
    assert sum(len(chain) for chain in chains) == len(made)
    for chain in chains:
        ends = [key for key in chain if ledger.end_of(session, key) is not None]
        assert ends in ([], [chain[-1]])
    open_now = {promise.id for promise in ledger.open_promises(session, [visit.work_order_id])}
    assert open_now == {chain[-1] for chain in chains if ledger.end_of(session, chain[-1]) is None}
