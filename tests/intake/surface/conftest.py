"""The world, seen by its call taker, with what taking in goes by."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from api.reception import placing
from db import models as m
from db.models import Role
from db.session import UnitOfWork
from dispatch.access import Viewer
from dispatch.clock import FixedClock
from dispatch.intake.channels.rules import Rules
from dispatch.intake.matching import Thresholds
from dispatch.records.attachments import Files
from tests.builders.world import World, build_world


@dataclass
class Desk:
    """A session of the north's call taker over a fresh world."""

    session: Session
    world: World
    rules: Rules
    clock: FixedClock

    @property
    def viewer(self) -> Viewer:
        """The call taker."""
        return self.world.viewer(Role.CALL_TAKER)

    def article(self, *, without_visit: bool = True, **values: object) -> m.Article:
        """A new article about doors."""
        usual: dict[str, object] = {
            "number": f"KB-{self.session.query(m.Article).count() + 100}",
            "title": "Doors reopen",
            "symptom": "The doors reopen again and again",
            "remedy": "Clean the sill.",
            "without_visit": without_visit,
        }
        row = m.Article(**{**usual, **values})
        self.session.add(row)
        self.session.flush()
        return row


@pytest.fixture
def desk(uow: UnitOfWork, clock: FixedClock, tmp_path: Path) -> Iterator[Desk]:
    """The call taker's session."""
    with uow(viewer=Viewer.system()) as session:
        world = build_world(session)
        session.commit()
    with uow(viewer=world.viewer(Role.CALL_TAKER)) as session:
        yield Desk(session, world, Rules(files=Files(tmp_path), place=placing(Thresholds())), clock)
