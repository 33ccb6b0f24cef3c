"""Systems of the tests' own, besides the one that a test has anyway."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from db.engine import make_engine
from db.session import UnitOfWork
from dispatch.clock import FixedClock


@contextmanager
def closing_uow(template: Path, target: Path) -> Iterator[UnitOfWork]:
    """Units of work on a copy of a SQLite database."""
    shutil.copyfile(template, target)
    engine = make_engine(f"sqlite:///{target}")
    try:
        yield UnitOfWork(engine, now=FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC)).now)
    finally:
        engine.dispose()
