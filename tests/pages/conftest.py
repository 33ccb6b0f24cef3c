"""The pages over a database with two territories."""

import pytest

from api.pages.drawing import Drawing
from api.pages.install import install
from db.session import UnitOfWork
from dispatch.clock import FixedClock
from dispatch.travel.straight import StraightLine
from tests.api.served import Served, serve


@pytest.fixture
def served(uow: UnitOfWork, clock: FixedClock) -> Served:
    """The application with its pages, over a fresh world."""
    made = serve(uow, clock)
    install(made.app, Drawing(StraightLine(), None))
    return made
