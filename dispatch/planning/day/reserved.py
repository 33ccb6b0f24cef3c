"""Parts that the plans of other days, from today on, have already set aside."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.models import Plan, Route, Shift, Stop, Visit, VisitPart, Warehouse
from dispatch.planning.day.candidates import WAITING


@dataclass(frozen=True, slots=True)
class Reserved:
    """{technician or warehouse id: {part id: quantity}}."""

    vans: Mapping[int, Counter[int]]
    warehouses: Mapping[int, Counter[int]]

    def in_van(self, technician_id: int) -> Counter[int]:
        """What is set aside in a technician's van."""
        return self.vans.get(technician_id, Counter())

    def in_warehouse(self, warehouse_id: int) -> Counter[int]:
        """What is set aside in a warehouse."""
        return self.warehouses.get(warehouse_id, Counter())


def reserved(session: Session, territory_id: int, plan_id: int | None, today: date) -> Reserved:
    """What current plans of other days, today or later, will take from vans and warehouses.

    A route's visits take from the van what the route does not load at a warehouse on its way.
    """
    needs: dict[tuple[int, int], Counter[int]] = defaultdict(Counter)
    for route, technician, part, quantity in session.execute(_needs(territory_id, plan_id, today)):
        needs[route, technician][part] += quantity
    warehouses: dict[int, Counter[int]] = defaultdict(Counter)
    loads: dict[int, Counter[int]] = defaultdict(Counter)
    for route, warehouse, load in session.execute(_loads(territory_id, plan_id, today)):
        taken = {int(part): quantity for part, quantity in (load or {}).items()}
        loads[route].update(taken)
        warehouses[warehouse].update(taken)
    vans: dict[int, Counter[int]] = defaultdict(Counter)
    for (route, technician), need in needs.items():
        vans[technician].update(need - loads[route])
    return Reserved(dict(vans), dict(warehouses))


def _needs(territory_id: int, plan_id: int | None, today: date) -> Select[Any, Any, Any, Any]:
    query = (
        select(Route.id, Shift.technician_id, VisitPart.part_id, VisitPart.quantity)
        .join(Plan, Route.plan_id == Plan.id)
        .join(Shift, Route.shift_id == Shift.id)
        .join(Stop, Stop.route_id == Route.id)
        .join(Visit, Stop.visit_id == Visit.id)
        .join(VisitPart, VisitPart.visit_id == Visit.id)
        .where(Plan.territory_id == territory_id, Plan.local_date >= today, Visit.status.in_(WAITING))
    )
    return query if plan_id is None else query.where(Plan.id != plan_id)


def _loads(territory_id: int, plan_id: int | None, today: date) -> Select[Any, Any, Any]:
    query = (
        select(Route.id, Stop.warehouse_id, Stop.load)
        .join(Plan, Route.plan_id == Plan.id)
        .join(Stop, Stop.route_id == Route.id)
        .join(Warehouse, Stop.warehouse_id == Warehouse.id)
        .where(Plan.territory_id == territory_id, Plan.local_date >= today)
    )
    return query if plan_id is None else query.where(Plan.id != plan_id)
