"""Turns a driver's complaint into an error of ours, where an operator can do something about it."""

import sqlite3
from typing import Final

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from db.errors import DatabaseBusy, DatabaseError, DatabaseUnavailable

READ_ONLY: Final = "dispatch_read_only"
"""The execution option that marks a transaction as one that only reads."""

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_BUSY: Final = {"40001": "a conflict between transactions", "40P01": "a deadlock", "55P03": "a lock held too long"}
_TOO_SLOW: Final = "57014"
_UNREACHABLE_CLASSES: Final = ("08", "28", "3D", "53", "57P", "58")

# https://sqlite.org/rescode.html; the low byte is the primary code.
_SQLITE_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_SQLITE_UNREADABLE: Final = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
)


def translate_faults(engine: Engine) -> None:
    """Makes the engine raise DatabaseBusy and DatabaseUnavailable instead of the driver's own errors."""
    place = engine.url.render_as_string(hide_password=True)

    @event.listens_for(engine, "handle_error")
    def translate(context: ExceptionContext) -> DatabaseError | None:
        # What this returns is raised instead; None leaves the error as it is.
        return None if context.is_pre_ping else _translate(context, place)


def being_written(place: str, said: str) -> DatabaseBusy:
    """The error for whoever has waited in vain for SQLite's one lock. said: how that was noticed."""
    return DatabaseBusy(f"The database at {place} is being written by somebody else ({said}). Try again.")


def is_busy(error: BaseException) -> bool:
    """Whether SQLite refused because somebody else holds the lock."""
    return isinstance(error, sqlite3.Error) and _primary_code(error) in _SQLITE_BUSY


def _primary_code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _translate(context: ExceptionContext, place: str) -> DatabaseError | None:
    original = context.original_exception
    said = str(original).strip()
    if isinstance(original, sqlite3.Error):
        reads_only = context.connection is not None and context.connection.get_execution_options().get(READ_ONLY, False)
        return _translate_sqlite(original, place, said, reads_only=reads_only)
    code = getattr(original, "sqlstate", None) or ""
    if code in _BUSY:
        return DatabaseBusy(f"The database at {place} refused because of {_BUSY[code]}: {said}. Try again.")
    if code == _TOO_SLOW:
        return DatabaseUnavailable(f"The database at {place} stopped a statement that took too long: {said}.")
    unreachable = code.startswith(_UNREACHABLE_CLASSES) or _never_connected(context)
    if unreachable or context.is_disconnect:
        return DatabaseUnavailable(
            f"The database at {place} cannot be reached: {said}. Is it running, is the URL right?"
        )
    return None


def _never_connected(context: ExceptionContext) -> bool:
    # libpq gives no code when it cannot reach the server at all.
    return context.connection is None and type(context.original_exception).__name__ == "OperationalError"


def _translate_sqlite(original: sqlite3.Error, place: str, said: str, *, reads_only: bool) -> DatabaseError | None:
    code = _primary_code(original)
    if code == sqlite3.SQLITE_READONLY and reads_only:
        return None  # our own mistake, not the operator's
    if is_busy(original):
        return being_written(place, said)
    if code in _SQLITE_UNREADABLE:
        return DatabaseUnavailable(
            f"The database at {place} cannot be used: {said}. Check the path, its rights and disk."
        )
    return None
