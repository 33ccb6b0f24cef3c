"""The verdicts: on a whole solution, or on some routes."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields

from solver.problem import Problem
from solver.referee.case import Book, Case
from solver.referee.costs import cost
from solver.referee.link_rules import links
from solver.referee.plan_rules import PLAN_RULES
from solver.referee.route_rules import ROUTE_RULES
from solver.referee.time_rules import TIME_RULES
from solver.referee.travel_rules import TRAVEL_RULES
from solver.referee.violation import Rule, Violation
from solver.solution import Cost, Route, Solution, Status, StopKind

LEFT_OUT = frozenset({Rule.MUST_BE_SERVED})
"""What an honest infeasible solution may break."""


def check(problem: Problem, solution: Solution) -> list[Violation]:
    """Every rule the solution breaks: hard rules, bookkeeping, its status and its stated cost. Empty when right."""
    found = check_routes(problem, solution.routes)
    found += unserved_list(problem, solution)
    found += must_be_served(problem, solution.routes)
    found += status(solution, found)
    found += stated_cost(solution, cost(problem, solution.routes))
    return found


def check_routes(problem: Problem, routes: Iterable[Route], touched: Collection[str] | None = None) -> list[Violation]:
    """Every rule that these routes break, each by itself and together; what is in none of them is not asked about.

    touched: shift ids; only breaches in which one of these shifts has a part are told, as after moving a stop.
    """
    routes = list(routes)
    cases = Book(problem).cases(routes)
    wanted = [case for case in cases if touched is None or case.shift.id in touched]
    found = [violation for case in wanted for violation in _alone(case)]
    found += unknown_shift(problem, routes)
    together = [violation for rule in PLAN_RULES for violation in rule(cases)]
    together += links(problem.links, cases)
    return found + [v for v in together if touched is None or not v.shifts.isdisjoint(touched)]


def check_route(problem: Problem, route: Route) -> list[Violation]:
    """Every rule that this route breaks were it the only one: warehouses full, the van as the day begins."""
    return [v for v in check_routes(problem, [route]) if v.rule is not Rule.ALL_OR_NONE]


def _alone(case: Case) -> Iterator[Violation]:
    for rule in (*ROUTE_RULES, *TIME_RULES, *TRAVEL_RULES):
        yield from rule(case)


def unknown_shift(problem: Problem, routes: Iterable[Route]) -> list[Violation]:
    """Every route is of a shift that the problem has."""
    known = {shift.id for technician in problem.technicians for shift in technician.shifts}
    return [
        Violation(Rule.UNKNOWN_SHIFT, f"The problem has no shift {route.shift!r}.", route.shift)
        for route in routes
        if route.shift not in known
    ]


def _served(routes: Iterable[Route]) -> set[str]:
    return {stop.id for route in routes for stop in route.stops if stop.kind is StopKind.VISIT}


def unserved_list(problem: Problem, solution: Solution) -> list[Violation]:
    """Every visit is either in a route or, once, in `unserved`."""
    known, served = {visit.id for visit in problem.visits}, _served(solution.routes)
    listed = Counter(left.visit for left in solution.unserved)
    messages = [f"`unserved` names {name!r}, which is no visit." for name in listed if name not in known]
    messages += [f"`unserved` names visit {name!r} {n} times." for name, n in listed.items() if n > 1]
    messages += [f"Visit {name!r} is in `unserved` and in a route too." for name in listed if name in served]
    missing = [visit.id for visit in problem.visits if visit.id not in served and visit.id not in listed]
    messages += [f"Visit {name!r} is neither in a route nor in `unserved`." for name in missing]
    return [Violation(Rule.UNSERVED_LIST, message) for message in messages]


def must_be_served(problem: Problem, routes: Iterable[Route]) -> list[Violation]:
    """Every visit without a cost of leaving it out is served, and every pinned one."""
    served, found = _served(routes), []
    for visit in problem.visits:
        if visit.id not in served and (visit.unserved_cost is None or visit.pinned is not None):
            why = f"it is pinned to shift {visit.pinned.shift!r}" if visit.pinned else "it may not be left out"
            found.append(Violation(Rule.MUST_BE_SERVED, f"Visit {visit.id!r} must be served: {why}."))
    return found


def status(solution: Solution, found: Iterable[Violation]) -> list[Violation]:
    """A solution that breaks no rule says so."""
    if solution.status is Status.INFEASIBLE and not any(True for _ in found):
        return [Violation(Rule.STATUS, "The status is infeasible, but no rule is broken; it must be feasible.")]
    return []


def stated_cost(solution: Solution, right: Cost) -> list[Violation]:
    """Every part of the cost is what the routes come to, and the total is their sum."""
    names = [part.name for part in fields(Cost)]
    pairs = {name: (getattr(solution.cost, name), getattr(right, name)) for name in names}
    total = solution.cost.total if solution.stated_total is None else solution.stated_total
    pairs["total"] = (total, right.total)
    return [
        Violation(Rule.COST, f"cost.{name} is {stated}, but the routes come to {value}.")
        for name, (stated, value) in pairs.items()
        if stated != value
    ]


def honest(problem: Problem, solution: Solution) -> bool:
    """Whether nothing is wrong but that an infeasible solution leaves out what must be served, and says so."""
    return admitted(solution, check(problem, solution))


def admitted(solution: Solution, found: Collection[Violation]) -> bool:
    """The same, of all violations `found` in it."""
    return not found or (solution.status is Status.INFEASIBLE and {v.rule for v in found} <= LEFT_OUT)
