"""Bringing a database from one revision of the tables to another."""

import importlib.util
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from db.engine import make_engine, make_migration_engine, parse_url, reading
from db.errors import MigrationProblem
from db.operations.compare import options

# Any number that nothing else on the server locks; the same in every version.
_ADVISORY_LOCK: Final = 0x0D15_7A7C


def upgrade(url: str, revision: str = "head") -> None:
    """Brings the database to the revision, making the database file first where there is none.

    All steps happen, or none; two at once do it one after the other, and the second finds nothing left to do.

    Raises MigrationProblem when this version does not know where the database is.
    """
    make_sqlite_file(url)
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Brings the database back to an earlier revision ("base": no tables). What the revision cannot hold is lost.

    Raises MigrationProblem when this version does not know where the database is.
    """
    _run(url, lambda config: command.downgrade(config, revision))


def current(url: str) -> str | None:
    """The revision the database is at; None when it has no tables of ours, or is not there."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return None
    engine = make_engine(url)
    try:
        with reading(engine).connect() as connection:
            return revision_of(connection)
    finally:
        engine.dispose()


def head() -> str:
    """The revision this version works with."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    if newest is None:  # pragma: no cover  (a package without migrations)
        msg = "No migrations are installed; install the package again"
        raise MigrationProblem(msg)
    return newest


def is_known(revision: str) -> bool:
    """Whether this version has the migration that leads to the revision."""
    return revision in {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def new_revision(url: str, message: str, *, folder: Path | None = None) -> Path:
    """Writes a migration from what the database is to what the tables are now. For developers; read it before use.

    The database must be at the newest revision. The file goes to `folder`, by default beside the other migrations.
    """
    number = f"{int(head()) + 1:04}"
    with _migrating(url) as connection:
        settings = config(connection)
        place = str(folder or _versions(settings))
        settings.set_main_option("version_locations", os.pathsep.join({place, _versions(settings)}))
        script = command.revision(settings, message, autogenerate=True, rev_id=number, version_path=place)
    if script is None or isinstance(script, list):
        msg = f"No migration was written for {message!r}"
        raise MigrationProblem(msg)
    return Path(script.path)


def revision_of(connection: Connection) -> str | None:
    """The revision of the database behind a connection."""
    return MigrationContext.configure(connection).get_current_revision()


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file; prints nothing."""
    spec = importlib.util.find_spec("migrations")
    if spec is None or not spec.submodule_search_locations:  # pragma: no cover  (a broken installation)
        msg = "The package migrations is not installed; install the package again"
        raise MigrationProblem(msg)
    settings = Config(stdout=io.StringIO())
    settings.set_main_option("script_location", spec.submodule_search_locations[0].replace("%", "%%"))
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    settings.set_main_option("path_separator", "os")
    if connection is not None:
        settings.attributes["connection"] = connection
        settings.attributes["options"] = options(connection.dialect.name)
    return settings


def _versions(settings: Config) -> str:
    return ScriptDirectory.from_config(settings).versions


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    parsed = parse_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def make_sqlite_file(url: str) -> None:
    """Makes the file of a SQLite database, and its folder, where it is not there; only its owner may read it."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)


def foreign_key_faults(connection: Connection) -> list[str]:
    """Rows of a SQLite database that refer to rows that are not there."""
    rows = connection.execute(text("PRAGMA foreign_key_check")).all()
    return [f"{table}: row {row} refers to a row of {parent} that is not there" for table, row, parent, _ in rows]


def _run(url: str, act: Callable[[Config], None]) -> None:
    with _migrating(url) as connection:
        try:
            act(config(connection))
        except CommandError as error:
            at = revision_of(connection)
            msg = (
                f"The database is at revision {at}, this version knows up to {head()} ({error}); "
                "use the version of Dispatch that made the database, or a newer one"
            )
            raise MigrationProblem(msg) from error


@contextmanager
def _migrating(url: str) -> Iterator[Connection]:
    """One transaction that nobody else migrates in; SQLite takes its write lock at the start anyway."""
    engine = make_migration_engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            yield connection
            faults = foreign_key_faults(connection) if connection.dialect.name == "sqlite" else []
            if faults:
                msg = f"Nothing was changed, as rows would refer to rows that are gone: {'; '.join(faults[:5])}"
                raise MigrationProblem(msg)
    finally:
        engine.dispose()
