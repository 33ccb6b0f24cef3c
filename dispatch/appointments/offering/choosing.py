"""Which of the windows that can be kept are shown: so few that one can choose, so different that there is a choice."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, time
from typing import Final

from dispatch.appointments.offering.quoting import Quoted

SAME_DAY_HOURS: Final = 1.0
"""A window on a day of which one is shown already counts as dearer by so many hours of a technician's time, per one."""

SAME_TIME_HOURS: Final = 0.5
"""The same for one at a time of day that is shown already."""

WAITING_HOURS: Final = 0.1
"""The same for each day that the customer waits."""

NOON: Final = time(12)
EVENING: Final = time(17)


def in_turn(offers: Sequence[Quoted], shown: Sequence[Quoted], rate: int, *, soonest: bool) -> Quoted:
    """The window to show next beside those that are shown; rate: cents of an hour of a technician's time.

    Cheapest first, which are those near a route that is there already; but each that is like one that is shown counts
    as dearer, and so does each day of waiting. soonest: the first one there is.
    """
    if soonest:
        return min(offers, key=lambda offer: (offer.starts_at, offer.cost))
    days = Counter(offer.window.local.local_date for offer in shown)
    times = Counter(time_of_day(offer.window.local.local_from) for offer in shown)
    first = min(offer.window.local.local_date for offer in (*offers, *shown))
    return min(offers, key=lambda offer: (_price(offer, days, times, first, rate), offer.window.local.opens_at))


def time_of_day(start: time) -> str:
    """Morning, afternoon or evening."""
    return "morning" if start < NOON else "afternoon" if start < EVENING else "evening"


def _price(offer: Quoted, days: Counter[date], times: Counter[str], first: date, rate: int) -> float:
    local = offer.window.local
    hours = SAME_DAY_HOURS * days[local.local_date] + SAME_TIME_HOURS * times[time_of_day(local.local_from)]
    hours += WAITING_HOURS * (local.local_date - first).days
    return float(offer.cost) + hours * rate
