"""What the routing model finds, timed exactly and put back into the plan."""

from collections.abc import Callable, Sequence

from solver.insertion.plan import Plan
from solver.insertion.regret import insert_all
from solver.routing_model.breaks import takes_all_breaks
from solver.routing_model.scope import scope_of
from solver.routing_model.search import Answer, Effort, search


def improve(
    plan: Plan,
    shifts: Sequence[int],
    extra: Sequence[int],
    effort: Effort,
    better: Callable[[Plan], None],
    stop: Callable[[], bool],
) -> Plan:
    """The best plan found by OR-Tools over these shifts, with left-out visits `extra` that may join them.

    The plan given is not changed. better: told of each plan that is the best so far. stop: asked at every solution.
    """
    best = plan
    least = plan.cost()
    shifts = [shift for shift in shifts if takes_all_breaks(plan.compiled.duties[shift])]
    if not shifts:
        return plan

    def found(answers: Sequence[Answer]) -> None:
        nonlocal best, least
        draft = _timed(plan, shifts, [answer.visits for answer in answers])
        cost = draft.cost()
        if cost < least:
            best, least = draft, cost
            better(draft)

    search(scope_of(plan, shifts, extra), effort, found, stop)
    return best


def _timed(plan: Plan, shifts: Sequence[int], routes: Sequence[tuple[int, ...]]) -> Plan:
    """The plan with these routes; visits of a route that cannot be timed as it stands are inserted where they fit."""
    draft = plan.copy()
    draft.clear(shifts)
    homeless: list[int] = []
    for shift, visits in zip(shifts, routes, strict=True):
        change = draft.change(shift, visits) if visits else None
        if change is not None:
            draft.apply(change)
        else:
            homeless.extend(visits)
    if homeless:
        insert_all(draft, homeless, shifts)
    return draft
