"""Plans with visits left out, and remedies put to the test: applied to the problem's document, then judged."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from solver.compiling import compile_problem
from solver.explain.remedies import Found, Remedies
from solver.explain.scene import Work
from solver.formats import native
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Problem
from solver.referee import check_routes, cost
from solver.solution import Edit, Route, StopKind
from solver.timing.planner import Planner

Orders = Mapping[str, Sequence[str]]
"""The visits of each shift, in order."""

ENOUGH = 20_000


def planned(problem: Problem, orders: Orders) -> Plan:
    """The plan that has these visits in this order."""
    plan = Plan(Planner(compile_problem(problem)))
    index = {visit.id: v for v, visit in enumerate(problem.visits)}
    for shift, names in orders.items():
        change = plan.change(plan.compiled.shift_index[shift], tuple(index[name] for name in names))
        assert change is not None, f"the shift {shift} cannot have {names}"
        plan.apply(change)
    return plan


def remedies(plan: Plan, name: str) -> tuple[Found, ...]:
    """What would let the visit in, each remedy put to the test."""
    visit = next(v for v, visit in enumerate(plan.compiled.problem.visits) if visit.id == name)
    found, explored = Remedies(plan).of(visit, Work(ENOUGH))
    assert explored
    for one in found:
        assert_holds(plan, name, one)
    return found


def patched(problem: Problem, edits: Iterable[Edit]) -> Problem:
    """The problem read from its document with the JSON Patch applied; it must be sound."""
    tree: Any = copy.deepcopy(native.problem_tree(problem))
    for edit in edits:
        *path, last = [int(step) if step.isdigit() else step for step in edit.path.split("/")[1:]]
        spot = tree
        for step in path:
            spot = spot[step]
        if edit.op == "remove":
            del spot[last]
        else:
            assert isinstance(spot, dict), "adding to a list would insert"
            spot[last] = edit.value
    return native.problem_from_tree(tree)


def assert_holds(plan: Plan, name: str, found: Found) -> None:
    """The eased problem takes the whole plan with the changed routes, and it costs what was said."""
    problem = plan.compiled.problem
    eased = patched(problem, found.remedy.relax)
    now = {plan.compiled.shift_index[route.shift]: route for route in routes_of(plan)}
    then = [route for route in {**now, **found.routes}.values() if route is not None]
    assert check_routes(eased, then) == [], found.remedy
    assert name in served(then)
    charge = next(visit.unserved_cost or 0 for visit in problem.visits if visit.id == name)
    assert found.remedy.cost == cost(eased, then).total - (cost(problem, now.values()).total - charge), found.remedy
    wanted = next(visit for visit in eased.visits if visit.id == name)
    if wanted.unserved_cost is not None and wanted.pinned is None:
        assert found.remedy.cost < wanted.unserved_cost, "with the remedy serving pays"


def served(routes: Iterable[Route]) -> set[str]:
    """The visits of these routes."""
    return {stop.id for route in routes for stop in route.stops if stop.kind is StopKind.VISIT}


def fits(problem: Problem, orders: Orders, name: str) -> bool:
    """Whether the visit has a place somewhere, the other visits as they are ordered."""
    plan = planned(problem, orders)
    visit = next(v for v, visit in enumerate(problem.visits) if visit.id == name)
    return any(
        plan.insertion(visit, shift, place) is not None
        for shift in range(len(plan.routes))
        for place in range(len(plan.visits(shift)) + 1)
    )
