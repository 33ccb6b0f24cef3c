"""What the routing model finds, timed exactly and put back into the plan."""

from collections.abc import Callable, Sequence

from solver.compiled import SCALE
from solver.insertion.plan import Plan
from solver.insertion.regret import insert_all
from solver.outcome import routes_of
from solver.problem import Problem
from solver.referee import check_routes, cost
from solver.routing_model.breaks import takes_all_breaks
from solver.routing_model.scope import scope_of
from solver.routing_model.search import Answer, Effort, search
from solver.routing_model.unstated import unstated

Retimed = Callable[[Plan, Sequence[int], Sequence[tuple[int, ...]]], Plan | None]
"""(plan, shifts, the visits each is to have in order) -> the plan so changed and timed; None when it cannot be."""


def improve(
    plan: Plan,
    shifts: Sequence[int],
    extra: Sequence[int],
    effort: Effort,
    better: Callable[[Plan], None],
    stop: Callable[[], bool],
    retimed: Retimed | None = None,
) -> Plan:
    """The best plan found by OR-Tools over these shifts, with left-out visits `extra` that may join them.

    The plan given is not changed. better: told of each plan that is the best so far. stop: asked at every solution.
    retimed: times what is found, where routes are tied; without it each route is timed by itself, and what then breaks
    a tie is dropped. Answers at once with the plan given where the model states too little (`unstated`).
    """
    problem = plan.compiled.problem
    shifts = [shift for shift in shifts if takes_all_breaks(plan.compiled.duties[shift])]
    if not shifts or unstated(problem):
        return plan
    worth = _judged if tied(problem) else Plan.cost
    best, least = plan, worth(plan)
    if least is None:
        return plan

    def found(answers: Sequence[Answer]) -> None:
        nonlocal best, least
        draft = (retimed or timed_apart)(plan, shifts, [answer.visits for answer in answers])
        amount = None if draft is None else worth(draft)
        if draft is not None and amount is not None and (least is None or amount < least):
            best, least = draft, amount
            better(draft)

    search(scope_of(plan, shifts, extra), effort, found, stop)
    return best


def tied(problem: Problem) -> bool:
    """Whether routes depend on one another in their times, their technicians or their cost."""
    costs = problem.costs
    limited = any(t.min_rest or t.max_duty is not None for t in problem.technicians)
    return bool(problem.links or limited or costs.max_tardiness_per_hour or costs.imbalance_per_hour)


def timed_apart(plan: Plan, shifts: Sequence[int], routes: Sequence[tuple[int, ...]]) -> Plan:
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


def _judged(plan: Plan) -> int | None:
    """The whole plan's cost in units as the referee sees it, missing what must be served weighed in; None: broken."""
    compiled = plan.compiled
    routes = routes_of(plan)
    if check_routes(compiled.problem, routes):
        return None
    missed = sum(compiled.unserved[v] for v in plan.left_out() if compiled.must[v])
    return missed + SCALE * cost(compiled.problem, routes).total
