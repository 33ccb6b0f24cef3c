"""A finished plan as remedies see it: who does what when, and how much more may be tried."""

from collections import defaultdict

import numpy as np

from solver.compiled import Compiled, IntArray
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Problem, Shift, Technician
from solver.solution import Route, StopKind


class Exhausted(Exception):
    """As much has been tried as was allowed."""


class Work:
    """What may still be tried, counted in routes timed, so that the same plan gets the same remedies everywhere."""

    def __init__(self, routes: int) -> None:
        self.left = routes

    def spend(self, routes: int = 1) -> None:
        """Counts routes about to be timed; raises Exhausted when too few are left."""
        if self.left < routes:
            raise Exhausted
        self.left -= routes


class Scene:
    """The plan, and what remedies look up in it. Visits, shifts and technicians are indices, as in `Compiled`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.compiled: Compiled = plan.compiled
        self.problem: Problem = plan.compiled.problem
        self.work = Work(0)
        problem = self.problem
        self.owner = [(t, k) for t, person in enumerate(problem.technicians) for k in range(len(person.shifts))]
        self.routes: dict[int, Route] = {self.compiled.shift_index[route.shift]: route for route in routes_of(plan)}
        self.visit_index = {visit.id: v for v, visit in enumerate(problem.visits)}
        self.starts = {
            self.visit_index[stop.id]: stop.start
            for route in self.routes.values()
            for stop in route.stops
            if stop.kind is StopKind.VISIT
        }
        self.links_of: defaultdict[int, list[int]] = defaultdict(list)
        for i, link in enumerate(problem.links):
            for name in link.visits:
                self.links_of[self.visit_index[name]].append(i)
        self.spare = _spare(plan)
        self.before = {stop.visit: (route, stop) for route in problem.previous for stop in route.stops}

    def technician(self, shift: int) -> Technician:
        """Whose shift it is."""
        return self.problem.technicians[self.owner[shift][0]]

    def shift(self, shift: int) -> Shift:
        """The shift as the problem states it."""
        technician, place = self.owner[shift]
        return self.problem.technicians[technician].shifts[place]

    def shift_path(self, shift: int, field: str) -> tuple[str | int, ...]:
        """Where the problem's document has a field of the shift."""
        technician, place = self.owner[shift]
        return ("technicians", technician, "shifts", place, field)

    def neighbours(self, shift: int) -> tuple[Route | None, Route | None]:
        """The technician's used routes right before and right after this shift."""
        crew = self.compiled.crews[self.owner[shift][0]]
        place = crew.shifts.index(shift)
        earlier = [self.routes[s] for s in crew.shifts[:place] if s in self.routes]
        later = [self.routes[s] for s in crew.shifts[place + 1 :] if s in self.routes]
        return (earlier[-1] if earlier else None), (later[0] if later else None)

    def linked(self, visit: int) -> list[tuple[int, int]]:
        """(link, other visit of it) for each other visit that is served."""
        return [
            (link, other)
            for link in self.links_of[visit]
            for other in (self.visit_index[name] for name in self.problem.links[link].visits)
            if other != visit and other in self.starts
        ]


def _spare(plan: Plan) -> IntArray:
    """(s, p) how many of each part each shift's van has at its end, loaded on the way included."""
    compiled = plan.compiled
    spare = np.zeros((len(plan.routes), len(compiled.parts)), dtype=np.int64)
    for shift, route in enumerate(plan.routes):
        spare[shift] = plan.van_now(shift)
        if route is not None:
            spare[shift] -= compiled.need[list(route.visits)].sum(axis=0)
            for _, load in route.loads:
                for part, count in load:
                    spare[shift, part] += count
    return spare
