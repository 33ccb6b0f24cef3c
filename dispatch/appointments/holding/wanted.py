"""What somebody wants to hold: an arrival window of one work order; and who wants it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from db.models import Appointment
from dispatch.access import Viewer
from dispatch.appointments.links.guest import Guest
from dispatch.appointments.offering.offers import Slot

Actor: TypeAlias = Viewer | Guest
"""Who acts: one of our users, or a customer who came by a link."""


@dataclass(frozen=True, slots=True)
class SlotWanted:
    """An arrival window, both ends included, for visits of a work order that start together.

    visit_ids: (): those that are to be appointed next. shift_ids: where they were offered, tried first. cost,
    probability: as offered; what a caller from outside says of them is not to be put here.
    """

    work_order_id: int
    opens_at: datetime
    closes_at: datetime
    visit_ids: tuple[int, ...] = ()
    shift_ids: tuple[int, ...] = ()
    cost: int = 0
    probability: float | None = None

    @classmethod
    def of(cls, slot: Slot) -> "SlotWanted":
        """The slot as it was offered."""
        return cls(
            slot.work_order_id,
            slot.opens_at,
            slot.closes_at,
            slot.visit_ids,
            slot.shift_ids,
            slot.cost,
            slot.probability,
        )

    @classmethod
    def again(cls, ended: Appointment, visit_ids: tuple[int, ...]) -> "SlotWanted":
        """The window of an appointment that ended."""
        return cls(
            ended.work_order_id,
            ended.opens_at,
            ended.closes_at,
            visit_ids,
            cost=ended.cost,
            probability=ended.probability,
        )
