"""Column types, read and written through a real database."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import StatementError

from db.base import Base
from db.models import FailedSignIn, PlanningRun, TicketStatus, VisitStatus
from db.session import UnitOfWork
from db.types import UtcDateTime, state
from tests.db.rows import ROWS, fill

SANTIAGO = ZoneInfo("America/Santiago")


def test_a_naive_datetime_is_refused(uow: UnitOfWork) -> None:
    with uow() as session:
        session.add(FailedSignIn(subject="x", at=datetime(2026, 3, 2, 8)))  # noqa: DTZ001  (what is refused)
        with pytest.raises(StatementError, match="has no time zone"):
            session.flush()


def test_a_naive_datetime_is_refused_in_a_query(uow: UnitOfWork) -> None:
    naive = datetime(2026, 3, 2, 8)  # noqa: DTZ001  (what is refused)
    with uow() as session, pytest.raises(StatementError, match="has no time zone"):
        session.execute(select(FailedSignIn).where(FailedSignIn.at > naive))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    naive=st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001
    hours=st.integers(-12, 14),
)
def test_an_instant_comes_back_the_same_and_in_utc(engine: Engine, naive: datetime, hours: int) -> None:
    instant = naive.replace(tzinfo=timezone(timedelta(hours=hours)))
    with engine.connect() as connection:
        connection.execute(insert(FailedSignIn).values(subject="x", at=instant))
        found = connection.scalar(select(FailedSignIn.at))
    assert found == instant
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_instants_sort_and_compare_over_the_change_of_clocks(uow: UnitOfWork) -> None:
    # On 5 April 2026 clocks in Chile go back at midnight: 23:30 comes twice.
    first = datetime(2026, 4, 4, 23, 30, fold=0, tzinfo=SANTIAGO)
    second = datetime(2026, 4, 4, 23, 30, fold=1, tzinfo=SANTIAGO)
    with uow() as session:
        session.add_all([FailedSignIn(subject="second", at=second), FailedSignIn(subject="first", at=first)])
        session.flush()
        session.expunge_all()
        rows = session.scalars(select(FailedSignIn).order_by(FailedSignIn.at)).all()
        after = session.scalars(select(FailedSignIn.subject).where(FailedSignIn.at > first)).all()
    assert [row.subject for row in rows] == ["first", "second"]
    assert rows[1].at - rows[0].at == timedelta(hours=1)
    assert after == ["second"]


def test_sqlite_keeps_instants_in_utc() -> None:
    from sqlalchemy.dialects import sqlite

    noon = datetime(2026, 3, 2, 12, tzinfo=SANTIAGO)
    kept = UtcDateTime().process_bind_param(noon, sqlite.dialect())
    assert kept == noon.astimezone(UTC).replace(tzinfo=None)


def test_a_state_is_kept_as_its_value_and_comes_back_as_the_enum() -> None:
    kind = state(TicketStatus)
    assert kind.enums == ["new", "open", "resolved", "closed"]
    assert kind.name == "ticket_status"
    assert state(VisitStatus).length == 32


def test_none_in_a_document_column_is_the_databases_null(uow: UnitOfWork) -> None:
    with uow() as session:
        fill(session.connection(), Base.metadata)
        session.execute(update(PlanningRun).values(progress=None))
        assert session.scalar(select(func.count()).where(PlanningRun.progress.is_(None))) == len(ROWS)
