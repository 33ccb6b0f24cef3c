"""One session on each database for a test, never committed."""

from collections.abc import Iterator

import pytest

from db.session import UnitOfWork
from tests.intake.merging.desk import SYSTEM, Desk


@pytest.fixture
def desk(uow: UnitOfWork) -> Iterator[Desk]:
    """A desk on the test's database, which is left as it was."""
    with uow(viewer=SYSTEM) as session:
        yield Desk.open(session)
