"""A small company in a database of the test's own, on its day at eight in the morning."""

from collections.abc import Iterator

import pytest

from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.builders.planning import Company, at
from tests.planning.common import SYSTEM
from tests.planning.scene import Scene


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at six in the morning of the company's day."""
    return FixedClock(at(6))


@pytest.fixture
def company(uow: UnitOfWork) -> Iterator[Company]:
    """A company without people or work; what is not committed is gone after the test."""
    with uow(viewer=SYSTEM) as session:
        yield Company(session)


@pytest.fixture
def scene(uow: UnitOfWork, clock: FixedClock, company: Company) -> Scene:
    """The company's day, and what can be done with it."""
    return Scene(uow, clock, company)
