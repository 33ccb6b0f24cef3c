"""Limits of a shift: visits and driving; and the place among a shift's visits that a pin may name."""

import numpy as np

from solver.compiled import NEVER
from solver.routing_model.model import Model

COUNT = "count"


def state_limits(model: Model) -> None:
    """`max_travel`, `max_visits` and `pinned.order`, each only where the scope has it."""
    scope = model.network.scope
    duties = [scope.compiled.duties[shift] for shift in scope.shifts]
    if any(duty.max_travel < NEVER for duty in duties):
        most = sum(int(row.max()) for row in np.where(model.network.seconds < NEVER, model.network.seconds, 0))
        evaluator = model.matrix(np.minimum(model.network.seconds, most + 1))
        limits = [min(duty.max_travel, most) for duty in duties]
        model.routing.AddDimensionWithVehicleCapacity(evaluator, 0, limits, True, "travel")
    orders = scope.compiled.pinned_order[list(scope.visits)] >= 0
    if orders.any() or any(duty.max_visits < NEVER for duty in duties):
        _state_count(model)


def _state_count(model: Model) -> None:
    scope = model.network.scope
    visits = len(scope.visits)
    steps = [1] * visits + [0] * (model.network.size - visits)
    limits = [min(scope.compiled.duties[shift].max_visits, visits) for shift in scope.shifts]
    model.routing.AddDimensionWithVehicleCapacity(model.vector(steps), 0, limits, True, COUNT)
    count = model.routing.GetDimensionOrDie(COUNT)
    for _, index, visit in model.visit_nodes():
        order = int(scope.compiled.pinned_order[visit])
        if order >= 0:
            count.CumulVar(index).SetMin(min(order, visits))
            count.CumulVar(index).SetMax(min(order, visits))
