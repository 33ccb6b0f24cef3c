"""What a territory's days are built of, as a few numbers that change whenever something of it does.

Routes by their revisions, what is edited by versions, what is only counted by counts and sums. Durations that visits
really took, and the age of units, are not watched: they change what is known of durations from day to day at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Date, Integer, Select, bindparam, func, select
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
    asked = {"territory": territory_id, "first": first, "last": last, "today": today}
    days: dict[date, list[Any]] = {}
    for query in (_ROUTES, _STOPS, _SHIFTS):
        for day, *numbers in session.execute(query, asked):
            days.setdefault(day, []).append(tuple(numbers))
    common = session.execute(_COMMON, asked).one()
    taken = session.execute(_TAKEN, asked).one()
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


def _of_plans(*numbers: Any) -> Select[Any]:
    return select(Plan.local_date, *numbers).where(Plan.territory_id == _TERRITORY, Plan.local_date.between(*_DATES))


def _of_territory(entity: Any, *numbers: Any) -> list[Select[Any]]:
    return [select(number).select_from(entity).where(entity.territory_id == _TERRITORY) for number in numbers]


def _counted(entity: Any) -> list[Any]:
    return [func.count(entity.id), func.sum(entity.version)]


_TERRITORY: Final = bindparam("territory", type_=Integer)
_DATES: Final = bindparam("first", type_=Date), bindparam("last", type_=Date)

# The statements are made once: making them takes longer than running them.
_ROUTES: Final = (
    _of_plans(Plan.id, Plan.published_at, func.count(Route.id), func.sum(Route.revision))
    .outerjoin(Route, Route.plan_id == Plan.id)
    .group_by(Plan.local_date, Plan.id, Plan.published_at)
)
_STOPS: Final = (
    _of_plans(func.count(Stop.id), func.sum(Visit.version), func.sum(WorkOrder.version), func.sum(Site.version))
    .join(Route, Route.plan_id == Plan.id)
    .join(Stop, Stop.route_id == Route.id)
    .join(Visit, Stop.visit_id == Visit.id)
    .join(WorkOrder, Visit.work_order_id == WorkOrder.id)
    .join(Site, WorkOrder.site_id == Site.id)
    .group_by(Plan.local_date)
)
_SHIFTS: Final = (
    select(Shift.local_date, *_counted(Shift), func.max(Shift.id))
    .join(Technician, Shift.technician_id == Technician.id)
    .where(Technician.territory_id == _TERRITORY, Shift.local_date.between(*_DATES))
    .group_by(Shift.local_date)
)
_COMMON: Final = select(
    *(
        number.scalar_subquery()
        for number in (
            select(Territory.version).where(Territory.id == _TERRITORY),
            *_of_territory(Technician, *_counted(Technician)),
            *_of_territory(Warehouse, *_counted(Warehouse)),
            *_of_territory(DurationModel, func.max(DurationModel.id)),
            select(func.max(StockMovement.id)),
            select(func.sum(WarehouseStock.quantity)),
            select(func.sum(VanStock.quantity)),
            *(select(number) for entity in (Absence, Contract, Part) for number in _counted(entity)),
            select(func.count(VisitLink.id)),
            select(func.max(VisitLink.id)),
        )
    )
)
_TAKEN: Final = (
    select(func.count(Route.id), func.sum(Route.revision))
    .join(Plan, Route.plan_id == Plan.id)
    .where(Plan.territory_id == _TERRITORY, Plan.local_date >= bindparam("today", type_=Date))
)
