"""Who is asking."""

from dataclasses import dataclass, field
from datetime import date
from typing import Self

from db.models import Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking, with role and scope. `role` None is the system itself, which sees everything.

    territory_ids: the territories a scheduler or call taker looks after, or a technician belongs to.
    name: what the audit trail calls them.
    today: the local date of a technician's territory when they asked; without it a technician sees no visits.
    """

    name: str
    role: Role | None
    user_id: int | None = None
    technician_id: int | None = None
    territory_ids: frozenset[int] = field(default_factory=frozenset)
    today: date | None = None

    @classmethod
    def system(cls, name: str = "system") -> Self:
        """The system itself: workers, commands of the operator, migrations of data."""
        return cls(name=name, role=None)

    @property
    def is_system(self) -> bool:
        """Whether this is the system itself."""
        return self.role is None

    @property
    def sees_everything(self) -> bool:
        """Whether no row is kept from this viewer."""
        return self.role is None or self.role is Role.ADMINISTRATOR
