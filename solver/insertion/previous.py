"""A plan told by its visits, taken up again: a search that is given one never ends with a dearer one."""

from collections.abc import Mapping, Sequence

from solver.insertion.plan import Plan
from solver.problem import Problem


def in_force(problem: Problem) -> dict[str, list[str]]:
    """The visits of each shift in the previous plan, in order."""
    found: dict[str, list[str]] = {}
    for route in problem.previous:
        found.setdefault(route.shift, []).extend(stop.visit for stop in route.stops)
    return found


def taken_up(empty: Plan, wanted: Mapping[str, Sequence[str]] | None = None) -> Plan:
    """A plan with the wanted visits in their shifts as far as they keep the rules; the plan given is not changed.

    wanted: per shift id the ids of its visits; those of the plan in force unless given. Where a route does not fit as
    a whole, its visits are taken up one after another; those that do not fit are not.
    Shifts and visits that there are not are passed over.
    """
    plan = empty.copy()
    index = {visit.id: i for i, visit in enumerate(plan.compiled.problem.visits)}
    for shift_id, visits in (in_force(plan.compiled.problem) if wanted is None else wanted).items():
        shift = plan.compiled.shift_index.get(shift_id)
        if shift is not None:
            known = dict.fromkeys(index[visit] for visit in visits if visit in index)
            _take_up(plan, shift, tuple(visit for visit in known if plan.shift_of[visit] < 0))
    return plan


def _take_up(plan: Plan, shift: int, visits: tuple[int, ...]) -> None:
    whole = plan.change(shift, visits) if visits else None
    if whole is not None:
        plan.apply(whole)
        return
    for visit in visits:
        change = plan.insertion(visit, shift, len(plan.visits(shift)))
        if change is not None:
            plan.apply(change)
