"""Who may serve what: skills, technician rules, pins to a shift. A warehouse stop belongs to one shift."""

from solver.routing_model.model import Model


def state_skills(model: Model) -> None:
    """Each node may be visited only by the vehicles of shifts that may serve it."""
    scope = model.network.scope
    for _, index, visit in model.visit_nodes():
        allowed = [k for k, shift in enumerate(scope.shifts) if scope.compiled.allowed[visit, shift]]
        if len(allowed) < len(scope.shifts):
            model.routing.VehicleVar(index).SetValues([-1, *allowed])
    for _, index, vehicle, _ in model.reload_nodes():
        model.routing.VehicleVar(index).SetValues([-1, vehicle])
