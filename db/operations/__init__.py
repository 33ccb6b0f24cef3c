"""What an operator does to a database as a whole."""

from db.operations.check import check
from db.operations.migrate import current, downgrade, head, new_revision, upgrade

__all__ = ["check", "current", "downgrade", "head", "new_revision", "upgrade"]
