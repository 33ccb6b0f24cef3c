"""A parsed document to a `Problem`, or every fault in it."""

from typing import Final

import numpy as np

from solver.faults import Malformed
from solver.formats.matrix import compare_metres, read_matrix
from solver.formats.node import Node, given_or, nullable
from solver.formats.read_links import read_link
from solver.formats.read_people import read_technicians
from solver.formats.read_previous import read_previous
from solver.formats.read_visits import Known, read_visit, read_warehouse
from solver.problem import MAX_TIME, Costs, Problem, Travel, Visit, Warehouse

FIELDS: Final = (
    "version", "name", "travel", "technicians", "warehouses", "visits", "links", "previous", "costs",
)  # fmt: skip
FASTEST: Final = 10_000
"""The greatest speed, in percent."""
WIDEST: Final = 1_000
"""The greatest spread of travel and the greatest buffer, in percent."""


def read_problem(tree: object) -> Problem:
    """The problem; raises Malformed with every fault."""
    root = Node(tree)
    given = root.fields((), FIELDS)
    read_version(given.get("version"))
    travel, places = _travel(given.get("travel"))
    costs = _costs(given.get("costs"))
    people = read_technicians(given.get("technicians"), places)
    known = Known(places, people.technicians, people.shifts, costs.unserved_default)
    visits = _visits(given.get("visits"), known)
    warehouses = _warehouses(given.get("warehouses"), known)
    names = {visit.id for visit in visits}
    links = given["links"].items() if "links" in given else []
    problem = Problem(
        name=nullable(given, "name", Node.text),
        travel=travel,
        technicians=people.found,
        warehouses=warehouses,
        visits=visits,
        links=tuple(read_link(node, names) for node in links),
        previous=read_previous(given.get("previous")),
        costs=costs,
    )
    if root.faults:
        raise Malformed(root.faults)
    return problem


def read_version(node: Node | None) -> None:
    """Refuse every version but 1."""
    if node is not None and (type(node.value) is not int or node.value != 1):
        node.refuse("must be 1", "write 1")


def _travel(node: Node | None) -> tuple[Travel, int]:
    """Travel, and how many places there are to be at."""
    given = node.fields(("seconds",), ("metres", "speed", "spread_percent")) if node is not None else {}
    seconds = read_matrix(given["seconds"], "seconds") if "seconds" in given else None
    metres = nullable(given, "metres", lambda entry: read_matrix(entry, "metres"))
    if seconds is not None and metres is not None:
        compare_metres(given["metres"], seconds, metres)
    speed = _speed(given["speed"]) if "speed" in given else ()
    spread = given_or(given, "spread_percent", _percent, 0)
    if seconds is None:
        return Travel(np.zeros((0, 0), dtype=np.int64), None, speed, spread), _places_claimed(node)
    return Travel(seconds, metres, speed, spread), len(seconds)


def _percent(node: Node) -> int:
    return node.integer(0, WIDEST, "percent")


def _places_claimed(node: Node | None) -> int:
    """How many places a refused matrix claims to have, so that a location is not refused only because of it."""
    if node is None:
        return 0
    rows = node.value.get("seconds") if isinstance(node.value, dict) else None
    return len(rows) if isinstance(rows, list | np.ndarray) else MAX_TIME


def _speed(node: Node) -> tuple[tuple[int, int], ...]:
    bands: list[tuple[int, int]] = []
    for entry in node.items():
        pair = entry.items()
        if len(pair) != 2:
            entry.refuse("must be [from second, percent]", "write both")
            continue
        before = len(entry.faults)
        band = (pair[0].seconds(), pair[1].integer(1, FASTEST, "percent"))
        if len(entry.faults) == before:
            if bands and band[0] <= bands[-1][0]:
                pair[0].refuse(f"must come after {bands[-1][0]}, where the one before begins", "sort them")
            bands.append(band)
    return tuple(bands)


def _costs(node: Node | None) -> Costs:
    names = (
        "change_technician", "change_start_per_hour", "max_tardiness_per_hour", "imbalance_per_hour", "buffer_per_hour",
    )  # fmt: skip
    if node is None:
        return Costs()
    given = node.fields((), ("unserved_default", "buffer_percent", *names))
    return Costs(
        unserved_default=nullable(given, "unserved_default", Node.cents),
        buffer_percent=given_or(given, "buffer_percent", _percent, 0),
        **{name: given[name].cents() for name in names if name in given},
    )


def _visits(node: Node | None, known: Known) -> tuple[Visit, ...]:
    seen: set[str] = set()
    return tuple(read_visit(entry, known, seen) for entry in (node.items() if node is not None else []))


def _warehouses(node: Node | None, known: Known) -> tuple[Warehouse, ...]:
    seen: set[str] = set()
    return tuple(read_warehouse(entry, known, seen) for entry in (node.items() if node is not None else []))
