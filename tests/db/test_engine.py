"""Engines: what they refuse, and the promises both databases keep."""

import sqlite3
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import Engine, event, make_url, text
from sqlalchemy.exc import OperationalError

from db import engine as engines
from db.engine import Patience, make_engine, parse_url, reading, wal_is_safe
from db.errors import BadUrl, DatabaseBusy, DatabaseUnavailable, DriverMissing

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
IMPATIENT = Patience(statement=timedelta(milliseconds=200), lock=timedelta(milliseconds=50))


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 9), True),
        ((3, 45, 0), False),
        ((3, 49, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_only_where_it_cannot_corrupt(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_is_safe(version) is safe


@ON_SQLITE
@pytest.mark.parametrize(("safe", "mode"), [(True, "wal"), (False, "delete")])
def test_sqlite_is_durable_and_checks_references(
    database_url: str, monkeypatch: pytest.MonkeyPatch, safe: bool, mode: str
) -> None:
    monkeypatch.setattr(engines, "wal_is_safe", lambda _version: safe)
    engine = make_engine(database_url)
    with engine.connect() as connection:
        said = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert said == {"journal_mode": mode, "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


@ON_POSTGRES
def test_postgresql_speaks_utc_and_does_not_wait_for_ever(engine: Engine) -> None:
    names = ("TimeZone", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    with engine.connect() as connection:
        said = [connection.scalar(text(f"SHOW {name}")) for name in names]
    assert said == ["UTC", "1min", "30s", "5min"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "cannot be read"),
        ("", "cannot be read"),
        ("mysql://u:secret@h/d", "mysql://u:***@h/d is of a kind we do not use"),
        ("postgresql+psycopg2://u:secret@h/d", "is of a kind we do not use"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_a_url_we_cannot_use_is_refused_without_its_password(url: str, says: str) -> None:
    with pytest.raises(BadUrl) as caught:
        make_engine(url)
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_always_means_psycopg_3(scheme: str) -> None:
    assert parse_url(f"{scheme}://u@h/d").drivername == "postgresql+psycopg"


def test_a_missing_driver_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DriverMissing, match=r"pip install 'psycopg\[binary\]'"):
        make_engine("postgresql://u@h/d")


def test_making_an_engine_does_not_connect(tmp_path: Path) -> None:
    make_engine(f"sqlite:///{tmp_path / 'none.sqlite3'}").dispose()
    assert list(tmp_path.iterdir()) == []


def test_a_second_writer_waits_and_no_update_is_lost(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO number_series (prefix, next_number) VALUES ('WO', 1)"))

    def add_one(_: int) -> None:
        with engine.begin() as connection:
            lock = "" if engine.dialect.name == "sqlite" else " FOR UPDATE"
            number = connection.scalar(text(f"SELECT next_number FROM number_series{lock}"))
            connection.execute(text("UPDATE number_series SET next_number = :next"), {"next": (number or 0) + 1})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(20)))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT next_number FROM number_series")) == 21


@ON_SQLITE
def test_a_writing_transaction_holds_the_write_lock_from_its_start(database_url: str) -> None:
    engine = make_engine(database_url, patience=IMPATIENT)
    with engine.connect() as first:
        first.execute(text("SELECT 1"))
        with pytest.raises(DatabaseBusy, match="being written by somebody else"), engine.connect() as second:
            second.execute(text("SELECT 1"))
    with engine.connect() as second:
        assert second.scalar(text("SELECT 1")) == 1
    engine.dispose()


@ON_SQLITE
def test_writers_of_one_process_take_turns_without_asking_sqlite_again_and_again(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def give_up_at_once(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 0")

    def write(number: int) -> None:
        with engine.begin() as connection:
            connection.execute(
                text("INSERT INTO number_series (prefix, next_number) VALUES (:p, 1)"), {"p": str(number)}
            )
            time.sleep(0.01)

    # A connection that is just being opened reads, and whoever commits waits for readers: open them all beforehand.
    opened = [engine.raw_connection() for _ in range(4)]
    for fresh in opened:
        fresh.close()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(40)))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM number_series")) == 40


@ON_SQLITE
def test_a_turn_is_handed_on_whatever_happens_to_who_has_it(database_url: str) -> None:
    engine = make_engine(database_url, patience=IMPATIENT)
    stranger = sqlite3.connect(make_url(database_url).database or "", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy), engine.begin():
        pass
    stranger.rollback()
    with pytest.raises(OperationalError, match="no such table"), engine.begin() as failing:
        failing.execute(text("SELECT 1 FROM nowhere"))
    lost = engine.connect()
    lost.scalar(text("SELECT 1"))
    lost.invalidate()
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    stranger.close()
    engine.dispose()


@ON_SQLITE
def test_a_commit_that_readers_keep_from_ending_leaves_nothing_behind(database_url: str) -> None:
    engine = make_engine(database_url, patience=Patience(lock=timedelta(milliseconds=50)))
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA journal_mode = delete")
    with reading(engine).connect() as reader:
        reader.execute(text("SELECT count(*) FROM skill")).all()
        with engine.connect() as writer:
            writer.execute(text("DELETE FROM skill"))
            with pytest.raises(DatabaseBusy):
                writer.commit()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM skill"))
    engine.dispose()


@ON_SQLITE
def test_a_change_of_journal_waits_for_who_has_the_file(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = sqlite3.connect(make_url(database_url).database or "", isolation_level=None, check_same_thread=False)
    other = "delete" if wal_is_safe(sqlite3.sqlite_version_info) else "wal"
    stranger.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("db.engine.wal_is_safe", lambda _version: other == "wal")
    engine = make_engine(database_url)
    timer = Timer(0.2, stranger.rollback)
    timer.start()
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == other
    timer.join()
    stranger.close()
    engine.dispose()


def test_a_reader_does_not_wait_for_a_writer(engine: Engine) -> None:
    with engine.connect() as writer, reading(engine).connect() as reader:
        writer.execute(text("INSERT INTO number_series (prefix, next_number) VALUES ('WO', 1)"))
        assert reader.scalar(text("SELECT count(*) FROM number_series")) == 0


def test_a_reader_cannot_write_and_the_next_writer_can(engine: Engine) -> None:
    statement = text("INSERT INTO number_series (prefix, next_number) VALUES ('WO', 1)")
    with reading(engine).connect() as reader, pytest.raises(Exception, match=r"(?i)read-?only"):
        reader.execute(statement)
    with engine.begin() as writer:
        writer.execute(statement)


@ON_POSTGRES
def test_a_reader_sees_one_state(engine: Engine) -> None:
    count = text("SELECT count(*) FROM number_series")
    with reading(engine).connect() as reader:
        assert reader.scalar(count) == 0
        with engine.begin() as writer:
            writer.execute(text("INSERT INTO number_series (prefix, next_number) VALUES ('WO', 1)"))
        assert reader.scalar(count) == 0


@ON_POSTGRES
def test_a_lock_held_too_long_is_busy_and_a_slow_statement_is_stopped(database_url: str) -> None:
    engine = make_engine(database_url, patience=IMPATIENT)
    with engine.connect() as first:
        first.execute(text("LOCK TABLE number_series"))
        with pytest.raises(DatabaseBusy, match="a lock held too long"), engine.connect() as second:
            second.execute(text("SELECT * FROM number_series"))
    with pytest.raises(DatabaseUnavailable, match="took too long"), engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep(60)"))
    engine.dispose()


def _no_folder(folder: Path) -> str:
    return f"sqlite:///{folder / 'none' / 'x.sqlite3'}"


def _not_a_database(folder: Path) -> str:
    (folder / "x.sqlite3").write_bytes(b"something else " * 100)
    return f"sqlite:///{folder / 'x.sqlite3'}"


def _no_server(folder: Path) -> str:
    return f"postgresql://u:secret@/d?host={folder}"


@pytest.mark.parametrize(
    ("make_url", "says"),
    [
        (_no_folder, "cannot be used: unable to open database file"),
        (_not_a_database, "cannot be used: file is not a database"),
        pytest.param(_no_server, "cannot be reached", marks=pytest.mark.postgres),
    ],
)
def test_an_unreachable_database_is_said_plainly(make_url: Callable[[Path], str], says: str, tmp_path: Path) -> None:
    engine = make_engine(make_url(tmp_path))
    with pytest.raises(DatabaseUnavailable, match=says) as caught:
        engine.connect()
    assert "secret" not in str(caught.value)
    engine.dispose()
