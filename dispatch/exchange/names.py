"""What rows are called in files: their natural keys, out of one query each."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select

from db.models import (
    Absence,
    Contact,
    Contract,
    Equipment,
    InspectionDue,
    Organisation,
    Part,
    PartSubstitute,
    Shift,
    Site,
    Skill,
    Technician,
    Territory,
    VanStock,
    Visit,
    Warehouse,
    WarehouseStock,
    WorkOrder,
    WorkType,
)
from db.session import Session
from dispatch.exchange.cells import local_text


class Zones(Protocol):
    """Knows the time zones of territories."""

    def zone(self, territory_id: int) -> ZoneInfo:
        """The time zone of a territory."""
        ...

    def name(self, what: str, key: int) -> str:
        """What another row is called."""
        ...


Pairs = Iterable[tuple[int, str]]
Names = Callable[[Session, Zones], Pairs]


def join_name(parts: Iterable[Any]) -> str:
    """One name out of the cells that make a row's key."""
    return "/".join(str(part) for part in parts)


def _by(column: Any) -> Names:
    def names(session: Session, _zones: Zones) -> Pairs:
        return ((key, name) for key, name in session.execute(select(column.class_.id, column)))

    return names


def _under_organisation(model: type[Site | Contact]) -> Names:
    def names(session: Session, _zones: Zones) -> Pairs:
        query = select(model.id, Organisation.number, model.name)
        query = query.join(Organisation, Organisation.id == model.organisation_id)
        if model is Contact:
            query = query.where(Contact.erased_at.is_(None))
        return ((key, join_name(parts)) for key, *parts in session.execute(query))

    return names


def _at(model: type[Shift | Absence]) -> Names:
    def names(session: Session, zones: Zones) -> Pairs:
        query = select(model.id, Technician.code, Technician.territory_id, model.starts_at)
        query = query.join(Technician, Technician.id == model.technician_id)
        for key, code, territory_id, starts_at in session.execute(query):
            yield key, join_name((code, local_text(starts_at, zones.zone(territory_id))))

    return names


def _between(model: Any, **ends: str) -> Names:
    """Rows that tie others together are called by the names of those."""

    def names(session: Session, zones: Zones) -> Pairs:
        query = select(model.id, *(getattr(model, f"{end}_id") for end in ends))
        for key, *others in session.execute(query):
            yield key, join_name(zones.name(what, other) for what, other in zip(ends.values(), others, strict=True))

    return names


def _visits(session: Session, _zones: Zones) -> Pairs:
    query = select(Visit.id, WorkOrder.number, Visit.sequence).join(Visit.work_order)
    return ((key, join_name(parts)) for key, *parts in session.execute(query))


def _addresses(session: Session, _zones: Zones) -> Pairs:
    query = select(Site.id, Organisation.number, Site.name, Site.street, Site.house_number)
    query = query.join(Organisation, Organisation.id == Site.organisation_id)
    for key, number, name, *address in session.execute(query):
        yield key, full_name(join_name((number, name)), address)


def full_name(name: str, more: Iterable[Any]) -> str:
    """A name with what tells it from others that are called the same."""
    return f"{name}, {' '.join(str(part) for part in more)}"


FULL_NAMES: Final[Mapping[str, Names]] = {"site": _addresses}
"""What rows are called when others have the same name."""

NAMES: Final[Mapping[str, Names]] = {
    "territory": _by(Territory.code),
    "organisation": _by(Organisation.number),
    "contact": _under_organisation(Contact),
    "site": _under_organisation(Site),
    "equipment": _by(Equipment.label_code),
    "contract": _by(Contract.number),
    "inspection": _between(InspectionDue, contract="contract", equipment="equipment", work_type="work_type"),
    "skill": _by(Skill.code),
    "technician": _by(Technician.code),
    "shift": _at(Shift),
    "absence": _at(Absence),
    "part": _by(Part.number),
    "substitute": _between(PartSubstitute, part="part", substitute="part"),
    "warehouse": _by(Warehouse.code),
    "warehouse_stock": _between(WarehouseStock, warehouse="warehouse", part="part"),
    "van_stock": _between(VanStock, technician="technician", part="part"),
    "work_type": _by(WorkType.code),
    "work_order": _by(WorkOrder.number),
    "visit": _visits,
}
