"""Learning how long visits really take: from a territory's completed visits to the model that its plans go by."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import extract, select
from sqlalchemy.orm import Session

from db.models import DurationModel, Equipment, Territory, Visit, VisitStatus, WorkOrder
from db.session import UnitOfWork
from dispatch.access import Viewer, elevated
from dispatch.compute.worker import Lease
from dispatch.planning.durations.effects import Done, Effects, fit

log = logging.getLogger(__name__)

JOB_KIND: Final = "planning.learn_durations"
PLANNING: Final = Viewer.system("planning")
LOOK_BACK: Final = timedelta(days=730)
LEAST_VISITS: Final = 50
"""Fewer visits than these say too little: plans go by what people entered."""
LONGEST: Final = 5.0
SHORTEST: Final = 0.05
"""Visits that took more or less than so many times what was planned do not count: somebody forgot to sign on or off."""
DAYS_A_YEAR: Final = 365.25


def learn(session: Session, territory_id: int) -> DurationModel | None:
    """What the territory's visits of the last two years show, kept from now on; None: they are too few. Flushed.

    Plans that are there already keep the model they began with, so that no route breaks overnight.
    """
    now: datetime = session.info["now"]()
    with elevated(session, "planning"):
        done = completed(session, territory_id, now)
        if len(done) < LEAST_VISITS:
            return None
        model = DurationModel(territory_id=territory_id, learned_at=now, parameters=fit(done).as_json())
        session.add(model)
        session.flush()
        return model


def latest(session: Session, territory_id: int) -> DurationModel | None:
    """The model that new plans of the territory go by."""
    query = select(DurationModel).where(DurationModel.territory_id == territory_id)
    return session.scalars(query.order_by(DurationModel.id.desc()).limit(1)).one_or_none()


def completed(session: Session, territory_id: int, now: datetime) -> list[Done]:
    """The completed visits that count."""
    planned = Visit.duration_seconds + Visit.setup_seconds
    share = (extract("epoch", Visit.finished_at) - extract("epoch", Visit.started_at)) * 1.0 / planned
    query = (
        select(
            share,
            WorkOrder.work_type_id,
            Visit.technician_id,
            Equipment.model,
            Equipment.installed_on,
            Visit.started_at,
        )
        .join(WorkOrder, Visit.work_order_id == WorkOrder.id)
        .outerjoin(Equipment, WorkOrder.equipment_id == Equipment.id)
        .where(
            WorkOrder.territory_id == territory_id,
            Visit.status == VisitStatus.COMPLETED,
            Visit.technician_id.is_not(None),
            Visit.started_at >= now - LOOK_BACK,
            Visit.finished_at > Visit.started_at,
            planned > 0,
            share.between(SHORTEST, LONGEST),
        )
    )
    return [
        Done(float(took), str(work_type), str(technician), model or None, age_years(installed, started.date()))
        for took, work_type, technician, model, installed, started in session.execute(query)
        if started is not None
    ]


def age_years(installed_on: date | None, day: date) -> float:
    """How old a unit is on a day; one of which nobody knows counts as new."""
    return 0.0 if installed_on is None else max(0.0, (day - installed_on).days / DAYS_A_YEAR)


def effects_of(model: DurationModel | None) -> Effects | None:
    """What a stored model says."""
    return None if model is None else Effects.from_json(model.parameters)


@dataclass(frozen=True, slots=True)
class LearnHandler:
    """Carries out a night's job: one transaction for each territory."""

    uow: UnitOfWork

    def run(self, lease: Lease) -> None:
        """Learns for each territory that has enough visits."""
        for territory_id in self.uow.run(_territories, viewer=PLANNING):

            def work(session: Session, territory_id: int = territory_id) -> int | None:
                lease.check(session)
                model = learn(session, territory_id)
                return None if model is None else int(model.parameters["visits"])

            visits = self.uow.run(work, viewer=PLANNING)
            log.info("durations of territory %s: %s", territory_id, "too few visits" if visits is None else visits)

    def gave_up(self, session: Session, payload: Mapping[str, Any], error: str) -> None:
        """Planning goes by what it knew; the next night tries again."""
        log.warning("durations were not learnt tonight: %s", error)


def _territories(session: Session) -> Sequence[int]:
    return session.scalars(select(Territory.id).order_by(Territory.id)).all()
