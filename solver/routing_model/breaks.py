"""Breaks that are not optional, as intervals of their shift; optional ones are placed when a route is timed."""

from typing import Any

from solver.routing_model.model import Model
from solver.routing_model.windows import service_seconds


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
