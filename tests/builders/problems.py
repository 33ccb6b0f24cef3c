"""Small problems that read well in a test, and routes timed as plainly as can be."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from solver.problem import (
    UNREACHABLE,
    Break,
    Duration,
    IntMatrix,
    Problem,
    Shift,
    Technician,
    TechnicianRule,
    Travel,
    Visit,
    Warehouse,
)
from solver.solution import Route, Stop, StopKind

MINUTE = 60
HOUR = 3600


def at(hours: int, minutes: int = 0) -> int:
    """The second at which a clock that started with the horizon shows this time."""
    return hours * HOUR + minutes * MINUTE


def line(places: int, seconds: int = 600, metres: int | None = None) -> Travel:
    """Places in a row, so many seconds and metres from each to the next."""
    steps = np.abs(np.subtract.outer(np.arange(places), np.arange(places))).astype(np.int64)
    return Travel(steps * seconds, None if metres is None else steps * metres)


def without_road(travel: Travel, *pairs: tuple[int, int]) -> Travel:
    """The same with no road from the first to the second of each pair."""
    seconds: IntMatrix = travel.seconds.copy()
    for origin, destination in pairs:
        seconds[origin, destination] = UNREACHABLE
    return Travel(seconds, travel.metres, travel.speed)


def visit(name: str, location: int, minutes: int | Duration = 30, **given: Any) -> Visit:
    """A visit that must be served, at any time by anyone."""
    duration = minutes if isinstance(minutes, Duration) else Duration(minutes * MINUTE)
    rule = {key: given.pop(key) for key in ("only", "never", "preferred") if key in given}
    if rule:
        given["technicians"] = TechnicianRule(**rule)
    return Visit(name, location, duration, **given)


def shift(name: str, start: int = at(8), end: int = at(16), **given: Any) -> Shift:
    """A shift from and to place 0."""
    return Shift(name, start, end, **{"start_location": 0, "end_location": 0, **given})


def technician(name: str, *shifts: Shift, **given: Any) -> Technician:
    """A technician who costs nothing, with one shift of the same name unless others are given."""
    return Technician(name, shifts or (shift(name),), **given)


def problem(
    visits: Sequence[Visit],
    technicians: Sequence[Technician] = (),
    travel: Travel | None = None,
    warehouses: Sequence[Warehouse] = (),
    **given: Any,
) -> Problem:
    """A problem on a line of ten places, with one technician "ann" unless others are given."""
    crew = tuple(technicians) or (technician("ann"),)
    return Problem(travel or line(10, metres=1000), crew, tuple(visits), tuple(warehouses), **given)


def timed(
    problem: Problem,
    shift_id: str,
    names: Sequence[str],
    depart: int | None = None,
    loads: Mapping[str, Any] | None = None,
) -> Route:
    """The shift's route over these visits, breaks and warehouses, everything as early as it can be.

    A break is taken where the stop before it was, before anything is driven. `loads` are by warehouse id.
    """
    owner, day = next((t, s) for t in problem.technicians for s in t.shifts if s.id == shift_id)
    left = day.start if depart is None else depart
    clock, here, stops, road, metres = left, day.start_location, [], 0, 0
    for name in names:
        thing = _thing(problem, day, name)
        if isinstance(thing, Break):
            start = max(clock, thing.earliest)
            stops.append(Stop(StopKind.BREAK, name, None, clock, start, start + thing.duration))
        else:
            drive, way = _leg(problem, here, thing.location)
            arrive = clock + drive
            start = next((max(arrive, low) for low, high in thing.windows if arrive <= high), arrive)
            done = start + _service(thing, owner, here)
            kind = StopKind.VISIT if isinstance(thing, Visit) else StopKind.WAREHOUSE
            load = None if loads is None else loads.get(name)
            stops.append(Stop(kind, name, thing.location, arrive, start, done, load))
            here, road, metres = thing.location, road + drive, metres + way
        clock = stops[-1].depart
    drive, way = (0, 0) if day.end_location is None or not names else _leg(problem, here, day.end_location)
    return Route(shift_id, owner.id, left, clock + drive, road + drive, metres + way, tuple(stops))


def _thing(problem: Problem, day: Shift, name: str) -> Visit | Break | Warehouse:
    named: dict[str, Visit | Break | Warehouse] = {}
    named |= {warehouse.id: warehouse for warehouse in problem.warehouses}
    named |= {visit.id: visit for visit in problem.visits}
    named |= {rest.id: rest for rest in day.breaks}
    return named[name]


def _leg(problem: Problem, origin: int, destination: int) -> tuple[int, int]:
    metres = problem.travel.metres
    way = 0 if metres is None else int(metres[origin, destination])
    return int(problem.travel.seconds[origin, destination]), way


def _service(thing: Visit | Warehouse, owner: Technician, here: int) -> int:
    if isinstance(thing, Warehouse):
        return thing.handling
    return thing.duration.of(owner.id) + (thing.setup if thing.location != here else 0)
