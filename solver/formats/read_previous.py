"""The plan in force, in the shape of a solution's routes; only what moving away from it needs is kept."""

from typing import Final

from solver.formats.node import Node, given_or, nullable
from solver.formats.read_people import read_counts
from solver.problem import MAX_TIME, PreviousRoute, PreviousStop
from solver.solution import StopKind

ROUTE_TIMES: Final = ("depart", "return", "travel_seconds", "travel_metres")


def moment(node: Node) -> int:
    """A time that a plan states, before the horizon's start too."""
    return node.seconds(-MAX_TIME)


def read_previous(node: Node | None) -> tuple[PreviousRoute, ...]:
    """The routes of the plan in force; a visit stands in them once, ids may be gone."""
    seen: set[str] = set()
    return tuple(_route(entry, seen) for entry in (node.items() if node is not None and not node.is_null else []))


def _route(node: Node, seen: set[str]) -> PreviousRoute:
    given = node.fields(("shift", "technician"), ("stops", *ROUTE_TIMES))
    for name in ROUTE_TIMES:
        given_or(given, name, moment, 0)
    stops = [_stop(entry, seen) for entry in given["stops"].items()] if "stops" in given else []
    return PreviousRoute(
        shift=given_or(given, "shift", Node.id, ""),
        technician=given_or(given, "technician", Node.id, ""),
        stops=tuple(stop for stop in stops if stop is not None),
    )


def _stop(node: Node, seen: set[str]) -> PreviousStop | None:
    given = node.fields(("kind", "id", "start"), ("location", "arrive", "depart", "load"))
    for name in ("arrive", "depart"):
        given_or(given, name, moment, 0)
    nullable(given, "location", lambda entry: entry.integer(0, MAX_TIME, "a row of that plan's matrices"))
    nullable(given, "load", read_counts)
    kind = given_or(given, "kind", lambda entry: entry.choice(list(StopKind)), "break")
    is_visit = kind == StopKind.VISIT.value
    name = given_or(given, "id", lambda entry: entry.new_id(seen, "stop") if is_visit else entry.id(), "")
    start = given_or(given, "start", moment, 0)
    return PreviousStop(name, start) if is_visit else None
