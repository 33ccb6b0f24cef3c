"""A small company in a database of the test's own, and runs carried out on it."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session

from db.models import RunStatus
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.compute.solving import Effort, Solve
from dispatch.planning import runs
from tests.builders.planning import Company, at, quick_solve
from tests.planning.common import ROADS, SYSTEM
from tests.planning.scene import Scene


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
    """A company without people or work; `session.commit()` makes it visible to others."""
    return Company(session)


@pytest.fixture
def plan_day(uow: UnitOfWork, clock: FixedClock, company: Company) -> Callable[..., int]:
    """Plans the company's day as far as a proposal; the run's id."""

    def plan(solve: Solve = quick_solve) -> int:
        company.session.commit()
        with uow(viewer=SYSTEM) as session:
            run = runs.request_run(
                session,
                SYSTEM,
                clock,
                territory_id=company.territory.id,
                local_date=company.day,
                effort=Effort(iterations=10),
                queued=False,
            )
            session.commit()
        status = runs.execute(uow, run.id, travel=ROADS, clock=clock, solve=solve)
        assert status is RunStatus.SUCCEEDED
        return run.id

    return plan


@pytest.fixture
def scene(uow: UnitOfWork, clock: FixedClock, company: Company) -> Scene:
    """The company's day, and what can be done with it."""
    return Scene(uow, clock, company)
