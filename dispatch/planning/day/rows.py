"""Reading a territory-day: all rows that planning looks at, in a fixed number of queries."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from db.models import (
    Absence,
    Contract,
    Part,
    Plan,
    Route,
    Shift,
    Site,
    Skill,
    Technician,
    TechnicianSkill,
    Territory,
    VanStock,
    VisitPart,
    VisitSkill,
    VisitTechnician,
    Warehouse,
    WarehouseStock,
)
from dispatch.errors import NotFound
from dispatch.planning.day.candidates import Candidate, Reach, candidates, chunks, plan_of
from dispatch.planning.day.durations import Durations, durations
from dispatch.planning.day.horizon import Horizon
from dispatch.planning.day.links import Ties, read_ties
from dispatch.planning.day.promised import SlotPolicies, slot_policies
from dispatch.planning.day.reserved import Reserved, reserved

Levels = Mapping[int, Mapping[str, int]]
"""For each visit id: {skill code: level}."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One skill of a technician."""

    skill: str
    level: int
    expires_on: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it is still good on that day."""
        return self.expires_on is None or self.expires_on >= day


@dataclass(frozen=True)
class DayRows:
    """The rows of one territory-day, as they were read; nothing here needs the database any more.

    shifts: of the territory's technicians, active or not, by technician code and start; their breaks are loaded.
    van_stock, warehouse_stock: {technician or warehouse id: {part id: quantity}}, reservations not yet taken off.
    """

    territory: Territory
    horizon: Horizon
    plan: Plan | None
    routes: Mapping[int, Route]  # by shift id, with their stops
    shifts: Sequence[Shift]
    technicians: Mapping[int, Technician]
    certificates: Mapping[int, Sequence[Certificate]]
    absences: Mapping[int, Sequence[Absence]]
    candidates: Sequence[Candidate]
    sites: Mapping[int, Site]
    contracts: Mapping[int, Contract]
    skills: Levels
    parts: Mapping[int, Mapping[int, int]]  # {visit id: {part id: quantity}}
    rules: Mapping[int, Sequence[VisitTechnician]]
    van_stock: Mapping[int, Mapping[int, int]]
    warehouses: Sequence[Warehouse]
    warehouse_stock: Mapping[int, Mapping[int, int]]
    reserved: Reserved
    part_numbers: Mapping[int, str]
    durations: Durations
    ties: Ties
    policies: SlotPolicies

    @property
    def revisions(self) -> dict[int, int]:
        """The revision of each route by shift id; a shift without a route has none."""
        return {shift: route.revision for shift, route in self.routes.items()}


def read_day(
    session: Session, territory_id: int, local_date: date, now: datetime, waiting: Collection[int] | None = None
) -> DayRows:
    """All that planning this day looks at; `now` decides which other days' plans still reserve parts, and which visits
    show how much durations vary. waiting: of the visits that are in no route only these; None: all.

    Raises NotFound when there is no such territory, or the session's viewer may not know of it.
    """
    territory = session.get(Territory, territory_id)
    if territory is None:
        raise NotFound(f"there is no territory {territory_id}; GET /v1/territories lists those you may see")
    horizon = Horizon.of(local_date, territory.time_zone)
    technicians = _by_id(session, select(Technician).where(Technician.territory_id == territory_id))
    shifts = shifts_of(session, territory_id, local_date)
    plan = plan_of(session, territory_id, local_date)
    # Before anything that hangs on them: what changes meanwhile has another revision when the routes are written. Were
    # they read last, a visit that just came into one would not be among the candidates, and be lost from it.
    routes = routes_of(session, plan)
    found = candidates(session, territory_id, plan.id if plan else None, reach(shifts, horizon), now, waiting)
    visits = [candidate.visit.id for candidate in found]
    parts = _quantities(session, VisitPart.visit_id, VisitPart.part_id, VisitPart.quantity, visits)
    van = _quantities(session, VanStock.technician_id, VanStock.part_id, VanStock.quantity, list(technicians))
    warehouses = _warehouses(session, territory_id)
    stock = _quantities(
        session,
        WarehouseStock.warehouse_id,
        WarehouseStock.part_id,
        WarehouseStock.quantity,
        [w.id for w in warehouses],
    )
    return DayRows(
        territory=territory,
        horizon=horizon,
        plan=plan,
        routes=routes,
        shifts=shifts,
        technicians=technicians,
        certificates=_certificates(session, territory_id),
        absences=_absences(session, list(technicians), horizon, shifts),
        candidates=found,
        sites=_found(session, Site, (candidate.work_order.site_id for candidate in found)),
        contracts=_found(session, Contract, (candidate.work_order.contract_id for candidate in found)),
        skills=_skills(session, visits),
        parts=parts,
        rules=_rules(session, visits),
        van_stock=van,
        warehouses=warehouses,
        warehouse_stock=stock,
        reserved=reserved(session, territory_id, plan.id if plan else None, horizon.local(now).date()),
        part_numbers=_part_numbers(session, parts, stock, van),
        durations=durations(session, territory_id, plan, [candidate.work_order for candidate in found], now),
        ties=read_ties(session, found),
        policies=slot_policies(session, territory_id),
    )


@dataclass(frozen=True, slots=True)
class Needs:
    """What visits need, by visit id, as `DayRows` has it."""

    skills: Levels
    parts: Mapping[int, Mapping[int, int]]
    rules: Mapping[int, Sequence[VisitTechnician]]


def needs(session: Session, visits: Sequence[int]) -> Needs:
    """What these visits need, whichever day they are for."""
    parts = _quantities(session, VisitPart.visit_id, VisitPart.part_id, VisitPart.quantity, visits)
    return Needs(_skills(session, visits), parts, _rules(session, visits))


def reach(shifts: Sequence[Shift], horizon: Horizon) -> Reach:
    """The local day, and beyond it as far as its shifts reach."""
    ids = frozenset(shift.id for shift in shifts)
    starts = min([horizon.starts_at, *(shift.starts_at for shift in shifts)])
    ends = max([horizon.ends_at, *(hard_end(shift) for shift in shifts)])
    return Reach(starts, ends, ids)


def hard_end(shift: Shift) -> datetime:
    """When the shift is over, overtime included."""
    return shift.ends_at + timedelta(seconds=shift.max_overtime_seconds)


def _by_id(session: Session, query: Select[Any]) -> dict[int, Any]:
    return {row.id: row for row in session.scalars(query)}


def _found(session: Session, entity: type[Any], ids: Any) -> dict[int, Any]:
    rows: dict[int, Any] = {}
    for part in chunks(sorted({number for number in ids if number is not None})):
        rows |= _by_id(session, select(entity).where(entity.id.in_(part)))
    return rows


def shifts_of(session: Session, territory_id: int, local_date: date) -> list[Shift]:
    """The territory's shifts of a local date with their breaks, by technician code and start."""
    query = (
        select(Shift)
        .join(Technician, Shift.technician_id == Technician.id)
        .where(Technician.territory_id == territory_id, Shift.local_date == local_date)
        .order_by(Technician.code, Shift.starts_at)
        .options(selectinload(Shift.breaks))
    )
    return list(session.scalars(query))


def _warehouses(session: Session, territory_id: int) -> list[Warehouse]:
    query = select(Warehouse).where(Warehouse.territory_id == territory_id).order_by(Warehouse.code)
    return list(session.scalars(query))


def routes_of(session: Session, plan: Plan | None) -> dict[int, Route]:
    """The plan's routes with their stops, by shift id."""
    if plan is None:
        return {}
    # Kept apart from the session: a change replaces stops in bulk, and must not meet their old selves there.
    query = select(Route).where(Route.plan_id == plan.id).options(selectinload(Route.stops))
    routes = session.scalars(query.execution_options(populate_existing=True)).all()
    for route in routes:
        session.expunge(route)
    return {route.shift_id: route for route in routes}


def _certificates(session: Session, territory_id: int) -> dict[int, list[Certificate]]:
    query = (
        select(TechnicianSkill.technician_id, Skill.code, TechnicianSkill.level, TechnicianSkill.expires_on)
        .join(Skill, TechnicianSkill.skill_id == Skill.id)
        .join(Technician, TechnicianSkill.technician_id == Technician.id)
        .where(Technician.territory_id == territory_id)
        .order_by(Skill.code)
    )
    found: dict[int, list[Certificate]] = defaultdict(list)
    for technician, skill, level, expires_on in session.execute(query):
        found[technician].append(Certificate(skill, level, expires_on))
    return dict(found)


def _absences(
    session: Session, technicians: Sequence[int], horizon: Horizon, shifts: Sequence[Shift]
) -> dict[int, list[Absence]]:
    day = reach(shifts, horizon)
    found: dict[int, list[Absence]] = defaultdict(list)
    query = select(Absence).where(Absence.starts_at < day.ends_at, Absence.ends_at > day.starts_at)
    for part in chunks(technicians):
        for absence in session.scalars(query.where(Absence.technician_id.in_(part)).order_by(Absence.starts_at)):
            found[absence.technician_id].append(absence)
    return dict(found)


def _skills(session: Session, visits: Sequence[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    query = select(VisitSkill.visit_id, Skill.code, VisitSkill.level).join(Skill, VisitSkill.skill_id == Skill.id)
    for part in chunks(visits):
        for visit, skill, level in session.execute(query.where(VisitSkill.visit_id.in_(part)).order_by(Skill.code)):
            found[visit][skill] = level
    return dict(found)


def _rules(session: Session, visits: Sequence[int]) -> dict[int, list[VisitTechnician]]:
    found: dict[int, list[VisitTechnician]] = defaultdict(list)
    for part in chunks(visits):
        query = select(VisitTechnician).where(VisitTechnician.visit_id.in_(part)).order_by(VisitTechnician.id)
        for rule in session.scalars(query):
            found[rule.visit_id].append(rule)
    return dict(found)


def _quantities(
    session: Session,
    owner: InstrumentedAttribute[int],
    part: InstrumentedAttribute[int],
    quantity: InstrumentedAttribute[int],
    owners: Sequence[int],
) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for some in chunks(owners):
        for who, what, count in session.execute(select(owner, part, quantity).where(owner.in_(some))):
            found[who][what] = count
    return dict(found)


def _part_numbers(session: Session, *holders: Mapping[int, Mapping[int, int]]) -> dict[int, str]:
    ids = {part for holder in holders for quantities in holder.values() for part in quantities}
    numbers: dict[int, str] = {}
    for some in chunks(sorted(ids)):
        query = select(Part.id, Part.number).where(Part.id.in_(some))
        numbers |= dict(session.execute(query).all())
    return numbers


def less(stock: Mapping[int, int], taken: Counter[int]) -> dict[int, int]:
    """The stock without what is taken; never below nothing."""
    return {part: max(0, count - taken[part]) for part, count in stock.items()}
