"""Copying a SQLite database while it is in use."""

import sqlite3
from contextlib import closing
from pathlib import Path

from db.errors import BackupProblem
from db.operations.checks import check
from db.operations.migrate import make_sqlite_file, sqlite_file, upgrade

_WAIT_SECONDS = 60.0


def dump(url: str, target: Path) -> None:
    """Writes the database as it is at one moment to a new file, by SQLite's backup API.

    Raises BackupProblem when the database is damaged: a backup of it would only look like one.
    """
    try:
        with closing(_open(_file(url))) as source, closing(_open(target)) as copy:
            source.backup(copy, progress=_give_up_when_locked)
            said = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        said = str(error)
    if said != "ok":
        msg = f"{_file(url)} cannot be saved ({said}); if it is damaged, restore the last good backup"
        raise BackupProblem(msg)


def load(dumped: Path, url: str) -> None:
    """Replaces all of the database by what was dumped, upgraded to this version's revision.

    The dumped file is upgraded and checked first; then it takes the database's place in one transaction.

    Raises BackupProblem when the dump is damaged or somebody else is using the database.
    """
    staged = f"sqlite:///{dumped}"
    upgrade(staged)
    faults = check(staged)
    if faults:
        msg = f"The backup is damaged: {'; '.join(faults[:5])}; use another backup"
        raise BackupProblem(msg)
    make_sqlite_file(url)
    target = _file(url)
    try:
        with closing(_open(dumped)) as source, closing(_open(target)) as copy:
            source.backup(copy, progress=_give_up_when_locked)
    except sqlite3.Error as error:
        msg = (
            f"{target} was left as it was ({error}); stop the server and the worker, "
            "move the file away if it is damaged, and try again"
        )
        raise BackupProblem(msg) from error


def _give_up_when_locked(status: int, _remaining: int, _total: int) -> None:
    # Python would go on trying for ever; by then SQLite has waited its full time.
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        msg = "somebody else is using the database"
        raise sqlite3.OperationalError(msg)


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=_WAIT_SECONDS, isolation_level=None)


def _file(url: str) -> Path:
    file = sqlite_file(url)
    if file is None:
        msg = f"{url} names no SQLite file"
        raise BackupProblem(msg)
    return file
