"""Parts and lent tools: what a van may use before and after its warehouse stops.

A part's dimension counts parts used less parts loaded. A warehouse stop lowers it by all the stock on offer, so that it
needs no slack; a van that starts with v of a part may go v above the start. A tool's dimension falls at a warehouse
that lends it, and must be low where the tool is used.
"""

from typing import Any

import numpy as np

from solver.compiled import IntArray
from solver.routing_model.model import Model
from solver.routing_model.network import lacking_tools, wanting


def state_supplies(model: Model) -> None:
    """One dimension for each part that some shift may run out of, and for each tool that some shift lacks."""
    scope = model.network.scope
    shifts = range(len(scope.shifts))
    wants = np.array([wanting(scope, vehicle) for vehicle in shifts], dtype=np.int64)
    for part in np.flatnonzero(wants.any(axis=0)):
        _state_part(model, int(part))
    lacking = [lacking_tools(scope, vehicle) for vehicle in shifts]
    for tool in sorted(frozenset().union(*lacking)):
        _state_tool(model, tool, [tool in missing for missing in lacking])


def _state_part(model: Model, part: int) -> None:
    scope = model.network.scope
    need = scope.compiled.need[list(scope.visits), part]
    offered = {store: _on_offer(model, store, part, need) for store in range(len(scope.compiled.stores))}
    base = sum(offered.values())
    steps = [int(n) for n in need] + [-offered[reload.store] for reload in model.network.reloads]
    steps += [0] * (model.network.size - len(steps))
    name = f"part {part}"
    room = [base + van[part] for van in scope.vans]
    model.routing.AddDimensionWithVehicleCapacity(model.vector(steps), 0, room, False, name)
    used = model.routing.GetDimensionOrDie(name)
    for vehicle in range(len(scope.shifts)):
        used.CumulVar(model.routing.Start(vehicle)).SetValue(base)
    _share_stock(model, used, part, offered)


def _on_offer(model: Model, store: int, part: int, need: IntArray) -> int:
    stock = model.network.scope.stock[store]
    return int(need.sum()) if stock is None else min(int(need.sum()), stock[part])


def _share_stock(model: Model, used: Any, part: int, offered: dict[int, int]) -> None:
    """What all vans use beyond their own stock comes from the warehouses, which have no more than they have."""
    scope, routing = model.network.scope, model.routing
    limits = [stock[part] for stock in scope.stock if stock is not None]
    if len(limits) < len(scope.stock) or not limits:
        return
    solver = routing.solver()
    base = sum(offered.values())
    excesses = []
    for vehicle, van in enumerate(scope.vans):
        loaded = [
            routing.ActiveVar(index) * offered[store]
            for _, index, owner, store in model.reload_nodes()
            if owner == vehicle and offered[store]
        ]
        total = solver.Sum([used.CumulVar(routing.End(vehicle)), *loaded])
        excesses.append(solver.Max(total - (base + van[part]), 0))
    solver.Add(solver.Sum(excesses) <= sum(limits))


def _state_tool(model: Model, tool: int, lacking: list[bool]) -> None:
    scope = model.network.scope
    lending = [tool in scope.compiled.stores[reload.store].tools for reload in model.network.reloads]
    base = len(scope.compiled.stores)
    first = model.network.first_reload
    steps = [0] * first + [-int(lends) for lends in lending]
    steps += [0] * (model.network.size - len(steps))
    name = f"tool {tool}"
    model.routing.AddDimension(model.vector(steps), 0, base + 1, False, name)
    missing = model.routing.GetDimensionOrDie(name)
    for vehicle, lacks in enumerate(lacking):
        missing.CumulVar(model.routing.Start(vehicle)).SetValue(base + int(lacks))
    for _, index, visit in model.visit_nodes():
        if tool in scope.compiled.tools[visit]:
            missing.CumulVar(index).SetMax(base)
