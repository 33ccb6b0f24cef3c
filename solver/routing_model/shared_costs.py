"""Costs that belong to no route: for the worst visit's tardiness, and for work shared out unevenly.

OR-Tools has no cost for an expression of one's own, but one for the span of a dimension over all routes.
"""

from typing import Any, Final

from solver.compiled import NEVER, PER_HOUR
from solver.routing_model.model import Model
from solver.routing_model.windows import transit_matrices

MOST_RATE: Final = 10**9
SOON: Final = 1
"""Units a second that each visit's lateness costs beside, so that OR-Tools has reason to start it early."""


def state_shared_costs(model: Model, time: Any) -> None:
    """`max_tardiness_per_hour` and `imbalance_per_hour`."""
    costs = model.network.scope.compiled.problem.costs
    if costs.max_tardiness_per_hour:
        _state_tardiness(model, time, min(MOST_RATE, PER_HOUR * costs.max_tardiness_per_hour))
    if costs.imbalance_per_hour:
        _state_imbalance(model, min(MOST_RATE, PER_HOUR * costs.imbalance_per_hour))


def _state_tardiness(model: Model, time: Any, rate: int) -> None:
    """A dimension in which nothing moves rises from the worst tardiness outside to the worst of all, on every route."""
    scope, routing = model.network.scope, model.routing
    solver = routing.solver()
    lateness = []
    for _, index, visit in model.visit_nodes():
        due = int(scope.compiled.due[visit])
        if due < NEVER:
            lateness.append((routing.ActiveVar(index) * (time.CumulVar(index) - due)).Var())
            if not time.HasCumulVarSoftUpperBound(index):
                time.SetCumulVarSoftUpperBound(index, max(0, due), SOON)
    if not lateness:
        return
    least = scope.outside.tardiness
    worst = solver.Max([solver.IntConst(least), *lateness]).Var()
    routing.AddDimension(model.vector([0] * model.network.size), worst.Max(), worst.Max(), False, "tardiness")
    dimension = routing.GetDimensionOrDie("tardiness")
    for vehicle in range(len(scope.shifts)):
        dimension.CumulVar(routing.Start(vehicle)).SetValue(least)
        solver.Add(dimension.CumulVar(routing.End(vehicle)) == worst)
    dimension.SetGlobalSpanCostCoefficient(rate)


def _state_imbalance(model: Model, rate: int) -> None:
    """The most driving and service of a shift is charged; in a part of the plan, what passes the most elsewhere.

    Waiting is left out, and the least is not taken off: OR-Tools can price neither but by trying times one by one.
    """
    scope, routing = model.network.scope, model.routing
    most = max(scope.compiled.duties[shift].hard_end - scope.compiled.duties[shift].start for shift in scope.shifts)
    routing.AddDimensionWithVehicleTransits(transit_matrices(model, most), 0, most, True, "work")
    work = routing.GetDimensionOrDie("work")
    inside = {scope.compiled.duties[shift].technician for shift in scope.shifts}
    problem = scope.compiled.problem
    others = [
        scope.outside.duty.get(number, 0)
        for number, technician in enumerate(problem.technicians)
        if technician.shifts and number not in inside
    ]
    if not others:
        work.SetGlobalSpanCostCoefficient(rate)
        return
    for vehicle in range(len(scope.shifts)):
        work.SetCumulVarSoftUpperBound(routing.End(vehicle), min(most, max(others)), rate)
