"""A second, empty system."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from db.engine import make_engine
from db.session import UnitOfWork
from dispatch.clock import FixedClock


def empty_copy(template: Path, target: Path) -> UnitOfWork:
    """A unit of work on a fresh copy of the empty database."""
    shutil.copyfile(template, target)
    return UnitOfWork(make_engine(f"sqlite:///{target}"), now=FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC)).now)
