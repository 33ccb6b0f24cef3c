"""Visits and warehouses."""

from dataclasses import dataclass
from typing import Final

from solver.formats.node import Node, given_or, nullable
from solver.formats.read_people import read_counts, read_levels
from solver.problem import MAX_TIME, Duration, Pinned, TechnicianRule, Visit, Warehouse, Window

OPTIONAL: Final = (
    "setup", "windows", "finish_by", "due", "late_cost_per_hour", "skills", "tools", "parts", "unserved_cost",
    "technicians", "pinned", "spread",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What visits may refer to."""

    places: int
    technicians: frozenset[str]
    shifts: frozenset[str]
    unserved_default: int | None


def read_visit(node: Node, known: Known, seen: set[str]) -> Visit:
    """A visit; its `unserved_cost` is resolved against the default."""
    given = node.fields(("id", "location", "duration"), OPTIONAL)
    return Visit(
        id=given_or(given, "id", lambda entry: entry.new_id(seen, "visit"), ""),
        location=given_or(given, "location", lambda entry: entry.location(known.places), 0),
        duration=given_or(given, "duration", lambda entry: _duration(entry, known), Duration(0)),
        setup=given_or(given, "setup", Node.seconds, 0),
        windows=given_or(given, "windows", read_windows, ()),
        finish_by=nullable(given, "finish_by", Node.seconds),
        due=nullable(given, "due", lambda entry: entry.seconds(-MAX_TIME)),
        late_cost_per_hour=given_or(given, "late_cost_per_hour", Node.cents, 0),
        skills=given_or(given, "skills", read_levels, {}),
        tools=given_or(given, "tools", Node.names, frozenset()),
        parts=given_or(given, "parts", read_counts, {}),
        unserved_cost=nullable(given, "unserved_cost", Node.cents)
        if "unserved_cost" in given
        else known.unserved_default,
        technicians=given_or(given, "technicians", lambda entry: _rule(entry, known), TechnicianRule()),
        pinned=nullable(given, "pinned", lambda entry: _pinned(entry, known)),
        spread=given_or(given, "spread", Node.seconds, 0),
    )


def _duration(node: Node, known: Known) -> Duration:
    if not isinstance(node.value, dict):
        if isinstance(node.value, int | float) or node.value is None:
            return Duration(node.seconds())
        node.refuse('must be a whole number of seconds or {"default": …, "by_technician": {…}}', "write one of these")
        return Duration(0)
    given = node.fields(("default",), ("by_technician",))
    own = given["by_technician"].entries() if "by_technician" in given else ()
    return Duration(
        default=given_or(given, "default", Node.seconds, 0),
        by_technician={name: entry.seconds() for name, entry in own if _is_technician(name, entry, known)},
    )


def _is_technician(name: str, entry: Node, known: Known) -> bool:
    """Whether the name of a field is a technician's id; refused when not."""
    faults = len(entry.faults)
    Node(name, entry.pointer, entry.faults).reference(known.technicians, "technician")
    return len(entry.faults) == faults


def read_windows(node: Node) -> tuple[Window, ...]:
    """Windows in time order with time between them; only an opening may be negative."""
    found: list[Window] = []
    for entry in node.items():
        pair = entry.items()
        if isinstance(entry.value, list) and len(pair) != 2:
            entry.refuse("must be [open, close]", "write both")
        if len(pair) != 2:
            continue
        faults = len(entry.faults)
        window = (pair[0].seconds(-MAX_TIME), pair[1].seconds())
        if len(entry.faults) > faults:
            continue
        if window[1] < window[0]:
            entry.refuse("must close when it opens or later", "correct one of them", f"is {list(window)}")
        elif found and window[0] <= found[-1][1]:
            limit = f"must open after {found[-1][1]}, where the one before closes"
            entry.refuse(limit, "sort them, and join those that touch", f"is {list(window)}")
        else:
            found.append(window)
    return tuple(found)


def _rule(node: Node, known: Known) -> TechnicianRule:
    given = node.fields((), ("only", "never", "preferred"))
    preferred = given["preferred"].entries() if "preferred" in given else ()
    return TechnicianRule(
        only=nullable(given, "only", lambda entry: entry.references(known.technicians, "technician")),
        never=given_or(given, "never", lambda entry: entry.references(known.technicians, "technician"), frozenset()),
        preferred={name: entry.cents() for name, entry in preferred if _is_technician(name, entry, known)},
    )


def _pinned(node: Node, known: Known) -> Pinned:
    given = node.fields(("shift",), ("start", "order"))
    return Pinned(
        shift=given_or(given, "shift", lambda entry: entry.reference(known.shifts, "shift"), ""),
        start=nullable(given, "start", Node.seconds),
        order=nullable(given, "order", Node.count),
    )


def read_warehouse(node: Node, known: Known, seen: set[str]) -> Warehouse:
    """A warehouse; `stock` absent or null is unlimited."""
    given = node.fields(("id", "location"), ("windows", "handling", "stock", "tools"))
    return Warehouse(
        id=given_or(given, "id", lambda entry: entry.new_id(seen, "warehouse"), ""),
        location=given_or(given, "location", lambda entry: entry.location(known.places), 0),
        windows=given_or(given, "windows", read_windows, ()),
        handling=given_or(given, "handling", Node.seconds, 0),
        stock=nullable(given, "stock", read_counts),
        tools=given_or(given, "tools", Node.names, frozenset()),
    )
