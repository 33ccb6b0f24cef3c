"""How long each visit of the day takes, and how surely: as learnt, else as people entered it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from db.models import Equipment, Visit, WorkOrder
from dispatch.planning.day.spreads import Spreads
from dispatch.planning.durations.effects import Effects
from dispatch.planning.durations.learning import age_years

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
