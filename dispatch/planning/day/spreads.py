"""How much durations vary: from what the last year's visits of a work type really took, else as is usual."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from db.models import Visit, VisitStatus, WorkOrder

USUAL: Final = 0.3
"""Standard deviation of a work type of which nothing is known, as a share of the planned duration."""

COUNTS_AS: Final = 20
"""What is usual weighs as much as so many visits: a handful of them says little."""

TRAVEL_PERCENT: Final = 20
"""Standard deviation of a leg in percent of its travel time. Nobody notes when they arrive, so none is learnt."""

LOOK_BACK: Final = timedelta(days=365)
LONGEST: Final = 5
"""Visits that took more than so many times what was planned do not count: somebody forgot to sign off."""


@dataclass(frozen=True, slots=True)
class Spreads:
    """Standard deviations of durations by work type id, each as a share of the planned duration."""

    shares: Mapping[int, float] = field(default_factory=dict)

    def seconds(self, work_type_id: int, planned_seconds: int) -> int:
        """The standard deviation of a visit of this type that is planned to take so long."""
        return round(self.shares.get(work_type_id, USUAL) * planned_seconds)


def spreads(session: Session, territory_id: int, now: datetime) -> Spreads:
    """The spreads that the territory's completed visits of the year before `now` show, one query for all."""
    planned = Visit.duration_seconds + Visit.setup_seconds
    share = (extract("epoch", Visit.finished_at) - extract("epoch", Visit.started_at)) * 1.0 / planned
    query = (
        select(WorkOrder.work_type_id, func.count(), func.sum(share), func.sum(share * share))
        .join(Visit, Visit.work_order_id == WorkOrder.id)
        .where(
            WorkOrder.territory_id == territory_id,
            Visit.status == VisitStatus.COMPLETED,
            Visit.started_at >= now - LOOK_BACK,
            Visit.finished_at > Visit.started_at,
            planned > 0,
            share <= LONGEST,
        )
        .group_by(WorkOrder.work_type_id)
    )
    rows = session.execute(query).all()
    return Spreads({key: blended(count, float(total), float(squares)) for key, count, total, squares in rows})


def blended(count: int, total: float, squares: float) -> float:
    """The spread that `count` shares with this sum and sum of squares show, together with what is usual."""
    seen = max(0.0, squares - total * total / count)
    return sqrt((COUNTS_AS * USUAL * USUAL + seen) / (COUNTS_AS + count))
