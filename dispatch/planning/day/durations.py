"""How long each visit of the day takes, and how surely: as learnt, else as people entered it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import DurationModel, Equipment, Plan, Visit, WorkOrder
from dispatch.planning.day.candidates import chunks
from dispatch.planning.day.spreads import Spreads, spreads
from dispatch.planning.durations.effects import Effects
from dispatch.planning.durations.learning import age_years, effects_of, latest

MINUTE: Final = 60


@dataclass(frozen=True)
class Durations:
    """What is known of durations on a day. model_id, effects: as learnt, None: nothing yet. units: by id.

    spreads: of visits where nothing is learnt.
    """

    spreads: Spreads = field(default_factory=Spreads)
    model_id: int | None = None
    effects: Effects | None = None
    units: Mapping[int, Equipment] = field(default_factory=dict)

    def seconds(self, order: WorkOrder, visit: Visit, day: date, technician_id: int | None = None) -> int:
        """Service without setup, in whole minutes where it is learnt; technician_id None: whoever comes."""
        if self.effects is None:
            return visit.duration_seconds
        mean, _ = self._factor(self.effects, order, day, technician_id)
        whole = mean * (visit.duration_seconds + visit.setup_seconds) - visit.setup_seconds
        return max(MINUTE, round(whole / MINUTE) * MINUTE) if visit.duration_seconds else 0

    def by_technician(self, order: WorkOrder, visit: Visit, day: date, technician_ids: Iterable[int]) -> dict[int, int]:
        """Seconds of those of these technicians who need longer or shorter than others; {} where nothing is learnt."""
        if self.effects is None:
            return {}
        usual = self.seconds(order, visit, day)
        own = {who: self.seconds(order, visit, day, who) for who in technician_ids}
        return {who: seconds for who, seconds in own.items() if seconds != usual}

    def spread(self, order: WorkOrder, visit: Visit, day: date) -> int:
        """The standard deviation of what the visit takes, setup included, in seconds."""
        planned = visit.duration_seconds + visit.setup_seconds
        if self.effects is None:
            return self.spreads.seconds(order.work_type_id, planned)
        return round(self._factor(self.effects, order, day, None)[1] * planned)

    def _factor(self, effects: Effects, order: WorkOrder, day: date, technician_id: int | None) -> tuple[float, float]:
        unit = self.units.get(order.equipment_id or 0)
        return effects.factor(
            str(order.work_type_id),
            None if technician_id is None else str(technician_id),
            None if unit is None else unit.model or None,
            0.0 if unit is None else age_years(unit.installed_on, day),
        )


def durations(
    session: Session, territory_id: int, plan: Plan | None, orders: Sequence[WorkOrder], now: datetime
) -> Durations:
    """What the day's plan goes by: what it began with, or for a plan that is yet to be, what is known now."""
    model = latest(session, territory_id) if plan is None else _of_plan(session, plan)
    if model is None:
        return Durations(spreads(session, territory_id, now))
    units: dict[int, Equipment] = {}
    for some in chunks(sorted({order.equipment_id for order in orders if order.equipment_id is not None})):
        units |= {unit.id: unit for unit in session.scalars(select(Equipment).where(Equipment.id.in_(some)))}
    return Durations(model_id=model.id, effects=effects_of(model), units=units)


def _of_plan(session: Session, plan: Plan) -> DurationModel | None:
    return None if plan.duration_model_id is None else session.get(DurationModel, plan.duration_model_id)
