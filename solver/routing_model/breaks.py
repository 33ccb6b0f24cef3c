"""Breaks that are not optional, as intervals of their shift; optional ones are placed when a route is timed."""

from typing import Any

from solver.compiled import Duty
from solver.routing_model.model import Model
from solver.routing_model.windows import service_seconds
from solver.timing.rests import choices


def takes_all_breaks(duty: Duty) -> bool:
    """Whether all breaks that are not optional can be taken in one route.

    Where two exclude each other, the shift can be used only before or after one of them, which OR-Tools finds out
    second by second; such shifts keep the routes they have.
    """
    owed = sum(1 << b for b, rest in enumerate(duty.breaks) if not rest.optional)
    return any(rests.bits & owed == owed for rests in choices(duty.breaks))


def state_breaks(model: Model, time: Any) -> None:
    """Each such break lies before the route, after it, or on a leg of it, outside every service."""
    scope = model.network.scope
    for vehicle, shift in enumerate(scope.shifts):
        duty = scope.compiled.duties[shift]
        owed = [rest for rest in duty.breaks if not rest.optional]
        if owed:
            solver = model.routing.solver()
            intervals = [
                solver.FixedDurationIntervalVar(
                    max(0, rest.earliest), max(0, rest.latest), rest.duration, False, f"{shift} {rest.id}"
                )
                for rest in owed
            ]
            services = service_seconds(model, duty.technician)
            by_index = [services[model.manager.IndexToNode(i)] for i in range(model.routing.Size())]
            time.SetBreakIntervalsOfVehicle(intervals, vehicle, by_index)
