"""Copying a PostgreSQL database by its own programs."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection, inspect, text

from db.engine import make_migration_engine
from db.errors import BackupProblem
from db.operations.migrate import upgrade

Result = TypeVar("Result")

ASIDE: Final = "dispatch_before_restore"
"""The schema where the tables of before wait until a restore has succeeded."""


def dump(url: str, target: Path) -> None:
    """Writes the tables as they are at one moment to a new file, by pg_dump.

    Raises BackupProblem when pg_dump is missing, older than the server, or fails.
    """
    schema = _in_database(url, _schema)
    run(
        "pg_dump",
        url,
        "--format=custom",
        "--compress=0",
        "--no-owner",
        "--no-privileges",
        f"--table={_quoted(schema)}.*",
        f"--file={target}",
    )


def load(dumped: Path, url: str) -> None:
    """Replaces all tables by what was dumped, upgraded to this version's revision.

    The tables of before are moved to the schema `dispatch_before_restore` and come back if anything goes wrong.

    Raises BackupProblem when pg_restore is missing or fails, or an earlier restore was interrupted.
    """
    _program("pg_restore")
    _in_database(url, _put_aside)
    # pg_dump of tables leaves out the function that their triggers call.
    _in_database(url, _make_trigger_function)
    try:
        run("pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(dumped))
        upgrade(url)
    except BaseException:
        _in_database(url, _bring_back)
        raise
    _in_database(url, _drop_aside)


def _make_trigger_function(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION refuse_to_edit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION '% is written once and never changed or deleted', TG_TABLE_NAME"
            " USING ERRCODE = 'restrict_violation'; END $$"
        )
    )


def _put_aside(connection: Connection) -> None:
    if ASIDE in inspect(connection).get_schema_names():
        msg = (
            f"An earlier restore was interrupted: the tables of before are in the schema {ASIDE}. "
            "Move them back or drop that schema, then try again"
        )
        raise BackupProblem(msg)
    connection.execute(text(f"CREATE SCHEMA {ASIDE}"))
    _move(connection, _schema(connection), ASIDE)


def _bring_back(connection: Connection) -> None:
    schema = _schema(connection)
    for table in inspect(connection).get_table_names(schema):
        connection.execute(text(f"DROP TABLE {_quoted(schema)}.{_quoted(table)} CASCADE"))
    _move(connection, ASIDE, schema)
    connection.execute(text(f"DROP SCHEMA {ASIDE}"))


def _drop_aside(connection: Connection) -> None:
    connection.execute(text(f"DROP SCHEMA {ASIDE} CASCADE"))


def _move(connection: Connection, source: str, target: str) -> None:
    for table in inspect(connection).get_table_names(source):
        connection.execute(text(f"ALTER TABLE {_quoted(source)}.{_quoted(table)} SET SCHEMA {_quoted(target)}"))


def _schema(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT current_schema()")))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _in_database(url: str, act: Callable[[Connection], Result]) -> Result:
    engine = make_migration_engine(url)
    try:
        with engine.begin() as connection:
            return act(connection)
    finally:
        engine.dispose()


def run(program: str, url: str, *arguments: str) -> None:
    """Runs one of PostgreSQL's programs on a database.

    Raises BackupProblem with what it said when it is missing or fails.
    """
    parsed = make_migration_engine(url).url
    from psycopg.conninfo import make_conninfo  # an optional part; the line above says how to get it

    connect = parsed.translate_connect_args(database="dbname", username="user") | dict(parsed.query)
    # The password goes by the environment: other users of the machine can read a command line.
    password = connect.pop("password", None)
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    command = [_program(program), f"--dbname={make_conninfo(**connect)}", "--no-password", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  (no shell; the words are ours)
    if done.returncode != 0:
        msg = f"{program} failed, and nothing was changed: {done.stderr.strip() or f'it ended with {done.returncode}'}"
        raise BackupProblem(msg)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        msg = (
            f"{name} is not on the PATH; install PostgreSQL's client programs, of the server's version or newer "
            "(Debian: apt-get install postgresql-client)"
        )
        raise BackupProblem(msg)
    return found
