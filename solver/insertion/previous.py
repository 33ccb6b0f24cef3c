"""The plan in force, taken up again: a search that is given one never ends with a dearer one."""

from solver.insertion.plan import Plan
from solver.problem import PreviousRoute


def taken_up(empty: Plan) -> Plan:
    """A plan with the previous routes as far as they still keep the rules; the plan given is not changed.

    Where a route no longer fits as a whole, its visits are taken up one after another; those that do not fit are not.
    """
    plan = empty.copy()
    index = {visit.id: i for i, visit in enumerate(plan.compiled.problem.visits)}
    for route in plan.compiled.problem.previous:
        shift = plan.compiled.shift_index.get(route.shift)
        if shift is not None:
            _take_up(plan, shift, _visits(plan, route, index))
    return plan


def _visits(plan: Plan, route: PreviousRoute, index: dict[str, int]) -> tuple[int, ...]:
    """The visits of the route that there still are, each once."""
    known = [index[stop.visit] for stop in route.stops if stop.visit in index]
    return tuple(dict.fromkeys(visit for visit in known if plan.shift_of[visit] < 0))


def _take_up(plan: Plan, shift: int, visits: tuple[int, ...]) -> None:
    whole = plan.change(shift, visits) if visits else None
    if whole is not None:
        plan.apply(whole)
        return
    for visit in visits:
        change = plan.insertion(visit, shift, len(plan.visits(shift)))
        if change is not None:
            plan.apply(change)
