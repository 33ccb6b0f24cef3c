"""Time: driving and service, windows, finish-by, pinned starts, shift hours and departure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from solver.compiled import NEVER, IntArray
from solver.problem import Window
from solver.routing_model.model import Model

TIME = "time"


def state_windows(model: Model) -> Any:
    """The dimension "time" (its cumuls are starts of service) with every hard bound; returned for further rules.

    A visit's setup is counted as if it were always needed, and taken off the way from a stop at the same place.
    """
    scope = model.network.scope
    compiled = scope.compiled
    duties = [compiled.duties[shift] for shift in scope.shifts]
    horizon = max(duty.hard_end for duty in duties)
    model.routing.AddDimensionWithVehicleTransits(transit_matrices(model, horizon), horizon, horizon, False, TIME)
    dimension = model.routing.GetDimensionOrDie(TIME)
    for vehicle, duty in enumerate(duties):
        latest = duty.start if duty.at_start else duty.hard_end
        dimension.CumulVar(model.routing.Start(vehicle)).SetRange(duty.start, latest)
        dimension.CumulVar(model.routing.End(vehicle)).SetRange(duty.start, duty.hard_end)
    for _, index, visit in model.visit_nodes():
        _bound(dimension.CumulVar(index), compiled.windows[visit], _last_start(model, visit), horizon)
    for _, index, _, store in model.reload_nodes():
        _bound(dimension.CumulVar(index), compiled.stores[store].service.windows, NEVER, horizon)
    return dimension


def transit_matrices(model: Model, horizon: int) -> list[int]:
    """Per vehicle the registered seconds from each node to each: service, then driving; cut off past the horizon."""
    scope = model.network.scope
    known: dict[bytes, int] = {}
    registered = []
    for shift in scope.shifts:
        transit = _transit(model, scope.compiled.duties[shift].technician, horizon)
        key = transit.tobytes()
        if key not in known:
            known[key] = model.matrix(transit)
        registered.append(known[key])
    return registered


def service_seconds(model: Model, technician: int) -> list[int]:
    """Seconds spent at each node by this technician; 0 at start and end places."""
    network, compiled = model.network, model.network.scope.compiled
    visits = list(network.scope.visits)
    seconds = [int(n) for n in compiled.duration[visits, technician] + compiled.setup[visits]]
    seconds += [compiled.stores[reload.store].service.seconds for reload in network.reloads]
    return seconds + [0] * (network.size - len(seconds))


def _transit(model: Model, technician: int, horizon: int) -> IntArray:
    network, compiled = model.network, model.network.scope.compiled
    setup = np.zeros(network.size, dtype=np.int64)
    setup[: network.first_reload] = compiled.setup[list(network.scope.visits)]
    together = network.location[:, None] == network.location[None, :]
    service = np.array(service_seconds(model, technician), dtype=np.int64)
    transit = network.seconds + service[:, None] - np.where(together, setup[None, :], 0)
    bounded: IntArray = np.clip(transit, 0, horizon + 1)
    return bounded


def _last_start(model: Model, visit: int) -> int:
    """The latest start from which every technician of the scope that may come is done by `finish_by`."""
    scope = model.network.scope
    finish_by = scope.compiled.problem.visits[visit].finish_by
    if finish_by is None:
        return NEVER
    able = {scope.compiled.duties[s].technician for s in scope.shifts if scope.compiled.allowed[visit, s]}
    slowest = max((int(scope.compiled.duration[visit, t]) for t in able), default=0)
    return finish_by - slowest - int(scope.compiled.setup[visit])


def _bound(start: Any, windows: Sequence[Window], latest: int, horizon: int) -> None:
    """Keeps a start within its windows; one that cannot be kept is left to the domain's end, out of reach."""
    usable = [(max(0, low), min(high, latest, horizon)) for low, high in windows]
    usable = [(low, high) for low, high in usable if low <= high]
    if not usable:
        return
    start.SetRange(usable[0][0], usable[-1][1])
    for (_, close), (opening, _) in pairwise(usable):
        start.RemoveInterval(close + 1, opening - 1)
