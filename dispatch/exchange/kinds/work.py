"""Work types, work orders and visits."""

from collections.abc import Iterable
from typing import Any, Final
from zoneinfo import ZoneInfo

from db.models import (
    Priority,
    Visit,
    VisitStatus,
    WorkOrder,
    WorkOrderStatus,
    WorkType,
)
from dispatch.exchange.book import Book
from dispatch.exchange.cells import Choice, Duration, Text, Whole
from dispatch.exchange.columns import At, Column, Link
from dispatch.exchange.history import before
from dispatch.exchange.kind import Breach, Kind
from dispatch.exchange.kinds.needs import (
    VISIT_PARTS,
    VISIT_SKILLS,
    VISIT_TECHNICIANS,
    VISIT_WINDOWS,
    WORK_TYPE_PARTS,
    WORK_TYPE_SKILLS,
    zone_of_visit,
)
from dispatch.exchange.kinds.shared import MONEY, money, words

_OF_PLANNING: Final = frozenset({WorkOrderStatus.PLANNED, WorkOrderStatus.IN_PROGRESS})
_OF_THE_DAY: Final = frozenset(
    {VisitStatus.SCHEDULED, VisitStatus.DISPATCHED, VisitStatus.TRAVELLING, VisitStatus.ON_SITE}
)


def _zone(row: Any, book: Book) -> ZoneInfo:
    return book.zone(row.territory_id)


def _planning_decides(row: WorkOrder, changed: frozenset[str], _book: Book) -> Iterable[Breach]:
    was = before(row, "status")
    if "status" in changed and (row.status in _OF_PLANNING or was in _OF_PLANNING):
        yield Breach("status", "is set by planning and by the day's work", "leave it as it is, or empty for new ones")
    elif was in _OF_PLANNING and changed & {"territory_id", "site_id"}:
        yield Breach("site", "of a work order that is planned", "take its visits off the plan first")


def _not_in_a_plan(row: Visit, changed: frozenset[str], _book: Book) -> Iterable[Breach]:
    was = before(row, "status")
    if changed and was in _OF_THE_DAY:
        yield Breach("status", f"of a visit that is {was.value}", "take it off the plan first, or leave it out")
    elif "status" in changed and row.status in _OF_THE_DAY:
        yield Breach("status", "is set by planning and by the day's work", "write unscheduled; then plan")


def _says_why(row: Visit) -> Iterable[Breach]:
    if row.status is VisitStatus.INCOMPLETE and not row.incomplete_reason:
        yield Breach("incomplete_reason", "is empty for an incomplete visit", "say why it is incomplete")


def _pinned_to_a_shift(row: Visit) -> Iterable[Breach]:
    if row.pinned_start_at is not None and row.pinned_shift_id is None:
        yield Breach("pinned_shift", "is empty, pinned_start_at is not", "name the shift, like T-01/2026-03-31 08:00")


def _windows_open_first(row: Visit) -> Iterable[Breach]:
    for first, then in zip(row.windows, row.windows[1:], strict=False):
        if then.opens_at <= first.closes_at:
            yield Breach("windows", "has windows that overlap", "join or part them")


WORK_TYPES: Final = Kind(
    name="work-types",
    what="work_type",
    model=WorkType,
    key=("code",),
    columns=(
        Column(name="code", cell=Text(32), needed=True),
        Column(name="name", cell=Text(200), needed=True),
        Column(name="equipment_kind", cell=Text(32), help="lift, boiler ..."),
        Column(name="duration", cell=Duration(), attribute="duration_seconds", needed=True),
        Column(name="setup", cell=Duration(), attribute="setup_seconds", empty=0, help="parking, way in; counted in"),
        WORK_TYPE_SKILLS,
        WORK_TYPE_PARTS,
        words("tools", "tools it needs"),
    ),
    below=("skills", "parts"),
)

WORK_ORDERS: Final = Kind(
    name="work-orders",
    what="work_order",
    model=WorkOrder,
    key=("number",),
    columns=(
        Column(name="number", cell=Text(32), needed=True),
        Link(name="work_type", to="work_type", needed=True),
        Link(name="territory", to="territory", needed=True),
        Link(name="site", to="site", needed=True, help="organisation number/site name"),
        Link(name="equipment", to="equipment", help="its label code"),
        Link(name="contract", to="contract"),
        Link(name="payer", to="organisation", help="the organisation's number"),
        Column(name="status", cell=Choice(WorkOrderStatus), empty=WorkOrderStatus.DRAFT),
        Column(name="priority", cell=Choice(Priority), empty=Priority.NORMAL),
        Column(name="summary", cell=Text(200), needed=True),
        Column(name="description", cell=Text(20_000), empty=""),
        At(name="reported_at", zone=_zone, needed=True),
        At(name="due_at", zone=_zone),
        At(name="repair_due_at", zone=_zone),
        Column(name="unserved_cost", cell=MONEY, help="cost of leaving it out of a day; empty: must be served"),
        money("late_cost_per_hour", "after due_at, in the smallest unit of the currency"),
    ),
    guards=(_planning_decides,),
)

VISITS: Final = Kind(
    name="visits",
    what="visit",
    model=Visit,
    key=("work_order", "sequence"),
    columns=(
        Link(name="work_order", to="work_order", needed=True),
        Column(name="sequence", cell=Whole(1, 1000), needed=True, help="1 for the first visit of the work order"),
        Column(name="status", cell=Choice(VisitStatus), empty=VisitStatus.UNSCHEDULED),
        Column(name="duration", cell=Duration(), attribute="duration_seconds", needed=True),
        Column(name="setup", cell=Duration(), attribute="setup_seconds", empty=0, help="parking, way in; counted in"),
        words("tools", "tools it needs"),
        VISIT_SKILLS,
        VISIT_PARTS,
        VISIT_WINDOWS,
        VISIT_TECHNICIANS,
        At(name="earliest_at", zone=zone_of_visit, help="not before: parts, customer"),
        At(name="finish_by", zone=zone_of_visit),
        Link(name="pinned_shift", to="shift", help="technician/start of the shift"),
        At(name="pinned_start_at", zone=zone_of_visit),
        Link(name="technician", to="technician"),
        At(name="started_at", zone=zone_of_visit),
        At(name="finished_at", zone=zone_of_visit),
        Column(name="incomplete_reason", cell=Text(200)),
        Column(name="findings", cell=Text(20_000)),
        Link(name="follow_up_of", to="visit", late=True, help="work order/sequence of the visit it follows"),
    ),
    below=("windows", "skills", "parts", "technician_rules"),
    rules=(_says_why, _pinned_to_a_shift, _windows_open_first),
    guards=(_not_in_a_plan,),
)
