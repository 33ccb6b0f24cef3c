"""Databases for the tests: every test that asks for `engine`, `uow` or `database_url` runs on SQLite and PostgreSQL.

To run on one of them only: `@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)`.
"""

import itertools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import settings
from sqlalchemy import Engine, event

from db.engine import make_engine
from db.operations import upgrade
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.builders.examples import is_long
from tests.parts.postgres import PostgresServer, leave_server, shared_server
from tests.parts.reused_database import ReusedDatabase
from tests.parts.run_folder import RunFolder

settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.register_profile("long", derandomize=False, deadline=None, database=None, print_blob=True)
settings.load_profile("long" if is_long() else "ci")

_NUMBERS: Final = itertools.count()
_RUN: Final = pytest.StashKey[RunFolder]()


def pytest_configure(config: pytest.Config) -> None:
    """Opens the run's folder, in the process that the run was started as."""
    if not hasattr(config, "workerinput"):
        config.stash[_RUN] = RunFolder()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a worker process where the run's folder is."""
    node.workerinput["run_folder"] = str(node.config.stash[_RUN].path)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leaves nothing behind."""
    run = config.stash.get(_RUN, None)
    if run is not None:
        leave_server(run.path)
        run.remove()


@pytest.fixture(scope="session")
def run_folder(request: pytest.FixtureRequest) -> Path:
    """A folder that all test processes of this run share."""
    if hasattr(request.config, "workerinput"):
        return Path(request.config.workerinput["run_folder"])
    return request.config.stash[_RUN].path


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path) -> PostgresServer:
    """A PostgreSQL server; skips where there is none."""
    return shared_server(run_folder)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with empty tables, to be copied."""
    file = tmp_path_factory.mktemp("template") / "template.sqlite3"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def reused_database(postgres_server: PostgresServer, request: pytest.FixtureRequest) -> ReusedDatabase:
    """The database with tables that this process uses for test after test."""
    return ReusedDatabase(postgres_server, _worker(request.config))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own with empty tables."""
    if database_kind == "sqlite":
        file = tmp_path / "dispatch.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
    else:
        database: ReusedDatabase = request.getfixturevalue("reused_database")
        yield database.url
        database.reset()


@pytest.fixture
def bare_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own without tables."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.sqlite3'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.create(f"{_worker(request.config)}_{next(_NUMBERS)}", migrated=False)
        yield url
        server.drop(url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a database of the test's own with empty tables."""
    engine = make_engine(database_url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at eight in the morning, UTC, on a Monday."""
    return FixedClock(datetime(2026, 3, 2, 8, tzinfo=UTC))


@pytest.fixture
def uow(engine: Engine, clock: FixedClock) -> UnitOfWork:
    """Opens sessions on the test's database, stamped by the test's clock."""
    return UnitOfWork(engine, now=clock.now)


def _worker(config: pytest.Config) -> str:
    return str(getattr(config, "workerinput", {}).get("workerid", "alone"))
