"""Ties between visits. A link binds those of its visits that are served, those of routes outside the scope too."""

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from typing import Any

from solver.problem import Link
from solver.routing_model.model import Model


def state_links(model: Model, time: Any) -> None:
    """Every link that has a visit of the scope."""
    compiled = model.network.scope.compiled
    number = {visit.id: v for v, visit in enumerate(compiled.problem.visits)}
    for link in compiled.problem.links:
        visits = [number[name] for name in link.visits]
        if any(visit in model.node_of for visit in visits):
            _state(model, time, link, visits)


def _state(model: Model, time: Any, link: Link, visits: Sequence[int]) -> None:
    if link.kind == "same_start":
        _same_start(model, time, visits)
        _different_technicians(model, visits)
    elif link.kind == "precedes":
        _precedes(model, time, link, visits)
    elif link.kind == "different_technicians":
        _different_technicians(model, visits)
    else:
        _same_technician(model, visits)
    if link.all_or_none:
        _all_or_none(model, visits)


def _same_start(model: Model, time: Any, visits: Sequence[int]) -> None:
    for one, other in combinations(visits, 2):
        _gap(model, time, one, other, 0)
        _gap(model, time, other, one, 0)


def _precedes(model: Model, time: Any, link: Link, visits: Sequence[int]) -> None:
    first, then = visits
    _gap(model, time, first, then, link.min_gap)
    if link.max_gap is not None:
        _gap(model, time, then, first, -link.max_gap)


def _gap(model: Model, time: Any, first: int, then: int, least: int) -> None:
    """When both are served, `then` starts at least so many seconds after `first` starts."""
    starts = model.network.scope.outside.starts
    here, there = model.node_of.get(first), model.node_of.get(then)
    if here is not None and there is not None:
        time.AddNodePrecedence(model.index_of(here), model.index_of(there), least)
    elif here is not None and then in starts:
        _bound(model, time, here, 0, starts[then] - least)
    elif there is not None and first in starts:
        _bound(model, time, there, starts[first] + least, time.CumulVar(model.index_of(there)).Max())


def _bound(model: Model, time: Any, node: int, low: int, high: int) -> None:
    """Keeps a start within bounds that the plan already keeps; a visit that cannot keep them is left out."""
    index = model.index_of(node)
    start = time.CumulVar(index)
    if start.Min() <= high and low <= start.Max() and low <= high:
        start.SetRange(low, high)
    else:
        model.routing.VehicleVar(index).SetValue(-1)


def _different_technicians(model: Model, visits: Sequence[int]) -> None:
    taken = {doer for visit in visits if (doer := model.network.scope.outside.technicians.get(visit)) is not None}
    inside = [model.node_of[visit] for visit in visits if visit in model.node_of]
    for node in inside:
        _keep_off(model, node, lambda technician: technician in taken)
    if len(inside) > 1:
        model.routing.solver().Add(model.routing.solver().AllDifferent([_doer(model, node) for node in inside]))


def _same_technician(model: Model, visits: Sequence[int]) -> None:
    taken = {doer for visit in visits if (doer := model.network.scope.outside.technicians.get(visit)) is not None}
    inside = [model.node_of[visit] for visit in visits if visit in model.node_of]
    if taken:
        for node in inside:
            _keep_off(model, node, lambda technician: technician not in taken)
    solver, active = model.routing.solver(), model.routing.ActiveVar
    for one, other in combinations(inside, 2):
        same = solver.IsEqualVar(_doer(model, one), _doer(model, other))
        solver.Add(same >= active(model.index_of(one)) + active(model.index_of(other)) - 1)


def _all_or_none(model: Model, visits: Sequence[int]) -> None:
    """All are served or none; partners that the scope does not have stay served, or left out."""
    scope, routing = model.network.scope, model.routing
    inside = [model.index_of(model.node_of[visit]) for visit in visits if visit in model.node_of]
    away = [visit for visit in visits if visit not in model.node_of]
    if any(visit not in scope.outside.starts for visit in away):
        for index in inside:
            routing.VehicleVar(index).SetValue(-1)
    elif away:
        for index in inside:
            routing.ActiveVar(index).SetValue(1)
    else:
        for one, other in pairwise(inside):
            routing.solver().Add(routing.ActiveVar(one) == routing.ActiveVar(other))


def _keep_off(model: Model, node: int, forbidden: Callable[[int], bool]) -> None:
    """Takes the visit's vehicle choice away from these technicians."""
    vehicle = model.routing.VehicleVar(model.index_of(node))
    for k, shift in enumerate(model.network.scope.shifts):
        if forbidden(model.network.scope.compiled.duties[shift].technician):
            vehicle.RemoveValue(k)


def _doer(model: Model, node: int) -> Any:
    """The technician who does the visit, as a variable; a value of its own, below 0, while it is left out."""
    scope = model.network.scope
    technicians = [scope.compiled.duties[shift].technician for shift in scope.shifts]
    vehicle = model.routing.VehicleVar(model.index_of(node))
    return model.routing.solver().Element([-1 - node, *technicians], (vehicle + 1).Var()).Var()
