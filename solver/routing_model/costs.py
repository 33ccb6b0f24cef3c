"""The cost: driving, duty, overtime, lateness, changes, preferences, fixed costs and visits left out."""

from typing import Any, Final

import numpy as np

from solver.compiled import NEVER, PER_HOUR, FloatArray
from solver.routing_model.model import Model
from solver.routing_model.windows import service_seconds

MOST: Final = 10**15
"""No single amount in the model is greater, so that sums stay far from 2^63 (units)."""


MOST_RATE: Final = 10**9
"""Nor is a rate per second (units): ten times a week's seconds of it stay below `MOST`."""


def state_costs(model: Model, time: Any) -> None:
    """Every part of the cost. A visit may be late or away from its previous start; the model states the dearer one."""
    _state_arcs(model)
    scope = model.network.scope
    for vehicle, shift in enumerate(scope.shifts):
        duty = scope.compiled.duties[shift]
        crew = scope.compiled.crews[duty.technician]
        if crew.shifts[0] == shift:  # once per technician: with the first of several shifts
            model.routing.SetFixedCostOfVehicle(min(MOST, crew.fixed), vehicle)
        if crew.duty_rate and not rests(model):
            time.SetSpanCostCoefficientForVehicle(min(MOST_RATE, crew.duty_rate), vehicle)
        if crew.overtime_rate and duty.hard_end > duty.end:
            time.SetCumulVarSoftUpperBound(model.routing.End(vehicle), duty.end, min(MOST_RATE, crew.overtime_rate))
    for node, index, visit in model.visit_nodes():
        _state_times(model, time, index, visit)
        penalty = min(MOST, scope.compiled.unserved[visit] + _surcharge(model, node))
        model.routing.AddDisjunction([index], penalty)
    for _, index, _, _ in model.reload_nodes():
        model.routing.AddDisjunction([index], 0)


def rests(model: Model) -> bool:
    """Whether some shift of the scope owes a break."""
    scope = model.network.scope
    return any(not rest.optional for shift in scope.shifts for rest in scope.compiled.duties[shift].breaks)


def _state_arcs(model: Model) -> None:
    """Driving, and what serving a visit with this technician adds or saves, on the way to the visit.

    Where there are breaks, duty too is charged here, on driving and service: for the exact span of a route with breaks
    OR-Tools solves a programme at every move, some ten times slower. Waiting is then priced by the timing only.
    """
    network, scope = model.network, model.network.scope
    spread = rests(model)
    known: dict[bytes, int] = {}
    for vehicle, shift in enumerate(scope.shifts):
        technician = scope.compiled.duties[shift].technician
        crew = scope.compiled.crews[technician]
        seconds = np.where(network.seconds >= NEVER, 0.0, network.seconds)
        cost = crew.travel_rate * seconds + crew.metre_rate * network.metres.astype(np.float64)
        cost = cost + _extras(model, technician)
        if spread:
            service = np.array(service_seconds(model, technician), dtype=np.float64)
            cost = cost + crew.duty_rate * (seconds + service[:, None])
        key = cost.tobytes()
        if key not in known:
            known[key] = model.matrix(np.minimum(MOST, cost).astype(np.int64))
        model.routing.SetArcCostEvaluatorOfVehicle(known[key], vehicle)


def _extras(model: Model, technician: int) -> FloatArray:
    """Per node what this technician adds, raised so that it is nowhere negative."""
    network, scope = model.network, model.network.scope
    visits = list(scope.visits)
    extras = np.zeros(network.size)
    bonus = scope.compiled.bonus_estimate[visits]
    extras[: len(visits)] = bonus[:, technician] - np.minimum(0, bonus.min(axis=1, initial=0))
    return extras


def _surcharge(model: Model, node: int) -> int:
    """By how much `_extras` raised this visit for everyone: leaving it out must rise as much."""
    scope = model.network.scope
    return -min(0, int(scope.compiled.bonus_estimate[scope.visits[node]].min(initial=0)))


def _state_times(model: Model, time: Any, index: int, visit: int) -> None:
    """Lateness, or the distance from the previous start where that costs more."""
    compiled = model.network.scope.compiled
    late = min(MOST_RATE, compiled.late_rate[visit])
    before = compiled.previous_start[visit]
    away = min(MOST_RATE, PER_HOUR * compiled.problem.costs.change_start_per_hour) if before is not None else 0
    if away and before is not None:
        time.SetCumulVarSoftLowerBound(index, max(0, before), away)
    if late >= away and late:
        time.SetCumulVarSoftUpperBound(index, max(0, int(compiled.due[visit])), late)
    elif away and before is not None:
        time.SetCumulVarSoftUpperBound(index, max(0, before), away)
