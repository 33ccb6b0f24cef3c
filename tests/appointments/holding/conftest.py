"""A company whose customers hold and confirm windows; the clock stands at six in the morning of the day before."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.appointments.holding.desk import Desk
from tests.builders.planning import Company, at
from tests.planning.common import SYSTEM


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at six in the morning of the day before."""
    return FixedClock(at(6) - timedelta(days=1))


@pytest.fixture
def session(uow: UnitOfWork) -> Iterator[Session]:
    """An open session of the system."""
    with uow(viewer=SYSTEM) as session:
        yield session


@pytest.fixture
def company(session: Session) -> Company:
    """A company without people or work."""
    return Company(session)


@pytest.fixture
def desk(uow: UnitOfWork, clock: FixedClock, company: Company) -> Desk:
    """What can be done with the company's appointments."""
    return Desk(uow, clock, company)
