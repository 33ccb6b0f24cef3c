"""Engines: how to talk to SQLite and to PostgreSQL so that both keep the same promises.

An engine is made by who needs one, never at import. Transactions write unless they come from `reading(engine)`.
"""

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, QueuePool
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from db.errors import BadUrl, DriverMissing
from db.faults import READ_ONLY, is_busy, translate_faults
from db.turns import Turns, WritingInTurn

MIGRATION_WAIT: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for the database; a limit of zero is no limit.

    statement: a statement may run this long (PostgreSQL).
    lock: wait this long for somebody else's lock (PostgreSQL: any lock; SQLite: the one lock on the file).
    idle: a transaction may do nothing for this long before the server ends it (PostgreSQL).
    """

    statement: timedelta = timedelta(seconds=60)
    lock: timedelta = timedelta(seconds=30)
    idle: timedelta = timedelta(minutes=5)


def make_engine(url: str, *, echo: bool = False, patience: Patience | None = None) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://user:password@host/database`.

    Raises BadUrl for any other kind of database, DriverMissing when psycopg is not installed. Does not connect yet.
    """
    return _make(parse_url(url), echo=echo, patience=patience or Patience(), migrating=False)


def make_migration_engine(url: str) -> Engine:
    """An engine for changing the schema and for moving all data: no time limits, no pool, no foreign keys in SQLite.

    SQLite changes a table by copying it, which may only be done while foreign keys are not enforced; who uses this
    engine checks them before it commits (https://sqlite.org/lang_altertable.html#otheralter).
    """
    patience = Patience(statement=timedelta(0), lock=MIGRATION_WAIT, idle=timedelta(0))
    return _make(parse_url(url), echo=False, patience=patience, migrating=True)


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: they see one state of the database, and a write fails."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{READ_ONLY: True})
    return engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")


def is_reading(bind: Engine | Connection) -> bool:
    """Whether transactions of this engine, or on this connection, only read."""
    options = bind.get_execution_options()
    return bool(options.get(READ_ONLY) or options.get("postgresql_readonly"))


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the bug that can corrupt a database in WAL mode.

    Fixed in 3.51.3, 3.50.7 and 3.44.6 (https://sqlite.org/wal.html#walresetbug).
    """
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def parse_url(url: str) -> URL:
    """The URL with its driver named.

    Raises BadUrl. The password never shows in the message.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        msg = "The database URL cannot be read; write sqlite:///file or postgresql://user:password@host/database"
        raise BadUrl(msg) from error
    backend, _, driver = parsed.drivername.partition("+")
    if backend == "sqlite" and driver in ("", "pysqlite"):
        if parsed.database in (None, "", ":memory:"):
            msg = f"The database URL {url} names no file; a database in memory cannot be shared: use sqlite:///file"
            raise BadUrl(msg)
        return parsed
    if backend in ("postgresql", "postgres") and driver in ("", "psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    msg = (
        f"The database URL {parsed.render_as_string(hide_password=True)} is of a kind we do not use; "
        "use sqlite:///file or postgresql://user:password@host/database"
    )
    raise BadUrl(msg)


def _make(url: URL, *, echo: bool, patience: Patience, migrating: bool) -> Engine:
    pool: dict[str, Any] = {"poolclass": NullPool}
    if not migrating:
        pool = {"poolclass": QueuePool, "pool_size": 10, "max_overflow": 30}
    if url.get_backend_name() == "sqlite":
        connecting = {"timeout": patience.lock.total_seconds(), "factory": WritingInTurn}
        engine = create_engine(url, echo=echo, connect_args=connecting, **pool)
        _keep_sqlite_promises(engine, patience, foreign_keys=not migrating)
    else:
        engine = _postgres_engine(url, echo=echo, pool=pool if migrating else pool | {"pool_pre_ping": True})
        _keep_postgres_promises(engine, patience)
    translate_faults(engine)
    return engine


def _postgres_engine(url: URL, *, echo: bool, pool: dict[str, Any]) -> Engine:
    try:
        return create_engine(url, echo=echo, connect_args={"connect_timeout": 10}, **pool)
    except ImportError as error:
        msg = "PostgreSQL needs the driver psycopg 3; install it with: pip install 'psycopg[binary]'"
        raise DriverMissing(msg) from error


def _keep_sqlite_promises(engine: Engine, patience: Patience, *, foreign_keys: bool) -> None:
    turns = Turns(engine.url.render_as_string(hide_password=True), patience.lock)

    @event.listens_for(engine, "connect")
    def configure(connection: WritingInTurn, _record: object) -> None:
        connection.turns = turns
        # Python's own transaction handling begins too late and never immediately; `begin` below takes over.
        connection.isolation_level = None
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        _use_journal(connection, "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "delete", patience.lock)
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once, without waiting, if another wrote in
        # between; so a writing transaction takes the write lock from the start.
        read_only = connection.get_execution_options().get(READ_ONLY, False)
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
        if read_only:
            connection.exec_driver_sql("BEGIN DEFERRED")
            return
        writer = cast(WritingInTurn, connection.connection.driver_connection)
        writer.wait_for_turn()
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            writer.hand_on()
            raise


def _use_journal(connection: sqlite3.Connection, wanted: str, patience: timedelta) -> None:
    # SQLite does not wait for the lock that a change of journal takes, as several processes may want at once.
    for attempt in Retrying(
        retry=retry_if_exception(is_busy),
        stop=stop_after_delay(patience),
        wait=wait_random_exponential(multiplier=0.01, max=0.1),
        reraise=True,
    ):
        with attempt:
            if connection.execute("PRAGMA journal_mode").fetchone() != (wanted,):
                connection.execute(f"PRAGMA journal_mode = {wanted}")


def _keep_postgres_promises(engine: Engine, patience: Patience) -> None:
    settings = {
        "TimeZone": "UTC",
        "application_name": "dispatch",
        "statement_timeout": _milliseconds(patience.statement),
        "lock_timeout": _milliseconds(patience.lock),
        "idle_in_transaction_session_timeout": _milliseconds(patience.idle),
    }

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # Set after connecting, not by libpq's `options`: connection poolers refuse that.
        connection.autocommit = True
        with connection.cursor() as cursor:
            for name, value in settings.items():
                cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
        connection.autocommit = False


def _milliseconds(span: timedelta) -> str:
    return str(span // timedelta(milliseconds=1))
