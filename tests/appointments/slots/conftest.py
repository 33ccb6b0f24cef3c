"""A company in a database of the test's own, and who asks it for slots."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.appointments.slots.desk import Desk
from tests.builders.planning import Company, at
from tests.planning.common import SYSTEM


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at six in the morning of the company's day."""
    return FixedClock(at(6))


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
    """The company's next days, and what can be asked of them."""
    return Desk(uow, clock, company)
