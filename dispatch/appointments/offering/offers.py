"""What is offered to a customer, and what is not."""

from dataclasses import dataclass
from datetime import date, datetime, time

from dispatch.appointments.offering.reasons import Why


@dataclass(frozen=True, slots=True)
class Slot:
    """An arrival window that the plan can really keep; nothing is committed by it.

    opens_at, closes_at: between which service starts, both included; local_date, local_from, local_by: the same as it
    is said in `time_zone`. visit_ids, technician_ids, shift_ids: in the same order; several visits start together.
    starts_at: when service would start as the plan stands. cost: cents by which the plan becomes dearer.
    probability: of starting by `closes_at`.
    before_deadline: whether it keeps the contract's deadline; True where there is none.
    """

    work_order_id: int
    territory_id: int
    opens_at: datetime
    closes_at: datetime
    local_date: date
    local_from: time
    local_by: time
    time_zone: str
    visit_ids: tuple[int, ...]
    technician_ids: tuple[int, ...]
    shift_ids: tuple[int, ...]
    starts_at: datetime
    cost: int
    probability: float
    before_deadline: bool = True


@dataclass(frozen=True, slots=True)
class Withheld:
    """A window that is not offered, and why."""

    opens_at: datetime
    closes_at: datetime
    code: Why
    message: str


@dataclass(frozen=True, slots=True)
class Offered:
    """The windows to choose from in time order, and every other window with its reason.

    visit_ids: the visits that are to be appointed next, which start together.
    """

    work_order_id: int
    visit_ids: tuple[int, ...]
    time_zone: str
    offers: tuple[Slot, ...]
    withheld: tuple[Withheld, ...]
