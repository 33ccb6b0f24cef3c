"""Seeded random problems over every feature that is planned so far; the same seed gives the same problem."""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from solver.problem import (
    UNREACHABLE,
    Break,
    Costs,
    Departure,
    Duration,
    Pinned,
    PreviousRoute,
    PreviousStop,
    Problem,
    Shift,
    Technician,
    TechnicianRule,
    Travel,
    Visit,
    Warehouse,
    Window,
)
from tests.builders.problems import HOUR, MINUTE, at

SKILLS = ("electric", "hydraulic", "doors")
TOOLS = ("ladder", "crane", "meter")
PARTS = ("fuse", "belt", "valve")
DAY = 24 * HOUR


def random_problem(seed: int) -> Problem:
    """A problem of 1 to 14 visits, 1 to 4 technicians and 0 to 2 warehouses; each feature is there or not by chance."""
    draw = random.Random(seed)
    places = draw.randint(2, 9)
    technicians = tuple(_technician(draw, f"T{i}", places) for i in range(draw.randint(1, 4)))
    visits = tuple(_visit(draw, f"V{i}", places, technicians) for i in range(draw.randint(1, 14)))
    problem = Problem(
        name=f"random {seed}",
        travel=_travel(draw, places),
        technicians=technicians,
        visits=_placed_pins(visits),
        warehouses=tuple(_warehouse(draw, f"W{i}", places) for i in range(draw.randint(0, 2))),
        costs=_costs(draw),
    )
    return problem if draw.random() < 0.7 else _with_previous(draw, problem)


def _maybe(draw: random.Random, chance: float) -> bool:
    return draw.random() < chance


def _travel(draw: random.Random, places: int) -> Travel:
    """Points in a square half an hour wide, slower one way than back, with a diagonal and a few roads missing."""
    points = np.array([[draw.uniform(0, 1800), draw.uniform(0, 1800)] for _ in range(places)])
    straight = np.linalg.norm(points[:, None] - points[None], axis=2)
    seconds = np.ceil(straight * [[draw.uniform(1, 1.3) for _ in range(places)] for _ in range(places)]).astype(
        np.int64
    )
    if _maybe(draw, 0.2):
        np.fill_diagonal(seconds, draw.randint(1, 120))
    metres = np.ceil(straight * 9).astype(np.int64) if _maybe(draw, 0.7) else None
    if _maybe(draw, 0.2):
        origin, destination = draw.sample(range(places), 2)
        seconds[origin, destination] = UNREACHABLE
        if metres is not None and _maybe(draw, 0.5):
            metres[origin, destination] = UNREACHABLE
    return Travel(seconds, metres)


def _technician(draw: random.Random, name: str, places: int) -> Technician:
    first = _shift(draw, f"{name}-1", places, at(draw.randint(6, 10)))
    shifts = [first]
    if _maybe(draw, 0.35):
        gap = draw.choice([0, HOUR, DAY - 8 * HOUR])
        shifts.append(_shift(draw, f"{name}-2", places, first.end + gap))
        if _maybe(draw, 0.3):
            shifts.reverse()
    return Technician(
        id=name,
        shifts=tuple(shifts),
        skills={skill: draw.randint(1, 3) for skill in SKILLS if _maybe(draw, 0.8)},
        tools=frozenset(tool for tool in TOOLS if _maybe(draw, 0.6)),
        van_stock={part: draw.randint(0, 4) for part in PARTS if _maybe(draw, 0.7)},
        cost_per_travel_hour=draw.choice([0, 1000, 3601]),
        cost_per_duty_hour=draw.choice([0, 2999]),
        cost_per_overtime_hour=draw.choice([0, 5003]),
        cost_per_km=draw.choice([0, 37]),
        fixed_cost=draw.choice([0, 0, 5000]),
    )


def _shift(draw: random.Random, name: str, places: int, start: int) -> Shift:
    end = start + draw.choice([3, 5, 8]) * HOUR
    breaks = tuple(_break(draw, f"B{i}", start, end) for i in range(draw.choice([0, 0, 1, 1, 2])))
    home = draw.randrange(places)
    return Shift(
        id=name,
        start=start,
        end=end,
        start_location=home,
        end_location=draw.choice([None, home, home, draw.randrange(places)]),
        max_overtime=draw.choice([0, 0, HOUR]),
        breaks=breaks,
        max_visits=draw.choice([None, None, None, 2, 4]),
        max_travel=draw.choice([None, None, None, HOUR, 2 * HOUR]),
        departure=draw.choice([Departure.FLEXIBLE, Departure.FLEXIBLE, Departure.AT_START]),
    )


def _break(draw: random.Random, name: str, start: int, end: int) -> Break:
    earliest = draw.randint(start, end)
    latest = earliest + draw.choice([0, 900, HOUR, 2 * HOUR])
    duration = draw.choice([10, 30, 45]) * MINUTE
    return Break(name, earliest, latest, duration, paid=_maybe(draw, 0.5), optional=_maybe(draw, 0.25))


def _visit(draw: random.Random, name: str, places: int, technicians: Sequence[Technician]) -> Visit:
    windows = _windows(draw)
    minutes = draw.choice([0, 10, 20, 45, 90])
    own = {t.id: draw.randint(5, 60) * MINUTE for t in technicians if _maybe(draw, 0.5)}
    return Visit(
        id=name,
        location=draw.randrange(places),
        duration=Duration(minutes * MINUTE, own if _maybe(draw, 0.25) else {}),
        setup=draw.choice([0, 0, 300]),
        windows=windows,
        finish_by=at(draw.randint(11, 18)) if _maybe(draw, 0.15) else None,
        due=draw.randint(-HOUR, at(18)) if _maybe(draw, 0.4) else None,
        late_cost_per_hour=draw.choice([0, 1003]),
        skills={draw.choice(SKILLS): draw.randint(1, 3)} if _maybe(draw, 0.4) else {},
        tools=frozenset({draw.choice(TOOLS)}) if _maybe(draw, 0.25) else frozenset(),
        parts={part: draw.randint(0, 2) for part in PARTS if _maybe(draw, 0.25)},
        unserved_cost=draw.choice([None, 0, 500, 20_000, 100_000]),
        technicians=_rule(draw, technicians),
        pinned=_pinned(draw, technicians, windows) if _maybe(draw, 0.12) else None,
    )


def _windows(draw: random.Random) -> tuple[Window, ...]:
    hours = sorted(draw.sample(range(6, 18), draw.choice([0, 0, 1, 1, 2, 3])))
    windows = [(at(hour), at(hour, draw.choice([0, 30, 59]))) for hour in hours]
    if windows and _maybe(draw, 0.05):
        windows[0] = (-HOUR, windows[0][1])
    return tuple(windows)


def _rule(draw: random.Random, technicians: Sequence[Technician]) -> TechnicianRule:
    names = [technician.id for technician in technicians]
    return TechnicianRule(
        only=_some(draw, names) if _maybe(draw, 0.15) else None,
        never=frozenset({draw.choice(names)}) if _maybe(draw, 0.1) else frozenset(),
        preferred={draw.choice(names): draw.choice([1, 700])} if _maybe(draw, 0.2) else {},
    )


def _some(draw: random.Random, names: Sequence[str]) -> frozenset[str]:
    """Some of the names, now and then none."""
    least = 0 if _maybe(draw, 0.1) else 1
    return frozenset(draw.sample(names, draw.randint(least, len(names))))


def _pinned(draw: random.Random, technicians: Sequence[Technician], windows: tuple[Window, ...]) -> Pinned:
    shift = draw.choice(draw.choice(technicians).shifts)
    low, high = draw.choice(windows or ((shift.start, shift.end),))
    start = draw.randint(max(low, shift.start), high) if _maybe(draw, 0.4) and max(low, shift.start) <= high else None
    return Pinned(shift.id, start, 0 if _maybe(draw, 0.4) else None)


def _placed_pins(visits: Sequence[Visit]) -> tuple[Visit, ...]:
    """The visits, those pinned to a place numbered through within their shift so that the places differ."""
    taken: dict[str, int] = {}
    found = []
    for visit in visits:
        if visit.pinned is not None and visit.pinned.order is not None:
            order = taken.setdefault(visit.pinned.shift, 0)
            taken[visit.pinned.shift] += 1
            visit = replace(visit, pinned=replace(visit.pinned, order=order))
        found.append(visit)
    return tuple(found)


def _warehouse(draw: random.Random, name: str, places: int) -> Warehouse:
    return Warehouse(
        id=name,
        location=draw.randrange(places),
        windows=((at(7), at(15)),) if _maybe(draw, 0.3) else (),
        handling=draw.choice([0, 600]),
        stock={part: draw.randint(0, 5) for part in PARTS if _maybe(draw, 0.8)} if _maybe(draw, 0.6) else None,
        tools=frozenset(tool for tool in TOOLS if _maybe(draw, 0.5)),
    )


def _costs(draw: random.Random) -> Costs:
    return Costs(
        unserved_default=draw.choice([None, 30_000]),
        change_technician=draw.choice([0, 900]),
        change_start_per_hour=draw.choice([0, 601]),
    )


def _with_previous(draw: random.Random, problem: Problem) -> Problem:
    """The problem with a plan in force that has some of its visits, one that is gone and maybe a gone technician."""
    routes = []
    left = [visit.id for visit in problem.visits]
    draw.shuffle(left)
    for technician in problem.technicians:
        shift = technician.shifts[0]
        names = [left.pop() for _ in range(min(len(left), draw.randint(0, 3)))] + [f"gone from {technician.id}"]
        stops = tuple(PreviousStop(name, draw.randint(shift.start, shift.end)) for name in names)
        routes.append(PreviousRoute(shift.id, technician.id if _maybe(draw, 0.9) else "retired", stops))
    return replace(problem, previous=tuple(routes))
