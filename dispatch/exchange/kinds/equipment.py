"""Equipment, contracts, and the inspections that contracts owe."""

from typing import Final

from db.models import Contract, ContractEquipment, ContractHours, Equipment, InspectionDue
from dispatch.exchange.book import Book
from dispatch.exchange.cells import Day, Text, Whole, Words
from dispatch.exchange.columns import Column, Link, Several
from dispatch.exchange.kind import Kind, in_order
from dispatch.exchange.kinds.shared import money
from dispatch.exchange.lists import Hours, WeeklyHours


def _take_hours(row: Contract, _book: Book) -> list[Hours]:
    return [Hours(span.weekday, span.opens, span.closes) for span in row.hours]


def _give_hours(hours: list[Hours], _row: Contract, _book: Book) -> list[ContractHours]:
    return [ContractHours(weekday=weekday, opens=opens, closes=closes) for weekday, opens, closes in hours]


def _take_covered(row: Contract, book: Book) -> list[str]:
    return sorted(book.name("equipment", covered.equipment_id) for covered in row.covered)


def _give_covered(labels: list[str], _row: Contract, book: Book) -> list[ContractEquipment]:
    return [ContractEquipment(equipment_id=book.find("equipment", label)) for label in labels]


EQUIPMENT: Final = Kind(
    name="equipment",
    what="equipment",
    model=Equipment,
    key=("label_code",),
    columns=(
        Column(name="label_code", cell=Text(32), needed=True, help="what its sticker says"),
        Link(name="site", to="site", needed=True, help="organisation number/site name"),
        Column(name="kind", cell=Text(32), needed=True, help="its family: lift, boiler ..."),
        Link(name="manufacturer", to="organisation", help="the organisation's number"),
        Column(name="model", cell=Text(100), needed=True),
        Column(name="serial", cell=Text(64), needed=True),
        Column(name="position", cell=Text(200), empty="", help="where at the site"),
        Column(name="installed_on", cell=Day()),
        Column(name="warranty_until", cell=Day()),
        Column(name="retired_on", cell=Day()),
        Link(name="replaced_by", to="equipment", late=True, help="the label code of its successor"),
    ),
    rules=(in_order("installed_on", "retired_on"),),
)

CONTRACTS: Final = Kind(
    name="contracts",
    what="contract",
    model=Contract,
    key=("number",),
    columns=(
        Column(name="number", cell=Text(32), needed=True),
        Link(name="organisation", to="organisation", needed=True, help="the organisation's number"),
        Column(name="name", cell=Text(200), needed=True),
        Column(name="starts_on", cell=Day(), needed=True),
        Column(name="ends_on", cell=Day()),
        Column(name="response_minutes", cell=Whole(1, 1_000_000), help="of service time"),
        Column(name="repair_minutes", cell=Whole(1, 1_000_000), help="of service time"),
        money("late_cost_per_hour"),
        Several(
            name="hours",
            cell=WeeklyHours(),
            by=("weekday", "opens"),
            take=_take_hours,
            give=_give_hours,
            help="service hours, local to the site's territory",
        ),
        Several(
            name="covered",
            cell=Words(),
            by=("equipment_id",),
            take=_take_covered,
            give=_give_covered,
            help="label codes of the equipment it covers",
        ),
    ),
    below=("hours", "covered"),
    rules=(in_order("starts_on", "ends_on"),),
)

INSPECTIONS: Final = Kind(
    name="inspections",
    what="inspection",
    model=InspectionDue,
    key=("contract", "equipment", "work_type"),
    columns=(
        Link(name="contract", to="contract", needed=True),
        Link(name="equipment", to="equipment", needed=True, help="its label code"),
        Link(name="work_type", to="work_type", needed=True),
        Column(name="interval_days", cell=Whole(1, 3650), needed=True),
        Column(name="due_on", cell=Day(), needed=True),
        Column(name="last_done_on", cell=Day()),
    ),
)
