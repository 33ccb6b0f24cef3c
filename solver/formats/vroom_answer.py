"""A `Solution` in the shape of VROOM's output."""

from typing import Any

from solver.formats import parsing
from solver.formats.vroom import VroomInput
from solver.formats.vroom_vehicles import amount_name
from solver.problem import Technician, Visit
from solver.referee import cost
from solver.solution import Route, Solution, StopKind

Tree = dict[str, Any]


def write_vroom(given: VroomInput, solution: Solution) -> bytes:
    """The solution as VROOM would answer it; `cost` is what the routes cost, in the units of the vehicles' costs."""
    answer = _Answer(given)
    routes = [answer.route(route) for route in solution.routes if route.stops]
    left = [answer.unassigned(entry.visit) for entry in solution.unserved]
    sums = ("cost", "setup", "service", "duration", "waiting_time", "priority")
    summary: Tree = {name: sum(route[name] for route in routes) for name in sums}
    if given.problem.travel.metres is not None:
        summary["distance"] = sum(route["distance"] for route in routes)
    summary |= {"routes": len(routes), "unassigned": len(left), "violations": []}
    for name in ("delivery", "pickup"):
        summary[name] = [sum(route[name][d] for route in routes) for d in range(given.dimensions)]
    return parsing.write({"code": 0, "summary": summary, "unassigned": left, "routes": routes}, indent=1)


class _Answer:
    def __init__(self, given: VroomInput) -> None:
        self.given = given
        self.visits = {visit.id: visit for visit in given.problem.visits}
        self.crew = {technician.id: technician for technician in given.problem.technicians}

    def unassigned(self, name: str) -> Tree:
        return {"id": int(name), "type": "job", "location_index": self.visits[name].location}

    def route(self, route: Route) -> Tree:
        """The route with its steps; `duration` is travel alone, as VROOM has it."""
        done = [self.visits[stop.id] for stop in route.stops if stop.kind is StopKind.VISIT]
        steps = self._steps(route, self.crew[route.technician], done)
        tree: Tree = {
            "vehicle": int(route.technician),
            "cost": self._cost(route),
            "setup": sum(step["setup"] for step in steps),
            "service": sum(step["service"] for step in steps),
            "duration": route.travel_seconds,
            "waiting_time": sum(step["waiting_time"] for step in steps),
            "priority": sum(self.given.priorities[visit.id] for visit in done),
            "delivery": self._amounts(done, picked_up=False),
            "pickup": self._amounts(done, picked_up=True),
            "steps": steps,
            "violations": [],
        }
        if self.given.problem.travel.metres is not None:
            tree["distance"] = route.travel_metres
        return tree

    def _cost(self, route: Route) -> int:
        alone = cost(self.given.problem, [route])
        return alone.travel + alone.distance + alone.fixed

    def _amounts(self, visits: list[Visit], picked_up: bool) -> list[int]:
        wanted = [(d in self.given.picked_up) == picked_up for d in range(self.given.dimensions)]
        return [
            sum(visit.parts.get(amount_name(d), 0) for visit in visits) if want else 0 for d, want in enumerate(wanted)
        ]

    def _steps(self, route: Route, technician: Technician, done: list[Visit]) -> list[Tree]:
        shift = technician.shifts[0]
        load = self._amounts(done, picked_up=False)
        steps = [_step("start", route.depart, 0, load)]
        if shift.start_location < self._real_places():
            steps[0]["location_index"] = shift.start_location
        here, travelled, left = shift.start_location, 0, route.depart
        for stop in route.stops:
            travelled += stop.arrive - left
            left = stop.depart
            step = _step("job" if stop.kind is StopKind.VISIT else "break", stop.arrive, travelled, load)
            step |= {"id": int(stop.id), "waiting_time": stop.start - stop.arrive, "service": stop.depart - stop.start}
            if stop.kind is StopKind.VISIT:
                visit = self.visits[stop.id]
                load = self._after(load, visit)
                setup = visit.setup if visit.location != here else 0
                step |= {"load": load, "setup": setup, "service": step["service"] - setup, "job": int(stop.id)}
                step["location_index"] = here = visit.location
            steps.append(step)
        if shift.end_location is not None:
            end = _step("end", route.return_, travelled + route.return_ - left, load)
            steps.append(end | {"location_index": shift.end_location})
        return steps

    def _after(self, load: list[int], visit: Visit) -> list[int]:
        change = [visit.parts.get(amount_name(d), 0) for d in range(self.given.dimensions)]
        return [n + change[d] if d in self.given.picked_up else n - change[d] for d, n in enumerate(load)]

    def _real_places(self) -> int:
        """Places but the one that stands for "anywhere", which only such vehicles start at."""
        size = len(self.given.problem.travel.seconds)
        return size - 1 if self.given.anywhere else size


def _step(kind: str, arrival: int, travelled: int, load: list[int]) -> Tree:
    common = {"type": kind, "arrival": arrival, "duration": travelled, "setup": 0, "service": 0, "waiting_time": 0}
    return {**common, "load": list(load), "violations": []}
