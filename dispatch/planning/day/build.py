"""From a day's rows to a `solver.Problem`, and nothing else."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from db.models import Preference, StopKind, VisitStatus, Warehouse
from dispatch.planning.day.crew import Crew, Duty, crew
from dispatch.planning.day.horizon import Horizon
from dispatch.planning.day.ids import Ids, named, reverse
from dispatch.planning.day.links import problem_links
from dispatch.planning.day.policy import BUFFER_PERCENT, Policy
from dispatch.planning.day.roads import Roads, spot
from dispatch.planning.day.rows import DayRows, less
from dispatch.planning.day.spreads import TRAVEL_PERCENT
from dispatch.planning.day.windows import apart, in_seconds
from dispatch.planning.day.work import DayVisit, Work, out, work
from dispatch.planning.findings import Code, Finding, Severity
from dispatch.travel.places import Place
from solver import problem as p


@dataclass(frozen=True)
class Day:
    """A territory-day laid out for planning: who works and what is to be done, before any roads are known."""

    rows: DayRows
    crew: Crew
    work: Work
    warehouses: tuple[Warehouse, ...]

    @property
    def horizon(self) -> Horizon:
        """The local day."""
        return self.rows.horizon

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What stays out of the plan, and why."""
        return (*self.crew.findings, *self.work.findings)

    @property
    def places(self) -> list[Place]:
        """Every place that a route may touch."""
        ends = [place for duty in self.crew.duties for place in (duty.start, duty.end) if place is not None]
        return [*ends, *(place_of(w) for w in self.warehouses), *(visit.place for visit in self.work.visits)]


@dataclass(frozen=True)
class Built:
    """A problem, what its ids stand for, its roads, and the findings that keep something out of it."""

    problem: p.Problem
    ids: Ids
    roads: Roads
    findings: tuple[Finding, ...]


def lay_out(rows: DayRows) -> Day:
    """The day as it can be planned."""
    crews = crew(rows)
    return Day(rows, crews, work(rows, crews), tuple(rows.warehouses))


def build(day: Day, roads: Roads, lost: Code = Code.FAR_FROM_ROAD, *, for_quotes: bool = False) -> Built:
    """The day's problem on these roads; what lies at a place without a row is left out for the reason `lost`.

    for_quotes: with every part in stock, also those that no visit of the day needs, for visits that are yet to come;
    and without a price on cutting promises close, of which two technicians together cannot be quoted.
    """
    duties = [duty for duty in day.crew.duties if _reached(duty, roads)]
    kept = {duty.shift.id for duty in duties}
    visits = [v for v in day.work.visits if roads.knows(v.place) and v.pinned_shift in (None, *kept)]
    stores = [warehouse for warehouse in day.warehouses if roads.knows(place_of(warehouse))]
    ids = _ids(day.rows, duties, visits, stores, all_parts=for_quotes)
    names = Names(ids, day.rows)
    last = max((_last(duty, day.horizon) for duty in duties), default=0)
    policy = Policy.of(duty.technician for duty in day.crew.duties)
    published = day.rows.plan is not None and day.rows.plan.published_at is not None
    close = any(candidate.promised for candidate in day.rows.candidates) and not for_quotes
    problem = p.Problem(
        name=f"{day.rows.territory.code} {day.horizon.local_date.isoformat()}",
        travel=replace(roads.travel, spread_percent=TRAVEL_PERCENT),
        technicians=tuple(_technicians(day.rows, duties, names, roads)),
        visits=tuple(visit_in(day.rows, visit, names, roads) for visit in visits),
        warehouses=tuple(_warehouses(day.rows, stores, names, roads, last)),
        links=problem_links(day.rows.ties, day.rows.candidates, names.visits),
        previous=tuple(_previous(day.rows, duties, names)),
        costs=p.Costs(
            unserved_default=0,
            change_technician=policy.change_technician if published else 0,
            change_start_per_hour=policy.change_start_per_hour if published else 0,
            buffer_percent=BUFFER_PERCENT if close else 0,
            buffer_per_hour=policy.buffer_per_hour if close else 0,
        ),
    )
    return Built(problem, ids, roads, (*day.findings, *_lost(day, duties, visits, roads, lost)))


def place_of(warehouse: Warehouse) -> Place:
    """Where a warehouse is."""
    return spot(warehouse.longitude, warehouse.latitude, warehouse.name)


class Names:
    """The problem's ids by the keys of rows, and what technicians can do that day."""

    def __init__(self, ids: Ids, rows: DayRows) -> None:
        self.visits = reverse(ids.visits)
        self.technicians = reverse(ids.technicians)
        self.skills = {who: skills_on(rows, who) for who in self.technicians}
        self.shifts = reverse(ids.shifts)
        self.breaks = reverse(ids.breaks)
        self.warehouses = reverse(ids.warehouses)
        self.parts = reverse(ids.parts)


def _reached(duty: Duty, roads: Roads) -> bool:
    return roads.knows(duty.start) and (duty.end is None or roads.knows(duty.end))


def _last(duty: Duty, horizon: Horizon) -> int:
    return horizon.seconds(duty.ends_at) + duty.max_overtime


def _ids(
    rows: DayRows,
    duties: Iterable[Duty],
    visits: Iterable[DayVisit],
    stores: Iterable[Warehouse],
    *,
    all_parts: bool,
) -> Ids:
    duties = list(duties)
    visits = list(visits)
    parts = sorted({part for visit in visits for part in rows.parts.get(visit.candidate.visit.id, ())})
    if all_parts:
        parts = sorted(rows.part_numbers)
    clock = [f"{d.technician.code} {rows.horizon.local(d.shift.starts_at):%H:%M}" for d in duties]
    return Ids(
        visits=named((visit.candidate.name, visit.candidate.visit.id) for visit in visits),
        technicians=named(dict.fromkeys((duty.technician.code, duty.technician.id) for duty in duties)),
        shifts=named(zip(clock, (duty.shift.id for duty in duties), strict=True)),
        breaks={f"break-{rest.id}": rest.id for duty in duties for rest in duty.breaks},
        warehouses=named((store.code, store.id) for store in stores),
        parts=named((rows.part_numbers[part], part) for part in parts),
    )


def _technicians(rows: DayRows, duties: list[Duty], names: Names, roads: Roads) -> Iterable[p.Technician]:
    for technician in {duty.technician.id: duty.technician for duty in duties}.values():
        van = less(rows.van_stock.get(technician.id, {}), rows.reserved.in_van(technician.id))
        own = [duty for duty in duties if duty.technician is technician]
        yield p.Technician(
            id=names.technicians[technician.id],
            shifts=tuple(_shift(duty, rows.horizon, names, roads) for duty in own),
            skills=skills_on(rows, technician.id),
            tools=frozenset(technician.tools),
            van_stock=_in_problem(van, names),
            cost_per_travel_hour=technician.cost_per_travel_hour,
            cost_per_duty_hour=technician.cost_per_duty_hour,
            cost_per_overtime_hour=technician.cost_per_overtime_hour,
            cost_per_km=technician.cost_per_km,
            fixed_cost=technician.fixed_cost,
        )


def skills_on(rows: DayRows, technician_id: int) -> dict[str, int]:
    """{skill code: level} of the certificates that hold on the day."""
    own = rows.certificates.get(technician_id, ())
    return {one.skill: one.level for one in own if one.holds_on(rows.horizon.local_date)}


def _in_problem(stock: Mapping[int, int], names: Names) -> dict[str, int]:
    return {names.parts[part]: count for part, count in sorted(stock.items()) if count > 0 and part in names.parts}


def _shift(duty: Duty, horizon: Horizon, names: Names, roads: Roads) -> p.Shift:
    shift = duty.shift
    return p.Shift(
        id=names.shifts[shift.id],
        start=horizon.seconds(duty.starts_at),
        end=horizon.seconds(duty.ends_at),
        start_location=roads.of(duty.start),
        end_location=None if duty.end is None else roads.of(duty.end),
        max_overtime=duty.max_overtime,
        breaks=tuple(
            p.Break(
                id=names.breaks[rest.id],
                earliest=max(horizon.seconds(rest.earliest_at), horizon.seconds(duty.starts_at)),
                latest=horizon.seconds(rest.latest_at),
                duration=rest.duration_seconds,
                paid=rest.paid,
                optional=rest.optional,
            )
            for rest in duty.breaks
        ),
        max_visits=shift.max_visits,
        max_travel=shift.max_travel_seconds,
        departure=p.Departure.AT_START if shift.leaves_at_start else p.Departure.FLEXIBLE,
    )


def visit_in(rows: DayRows, visit: DayVisit, names: Names, roads: Roads) -> p.Visit:
    """The visit as the problem has it; `names` and `roads` must know it and its place."""
    row = visit.candidate.visit
    asks = not visit.candidate.started
    over = row.status in (VisitStatus.COMPLETED, VisitStatus.INCOMPLETE)
    parts = {} if over else rows.parts.get(row.id, {})
    return p.Visit(
        id=names.visits[row.id],
        location=roads.of(visit.place),
        duration=_duration(rows, visit, names),
        setup=row.setup_seconds,
        windows=visit.windows,
        finish_by=visit.finish_by,
        due=visit.due,
        late_cost_per_hour=visit.late_cost_per_hour,
        skills=rows.skills.get(row.id, {}) if asks else {},
        tools=frozenset(row.tools) if asks else frozenset(),
        parts={names.parts[part]: count for part, count in sorted(parts.items())},
        unserved_cost=visit.unserved_cost,
        technicians=_rule(rows, row.id, names) if asks else p.TechnicianRule(),
        pinned=_pinned(visit, names),
        spread=0 if over else rows.durations.spread(visit.candidate.work_order, row, rows.horizon.local_date),
    )


def _duration(rows: DayRows, visit: DayVisit, names: Names) -> p.Duration:
    """As learnt, for everybody on duty who could do the visit; what nobody could do needs no durations."""
    order, row, day = visit.candidate.work_order, visit.candidate.visit, rows.horizon.local_date
    needed = rows.skills.get(row.id, {}).items()
    able = [who for who, has in names.skills.items() if all(has.get(skill, 0) >= level for skill, level in needed)]
    own = rows.durations.by_technician(order, row, day, able)
    return p.Duration(rows.durations.seconds(order, row, day), {names.technicians[who]: s for who, s in own.items()})


def _rule(rows: DayRows, visit_id: int, names: Names) -> p.TechnicianRule:
    rules = rows.rules.get(visit_id, ())
    only = [rule.technician_id for rule in rules if rule.preference is Preference.ONLY]
    never = [rule.technician_id for rule in rules if rule.preference is Preference.NEVER]
    known = names.technicians
    return p.TechnicianRule(
        only=frozenset(known[who] for who in only if who in known) if only else None,
        never=frozenset(known[who] for who in never if who in known),
        preferred={
            known[rule.technician_id]: rule.saving
            for rule in rules
            if rule.preference is Preference.PREFERRED and rule.technician_id in known and rule.saving
        },
    )


def _pinned(visit: DayVisit, names: Names) -> p.Pinned | None:
    if visit.pinned_shift is None:
        return None
    return p.Pinned(shift=names.shifts[visit.pinned_shift], start=visit.pinned_start)


def _warehouses(
    rows: DayRows, stores: Iterable[Warehouse], names: Names, roads: Roads, last: int
) -> Iterable[p.Warehouse]:
    until = rows.horizon.instant(max(last, rows.horizon.seconds(rows.horizon.ends_at)))
    for store in stores:
        opening = rows.horizon.open_spans(store.opening_hours, until)
        windows = () if opening is None else in_seconds(apart(opening), rows.horizon, last)
        if opening is not None and not windows:
            continue
        stock = less(rows.warehouse_stock.get(store.id, {}), rows.reserved.in_warehouse(store.id))
        yield p.Warehouse(
            id=names.warehouses[store.id],
            location=roads.of(place_of(store)),
            windows=windows,
            handling=store.handling_seconds,
            stock=_in_problem(stock, names),
            tools=frozenset(store.tools),
        )


def _previous(rows: DayRows, duties: Iterable[Duty], names: Names) -> Iterable[p.PreviousRoute]:
    for duty in duties:
        route = rows.routes.get(duty.shift.id)
        stops = [] if route is None else [stop for stop in route.stops if stop.kind is StopKind.VISIT]
        known = [
            p.PreviousStop(names.visits[stop.visit_id], rows.horizon.seconds(stop.starts_at))
            for stop in stops
            if stop.visit_id in names.visits
        ]
        if known:
            yield p.PreviousRoute(names.shifts[duty.shift.id], names.technicians[duty.technician.id], tuple(known))


def _lost(
    day: Day, duties: Collection[Duty], visits: Collection[DayVisit], roads: Roads, code: Code
) -> Iterable[Finding]:
    why = {Code.FAR_FROM_ROAD: "is too far from any road", Code.PLACE_CHANGED: "was not there when the run began"}[code]
    kept = {visit.candidate.visit.id for visit in visits}
    for visit in day.work.visits:
        if visit.candidate.visit.id not in kept and not roads.knows(visit.place):
            yield out(visit.candidate, code, f"its site {visit.place} {why}")
        elif visit.candidate.visit.id not in kept:
            yield out(visit.candidate, Code.PINNED_ELSEWHERE, "it is pinned to a shift that cannot be planned")
    for duty in day.crew.duties:
        if duty not in duties:
            yield _stranded("shift", duty.shift.id, f"{duty.start} or {duty.end}", why, code)
    for store in day.warehouses:
        if not roads.knows(place_of(store)):
            yield _stranded("warehouse", store.id, str(place_of(store)), why, code)


def _stranded(entity: str, key: int, place: str, why: str, code: Code) -> Finding:
    return Finding(
        code=code,
        severity=Severity.ERROR,
        entity=entity,
        entity_id=key,
        message=f"The {entity} cannot be planned: {place} {why}.",
        blocks=f"the {entity} is not planned",
        remedy="correct its place on the map" if code is Code.FAR_FROM_ROAD else "plan again",
    )
