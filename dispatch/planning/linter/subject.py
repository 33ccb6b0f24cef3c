"""What the linter looks at."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import ContractHours, PartSubstitute, Visit, WorkOrder, WorkOrderStatus
from dispatch.planning.day.build import Day, skills_on
from dispatch.planning.day.candidates import PLANNABLE, WAITING, chunks
from dispatch.planning.day.crew import Duty
from dispatch.planning.day.work import DayVisit
from dispatch.planning.findings import Code, Finding, Severity
from dispatch.travel.places import TravelTimes


@dataclass(frozen=True)
class Subject:
    """A day as it can be planned, and what only the linter asks of it.

    substitutes: {part id: ids of parts that may be fitted instead}. served_contracts: those that have service hours.
    called_off: visits in the plan, not begun, whose work orders are cancelled, with the orders' numbers.
    """

    day: Day
    travel: TravelTimes
    substitutes: Mapping[int, Sequence[int]]
    with_hours: frozenset[int]
    without_visit: Sequence[WorkOrder]
    called_off: Sequence[tuple[Visit, str]]

    @property
    def duties(self) -> Sequence[Duty]:
        """Who works."""
        return self.day.crew.duties

    @property
    def waiting(self) -> Iterable[DayVisit]:
        """The visits that can be planned and have not started."""
        return (visit for visit in self.day.work.visits if not visit.candidate.started)

    def skills(self, duty: Duty) -> Mapping[str, int]:
        """{skill: level} that hold on the day."""
        return self._skills[duty.technician.id]

    @cached_property
    def _skills(self) -> Mapping[int, Mapping[str, int]]:
        return {duty.technician.id: skills_on(self.day.rows, duty.technician.id) for duty in self.duties}

    def wanted_skills(self, visit: DayVisit) -> Mapping[str, int]:
        """{skill: least level} that the visit needs."""
        return self.day.rows.skills.get(visit.candidate.visit.id, {})


def subject(session: Session, day: Day, travel: TravelTimes) -> Subject:
    """Reads what only the linter asks."""
    contracts = list(day.rows.contracts)
    hours = session.scalars(select(ContractHours.contract_id).where(ContractHours.contract_id.in_(contracts)))
    orders = select(WorkOrder).where(
        WorkOrder.territory_id == day.rows.territory.id,
        WorkOrder.status.in_(PLANNABLE),
        ~WorkOrder.visits.any(),
    )
    return Subject(
        day=day,
        travel=travel,
        substitutes=_substitutes(session, day),
        with_hours=frozenset(hours),
        without_visit=session.scalars(orders.order_by(WorkOrder.id)).all(),
        called_off=_called_off(session, day),
    )


def _called_off(session: Session, day: Day) -> list[tuple[Visit, str]]:
    placed = [stop.visit_id for route in day.rows.routes.values() for stop in route.stops if stop.visit_id is not None]
    query = select(Visit, WorkOrder.number).join(WorkOrder, Visit.work_order_id == WorkOrder.id)
    query = query.where(WorkOrder.status == WorkOrderStatus.CANCELLED, Visit.status.in_(WAITING)).order_by(Visit.id)
    return [(row[0], row[1]) for some in chunks(placed) for row in session.execute(query.where(Visit.id.in_(some)))]


def _substitutes(session: Session, day: Day) -> dict[int, list[int]]:
    parts = {part for quantities in day.rows.parts.values() for part in quantities}
    found: dict[int, list[int]] = defaultdict(list)
    query = select(PartSubstitute.part_id, PartSubstitute.substitute_id).where(PartSubstitute.part_id.in_(parts))
    for part, substitute in session.execute(query):
        found[part].append(substitute)
    return dict(found)


def unservable(visit: DayVisit, code: Code, why: str, remedy: str) -> Finding:
    """A visit that nobody can do on the day."""
    return Finding(
        code=code,
        severity=Severity.ERROR,
        entity="visit",
        entity_id=visit.candidate.visit.id,
        message=f"Visit {visit.candidate.name} cannot be done by anybody: {why}.",
        blocks="the visit will be left out",
        remedy=remedy,
    )


def warning(code: Code, entity: str, row: Any, message: str, blocks: str, remedy: str) -> Finding:
    """Something that is planned, but perhaps not as meant."""
    return Finding(code, Severity.WARNING, entity, row.id, message, blocks, remedy)
