"""A clock in the middle of the day before; a mail server."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db.session import UnitOfWork
from dispatch.clock import FixedClock
from tests.appointments.telling.scene import Scene
from tests.builders.planning import Company, at
from tests.messaging.test_mail_out import Post, running
from tests.planning.common import SYSTEM


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at noon of the day before."""
    return FixedClock(at(12) - timedelta(days=1))


@pytest.fixture(scope="module")
def server() -> Iterator[Post]:
    """A mail server for all tests of a module."""
    with running(Post()) as post:
        yield post


@pytest.fixture
def stage(uow: UnitOfWork, clock: FixedClock, server: Post, tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    """Makes the scene."""
    server.taken, server.answers = [], []
    with uow(viewer=SYSTEM) as session:

        def make(**more: Any) -> Scene:
            return Scene.of(uow, clock, Company(session), server, tmp_path, **more)

        yield make


@pytest.fixture
def scene(stage: Callable[..., Scene]) -> Scene:
    """The usual scene."""
    return stage()
