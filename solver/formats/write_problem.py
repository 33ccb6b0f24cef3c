"""A `Problem` as the tree that its document is written from; what has its default is left out."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import fields
from typing import Any

import numpy as np

from solver.problem import (
    UNREACHABLE,
    Break,
    Costs,
    Departure,
    Duration,
    IntMatrix,
    Link,
    PreviousRoute,
    Problem,
    Shift,
    Technician,
    TechnicianRule,
    Travel,
    Visit,
    Warehouse,
)

Tree = dict[str, Any]


def problem_tree(problem: Problem, lists: bool = True) -> Tree:
    """The document; with `lists` False the matrices stay arrays, which cannot be written but need no copy."""
    tree: Tree = {"version": 1}
    if problem.name is not None:
        tree["name"] = problem.name
    tree["travel"] = _travel(problem.travel, lists)
    tree["technicians"] = [_technician(technician) for technician in problem.technicians]
    tree["warehouses"] = [_warehouse(warehouse) for warehouse in problem.warehouses]
    tree["visits"] = [_visit(visit) for visit in problem.visits]
    tree["links"] = [_link(link) for link in problem.links]
    tree["previous"] = [_previous(route) for route in problem.previous]
    tree["costs"] = _plain(problem.costs, Costs())
    return {key: value for key, value in tree.items() if value or key in ("version", "name", "technicians", "visits")}


def _plain(thing: Any, default: Any) -> Tree:
    """The fields of a dataclass of plain values that differ from the default's."""
    values = {part.name: getattr(thing, part.name) for part in fields(thing)}
    return {name: value for name, value in values.items() if not _same(value, getattr(default, name))}


def _same(value: object, default: object) -> bool:
    """Whether a value is its default; 0, False and 0.0 are three things here."""
    return type(value) is type(default) and value == default


def _names(names: Iterable[str]) -> list[str]:
    return sorted(names, key=str)


def _travel(travel: Travel, lists: bool) -> Tree:
    tree: Tree = {"seconds": _rows(travel.seconds) if lists else travel.seconds}
    if travel.metres is not None:
        tree["metres"] = _rows(travel.metres) if lists else travel.metres
    if travel.speed:
        tree["speed"] = [list(band) for band in travel.speed]
    if not _same(travel.spread_percent, 0):
        tree["spread_percent"] = travel.spread_percent
    return tree


def _rows(matrix: IntMatrix) -> list[list[int | None]]:
    rows: list[list[int | None]] = matrix.tolist()
    for i in np.flatnonzero((matrix == UNREACHABLE).any(axis=1)).tolist():
        rows[i] = [None if value == UNREACHABLE else value for value in rows[i]]
    return rows


def _technician(technician: Technician) -> Tree:
    tree: Tree = {"id": technician.id, **_plain(technician, Technician("", ()))}
    tree["shifts"] = [_shift(shift) for shift in technician.shifts]
    _replace(tree, "tools", _names)
    _replace(tree, "skills", dict)
    _replace(tree, "van_stock", dict)
    return tree


def _shift(shift: Shift) -> Tree:
    required = {name: getattr(shift, name) for name in ("id", "start", "end", "start_location")}
    tree = required | _plain(shift, Shift("", 0, 0, 0))
    _replace(tree, "breaks", lambda breaks: [_break(rest) for rest in breaks])
    if isinstance(tree.get("departure"), Departure):
        tree["departure"] = str(tree["departure"])
    return tree


def _break(rest: Break) -> Tree:
    required = {name: getattr(rest, name) for name in ("id", "earliest", "latest", "duration")}
    return required | _plain(rest, Break("", 0, 0, 0))


def _visit(visit: Visit) -> Tree:
    tree: Tree = {"id": visit.id, "location": visit.location, "duration": visit.duration}
    tree |= _plain(visit, Visit("", 0, Duration(0)))
    tree["duration"] = _duration(visit.duration)
    tree["unserved_cost"] = visit.unserved_cost
    _replace(tree, "windows", lambda windows: [list(window) for window in windows])
    _replace(tree, "tools", _names)
    _replace(tree, "skills", dict)
    _replace(tree, "parts", dict)
    _replace(tree, "technicians", _rule)
    _replace(tree, "pinned", lambda pin: {k: v for k, v in _all(pin).items() if v is not None})
    return tree


def _duration(duration: Duration) -> Any:
    if not duration.by_technician:
        return duration.default
    return {"default": duration.default, "by_technician": dict(duration.by_technician)}


def _rule(rule: TechnicianRule) -> Tree:
    tree = _plain(rule, TechnicianRule())
    for name in ("only", "never"):
        _replace(tree, name, _names)
    _replace(tree, "preferred", dict)
    return tree


def _warehouse(warehouse: Warehouse) -> Tree:
    tree = {"id": warehouse.id, "location": warehouse.location, **_plain(warehouse, Warehouse("", 0))}
    _replace(tree, "windows", lambda windows: [list(window) for window in windows])
    _replace(tree, "tools", _names)
    _replace(tree, "stock", dict)
    return tree


def _link(link: Link) -> Tree:
    tree = {"kind": link.kind, **_plain(link, Link("precedes", ()))}
    if link.kind == "precedes" and len(link.visits) == 2:
        del tree["visits"]
        tree["first"], tree["then"] = link.visits
    else:
        tree["visits"] = list(link.visits)
    return tree


def _previous(route: PreviousRoute) -> Tree:
    stops = [{"kind": "visit", "id": stop.visit, "start": stop.start} for stop in route.stops]
    return {"shift": route.shift, "technician": route.technician, "stops": stops}


def _all(thing: Any) -> Tree:
    return {part.name: getattr(thing, part.name) for part in fields(thing)}


def _replace(tree: Tree, name: str, change: Callable[[Any], object]) -> None:
    if isinstance(tree.get(name), Mapping | Set | tuple) or (tree.get(name) is not None and name in _OBJECTS):
        tree[name] = change(tree[name])


_OBJECTS = frozenset({"technicians", "pinned"})
