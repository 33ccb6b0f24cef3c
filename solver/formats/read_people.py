"""Technicians, their shifts and breaks."""

from dataclasses import dataclass
from typing import Final

from solver.formats.node import Node, given_or, nullable
from solver.problem import MAX_TIME, Break, Departure, Shift, Technician

RATES: Final = (
    "cost_per_travel_hour", "cost_per_duty_hour", "cost_per_overtime_hour", "cost_per_km", "fixed_cost",
)  # fmt: skip
HIGHEST_LEVEL: Final = 1000
"""Levels of a skill end here; 1 to 5 is usual."""


@dataclass(frozen=True, slots=True)
class People:
    """The technicians read, and all ids among them that others may name."""

    found: tuple[Technician, ...]
    technicians: frozenset[str]
    shifts: frozenset[str]


def read_technicians(node: Node | None, places: int) -> People:
    """All technicians; ids are unique among them, shift ids over all of them."""
    technicians: set[str] = set()
    shifts: set[str] = set()
    nodes = node.items() if node is not None else []
    found = tuple(_technician(entry, places, technicians, shifts) for entry in nodes)
    return People(found, frozenset(technicians - {""}), frozenset(shifts - {""}))


def _technician(node: Node, places: int, technicians: set[str], shifts: set[str]) -> Technician:
    given = node.fields(("id", "shifts"), ("skills", "tools", "van_stock", "min_rest", "max_duty", *RATES))
    return Technician(
        id=given_or(given, "id", lambda entry: entry.new_id(technicians, "technician"), ""),
        shifts=given_or(given, "shifts", lambda entry: _shifts(entry, places, shifts), ()),
        skills=given_or(given, "skills", read_levels, {}),
        tools=given_or(given, "tools", Node.names, frozenset()),
        van_stock=given_or(given, "van_stock", read_counts, {}),
        **{name: given[name].cents() for name in RATES if name in given},
        min_rest=nullable(given, "min_rest", Node.seconds),
        max_duty=nullable(given, "max_duty", Node.seconds),
    )


def read_levels(node: Node) -> dict[str, int]:
    """{skill: level}"""
    return {name: entry.integer(1, HIGHEST_LEVEL, "a level") for name, entry in node.entries()}


def read_counts(node: Node) -> dict[str, int]:
    """{part: how many}"""
    return {name: entry.count() for name, entry in node.entries()}


def _shifts(node: Node, places: int, seen: set[str]) -> tuple[Shift, ...]:
    found: list[tuple[Node, Shift]] = []
    for entry in node.items():
        before = len(entry.faults)
        shift = _shift(entry, places, seen)
        if len(entry.faults) == before:
            _refuse_overlap(entry, shift, found)
        found.append((entry, shift))
    return tuple(shift for _, shift in found)


def _refuse_overlap(node: Node, shift: Shift, earlier: list[tuple[Node, Shift]]) -> None:
    for other_node, other in earlier:
        if max(shift.start, other.start) < min(shift.end, other.end):
            got = f"is {shift.start} to {shift.end}"
            limit = f"must not overlap {other_node.pointer}, which is {other.start} to {other.end}"
            node.refuse(limit, "move one, or join them", got)


def _shift(node: Node, places: int, seen: set[str]) -> Shift:
    optional = ("max_overtime", "end_location", "breaks", "max_visits", "max_travel", "departure")
    given = node.fields(("id", "start", "end", "start_location"), optional)
    faults = len(node.faults)
    shift = Shift(
        id=given_or(given, "id", lambda entry: entry.new_id(seen, "shift"), ""),
        start=given_or(given, "start", Node.seconds, 0),
        end=given_or(given, "end", Node.seconds, MAX_TIME),
        start_location=given_or(given, "start_location", lambda entry: entry.location(places), 0),
        end_location=nullable(given, "end_location", lambda entry: entry.location(places)),
        max_overtime=given_or(given, "max_overtime", Node.seconds, 0),
        breaks=given_or(given, "breaks", _breaks, ()),
        max_visits=nullable(given, "max_visits", Node.count),
        max_travel=nullable(given, "max_travel", Node.seconds),
        departure=Departure(given_or(given, "departure", lambda entry: entry.choice(list(Departure)), "flexible")),
    )
    if len(node.faults) == faults and shift.end < shift.start:
        given["end"].refuse(f"must be {shift.start}, the start, or later", "correct one of them")
    elif len(node.faults) == faults and {"end", "max_overtime"} <= given.keys():
        latest = MAX_TIME - shift.end
        if shift.max_overtime > latest:
            given["max_overtime"].refuse(f"must be at most {latest}, as times end at {MAX_TIME}", "lower it")
    return shift


def _breaks(node: Node) -> tuple[Break, ...]:
    seen: set[str] = set()
    return tuple(_break(entry, seen) for entry in node.items())


def _break(node: Node, seen: set[str]) -> Break:
    given = node.fields(("id", "earliest", "latest", "duration"), ("paid", "optional"))
    faults = len(node.faults)
    rest = Break(
        id=given_or(given, "id", lambda entry: entry.new_id(seen, "break of the shift"), ""),
        earliest=given_or(given, "earliest", Node.seconds, 0),
        latest=given_or(given, "latest", Node.seconds, MAX_TIME),
        duration=given_or(given, "duration", Node.seconds, 0),
        paid=given_or(given, "paid", Node.boolean, True),
        optional=given_or(given, "optional", Node.boolean, False),
    )
    if len(node.faults) == faults and rest.latest < rest.earliest:
        given["latest"].refuse(f"must be {rest.earliest}, the earliest start, or later", "correct one of them")
    return rest
