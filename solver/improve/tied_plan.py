"""Sequences of tied routes as a plan, and plans freed of links that are served in part only."""

from collections.abc import Mapping, Sequence

from solver.compiled import Compiled
from solver.insertion.plan import Change, Plan
from solver.ties.face import timed_routes
from solver.timing.supplies import Stops


def tied_plan(like: Plan, sequences: Mapping[int, Stops]) -> Plan:
    """The routes as a plan, timed together; where that cannot be, those that can be timed one after the other.

    like: any plan of the same problem, not changed. sequences: per shift visits and ~warehouses in order.
    """
    plan = like.copy()
    plan.clear(range(len(plan.routes)))
    routes = timed_routes(plan.compiled, sequences)
    if routes is not None:
        plan.apply(Change(routes, 0))
        return plan
    for shift, stops in sequences.items():
        change = plan.change(shift, tuple(stop for stop in stops if stop >= 0))
        if change is not None:
            plan.apply(change)
    return without_halves(plan)


def without_halves(plan: Plan) -> Plan:
    """The plan without visits of links that are to be served whole or not at all, and are not; not changed itself."""
    whole = plan
    while gone := halves(whole.compiled, whole):
        whole = whole.copy() if whole is plan else whole
        if not whole.remove(gone):
            whole.clear({whole.shift_of[visit] for visit in gone})
    return whole


def halves(compiled: Compiled, plan: Plan) -> list[int]:
    """Visits that are served while others of an `all_or_none` link are not."""
    links = [link.visits for link in compiled.problem.links if link.all_or_none]
    if not links:
        return []
    number = {visit.id: v for v, visit in enumerate(compiled.problem.visits)}
    found: set[int] = set()
    for names in links:
        served = [number[name] for name in names if plan.shift_of[number[name]] >= 0]
        if len(served) < len(names):
            found.update(served)
    return sorted(found)


def retimed(plan: Plan, shifts: Sequence[int], routes: Sequence[tuple[int, ...]]) -> Plan | None:
    """The plan with these visits in these shifts, all routes timed together; None when that cannot be.

    For what the routing model finds; the plan given is not changed.
    """
    sequences = {s: route.stops for s, route in enumerate(plan.routes) if route is not None}
    sequences.update(zip(shifts, routes, strict=True))
    timed = timed_routes(plan.compiled, sequences)
    if timed is None:
        return None
    draft = plan.copy()
    draft.clear(range(len(draft.routes)))
    draft.apply(Change(timed, 0))
    return without_halves(draft)
