"""A parsed document to a `Solution`, or every fault in it. Whether it fits a problem is for the referee."""

from dataclasses import fields
from typing import Final

from solver.faults import Malformed
from solver.formats.node import Node, given_or, nullable
from solver.formats.read_people import read_counts
from solver.formats.read_previous import moment
from solver.formats.read_problem import read_version
from solver.problem import MAX_MONEY, MAX_TIME
from solver.solution import (
    Cost,
    Edit,
    Obstacle,
    Reason,
    ReasonCode,
    Remedy,
    Route,
    Solution,
    Stage,
    Stats,
    Status,
    Stop,
    StopKind,
    Unserved,
)

COST_PARTS: Final = tuple(part.name for part in fields(Cost))


def read_solution(tree: object) -> Solution:
    """The solution; raises Malformed with every fault."""
    root = Node(tree)
    given = root.fields(("status", "cost", "routes"), ("version", "problem", "unserved", "stats"))
    read_version(given.get("version"))
    cost, stated = given_or(given, "cost", _cost, (Cost(), 0))
    solution = Solution(
        status=Status(given_or(given, "status", lambda entry: entry.choice(list(Status)), "feasible")),
        cost=cost,
        routes=given_or(given, "routes", lambda entry: tuple(map(_route, entry.items())), ()),
        unserved=given_or(given, "unserved", lambda entry: tuple(map(_unserved, entry.items())), ()),
        stats=given_or(given, "stats", _stats, Stats()),
        problem=nullable(given, "problem", Node.text),
        stated_total=None if stated == cost.total else stated,
    )
    if root.faults:
        raise Malformed(root.faults)
    return solution


def _money(node: Node) -> int:
    return node.integer(-MAX_MONEY, MAX_MONEY, "cents")


def _cost(node: Node) -> tuple[Cost, int]:
    """The parts, those that are absent 0, and the total as stated."""
    given = node.fields(("total",), COST_PARTS)
    cost = Cost(**{name: _money(given[name]) for name in COST_PARTS if name in given})
    return cost, given_or(given, "total", _money, cost.total)


def _route(node: Node) -> Route:
    given = node.fields(("shift", "technician", "depart", "return", "travel_seconds", "travel_metres", "stops"))
    return Route(
        shift=given_or(given, "shift", Node.id, ""),
        technician=given_or(given, "technician", Node.id, ""),
        depart=given_or(given, "depart", moment, 0),
        return_=given_or(given, "return", moment, 0),
        travel_seconds=given_or(given, "travel_seconds", Node.seconds, 0),
        travel_metres=given_or(given, "travel_metres", lambda entry: entry.integer(0, MAX_MONEY, "metres"), 0),
        stops=given_or(given, "stops", lambda entry: tuple(map(_stop, entry.items())), ()),
    )


def _stop(node: Node) -> Stop:
    given = node.fields(("kind", "id", "arrive", "start", "depart"), ("location", "load"))
    return Stop(
        kind=StopKind(given_or(given, "kind", lambda entry: entry.choice(list(StopKind)), "visit")),
        id=given_or(given, "id", Node.id, ""),
        location=nullable(given, "location", lambda entry: entry.integer(0, MAX_TIME, "a row of travel.seconds")),
        arrive=given_or(given, "arrive", moment, 0),
        start=given_or(given, "start", moment, 0),
        depart=given_or(given, "depart", moment, 0),
        load=nullable(given, "load", read_counts),
    )


def _unserved(node: Node) -> Unserved:
    given = node.fields(("visit",), ("reasons", "technicians", "remedies", "explored"))
    return Unserved(
        visit=given_or(given, "visit", Node.id, ""),
        reasons=given_or(given, "reasons", lambda entry: tuple(map(_reason, entry.items())), ()),
        technicians=given_or(given, "technicians", lambda entry: tuple(map(_obstacle, entry.items())), ()),
        remedies=given_or(given, "remedies", lambda entry: tuple(map(_remedy, entry.items())), ()),
        explored=given_or(given, "explored", Node.boolean, True),
    )


def _reason(node: Node) -> Reason:
    given = node.fields(("code",), ("message",))
    return Reason(_code(given), given_or(given, "message", Node.text, ""))


def _obstacle(node: Node) -> Obstacle:
    given = node.fields(("technician", "code"), ("message",))
    return Obstacle(
        technician=given_or(given, "technician", Node.id, ""),
        code=_code(given),
        message=given_or(given, "message", Node.text, ""),
    )


def _code(given: dict[str, Node]) -> ReasonCode:
    return ReasonCode(given_or(given, "code", lambda entry: entry.choice(list(ReasonCode)), "capacity"))


def _remedy(node: Node) -> Remedy:
    given = node.fields(("message", "relax"), ("cost",))
    return Remedy(
        message=given_or(given, "message", Node.text, ""),
        relax=given_or(given, "relax", lambda entry: tuple(map(_edit, entry.items())), ()),
        cost=nullable(given, "cost", _money),
    )


def _edit(node: Node) -> Edit:
    given = node.fields(("op", "path"), ("value",))
    if "op" in given and given["op"].choice(("add", "remove")) == "remove":
        return Edit(given_or(given, "path", Node.text, ""), op="remove")
    if "value" not in given:
        node.child("value").refuse("it is required to add", "add it", "is missing")
    return Edit(given_or(given, "path", Node.text, ""), given["value"].value if "value" in given else None)


def _stats(node: Node) -> Stats:
    given = node.fields((), ("seconds", "seed", "threads", "stages"))
    return Stats(
        seconds=given_or(given, "seconds", Node.number, 0.0),
        seed=given_or(given, "seed", lambda entry: entry.integer(0, MAX_MONEY, "a seed"), 0),
        threads=given_or(given, "threads", lambda entry: entry.count(1), 1),
        stages=given_or(given, "stages", lambda entry: tuple(map(_stage, entry.items())), ()),
    )


def _stage(node: Node) -> Stage:
    given = node.fields(("name", "seconds"), ("cost",))
    return Stage(
        name=given_or(given, "name", Node.text, ""),
        seconds=given_or(given, "seconds", Node.number, 0.0),
        cost=nullable(given, "cost", _money),
    )
