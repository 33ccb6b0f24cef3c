"""What the tests of HTTP share."""

import pytest

from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.api.served import Served, serve


@pytest.fixture
def served(uow: UnitOfWork, clock: FixedClock) -> Served:
    """The application over a fresh world."""
    return serve(uow, clock)
