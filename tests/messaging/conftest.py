"""What the tests of messages share."""

from pathlib import Path

import pytest

from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.intake.channels.reception import Reception


@pytest.fixture
def reception(uow: UnitOfWork, clock: FixedClock, tmp_path: Path) -> Reception:
    """A reception over an empty database."""
    return Reception.of(uow, clock, tmp_path / "data")
