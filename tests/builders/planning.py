"""A small company, built row by row, for tests of planning; and a quick solve that needs no OR-Tools."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from db.models import (
    Absence,
    AbsenceKind,
    Contract,
    Organisation,
    OrganisationKind,
    Part,
    Preference,
    Priority,
    Shift,
    ShiftBreak,
    Site,
    Skill,
    Technician,
    TechnicianSkill,
    Territory,
    VanStock,
    Visit,
    VisitPart,
    VisitSkill,
    VisitTechnician,
    VisitWindow,
    Warehouse,
    WarehouseStock,
    WorkOrder,
    WorkOrderStatus,
    WorkType,
)
from dispatch.compute.solving import Effort, Progress
from solver import referee
from solver.compiling import compile_problem
from solver.insertion.plan import Plan as Draft
from solver.insertion.regret import insert_all
from solver.outcome import routes_of
from solver.problem import Problem
from solver.solution import Reason, ReasonCode, Solution, Status, Unserved
from solver.timing.planner import Planner

Row = TypeVar("Row")

DAY = date(2026, 3, 3)
ZONE = ZoneInfo("America/Santiago")
CENTRE = (-71.25, -29.9)
STEP = 0.01
"""Degrees between two neighbouring places of a test, about a kilometre."""


def at(hour: int, minute: int = 0, day: date = DAY, zone: ZoneInfo = ZONE) -> datetime:
    """A local time of the test's day, as an instant."""
    return datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


@dataclass
class Company:
    """Writes rows of a small service company into a session; every method flushes and gives the row back."""

    session: Session
    zone: str = "America/Santiago"
    day: date = DAY
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.territory = self.add(
            Territory(code=self._code("TE"), name="Coquimbo", time_zone=self.zone, country="CL", currency="CLP")
        )
        self.owner = self.add(Organisation(number=self._code("OR"), name="Owner", kind=OrganisationKind.OWNER))
        self.work_type = self.add(WorkType(code=self._code("WT"), name="Repair", duration_seconds=3600))

    def add(self, row: Row) -> Row:
        """Adds and flushes one row."""
        self.session.add(row)
        self.session.flush()
        return row

    def local(self, hour: int, minute: int = 0) -> datetime:
        """A local time of the company's day, as an instant."""
        return at(hour, minute, self.day, ZoneInfo(self.zone))

    def skill(self, code: str) -> Skill:
        """A skill."""
        found = self.session.query(Skill).filter_by(code=code).one_or_none()
        return found or self.add(Skill(code=code, name=code.title()))

    def part(self, number: str) -> Part:
        """A part."""
        found = self.session.query(Part).filter_by(number=number).one_or_none()
        return found or self.add(Part(number=number, name=number.title()))

    def technician(
        self,
        place: int | None = 0,
        *,
        skills: Mapping[str, int] | None = None,
        expires_on: date | None = None,
        van: Mapping[str, int] | None = None,
        **fields: Any,
    ) -> Technician:
        """A technician who lives `place` steps east of the centre and costs 36.00 an hour of duty."""
        lon, lat = (None, None) if place is None else spot(place)
        code = self._code("T")
        given = {"cost_per_duty_hour": 3600, "cost_per_travel_hour": 0, "name": f"Tech {code}", **fields}
        technician = self.add(
            Technician(code=code, territory_id=self.territory.id, home_longitude=lon, home_latitude=lat, **given)
        )
        for skill, level in (skills or {}).items():
            self.add(
                TechnicianSkill(
                    technician_id=technician.id, skill_id=self.skill(skill).id, level=level, expires_on=expires_on
                )
            )
        for part, quantity in (van or {}).items():
            self.add(VanStock(technician_id=technician.id, part_id=self.part(part).id, quantity=quantity))
        return technician

    def shift(self, technician: Technician, start: int = 8, end: int = 17, **fields: Any) -> Shift:
        """A shift between two local hours of the day."""
        given = {"starts_at": self.local(start), "ends_at": self.local(end), "local_date": self.day, **fields}
        return self.add(Shift(technician_id=technician.id, **given))

    def rest(self, shift: Shift, earliest: datetime, latest: datetime, minutes: int = 30, **fields: Any) -> ShiftBreak:
        """A break of a shift."""
        rest = ShiftBreak(
            shift_id=shift.id, earliest_at=earliest, latest_at=latest, duration_seconds=60 * minutes, **fields
        )
        return self.add(rest)

    def crew(self, count: int, **fields: Any) -> list[Shift]:
        """So many technicians, one step apart, each with a shift from 8 to 17."""
        return [self.shift(self.technician(place, **fields)) for place in range(count)]

    def absence(self, technician: Technician, start: datetime, end: datetime) -> Absence:
        """An absence."""
        absence = Absence(technician_id=technician.id, kind=AbsenceKind.OTHER, starts_at=start, ends_at=end)
        return self.add(absence)

    def site(self, place: int | None = 1, **fields: Any) -> Site:
        """A site `place` steps east of the centre, None: without a place on the map."""
        lon, lat = (None, None) if place is None else spot(place)
        number = self._code("S")
        site = Site(
            organisation_id=self.owner.id,
            territory_id=self.territory.id,
            name=f"Site {number}",
            street="Calle",
            house_number="1",
            city="La Serena",
            country="CL",
            longitude=lon,
            latitude=lat,
            **fields,
        )
        return self.add(site)

    def order(self, site: Site | None = None, **fields: Any) -> WorkOrder:
        """A work order that is ready, and costs 1000.00 to leave out."""
        given = {
            "status": WorkOrderStatus.READY,
            "priority": Priority.NORMAL,
            "reported_at": self.local(0) - timedelta(days=2),
            "unserved_cost": 100_000,
            **fields,
        }
        number = self._code("WO-")
        order = WorkOrder(
            number=number,
            work_type_id=self.work_type.id,
            territory_id=self.territory.id,
            site_id=(site or self.site()).id,
            summary="Repair",
            **given,
        )
        return self.add(order)

    def visit(
        self,
        place: int | None = 1,
        *,
        order: WorkOrder | None = None,
        minutes: int = 60,
        windows: Sequence[tuple[datetime, datetime]] = (),
        skills: Mapping[str, int] | None = None,
        parts: Mapping[str, int] | None = None,
        only: Sequence[Technician] = (),
        never: Sequence[Technician] = (),
        preferred: Mapping[Technician, int] | None = None,
        **fields: Any,
    ) -> Visit:
        """A visit of an hour at a site of its own, of a work order of its own."""
        order = order or self.order(self.site(place))
        visit = Visit(work_order_id=order.id, duration_seconds=60 * minutes, **fields)
        self.add(visit)
        rows: list[Any] = [VisitWindow(visit_id=visit.id, opens_at=a, closes_at=b) for a, b in windows]
        rows += [
            VisitSkill(visit_id=visit.id, skill_id=self.skill(skill).id, level=level)
            for skill, level in (skills or {}).items()
        ]
        rows += [
            VisitPart(visit_id=visit.id, part_id=self.part(part).id, quantity=count)
            for part, count in (parts or {}).items()
        ]
        said = [(t, Preference.ONLY, 0) for t in only] + [(t, Preference.NEVER, 0) for t in never]
        said += [(t, Preference.PREFERRED, saving) for t, saving in (preferred or {}).items()]
        rows += [
            VisitTechnician(visit_id=visit.id, technician_id=t.id, preference=kind, saving=saving)
            for t, kind, saving in said
        ]
        self.session.add_all(rows)
        self.session.flush()
        return visit

    def warehouse(self, place: int = 2, stock: Mapping[str, int] | None = None, **fields: Any) -> Warehouse:
        """A warehouse with stock."""
        lon, lat = spot(place)
        code = self._code("W")
        warehouse = Warehouse(
            code=code, name=f"Store {code}", territory_id=self.territory.id, longitude=lon, latitude=lat, **fields
        )
        self.add(warehouse)
        for part, quantity in (stock or {}).items():
            self.add(WarehouseStock(warehouse_id=warehouse.id, part_id=self.part(part).id, quantity=quantity))
        return warehouse

    def contract(self, **fields: Any) -> Contract:
        """A contract of the owner."""
        contract = Contract(
            organisation_id=self.owner.id, number=self._code("C"), name="Contract", starts_on=date(2026, 1, 1), **fields
        )
        return self.add(contract)

    def _code(self, prefix: str) -> str:
        self.numbers[prefix] = self.numbers.get(prefix, 0) + 1
        return f"{prefix}{self.numbers[prefix]:02d}"


def spot(place: int) -> tuple[float, float]:
    """Longitude and latitude of a place so many steps east of the centre."""
    return CENTRE[0] + STEP * place, CENTRE[1]


def quick_solve(
    problem: Problem,
    effort: Effort,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
) -> Solution:
    """The insertion heuristic alone: a fast, deterministic solve."""
    compiled = compile_problem(problem)
    draft = Draft(Planner(compiled))
    insert_all(draft, range(len(problem.visits)), range(len(compiled.duties)), (cancel or threading.Event()).is_set)
    left_out = {problem.visits[visit].id for visit in draft.left_out()}
    broken = {name for link in problem.links if link.all_or_none and left_out & {*link.visits} for name in link.visits}
    draft.remove([visit for visit, each in enumerate(problem.visits) if each.id in broken - left_out])
    routes = routes_of(draft)
    served = {stop.id for route in routes for stop in route.stops}
    left = [visit for visit in problem.visits if visit.id not in served]
    cost = referee.cost(problem, routes)
    if on_progress is not None:
        on_progress(Progress("insertion", 1.0, cost.total, len(served)))
    must = any(visit.unserved_cost is None or visit.pinned for visit in left)
    solution = Solution(
        status=Status.INFEASIBLE if must else Status.FEASIBLE,
        cost=cost,
        routes=routes,
        unserved=tuple(Unserved(v.id, (Reason(ReasonCode.CAPACITY, f"{v.id} does not fit."),)) for v in left),
        problem=problem.name,
    )
    assert referee.honest(problem, solution), referee.check(problem, solution)
    return solution
