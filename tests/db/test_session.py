"""Sessions, units of work, stamps and versions."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from db.errors import DatabaseBusy, StaleDataError
from db.models import NumberSeries, Organisation, OrganisationKind, Plan, Route, Territory
from db.session import DispatchSession, UnitOfWork
from dispatch.clock import FixedClock


def organisation(number: str = "O-1") -> Organisation:
    return Organisation(number=number, name="Harbour Lifts", kind=OrganisationKind.OWNER)


def count(uow: UnitOfWork) -> int:
    with uow(read_only=True) as session:
        return session.scalar(select(func.count()).select_from(Organisation)) or 0


def test_a_session_rolls_back_unless_told_to_commit(uow: UnitOfWork) -> None:
    with uow() as session:
        session.add(organisation())
        session.flush()
    assert count(uow) == 0


def test_a_session_rolls_back_on_an_error(uow: UnitOfWork) -> None:
    def work() -> None:
        with uow() as session:
            session.add(organisation())
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert count(uow) == 0


def test_commit_keeps_and_rows_stay_readable(uow: UnitOfWork) -> None:
    with uow() as session:
        row = organisation()
        session.add(row)
        session.commit()
    assert (row.id, row.name) == (1, "Harbour Lifts")
    assert count(uow) == 1


def test_a_session_knows_its_viewer(uow: UnitOfWork) -> None:
    viewer = object()
    with uow(viewer=viewer) as session, uow(read_only=True) as other:
        assert session.info["viewer"] is viewer
        assert other.info["viewer"] is None


def test_a_rule_hung_on_the_session_class_sees_every_query(uow: UnitOfWork) -> None:
    seen: list[object] = []

    def rule(state: object) -> None:
        seen.append(state)

    event.listen(DispatchSession, "do_orm_execute", rule)
    try:
        count(uow)
    finally:
        event.remove(DispatchSession, "do_orm_execute", rule)
    assert len(seen) == 1


def test_a_read_only_session_refuses_to_write(uow: UnitOfWork) -> None:
    with uow(read_only=True) as session:
        session.add(organisation())
        with pytest.raises(Exception, match=r"(?i)read-?only"):
            session.flush()


def test_rows_are_stamped_by_the_clock(uow: UnitOfWork, clock: FixedClock) -> None:
    made = clock.now()
    with uow() as session:
        row = organisation()
        session.add(row)
        session.commit()
        assert (row.created_at, row.updated_at) == (made, made)
        clock.instant += timedelta(hours=1)
        session.commit()
        assert row.updated_at == made, "nothing was changed"
        row.name = "Harbour Lifts & Boilers"
        session.commit()
        assert (row.created_at, row.updated_at) == (made, made + timedelta(hours=1))


def test_a_row_from_elsewhere_keeps_its_own_times(uow: UnitOfWork) -> None:
    long_ago = datetime(2023, 1, 1, tzinfo=UTC)
    with uow() as session:
        row = organisation()
        row.created_at = row.updated_at = long_ago
        session.add(row)
        session.flush()
        assert (row.created_at, row.updated_at) == (long_ago, long_ago)


def test_an_edit_of_a_stale_row_fails(uow: UnitOfWork) -> None:
    with uow() as session:
        session.add(organisation())
        session.commit()
    with uow(read_only=True) as session:
        stale = session.scalars(select(Organisation)).one()
    with uow() as session:
        fresh = session.scalars(select(Organisation)).one()
        fresh.name = "quicker"
        session.commit()
        assert fresh.version == 2
    with uow() as session:
        session.add(stale)
        stale.name = "slower"
        with pytest.raises(StaleDataError):
            session.flush()


def test_a_stale_delete_fails(uow: UnitOfWork) -> None:
    with uow() as session:
        session.add(organisation())
        session.commit()
    with uow(read_only=True) as session:
        stale = session.scalars(select(Organisation)).one()
    with uow() as session:
        session.scalars(select(Organisation)).one().name = "quicker"
        session.commit()
    with uow() as session:
        session.delete(stale)
        with pytest.raises(StaleDataError):
            session.flush()


def test_what_was_not_asked_for_is_not_loaded_later(uow: UnitOfWork) -> None:
    with uow() as session:
        territory = Territory(code="N", name="North", time_zone="America/Santiago", country="CL", currency="CLP")
        session.add(territory)
        session.flush()
        session.add(Plan(territory_id=territory.id, local_date=datetime(2026, 3, 2, tzinfo=UTC).date()))
        session.flush()
        session.expunge_all()
        plan = session.scalars(select(Plan)).one()
        with pytest.raises(InvalidRequestError, match=f"{Plan.__name__}.{Plan.routes.key}.*lazy='raise'"):
            _ = plan.routes
        assert session.scalars(select(Route)).all() == []


class TestRun:
    """`UnitOfWork.run`."""

    def test_commits_and_returns(self, uow: UnitOfWork) -> None:
        def work(session: Session) -> str:
            session.add(organisation())
            return "done"

        assert uow.run(work) == "done"
        assert count(uow) == 1

    def test_begins_anew_when_the_database_was_busy(self, engine: Engine, clock: FixedClock) -> None:
        pauses: list[float] = []
        uow = UnitOfWork(engine, now=clock.now, pause=pauses.append)
        attempts: list[int] = []

        def work(session: Session) -> int:
            session.add(organisation())
            session.flush()
            attempts.append(len(attempts))
            if len(attempts) < 3:
                msg = "busy"
                raise DatabaseBusy(msg)
            return len(attempts)

        assert uow.run(work) == 3
        assert len(pauses) == 2
        assert count(uow) == 1

    def test_gives_up_after_the_last_attempt(self, engine: Engine, clock: FixedClock) -> None:
        pauses: list[float] = []
        uow = UnitOfWork(engine, now=clock.now, pause=pauses.append)

        def work(session: Session) -> None:
            raise DatabaseBusy("busy")

        with pytest.raises(DatabaseBusy):
            uow.run(work, attempts=3)
        assert len(pauses) == 2

    def test_does_not_repeat_what_failed_otherwise(self, uow: UnitOfWork) -> None:
        attempts: list[int] = []

        def work(session: Session) -> None:
            attempts.append(1)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            uow.run(work)
        assert len(attempts) == 1

    @pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
    def test_survives_a_real_deadlock(self, uow: UnitOfWork) -> None:
        with uow() as session:
            session.add_all([NumberSeries(prefix="A", next_number=1), NumberSeries(prefix="B", next_number=1)])
            session.commit()
        both_hold_one = Barrier(2)
        tries: list[str] = []

        def crosswise(first: str, second: str) -> None:
            def work(session: Session) -> None:
                tries.append(first)
                for prefix in (first, second):
                    session.execute(
                        text("UPDATE number_series SET next_number = next_number + 1 WHERE prefix = :prefix"),
                        {"prefix": prefix},
                    )
                    if prefix == first and len(tries) <= 2:
                        both_hold_one.wait(timeout=30)

            uow.run(work)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(crosswise, ("A", "B"), ("B", "A")))
        with uow(read_only=True) as session:
            numbers = session.scalars(select(NumberSeries.next_number)).all()
        assert list(numbers) == [3, 3]
        assert len(tries) == 3
