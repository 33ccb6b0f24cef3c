"""Rules about parts, tools and warehouses."""

from collections.abc import Iterable

from db.models import Warehouse
from dispatch.planning.day.rows import less
from dispatch.planning.findings import Code, Finding
from dispatch.planning.linter.subject import Subject, unservable, warning


def tool_nobody_has(one: Subject) -> Iterable[Finding]:
    """A visit needs a tool that nobody on duty carries and no open warehouse lends."""
    held = {tool for duty in one.duties for tool in duty.technician.tools}
    held |= {tool for warehouse in _open(one) for tool in warehouse.tools}
    for visit in one.waiting:
        for tool in visit.candidate.visit.tools:
            if one.duties and tool not in held:
                why = f"nobody on duty carries the tool {tool!r}, and no warehouse lends it"
                yield unservable(visit, Code.TOOL_NOBODY_HAS, why, "enter who carries it, or where it is lent")


def part_nowhere(one: Subject) -> Iterable[Finding]:
    """A visit needs more of a part than any van on duty and all open warehouses have together."""
    rows = one.day.rows
    vans = [
        less(rows.van_stock.get(duty.technician.id, {}), rows.reserved.in_van(duty.technician.id))
        for duty in one.duties
    ]
    stores = [less(rows.warehouse_stock.get(w.id, {}), rows.reserved.in_warehouse(w.id)) for w in _open(one)]
    for visit in one.waiting:
        for part, count in rows.parts.get(visit.candidate.visit.id, {}).items():
            best = max((_count(van, part) for van in vans), default=0) + sum(_count(store, part) for store in stores)
            if one.duties and best < count:
                why = f"it needs {count} of part {rows.part_numbers[part]}, and at most {best} can be had"
                yield unservable(visit, Code.PART_NOWHERE, why, _remedy(one, part, [*vans, *stores]))


def warehouse_closed(one: Subject) -> Iterable[Finding]:
    """A warehouse is closed all day although visits of the day need parts that it has."""
    rows = one.day.rows
    needed = {part for visit in one.waiting for part in rows.parts.get(visit.candidate.visit.id, {})}
    for warehouse in one.day.warehouses:
        if warehouse not in _open(one) and needed & set(rows.warehouse_stock.get(warehouse.id, {})):
            yield warning(
                Code.WAREHOUSE_CLOSED,
                "warehouse",
                warehouse,
                f"Warehouse {warehouse.name} ({warehouse.code}) is closed all day.",
                "no van can reload there",
                "enter its opening hours of this weekday, if it is open",
            )


def _open(one: Subject) -> list[Warehouse]:
    horizon = one.day.horizon
    return [warehouse for warehouse in one.day.warehouses if horizon.open_spans(warehouse.opening_hours) != ()]


def _count(stock: dict[int, int], part: int) -> int:
    return stock.get(part, 0)


def _remedy(one: Subject, part: int, stocks: list[dict[int, int]]) -> str:
    there = [other for other in one.substitutes.get(part, ()) if any(_count(stock, other) for stock in stocks)]
    if there:
        names = ", ".join(sorted(one.day.rows.part_numbers.get(other, f"#{other}") for other in there))
        return f"order the part, or let the visit use its substitute {names}, which is in stock"
    return "order the part and hold the work order until it is there (waiting_for_parts)"
