"""Whether a database is whole and fits this version."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from db.engine import make_engine, reading
from db.errors import DatabaseUnavailable
from db.operations.compare import differing_checks, metadata, options
from db.operations.migrate import current, foreign_key_faults, head, revision_of


def check(url: str) -> list[str]:
    """Everything wrong with the database, a sentence each; an empty list when all is well.

    Looks at the revision, at differences between tables and models, and at the rows: dangling references and damaged
    pages on SQLite, invalid indexes and unchecked constraints on PostgreSQL.
    """
    at = current(url)
    if at != head():
        return [f"The database is at revision {at}, this version needs {head()}; run: dispatch db upgrade"]
    engine = make_engine(url)
    try:
        with reading(engine).connect() as connection:
            # What is damaged cannot be compared.
            return damage(connection) or drift(connection)
    finally:
        engine.dispose()


def drift(connection: Connection) -> list[str]:
    """Where the tables differ from the models of this version."""
    if revision_of(connection) is None:
        return ["The database has no tables; run: dispatch db upgrade"]
    comparing = options(connection.dialect.name)
    context = MigrationContext.configure(connection, opts=comparing)
    differences = compare_metadata(context, metadata())
    return [f"Tables and models differ: {difference}" for difference in differences] + differing_checks(connection)


def damage(connection: Connection) -> list[str]:
    """What is broken in the rows and indexes themselves."""
    return _sqlite_damage(connection) if connection.dialect.name == "sqlite" else _postgres_damage(connection)


def _sqlite_damage(connection: Connection) -> list[str]:
    try:
        said = connection.execute(text("PRAGMA integrity_check")).scalars().all()
    except DatabaseUnavailable as error:
        return [str(error)]
    return [f"The file is damaged: {line}" for line in said if line != "ok"] + foreign_key_faults(connection)


def _postgres_damage(connection: Connection) -> list[str]:
    indexes = connection.execute(
        text(
            "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace ORDER BY 1"
        )
    ).scalars()
    constraints = connection.execute(
        text(
            "SELECT conrelid::regclass::text || '.' || conname FROM pg_constraint"
            " WHERE NOT convalidated AND connamespace = current_schema()::regnamespace ORDER BY 1"
        )
    ).scalars()
    return [f"The index {name} is invalid; run: REINDEX INDEX {name}" for name in indexes] + [
        f"The constraint {name} was never checked against the rows that were there before it" for name in constraints
    ]
