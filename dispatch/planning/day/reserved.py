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
    return beside(reserved_by_plan(session, territory_id, today), plan_id)


def beside(plans: Mapping[int, Reserved], plan_id: int | None) -> Reserved:
    """What all plans but this one take together."""
    vans: dict[int, Counter[int]] = defaultdict(Counter)
    warehouses: dict[int, Counter[int]] = defaultdict(Counter)
    for plan, taken in plans.items():
        for total, own in ((vans, taken.vans), (warehouses, taken.warehouses)) if plan != plan_id else ():
            for key, parts in own.items():
                total[key].update(parts)
    return Reserved(dict(vans), dict(warehouses))


def reserved_by_plan(session: Session, territory_id: int, today: date) -> dict[int, Reserved]:
    """What each current plan, of today or later, will take, by its id: two queries."""
    needs: dict[tuple[int, int, int], Counter[int]] = defaultdict(Counter)
    for plan, route, technician, part, quantity in session.execute(_needs(territory_id, today)):
        needs[plan, route, technician][part] += quantity
    loads: dict[int, Counter[int]] = defaultdict(Counter)
    vans: dict[int, dict[int, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    warehouses: dict[int, dict[int, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for plan, route, warehouse, load in session.execute(_loads(territory_id, today)):
        taken = {int(part): quantity for part, quantity in (load or {}).items()}
        loads[route].update(taken)
        warehouses[plan][warehouse].update(taken)
    for (plan, route, technician), need in needs.items():
        vans[plan][technician].update(need - loads[route])
    return {plan: Reserved(vans[plan], warehouses[plan]) for plan in {*vans, *warehouses}}


def _needs(territory_id: int, today: date) -> Select[Any, Any, Any, Any, Any]:
    return (
        select(Plan.id, Route.id, Shift.technician_id, VisitPart.part_id, VisitPart.quantity)
        .join(Route, Route.plan_id == Plan.id)
        .join(Shift, Route.shift_id == Shift.id)
        .join(Stop, Stop.route_id == Route.id)
        .join(Visit, Stop.visit_id == Visit.id)
        .join(VisitPart, VisitPart.visit_id == Visit.id)
        .where(Plan.territory_id == territory_id, Plan.local_date >= today, Visit.status.in_(WAITING))
    )


def _loads(territory_id: int, today: date) -> Select[Any, Any, Any, Any]:
    return (
        select(Plan.id, Route.id, Stop.warehouse_id, Stop.load)
        .join(Route, Route.plan_id == Plan.id)
        .join(Stop, Stop.route_id == Route.id)
        .join(Warehouse, Stop.warehouse_id == Warehouse.id)
        .where(Plan.territory_id == territory_id, Plan.local_date >= today)
    )
