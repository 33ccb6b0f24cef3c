"""A plan as what happens in it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from solver.confidence.promises import window_used
from solver.problem import Problem, Visit, Warehouse, Window
from solver.referee.case import Book, Case, Leg, by_technician
from solver.referee.driving import FULL, work
from solver.solution import Route

Waits = Mapping[str, tuple[tuple[str, int], ...]]
"""Per visit those it waits for, with the least seconds from their start to its own."""


class Course(NamedTuple):
    """One used route. behind: the same technician's route before (an index), -1 for none; rest: seconds between."""

    case: Case
    behind: int
    rest: int


class Event(NamedTuple):
    """A stop of a course, or its return.

    work: driving to it since the event before, in seconds at full speed. new_leg: there is a leg, and it begins here.
    opens: it starts no earlier. seconds, spread: mean and standard deviation of what it takes.
    planned: its start in the plan. visit, window: "" and None where nothing was promised.
    """

    course: int
    work: float
    new_leg: bool
    opens: int
    seconds: int
    spread: int
    planned: int
    visit: str = ""
    window: Window | None = None
    after: tuple[tuple[str, int], ...] = ()


def courses_of(problem: Problem, routes: Iterable[Route]) -> list[Course]:
    """The used routes whose shift the problem has, each after the same technician's earlier ones."""
    found: list[Course] = []
    for own in by_technician(Book(problem).cases(routes)).values():
        for earlier, case in zip((None, *own), own, strict=False):
            rest = case.technician.min_rest or 0
            found.append(Course(case, -1 if earlier is None else len(found) - 1, rest))
    return found


def events_of(problem: Problem, courses: Iterable[Course]) -> list[list[Event]]:
    """Per course its stops in order, then its return."""
    waits = _waits(problem)
    return [list(_events(number, course.case, waits)) for number, course in enumerate(courses)]


def _waits(problem: Problem) -> Waits:
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for link in problem.links:
        if link.kind == "precedes":
            first, then = link.visits
            found[then] = (*found.get(then, ()), (first, link.min_gap))
    return found


def _events(number: int, case: Case, waits: Waits) -> Iterator[Event]:
    """The stops in order, then the return; of a leg with breaks the same part is driven before each as in the plan."""
    stops, left = case.route.stops, case.route.depart
    rests = {i: rest for i, _, rest in case.breaks()}
    visits = {i: visit for i, _, visit in case.visits()}
    warehouses = {i: warehouse for i, _, warehouse in case.warehouses()}
    for leg in case.legs():
        length = _length(case, leg)
        done = 0
        for i in leg.breaks:
            piece = min(length - done, work(case.problem.travel.speed, left, stops[i].arrive))
            begins = i == leg.breaks[0] and length > 0
            yield Event(number, piece / FULL, begins, rests[i].earliest, rests[i].duration, 0, stops[i].start)
            done += piece
            left = stops[i].depart
        begins = length > 0 and not leg.breaks
        reached = Event(number, (length - done) / FULL, begins, 0, 0, 0, case.route.return_)
        if leg.stop is None:
            yield reached
            return
        reached = reached._replace(planned=stops[leg.stop].start)
        if leg.stop in visits:
            yield _at_visit(reached, visits[leg.stop], case.technician.id, leg.origin, waits)
        else:
            yield _at_warehouse(reached, warehouses[leg.stop])
        left = stops[leg.stop].depart


def _length(case: Case, leg: Leg) -> int:
    """The driving of a leg, as `work` counts it; 0 where there is no road."""
    return FULL * max(0, int(case.problem.travel.seconds[leg.origin, leg.destination])) if case.is_drive(leg) else 0


def _at_visit(reached: Event, visit: Visit, technician: str, origin: int, waits: Waits) -> Event:
    window = window_used(visit.windows, reached.planned)
    pinned = None if visit.pinned is None else visit.pinned.start
    return reached._replace(
        opens=max(0 if window is None else window[0], pinned or 0),
        seconds=visit.duration.of(technician) + (visit.setup if visit.location != origin else 0),
        spread=visit.spread,
        visit=visit.id,
        window=window,
        after=waits.get(visit.id, ()),
    )


def _at_warehouse(reached: Event, warehouse: Warehouse) -> Event:
    window = window_used(warehouse.windows, reached.planned)
    return reached._replace(opens=0 if window is None else window[0], seconds=warehouse.handling)
