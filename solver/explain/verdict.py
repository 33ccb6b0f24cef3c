"""The referee's word on a remedy: whether the changed plan breaks no rule of the eased problem, and what it costs more.

Every sum of the cost is exact before it is rounded, and all but two are sums over technicians. So the plan is priced
once with all money multiplied by `FINE`, which makes each part whole, and for a remedy only the technicians it changes
are priced anew. Where the worst tardiness or the imbalance costs, the whole plan is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Final

from solver.explain.easing import Easing, eased
from solver.explain.scene import Scene
from solver.problem import Problem, Technician, Visit
from solver.referee import check_routes, cost
from solver.solution import Cost, Route, StopKind

FINE: Final = 3_600_000
"""Parts of a cent in which rates per hour and per kilometre come out whole."""

Routes = Mapping[int, Route | None]
"""New routes by shift; None: not used any more."""

WHOLE: Final = ("unserved", "max_tardiness", "imbalance")
"""Parts of the cost that are not sums over the technicians."""
SUMMED: Final = tuple(part.name for part in fields(Cost) if part.name not in WHOLE)


class Verdicts:
    """The plan as the referee prices it, and plans that differ from it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        problem = scene.problem
        self._tied = bool(problem.costs.max_tardiness_per_hour or problem.costs.imbalance_per_hour)
        self._total = cost(problem, scene.routes.values())
        self._fine = _refined(problem)
        self._exact = [] if self._tied else _summed(cost(self._fine, scene.routes.values()))

    def more(self, visit: int, easings: Iterable[Easing], routes: Routes) -> int | None:
        """Cents that the plan with these routes costs more, what leaving this visit out costs apart.

        None when the referee finds a rule of the eased problem broken.
        """
        easings = tuple(easings)
        problem = eased(self._scene.problem, easings)
        after = {s: route for s, route in {**self._scene.routes, **routes}.items() if route is not None}
        around = [after[s] for s in sorted(self._around(after, routes)) if s in after]
        touched = {self._scene.shift(s).id for s in routes}
        if check_routes(self._among(problem, around), around, touched):
            return None
        charge = self._scene.problem.visits[visit].unserved_cost or 0
        if self._tied:
            return cost(problem, after.values()).total - self._total.total + charge
        return self._priced(easings, after, routes) + self._left_out(routes)

    def _priced(self, easings: tuple[Easing, ...], after: Mapping[int, Route], routes: Routes) -> int:
        """What the parts that are sums over the technicians come to more."""
        shifts = {s for shift in routes for s in self._scene.compiled.crews[self._scene.owner[shift][0]].shifts}
        was = self._fine_parts(self._fine, [self._scene.routes[s] for s in shifts if s in self._scene.routes])
        now = self._fine_parts(eased(self._fine, easings), [after[s] for s in shifts if s in after])
        parts = zip(self._exact, was, now, strict=True)
        return sum(_rounded(whole - old + new) - _rounded(whole) for whole, old, new in parts)

    def _fine_parts(self, fine: Problem, routes: list[Route]) -> list[int]:
        return _summed(cost(self._among(fine, routes), routes))

    def _among(self, problem: Problem, routes: Iterable[Route]) -> Problem:
        """The problem with these routes' visits alone, which is all that judging them looks at."""
        places = sorted({self._scene.visit_index[name] for route in routes for name in _served(route)})
        return replace(problem, visits=tuple(problem.visits[place] for place in places))

    def _left_out(self, routes: Routes) -> int:
        """What visits that are not served any more cost."""
        gone = {name for s in routes if s in self._scene.routes for name in _served(self._scene.routes[s])}
        gone -= {name for route in routes.values() if route is not None for name in _served(route)}
        problem, index = self._scene.problem, self._scene.visit_index
        charges: list[int] = [problem.visits[index[name]].unserved_cost or 0 for name in gone]
        return sum(charges)

    def _around(self, after: Mapping[int, Route], routes: Routes) -> set[int]:
        """The shifts whose routes have a say: of the same technicians, at the same warehouses, linked."""
        scene = self._scene
        people = {scene.owner[s][0] for s in routes}
        names = {name for s in routes if s in after for name in _served(after[s])}
        linked = {
            other
            for name in names
            for link in scene.links_of[scene.visit_index[name]]
            for other in scene.problem.links[link].visits
        }
        loading = any(_loads(after[s]) for s in routes if s in after)
        people |= {
            scene.owner[s][0]
            for s, route in after.items()
            if (loading and _loads(route)) or (linked and not linked.isdisjoint(_served(route)))
        }
        return {s for person in people for s in scene.compiled.crews[person].shifts}


def _served(route: Route) -> set[str]:
    return {stop.id for stop in route.stops if stop.kind is StopKind.VISIT}


def _loads(route: Route) -> bool:
    return any(stop.kind is StopKind.WAREHOUSE for stop in route.stops)


def _summed(found: Cost) -> list[int]:
    parts: list[int] = [getattr(found, name) for name in SUMMED]
    return parts


def _rounded(amount: int) -> int:
    """Whole cents from `FINE` parts, halves up."""
    return (2 * amount + FINE) // (2 * FINE)


def _refined(problem: Problem) -> Problem:
    """The problem with all money multiplied by `FINE`."""
    costs = problem.costs
    return replace(
        problem,
        technicians=tuple(map(_refined_person, problem.technicians)),
        visits=tuple(map(_refined_visit, problem.visits)),
        costs=replace(
            costs,
            change_technician=costs.change_technician * FINE,
            change_start_per_hour=costs.change_start_per_hour * FINE,
            buffer_per_hour=costs.buffer_per_hour * FINE,
        ),
    )


def _refined_person(person: Technician) -> Technician:
    return replace(
        person,
        cost_per_travel_hour=person.cost_per_travel_hour * FINE,
        cost_per_duty_hour=person.cost_per_duty_hour * FINE,
        cost_per_overtime_hour=person.cost_per_overtime_hour * FINE,
        cost_per_km=person.cost_per_km * FINE,
        fixed_cost=person.fixed_cost * FINE,
    )


def _refined_visit(visit: Visit) -> Visit:
    preferred = visit.technicians.preferred
    if not visit.late_cost_per_hour and not preferred:
        return visit
    saved = {name: amount * FINE for name, amount in preferred.items()}
    return replace(
        visit,
        late_cost_per_hour=visit.late_cost_per_hour * FINE,
        technicians=replace(visit.technicians, preferred=saved),
    )
