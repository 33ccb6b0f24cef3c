"""What ties the shifts of one technician: rest from one return to the next departure, and duty over all shifts."""

from itertools import combinations
from typing import Any

from solver.problem import Technician
from solver.routing_model.model import Model


def state_duty_limits(model: Model, time: Any) -> None:
    """`min_rest` and `max_duty` of every technician of the scope."""
    scope = model.network.scope
    for number, technician in enumerate(scope.compiled.problem.technicians):
        vehicles = [k for k, shift in enumerate(scope.shifts) if scope.compiled.duties[shift].technician == number]
        if vehicles and technician.min_rest:
            _state_rest(model, time, vehicles, technician.min_rest)
        if vehicles and technician.max_duty is not None:
            _state_duty(model, time, number, vehicles, technician)


def _state_rest(model: Model, time: Any, vehicles: list[int], least: int) -> None:
    routing, scope = model.routing, model.network.scope
    duties = scope.compiled.duties
    in_order = sorted(vehicles, key=lambda k: duties[scope.shifts[k]].start)
    for one, other in combinations(in_order, 2):
        if duties[scope.shifts[other]].start - duties[scope.shifts[one]].hard_end < least:
            rest = time.CumulVar(routing.Start(other)) - time.CumulVar(routing.End(one))
            used = routing.VehicleRouteConsideredVar(one) + routing.VehicleRouteConsideredVar(other)
            routing.solver().Add(routing.solver().IsGreaterOrEqualCstVar(rest, least) >= used - 1)
    for k in vehicles:
        _rest_from_outside(model, time, k, least)


def _rest_from_outside(model: Model, time: Any, vehicle: int, least: int) -> None:
    """Rest from and to the technician's routes that stay as they are."""
    scope = model.network.scope
    duties = scope.compiled.duties
    own = duties[scope.shifts[vehicle]]
    start = time.CumulVar(model.routing.Start(vehicle))
    end = time.CumulVar(model.routing.End(vehicle))
    for shift, (depart, back) in scope.outside.spans.items():
        if duties[shift].technician != own.technician:
            continue
        if duties[shift].start < own.start:
            start.SetMin(min(start.Max(), back + least))
        else:
            end.SetMax(max(end.Min(), depart - least))


def _state_duty(model: Model, time: Any, number: int, vehicles: list[int], technician: Technician) -> None:
    """Unpaid breaks that are owed count as taken; the routes that stay take their part of the limit."""
    routing, scope = model.routing, model.network.scope
    limit = max(0, (technician.max_duty or 0) - scope.outside.duty.get(number, 0))
    duties = []
    for k in vehicles:
        unpaid = unpaid_seconds(model, k)
        time.SetSpanUpperBoundForVehicle(limit + unpaid, k)
        duties.append(duty(model, time, k))
    if len(duties) > 1:
        routing.solver().Add(routing.solver().Sum(duties) <= limit)


def duty(model: Model, time: Any, vehicle: int) -> Any:
    """Seconds of duty of the shift, as an expression; 0 while it is not used."""
    routing = model.routing
    span = time.CumulVar(routing.End(vehicle)) - time.CumulVar(routing.Start(vehicle)) - unpaid_seconds(model, vehicle)
    return routing.solver().Max(span, 0) * routing.VehicleRouteConsideredVar(vehicle)


def unpaid_seconds(model: Model, vehicle: int) -> int:
    """Seconds of the shift's breaks that are owed and not paid."""
    scope = model.network.scope
    breaks = scope.compiled.duties[scope.shifts[vehicle]].breaks
    return sum(rest.duration for rest in breaks if not rest.paid and not rest.optional)
