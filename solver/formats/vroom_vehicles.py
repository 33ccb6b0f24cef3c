"""VROOM's vehicles as technicians of one shift each."""

from dataclasses import dataclass
from typing import Final

from solver.formats.node import Node, given_or, nullable
from solver.problem import MAX_MONEY, MAX_TIME, Break, Shift, Technician, Window

Amounts = tuple[int, ...]
NOT_EXPRESSIBLE: Final = "has no counterpart in the problem format"
CENTS_PER_HOUR: Final = 3600
"""VROOM's own default: a second of travel costs 1."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle as read; start and end are rows of the matrix, or None."""

    node: Node
    id: str
    profile: str
    kind: str | None
    start: int | None
    end: int | None
    capacity: Amounts
    skills: dict[str, int]
    window: Window | None
    breaks: tuple[Break, ...]
    max_tasks: int | None
    max_travel: int | None
    fixed: int
    per_hour: int
    per_km: int

    def check_places(self, places: int) -> None:
        """Refuse a start or end that is no row of the matrix."""
        for name, place in (("start_index", self.start), ("end_index", self.end)):
            if place is not None:
                self.node.child(name, place).location(places)

    def technician(self, anywhere: int, horizon: int) -> Technician:
        """The vehicle as a technician; without a start it starts `anywhere`."""
        start, end = self.window or (0, horizon)
        shift = Shift(
            id=self.id,
            start=start,
            end=end,
            start_location=anywhere if self.start is None else self.start,
            end_location=self.end,
            breaks=self.breaks,
            max_visits=self.max_tasks,
            max_travel=self.max_travel,
        )
        return Technician(
            id=self.id,
            shifts=(shift,),
            skills=self.skills,
            van_stock={amount_name(d): n for d, n in enumerate(self.capacity)},
            cost_per_travel_hour=self.per_hour,
            cost_per_km=self.per_km,
            fixed_cost=self.fixed,
        )


FIELDS: Final = (
    "profile", "description", "type", "start", "start_index", "end", "end_index", "capacity", "skills", "time_window",
    "breaks", "max_tasks", "max_travel_time", "costs", "speed_factor", "max_distance", "steps",
)  # fmt: skip
NO_COUNTERPART: Final = {
    "max_distance": "remove it, or limit max_travel_time",
    "steps": "remove it; a plan in force is `previous` in the problem format",
}


def read_vehicles(node: Node) -> list[Vehicle]:
    """All vehicles."""
    seen: set[int] = set()
    return [_vehicle(entry, seen) for entry in node.items()]


def _vehicle(node: Node, seen: set[int]) -> Vehicle:
    given = node.fields(("id",), FIELDS)
    for name, remedy in NO_COUNTERPART.items():
        if name in given:
            given[name].refuse(NOT_EXPRESSIBLE, remedy)
    if "speed_factor" in given and given["speed_factor"].value != 1:
        given["speed_factor"].refuse("must be 1, as a problem has one matrix", "remove it")
    for name in ("start", "end"):
        if name in given and f"{name}_index" not in given:
            given[name].refuse(f"coordinates alone have no travel times; {name}_index must be given", "add it")
    costs = given["costs"].fields((), ("fixed", "per_hour", "per_km", "per_task_hour")) if "costs" in given else {}
    if "per_task_hour" in costs and costs["per_task_hour"].value != 0:
        costs["per_task_hour"].refuse(NOT_EXPRESSIBLE, "remove it or make it 0")
    return Vehicle(
        node=node,
        id=given_or(given, "id", lambda entry: read_number(entry, seen, "vehicle"), ""),
        profile=given_or(given, "profile", Node.text, "car"),
        kind=nullable(given, "type", Node.text),
        start=nullable(given, "start_index", _place),
        end=nullable(given, "end_index", _place),
        capacity=given_or(given, "capacity", read_amounts, ()),
        skills=given_or(given, "skills", read_skills, {}),
        window=nullable(given, "time_window", _window),
        breaks=given_or(given, "breaks", _breaks, ()),
        max_tasks=nullable(given, "max_tasks", Node.count),
        max_travel=nullable(given, "max_travel_time", Node.seconds),
        fixed=given_or(costs, "fixed", Node.cents, 0),
        per_hour=given_or(costs, "per_hour", Node.cents, CENTS_PER_HOUR),
        per_km=given_or(costs, "per_km", Node.cents, 0),
    )


def _place(node: Node) -> int:
    return node.integer(0, MAX_TIME, "a row of durations")


def read_number(node: Node, seen: set[int], noun: str) -> str:
    """VROOM's ids are whole numbers; here they become strings."""
    before = len(node.faults)
    number = node.integer(0, MAX_MONEY, "an id")
    if len(node.faults) == before and number in seen:
        node.refuse(f"must be unique, but another {noun} has it", "give each its own id")
    seen.add(number)
    return str(number)


def amount_name(dimension: int) -> str:
    """The part that stands for a dimension of capacity."""
    return f"amount {dimension}"


def read_amounts(node: Node) -> Amounts:
    """[how much in each dimension]"""
    return tuple(entry.count() for entry in node.items())


def read_skills(node: Node) -> dict[str, int]:
    """[number of a skill]; a skill is had or not, which is level 1."""
    return {f"skill {entry.integer(0, MAX_MONEY, 'a skill')}": 1 for entry in node.items()}


def _window(node: Node) -> Window:
    pair = node.items()
    if len(pair) != 2:
        node.refuse("must be [start, end]", "write both")
        return (0, MAX_TIME)
    start, end = pair[0].seconds(), pair[1].seconds()
    if end < start:
        node.refuse("must end when it starts or later", "correct one of them", f"is [{start}, {end}]")
    return start, end


def _breaks(node: Node) -> tuple[Break, ...]:
    seen: set[int] = set()
    return tuple(_break(entry, seen) for entry in node.items())


def _break(node: Node, seen: set[int]) -> Break:
    given = node.fields(("id",), ("time_windows", "service", "description", "max_load"))
    if "max_load" in given:
        given["max_load"].refuse(NOT_EXPRESSIBLE, "remove it")
    windows = given["time_windows"].items() if "time_windows" in given else []
    if len(windows) > 1:
        given["time_windows"].refuse("a break may have one window", "keep one")
    earliest, latest = _window(windows[0]) if windows else (0, MAX_TIME)
    return Break(
        id=given_or(given, "id", lambda entry: read_number(entry, seen, "break"), ""),
        earliest=earliest,
        latest=latest,
        duration=given_or(given, "service", Node.seconds, 0),
    )
