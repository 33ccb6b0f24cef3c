"""A `Solution` as the tree that its document is written from."""

from dataclasses import asdict
from typing import Any

from solver.solution import Edit, Route, Solution, Stop, Unserved

Tree = dict[str, Any]


def solution_tree(solution: Solution) -> Tree:
    """The document."""
    cost = asdict(solution.cost)
    total = solution.cost.total if solution.stated_total is None else solution.stated_total
    return {
        "version": 1,
        "status": str(solution.status),
        "problem": solution.problem,
        "cost": {"total": total, **cost},
        "routes": [route_tree(route) for route in solution.routes],
        "unserved": [_unserved(left) for left in solution.unserved],
        "stats": {**asdict(solution.stats), "stages": [asdict(stage) for stage in solution.stats.stages]},
    }


def route_tree(route: Route) -> Tree:
    """One route of a solution, which `previous` of a problem takes too."""
    return {
        "shift": route.shift,
        "technician": route.technician,
        "depart": route.depart,
        "return": route.return_,
        "travel_seconds": route.travel_seconds,
        "travel_metres": route.travel_metres,
        "stops": [_stop(stop) for stop in route.stops],
    }


def _stop(stop: Stop) -> Tree:
    names = ("id", "location", "arrive", "start", "depart")
    tree = {"kind": str(stop.kind), **{name: getattr(stop, name) for name in names}}
    return tree if stop.load is None else {**tree, "load": dict(stop.load)}


def _unserved(left: Unserved) -> Tree:
    return {
        "visit": left.visit,
        "reasons": [{"code": str(reason.code), "message": reason.message} for reason in left.reasons],
        "technicians": [
            {"technician": stopped.technician, "code": str(stopped.code), "message": stopped.message}
            for stopped in left.technicians
        ],
        "remedies": [
            {"message": remedy.message, "relax": [edit_tree(edit) for edit in remedy.relax], "cost": remedy.cost}
            for remedy in left.remedies
        ],
        "explored": left.explored,
    }


def edit_tree(edit: Edit) -> Tree:
    """One operation of a JSON Patch."""
    tree = {"op": edit.op, "path": edit.path}
    return tree if edit.op == "remove" else {**tree, "value": edit.value}
