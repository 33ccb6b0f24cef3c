"""VROOM's JSON input as a `Problem`: jobs, vehicles and matrices. Field names are those of VROOM's API document.

What the problem format cannot say as VROOM means it is refused with a pointer, never dropped silently. README.md says
how each field is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from solver.faults import Malformed
from solver.formats import parsing
from solver.formats.matrix import compare_metres, read_matrix
from solver.formats.node import Node, given_or, nullable
from solver.formats.read_visits import read_windows
from solver.formats.vroom_vehicles import (
    NOT_EXPRESSIBLE,
    Amounts,
    Vehicle,
    amount_name,
    read_amounts,
    read_number,
    read_skills,
    read_vehicles,
)
from solver.problem import MAX_MONEY, MAX_TIME, UNREACHABLE, Duration, IntMatrix, Problem, Technician, Travel, Visit

HIGHEST_PRIORITY: Final = 100
JOB_FIELDS: Final = (
    "description", "location", "setup", "service", "service_per_type", "setup_per_type", "delivery", "amount", "pickup",
    "skills", "priority", "time_windows",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VroomInput:
    """A problem read from VROOM's format, and what its answer in that format needs besides.

    dimensions: of the amounts; picked_up: those that are collected on the way and not delivered.
    anywhere: whether the last place stands for "anywhere", where vehicles without a start start.
    """

    problem: Problem
    dimensions: int
    picked_up: frozenset[int]
    priorities: Mapping[str, int]
    anywhere: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A job as read, before its cost of being left out is known."""

    visit: Visit
    priority: int
    delivery: Amounts
    pickup: Amounts


def read_vroom(document: bytes) -> VroomInput:
    """The problem in VROOM's JSON; raises Malformed with every fault."""
    root = Node(parsing.parse(document))
    given = root.fields(("vehicles", "matrices"), ("jobs", "shipments"))
    if "shipments" in given and given["shipments"].value != []:
        given["shipments"].refuse(NOT_EXPRESSIBLE, "plan only jobs: a shipment ties two places together")
    vehicles = read_vehicles(given["vehicles"]) if "vehicles" in given else []
    travel = _travel(given["matrices"], vehicles) if "matrices" in given else None
    places = len(travel.seconds) if travel is not None else MAX_TIME
    jobs = _jobs(given["jobs"], places, vehicles) if "jobs" in given else []
    for vehicle in vehicles:
        vehicle.check_places(places)
    picked_up = _picked_up(given.get("jobs"), jobs)
    if root.faults or travel is None:
        raise Malformed(root.faults)
    return _assembled(travel, vehicles, jobs, picked_up)


def _travel(node: Node, vehicles: Sequence[Vehicle]) -> Travel | None:
    """The one matrix that all vehicles use."""
    if not isinstance(node.value, dict):
        node.refuse("must be an object", 'write {"car": {"durations": [[…]]}}')
        return None
    profiles = sorted({vehicle.profile for vehicle in vehicles} or set(list(node.value)[:1]))
    if len(profiles) > 1:
        node.refuse("one profile may be used, as a problem has one matrix", "solve each profile apart", "are several")
        return None
    matrices = node.fields(tuple(profiles), tuple(node.value))
    if not profiles or profiles[0] not in matrices:
        return None
    given = matrices[profiles[0]].fields(("durations",), ("distances", "costs"))
    if "costs" in given:
        given["costs"].refuse(NOT_EXPRESSIBLE, "remove it, or price hours and kilometres in the vehicles' costs")
    seconds = read_matrix(given["durations"], "seconds") if "durations" in given else None
    metres = nullable(given, "distances", lambda entry: read_matrix(entry, "metres"))
    if seconds is None:
        return None
    if metres is not None:
        compare_metres(given["distances"], seconds, metres)
    return Travel(seconds, metres)


def _jobs(node: Node, places: int, vehicles: Sequence[Vehicle]) -> list[Job]:
    seen: set[int] = set()
    return [_job(entry, places, vehicles, seen) for entry in node.items()]


def _job(node: Node, places: int, vehicles: Sequence[Vehicle], seen: set[int]) -> Job:
    given = node.fields(("id", "location_index"), JOB_FIELDS)
    if "setup_per_type" in given:
        given["setup_per_type"].refuse(NOT_EXPRESSIBLE, "give one setup for all")
    if "amount" in given and "delivery" in given:
        given["amount"].refuse("is the old name of delivery, which is given too", "remove it")
    by_type = dict(given["service_per_type"].entries()) if "service_per_type" in given else {}
    seconds = {kind: entry.seconds() for kind, entry in by_type.items()}
    own = {vehicle.id: seconds[vehicle.kind] for vehicle in vehicles if vehicle.kind in seconds}
    visit = Visit(
        id=given_or(given, "id", lambda entry: read_number(entry, seen, "job"), ""),
        location=given_or(given, "location_index", lambda entry: entry.location(places), 0),
        duration=Duration(given_or(given, "service", Node.seconds, 0), own),
        setup=given_or(given, "setup", Node.seconds, 0),
        windows=given_or(given, "time_windows", read_windows, ()),
        skills=given_or(given, "skills", read_skills, {}),
    )
    return Job(
        visit,
        given_or(given, "priority", lambda entry: entry.integer(0, HIGHEST_PRIORITY, "a priority"), 0),
        given_or(given, "delivery", read_amounts, given_or(given, "amount", read_amounts, ())),
        given_or(given, "pickup", read_amounts, ()),
    )


def _picked_up(node: Node | None, jobs: Sequence[Job]) -> frozenset[int]:
    """The dimensions in which jobs only collect; one in which they deliver too is refused."""
    up = {d for job in jobs for d, amount in enumerate(job.pickup) if amount}
    down = {d for job in jobs for d, amount in enumerate(job.delivery) if amount}
    if node is not None and up & down:
        for i, job in enumerate(jobs):
            if any(amount and d in down for d, amount in enumerate(job.pickup)):
                what = "may not be in a dimension in which other jobs deliver, as room that comes free"
                node.child(i).child("pickup", list(job.pickup)).refuse(f"{what} {NOT_EXPRESSIBLE}", "give each its own")
    return frozenset(up)


def _assembled(
    travel: Travel, vehicles: Sequence[Vehicle], jobs: Sequence[Job], picked_up: frozenset[int]
) -> VroomInput:
    anywhere = any(vehicle.start is None for vehicle in vehicles)
    if anywhere:
        travel = _with_anywhere(travel)
    horizon = _horizon(travel.seconds, vehicles, jobs)
    crew = tuple(vehicle.technician(len(travel.seconds) - 1, horizon) for vehicle in vehicles)
    weight = _dearest(travel, crew, len(jobs))
    problem = Problem(travel, crew, tuple(_visit(job, weight) for job in jobs))
    sizes = [len(amounts) for job in jobs for amounts in (job.delivery, job.pickup)]
    sizes += [len(vehicle.capacity) for vehicle in vehicles]
    priorities = {job.visit.id: job.priority for job in jobs}
    return VroomInput(problem, max(sizes, default=0), picked_up, priorities, anywhere)


def _with_anywhere(travel: Travel) -> Travel:
    """The same with a last place from which everywhere is reached at once: where vehicles without a start start."""

    def wider(matrix: IntMatrix) -> IntMatrix:
        size = len(matrix)
        found = np.full((size + 1, size + 1), UNREACHABLE, dtype=np.int64)
        found[:size, :size] = matrix
        found[size, :] = 0
        return found

    return Travel(wider(travel.seconds), None if travel.metres is None else wider(travel.metres))


def _horizon(seconds: IntMatrix, vehicles: Sequence[Vehicle], jobs: Sequence[Job]) -> int:
    """A second by which every plan is over that waits no longer than it must: the end of a day without one."""
    closings = [job.visit.windows[-1][1] for job in jobs if job.visit.windows]
    closings += [rest.latest for vehicle in vehicles for rest in vehicle.breaks if rest.latest < MAX_TIME]
    closings += [vehicle.window[0] for vehicle in vehicles if vehicle.window]
    work = sum(max(_durations(job.visit)) + job.visit.setup for job in jobs)
    work += sum(rest.duration for vehicle in vehicles for rest in vehicle.breaks)
    return min(MAX_TIME, max(closings, default=0) + work + (len(jobs) + 1) * int(seconds.max(initial=0)))


def _durations(visit: Visit) -> list[int]:
    return [visit.duration.default, *visit.duration.by_technician.values()]


def _dearest(travel: Travel, crew: Sequence[Technician], count: int) -> int:
    """More than all routes of any plan that drives out and back for each job: to serve one more is always worth it."""
    hours = max((t.cost_per_travel_hour for t in crew), default=0) * int(travel.seconds.max(initial=0)) // 3600
    metres = 0 if travel.metres is None else int(travel.metres.max(initial=0))
    kilometres = max((t.cost_per_km for t in crew), default=0) * metres // 1000
    return (count + 1) * (2 * (hours + kilometres + 1) + max((t.fixed_cost for t in crew), default=0))


def _visit(job: Job, weight: int) -> Visit:
    visit = job.visit
    parts = {amount_name(d): n for amounts in (job.delivery, job.pickup) for d, n in enumerate(amounts) if n}
    return Visit(
        id=visit.id,
        location=visit.location,
        duration=visit.duration,
        setup=visit.setup,
        windows=visit.windows,
        skills=visit.skills,
        parts=parts,
        unserved_cost=min(weight * (1 + job.priority), MAX_MONEY),
    )
