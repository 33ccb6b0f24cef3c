"""What can go wrong between us and the database.

    DatabaseError
    ├── DatabaseBusy         somebody else holds what we need; the same transaction may succeed if tried again
    ├── DatabaseUnavailable  it cannot be reached, opened or read, or did not answer in time
    ├── DriverMissing        the Python driver of that database is not installed
    ├── BadUrl               the database URL cannot be used
    ├── MigrationProblem     the schema cannot be brought to the wanted revision
    ├── BackupProblem        a backup cannot be made, is damaged, or may not be restored there
    └── NeverEdited          somebody tried to change or delete what is written once

`IntegrityError` (a constraint refused a row) and `StaleDataError` (a row was changed by somebody else since it was
read) come from SQLAlchemy and are handed on from here, so that the floors above need not import it.
"""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

__all__ = [
    "BackupProblem",
    "BadUrl",
    "DatabaseBusy",
    "DatabaseError",
    "DatabaseUnavailable",
    "DriverMissing",
    "IntegrityError",
    "MigrationProblem",
    "NeverEdited",
    "StaleDataError",
]


class DatabaseError(Exception):
    """Something about the database that its operator can be told."""


class DatabaseBusy(DatabaseError):
    """Somebody else holds what we need; the same transaction may succeed if tried again."""


class DatabaseUnavailable(DatabaseError):
    """It cannot be reached, opened or read, or did not answer in time."""


class DriverMissing(DatabaseError):
    """The Python driver of that database is not installed."""


class BadUrl(DatabaseError):
    """The database URL cannot be used."""


class MigrationProblem(DatabaseError):
    """The schema cannot be brought to the wanted revision."""


class BackupProblem(DatabaseError):
    """A backup cannot be made, is damaged, or may not be restored there."""


class NeverEdited(DatabaseError):
    """Somebody tried to change or delete what is written once."""
