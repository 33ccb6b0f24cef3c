"""What the routes outside a scope hold a model to: when and by whom tied visits are done, duty, tardiness, rest."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Problem
from solver.solution import Route, StopKind


class Outside(NamedTuple):
    """The routes that stay as they are, all times in seconds.

    starts, technicians: per visit served there. spans: departure and return per shift used there.
    duty: per technician over those shifts, unpaid breaks taken off. tardiness: of the worst visit there, at least 0.
    """

    starts: Mapping[int, int]
    technicians: Mapping[int, int]
    spans: Mapping[int, tuple[int, int]]
    duty: Mapping[int, int]
    tardiness: int


def outside(plan: Plan, shifts: Sequence[int]) -> Outside:
    """What holds outside these shifts."""
    compiled = plan.compiled
    problem, chosen = compiled.problem, set(shifts)
    index = {visit.id: v for v, visit in enumerate(problem.visits)}
    starts: dict[int, int] = {}
    technicians: dict[int, int] = {}
    spans: dict[int, tuple[int, int]] = {}
    duty: dict[int, int] = {}
    for route in routes_of(plan):
        shift = compiled.shift_index[route.shift]
        if shift in chosen:
            continue
        technician = compiled.duties[shift].technician
        spans[shift] = (route.depart, route.return_)
        duty[technician] = duty.get(technician, 0) + route.return_ - route.depart - _unpaid(problem, route)
        for stop in route.stops:
            if stop.kind is StopKind.VISIT:
                starts[index[stop.id]] = stop.start
                technicians[index[stop.id]] = technician
    late = (start - int(compiled.due[visit]) for visit, start in starts.items())
    return Outside(starts, technicians, spans, duty, max(0, max(late, default=0)))


def _unpaid(problem: Problem, route: Route) -> int:
    """Seconds of unpaid breaks on the route."""
    taken = {stop.id for stop in route.stops if stop.kind is StopKind.BREAK}
    if not taken:
        return 0
    shift = next(s for technician in problem.technicians for s in technician.shifts if s.id == route.shift)
    return sum(rest.duration for rest in shift.breaks if rest.id in taken and not rest.paid)
