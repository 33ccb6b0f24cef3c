"""VROOM on the features it can state, with the most exploration it offers as far as that ends.

Each kind of demand (skills, tools, rules on technicians) is a skill of VROOM's, which those who meet it have.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import numpy as np
import vroom

from solver.problem import Problem, Shift, Technician, Visit, Window
from tests.benchmarks.contest.clock import Clock
from tests.benchmarks.contest.fitness import demand, demands, fit
from tests.benchmarks.contest.protocol import Finish, Request

EXPLORATION: Final = 5
QUICK: Final = 1
LARGE: Final = 300_000
"""Visits times shifts from which on it explores less: with the most it was not done with 2,000 visits after minutes."""
NO_ROAD: Final = 2**31 - 1
PROFILE: Final = "car"


def run(request: Request) -> Finish:
    """VROOM within the request's seconds, on its threads; visits it finds no room for are left out."""
    clock, problem = Clock(request.seconds), request.problem
    shifts = [(technician, shift) for technician in problem.technicians for shift in technician.shifts]
    given = _input(problem, shifts)
    exploration = EXPLORATION if len(shifts) * len(problem.visits) < LARGE else QUICK
    found = given.solve(exploration, request.threads, timedelta(seconds=clock.left()))
    orders: dict[str, list[str]] = {}
    for step in found.routes.itertuples():
        if step.type == "job":
            orders.setdefault(shifts[step.vehicle_id][1].id, []).append(problem.visits[step.id].id)
    return Finish(orders={shift: tuple(visits) for shift, visits in orders.items()})


def _input(problem: Problem, shifts: Sequence[tuple[Technician, Shift]]) -> vroom.Input:
    given = vroom.Input()
    travel = problem.travel
    given.set_durations_matrix(PROFILE, np.where(travel.seconds < 0, NO_ROAD, travel.seconds))
    if travel.metres is not None:
        given.set_distances_matrix(PROFILE, np.where(travel.metres < 0, NO_ROAD, travel.metres))
    kinds = {kind: (number, visit) for number, (kind, visit) in enumerate(demands(problem).items())}
    parts = sorted({part for visit in problem.visits for part in visit.parts})
    for number, (technician, shift) in enumerate(shifts):
        skills = {skill for skill, visit in kinds.values() if fit(technician, visit)}
        given.add_vehicle(_vehicle(number, technician, shift, skills, parts))
    for number, visit in enumerate(problem.visits):
        given.add_job(_job(number, visit, kinds[demand(visit)][0], parts))
    return given


def _vehicle(number: int, technician: Technician, shift: Shift, skills: set[int], parts: list[str]) -> vroom.Vehicle:
    limits = {"max_tasks": shift.max_visits, "max_travel_time": shift.max_travel}
    return vroom.Vehicle(
        number,
        start=shift.start_location,
        end=shift.end_location,
        profile=PROFILE,
        capacity=[technician.van_stock.get(part, 0) for part in parts],
        skills=skills,
        time_window=(shift.start, shift.end),
        breaks=[
            vroom.Break(i, time_windows=[vroom.TimeWindow(rest.earliest, rest.latest)], service=rest.duration)
            for i, rest in enumerate(shift.breaks)
        ],
        costs=vroom.VehicleCosts(technician.fixed_cost, technician.cost_per_travel_hour, technician.cost_per_km),
        **{name: limit for name, limit in limits.items() if limit is not None},
    )


def _job(number: int, visit: Visit, skill: int, parts: list[str]) -> vroom.Job:
    return vroom.Job(
        number,
        visit.location,
        default_setup=visit.setup,
        default_service=visit.duration.default,
        delivery=[visit.parts.get(part, 0) for part in parts],
        skills={skill},
        time_windows=[_window(window) for window in visit.windows],
    )


def _window(window: Window) -> vroom.TimeWindow:
    opens, closes = window
    return vroom.TimeWindow(max(0, opens), closes)
