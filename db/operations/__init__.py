"""What an operator does to a database as a whole."""

from db.operations.archive import Manifest
from db.operations.backups import backup, restore
from db.operations.checks import check
from db.operations.migrate import current, downgrade, head, new_revision, upgrade

__all__ = ["Manifest", "backup", "check", "current", "downgrade", "head", "new_revision", "restore", "upgrade"]
