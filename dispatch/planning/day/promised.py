"""What policy says of slots and promised visits: the rows of a territory, and which of them counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import SlotPolicy


@dataclass(frozen=True, slots=True)
class SlotPolicies:
    """The slot policies that a territory may follow."""

    territory_id: int
    rows: Sequence[SlotPolicy] = ()

    def of(self, work_type_id: int) -> SlotPolicy | None:
        """The one that says most about both: of territory and work type, of the work type, of the territory, of all."""
        fits = [row for row in self.rows if row.work_type_id in (None, work_type_id)]
        fits = [row for row in fits if row.territory_id in (None, self.territory_id)]
        return max(fits, key=lambda row: (row.work_type_id is not None, row.territory_id is not None), default=None)

    def break_cost(self, work_type_id: int) -> int | None:
        """What leaving a promised visit out costs; None: it may not be."""
        row = self.of(work_type_id)
        return None if row is None else row.break_cost


def slot_policies(session: Session, territory_id: int) -> SlotPolicies:
    """The slot policies of the territory, one query."""
    query = select(SlotPolicy).where(or_(SlotPolicy.territory_id == territory_id, SlotPolicy.territory_id.is_(None)))
    return SlotPolicies(territory_id, tuple(session.scalars(query.order_by(SlotPolicy.id))))
