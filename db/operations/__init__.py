"""What an operator does to a database as a whole."""

from db.operations.archive import Manifest
from db.operations.backup import backup, restore
from db.operations.check import check
from db.operations.migrate import current, downgrade, head, new_revision, upgrade

__all__ = ["Manifest", "backup", "check", "current", "downgrade", "head", "new_revision", "restore", "upgrade"]
