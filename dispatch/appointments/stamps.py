"""What a territory's days are built of, as a few numbers that change whenever something of it does.

Routes by their revisions, what is edited by versions, what is only counted by counts and sums. Durations that visits
really took, and the age of units, are not watched: they change what is known of durations from day to day at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from db.models import (
    Absence,
    Appointment,
    AppointmentStatus,
    AppointmentVisit,
    Contract,
    DurationModel,
    Part,
    Plan,
    Route,
    Shift,
    Site,
    StockMovement,
    Stop,
    Technician,
    Territory,
    VanStock,
    Visit,
    VisitLink,
    Warehouse,
    WarehouseStock,
    WorkOrder,
)

Numbers = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Stamps:
    """days: of each local date alone. common: of all days. taken: of what plans take from vans and warehouses."""

    days: Mapping[date, Numbers]
    common: Numbers
    taken: Numbers

    def of(self, local_date: date) -> Numbers:
        """The stamp of a day, all but what other days' plans take."""
        return self.common, self.days.get(local_date, ())


def stamps(session: Session, territory_id: int, first: date, last: date, today: date) -> Stamps:
    """The stamps of the territory's days between two dates, in five queries; as the system."""
    days: dict[date, list[Any]] = {}
    for query in (_routes(), _stops(), _shifts()):
        dated = query.where(_date_of(query).between(first, last), _territory_of(query) == territory_id)
        for day, *numbers in session.execute(dated):
            days.setdefault(day, []).append(tuple(numbers))
    common = session.execute(_common(territory_id)).one()
    taken = session.execute(_taken(territory_id, today)).one()
    return Stamps({day: tuple(found) for day, found in days.items()}, tuple(common), (*taken, today))


def lapsed(session: Session, territory_id: int, now: datetime) -> frozenset[int]:
    """The visits of holds that have run out, and whose stops are still in a plan."""
    query = (
        select(AppointmentVisit.visit_id)
        .join(Appointment, AppointmentVisit.appointment_id == Appointment.id)
        .where(
            Appointment.status == AppointmentStatus.HELD,
            Appointment.held_until <= now,
            Appointment.territory_id == territory_id,
            AppointmentVisit.active,
        )
    )
    return frozenset(session.scalars(query))


def _routes() -> Select[*tuple[Any, ...]]:
    return (
        select(Plan.local_date, Plan.id, Plan.published_at, func.count(Route.id), func.sum(Route.revision))
        .outerjoin(Route, Route.plan_id == Plan.id)
        .group_by(Plan.local_date, Plan.id, Plan.published_at)
    )


def _stops() -> Select[*tuple[Any, ...]]:
    versions = (func.sum(each.version) for each in (Visit, WorkOrder, Site))
    return (
        select(Plan.local_date, func.count(Stop.id), *versions)
        .join(Route, Route.plan_id == Plan.id)
        .join(Stop, Stop.route_id == Route.id)
        .join(Visit, Stop.visit_id == Visit.id)
        .join(WorkOrder, Visit.work_order_id == WorkOrder.id)
        .join(Site, WorkOrder.site_id == Site.id)
        .group_by(Plan.local_date)
    )


def _shifts() -> Select[*tuple[Any, ...]]:
    return (
        select(Shift.local_date, func.count(Shift.id), func.sum(Shift.version), func.max(Shift.id))
        .join(Technician, Shift.technician_id == Technician.id)
        .group_by(Shift.local_date)
    )


def _date_of(query: Select[*tuple[Any, ...]]) -> ColumnElement[date]:
    found: ColumnElement[date] = query.selected_columns[0]
    return found


def _territory_of(query: Select[*tuple[Any, ...]]) -> Any:
    return Technician.territory_id if query.selected_columns[0].table is Shift.__table__ else Plan.territory_id


def _common(territory_id: int) -> Select[*tuple[Any, ...]]:
    ours = Technician.territory_id == territory_id
    numbers: list[Select[Any]] = [
        select(Territory.version).where(Territory.id == territory_id),
        select(func.count()).select_from(Technician).where(ours),
        select(func.sum(Technician.version)).where(ours),
        select(func.count()).select_from(Warehouse).where(Warehouse.territory_id == territory_id),
        select(func.sum(Warehouse.version)).where(Warehouse.territory_id == territory_id),
        select(func.max(StockMovement.id)),
        select(func.sum(VanStock.quantity)).join(Technician, VanStock.technician_id == Technician.id).where(ours),
        select(func.sum(WarehouseStock.quantity)),
        select(func.max(DurationModel.id)).where(DurationModel.territory_id == territory_id),
    ]
    for entity in (Absence, Contract, Part):
        numbers += [select(func.count()).select_from(entity), select(func.sum(entity.version))]
    numbers += [select(func.count()).select_from(VisitLink), select(func.max(VisitLink.id))]
    return select(*(number.scalar_subquery() for number in numbers))


def _taken(territory_id: int, today: date) -> Select[*tuple[Any, ...]]:
    return (
        select(func.count(Route.id), func.sum(Route.revision))
        .join(Plan, Route.plan_id == Plan.id)
        .where(Plan.territory_id == territory_id, Plan.local_date >= today)
    )
