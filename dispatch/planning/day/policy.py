"""What priorities, deadlines and changes cost: the one place where they become money.

Amounts that nobody stated are counted in hours of a technician's time, so that they fit any currency: leaving out a
normal visit costs its own length and ten hours more. Whoever disagrees states `unserved_cost` or `late_cost_per_hour`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from db.models import Contract, Priority, Technician, Visit, WorkOrder

FALLBACK_RATE: Final = 4000
"""Minor units of an hour of a technician's time where no technician has a cost."""

LEFT_OUT_HOURS: Final[Mapping[Priority, int]] = {
    Priority.EMERGENCY: 200,
    Priority.HIGH: 40,
    Priority.NORMAL: 10,
    Priority.LOW: 5,
}
"""Hours, besides its own length, that leaving a visit out of its last day costs."""

LATE_HOURS: Final[Mapping[Priority, float]] = {
    Priority.EMERGENCY: 4.0,
    Priority.HIGH: 1.0,
    Priority.NORMAL: 0.25,
    Priority.LOW: 0.0,
}
"""Hours that each hour of a late start costs, where neither work order nor contract says."""

MAY_WAIT: Final = 0.5
"""Share of `LEFT_OUT_HOURS` for a visit that may as well be done another day."""

OVERDUE_PER_DAY: Final = 0.25
MOST_OVERDUE: Final = 2.0
"""Each day overdue adds a quarter, up to double."""

PROMISED_HOURS: Final = 5000
"""Hours by which leaving out a visit with an appointment is dearer still, unless its slot policy has a price: more than
anything else here, so that it is left out only where the rules leave no way."""

BUFFER_PERCENT: Final = 150
BUFFER_HOURS: Final = 3.0
"""On days with appointments, what each hour costs by which a start comes within one and a half standard deviations of
its route before the close of its window. As solver/README.md measured, 99 instead of 96 % are kept, for 1.4 % more."""

CHANGE_TECHNICIAN_HOURS: Final = 0.5
CHANGE_START_HOURS: Final = 0.25
"""What giving a visit of a published plan to somebody else costs, and each hour its start moves."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Prices of one territory-day; `rate` is minor units of an hour of a technician's time."""

    rate: int

    @classmethod
    def of(cls, technicians: Iterable[Technician]) -> "Policy":
        """Prices in hours of the middle one of these technicians."""
        rates = [t.cost_per_travel_hour + t.cost_per_duty_hour for t in technicians]
        return cls(round(median(rates)) if any(rates) else FALLBACK_RATE)

    def left_out(self, order: WorkOrder, visit: Visit, deadline: datetime | None, day_ends_at: datetime) -> int:
        """What leaving the visit out of a day costs that ends at `day_ends_at`."""
        if order.unserved_cost is not None:
            return order.unserved_cost
        own = (visit.duration_seconds + visit.setup_seconds) / 3600
        hours = own + LEFT_OUT_HOURS[order.priority] * urgency(deadline, day_ends_at)
        return round(hours * self.rate)

    def promise_broken(self, usual: int, break_cost: int | None) -> int:
        """What leaving out a visit costs that has an appointment; usual: without it; break_cost: the slot policy's."""
        return usual + PROMISED_HOURS * self.rate if break_cost is None else max(usual, break_cost)

    def late_per_hour(self, order: WorkOrder, contract: Contract | None) -> int:
        """What each hour of a late start costs: as the work order, else the contract, else the priority says."""
        stated = order.late_cost_per_hour or (contract.late_cost_per_hour if contract else 0)
        return stated or round(LATE_HOURS[order.priority] * self.rate)

    @property
    def buffer_per_hour(self) -> int:
        """What each hour costs by which a start cuts a promise close."""
        return round(BUFFER_HOURS * self.rate)

    @property
    def change_technician(self) -> int:
        """What giving a visit of a published plan to somebody else costs."""
        return round(CHANGE_TECHNICIAN_HOURS * self.rate)

    @property
    def change_start_per_hour(self) -> int:
        """What each hour costs by which a visit of a published plan moves."""
        return round(CHANGE_START_HOURS * self.rate)


def urgency(deadline: datetime | None, day_ends_at: datetime) -> float:
    """How much of its price leaving a visit out of the day costs: 1 on its last day, more when overdue."""
    if deadline is None or deadline >= day_ends_at:
        return MAY_WAIT
    overdue = max(0, (day_ends_at - timedelta(days=1) - deadline) // timedelta(days=1))
    return min(1 + OVERDUE_PER_DAY * overdue, MOST_OVERDUE)


def deadline(order: WorkOrder, visit: Visit) -> datetime | None:
    """When service must start to keep the contract: the response time, and the repair time less the visit's length.

    The response time binds a work order's first visit only: when there is another, somebody has been there.
    """
    length = timedelta(seconds=visit.duration_seconds)
    times = [order.repair_due_at - length] if order.repair_due_at is not None else []
    if order.due_at is not None and visit.sequence == 1:
        times.append(order.due_at)
    return min(times, default=None)
