"""What the rows of the world are called: sides, and the whole."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from db import models as m
from db.base import Base
from db.models import Role
from dispatch.access import Viewer

NOW: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)
TODAY: Final = date(2026, 3, 2)
ZONE: Final = "America/Santiago"

# Which of the things of one side are whose: the territory's in general, or one technician's.
Ids = dict[type[Base], int]


@dataclass
class Side:
    """The ids of one territory's rows, one of each kind; `rows[Visit]` is the visit on this technician's route."""

    name: str
    rows: Ids = field(default_factory=dict)

    def __getitem__(self, kind: type[Base]) -> int:
        return self.rows[kind]


@dataclass
class World:
    """Both territories. `mate` holds what is another technician's in the north."""

    north: Side
    south: Side
    mate: Side
    common: Side
    users: dict[str, int] = field(default_factory=dict)

    def viewer(self, role: Role) -> Viewer:
        """The north's user of a role."""
        technician_id = self.north[m.Technician] if role is Role.TECHNICIAN else None
        scoped = role in (Role.SCHEDULER, Role.CALL_TAKER, Role.TECHNICIAN)
        return Viewer(
            name=role.value,
            role=role,
            user_id=self.users[role.value],
            technician_id=technician_id,
            territory_ids=frozenset({self.north[m.Territory]}) if scoped else frozenset(),
            today=TODAY if role is Role.TECHNICIAN else None,
        )
