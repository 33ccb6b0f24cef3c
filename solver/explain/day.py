"""One shift with one more visit, timed exactly at every place: under an eased problem, or for one aim alone."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from solver.compiled import SCALE
from solver.compiling import compile_problem
from solver.explain.piece import Piece, piece
from solver.explain.scene import Scene
from solver.insertion.plan import Change, Plan
from solver.outcome import routes_of
from solver.problem import Costs, PreviousRoute, PreviousStop, Problem, Technician
from solver.solution import Route, Stop
from solver.timing.planner import Planner

PER_SECOND: Final = 3600
"""Cents an hour that make a second cost a cent."""

RELOADING: Final = 5
"""A route that must call at a warehouse counts as so many, as many places for the stop are tried."""

Aim = Callable[[Problem], Problem]
"""Changes a piece whose costs are all 0 so that one thing alone costs a cent a second."""


class Least(NamedTuple):
    """The least seconds of what is aimed at, and the places of the visit at which they do."""

    seconds: int
    places: tuple[int, ...]


class Day:
    """A shift with `visits`, the last of which is not in its route yet."""

    def __init__(self, scene: Scene, problem: Problem, shift: int, visits: Sequence[int], aim: Aim | None = None):
        self._scene, self._visits, self._count = scene, tuple(visits), len(visits) - 1
        self._piece = piece(scene, problem, shift, visits)
        if self._piece is not None:
            self._open(self._piece if aim is None else self._piece._replace(problem=aim(free(self._piece.problem))))

    def _open(self, cut: Piece) -> None:
        self._piece, self._effort = cut, RELOADING if _lacks(cut.problem) else 1
        self._planner = Planner(compile_problem(cut.problem))

    def changes(self, places: Sequence[int] | None = None) -> Iterator[tuple[int, Change]]:
        """(place, rule-abiding route with the last visit at that place), for these places or all.

        Each counts as one route timed.
        """
        if self._piece is None:
            return
        plan = Plan(self._planner)
        for place in range(self._count + 1) if places is None else places:
            self._scene.work.spend(self._effort)
            order = [*range(place), self._count, *range(place, self._count)]
            change = plan.change(0, tuple(order))
            if change is not None:
                yield place, change

    def best(self, places: Sequence[int] | None = None) -> Change | None:
        """The cheapest of them."""
        return min((change for _, change in self.changes(places)), key=lambda change: change.cost, default=None)

    def least(self) -> Least | None:
        """The least that the aim costs, and where."""
        found = [(change.cost // SCALE, place) for place, change in self.changes()]
        amount = min(found, default=(0, 0))[0]
        return Least(amount, tuple(place for cost, place in found if cost == amount)) if found else None

    def order(self, change: Change) -> tuple[int, ...]:
        """The visits of a change's route, in order."""
        route = change.routes[0]
        return () if route is None else tuple(self._visits[visit] for visit in route.visits)

    def route(self, change: Change) -> Route:
        """A change's route, with the whole problem's locations."""
        if self._piece is None:
            raise AssertionError("there is no change without a piece")
        plan, places = Plan(self._planner), self._piece.places
        plan.apply(change)
        route = routes_of(plan)[0]
        return replace(route, stops=tuple(_moved(stop, places) for stop in route.stops))


def cheapest(
    scene: Scene, problem: Problem, shift: int, visit: int, places: Sequence[int] | None = None
) -> Route | None:
    """The shift's cheapest route with this visit besides its own, at one of these places, or at any that it fits."""
    day = Day(scene, problem, shift, (*scene.plan.visits(shift), visit))
    best = day.best(places)
    return None if best is None else day.route(best)


def least(scene: Scene, problem: Problem, shift: int, visit: int, aim: Aim) -> Least | None:
    """The least seconds that the aim costs with this visit in the shift; None when it fits nowhere at all."""
    return Day(scene, problem, shift, (*scene.plan.visits(shift), visit), aim).least()


def free(problem: Problem) -> Problem:
    """The problem of one shift in which nothing costs anything."""
    person = problem.technicians[0]
    visits = tuple(
        replace(
            visit,
            late_cost_per_hour=0,
            unserved_cost=0,
            technicians=replace(visit.technicians, preferred={}) if visit.technicians.preferred else visit.technicians,
        )
        for visit in problem.visits
    )
    person = Technician(
        person.id, person.shifts, person.skills, person.tools, person.van_stock, max_duty=person.max_duty
    )
    return replace(problem, technicians=(person,), visits=visits, costs=Costs(), previous=())


def late_return(end: int) -> Aim:
    """Costs what the return is later than `end`."""

    def aim(problem: Problem) -> Problem:
        person = problem.technicians[0]
        day = person.shifts[0]
        last = day.end + day.max_overtime
        due = min(end, last)
        day = replace(day, end=due, max_overtime=last - due)
        return _crewed(problem, replace(person, shifts=(day,), cost_per_overtime_hour=PER_SECOND))

    return aim


def late_start(due: int) -> Aim:
    """Costs what the last visit starts later than `due`."""

    def aim(problem: Problem) -> Problem:
        visit = replace(problem.visits[-1], due=due, late_cost_per_hour=PER_SECOND)
        return replace(problem, visits=(*problem.visits[:-1], visit))

    return aim


def early_start(opening: int) -> Aim:
    """Costs what the last visit, which must start by `opening`, starts sooner."""

    def aim(problem: Problem) -> Problem:
        shift = problem.technicians[0].shifts[0].id
        stop = PreviousStop(problem.visits[-1].id, opening)
        before = PreviousRoute(shift, problem.technicians[0].id, (stop,))
        return replace(problem, previous=(before,), costs=Costs(change_start_per_hour=PER_SECOND))

    return aim


def travel(problem: Problem) -> Problem:
    """Costs what is driven."""
    return _crewed(problem, replace(problem.technicians[0], cost_per_travel_hour=PER_SECOND))


def _lacks(problem: Problem) -> bool:
    """Whether the technician needs parts or tools from a warehouse."""
    person = problem.technicians[0]
    need: Counter[str] = Counter()
    for visit in problem.visits:
        need.update(visit.parts)
        if not visit.tools <= person.tools:
            return True
    return any(count > person.van_stock.get(part, 0) for part, count in need.items())


def _crewed(problem: Problem, person: Technician) -> Problem:
    return replace(problem, technicians=(person,))


def _moved(stop: Stop, places: Sequence[int]) -> Stop:
    return stop if stop.location is None else replace(stop, location=places[stop.location])
