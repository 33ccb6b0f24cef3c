"""Seeded random problems whose routes hang together: links, speeds, rests, limits of duty, costs of the whole plan."""

import random
from dataclasses import replace
from typing import Literal

from solver.problem import Link, Problem
from tests.builders.problems import HOUR, MINUTE, at
from tests.builders.random_problems import random_problem

Kind = Literal["same_start", "precedes", "different_technicians", "same_technician"]
KINDS: tuple[Kind, ...] = ("same_start", "precedes", "precedes", "different_technicians", "same_technician")


def tied_problem(seed: int, linked: bool = True, speeds: bool | None = None, rests: bool | None = None) -> Problem:
    """A random problem with some of all that ties routes together; speeds, rests: None leaves it to chance."""
    draw = random.Random(seed)
    problem = random_problem(seed)
    if speeds if speeds is not None else draw.random() < 0.3:
        problem = replace(problem, travel=replace(problem.travel, speed=_speed(draw)))
    if rests if rests is not None else draw.random() < 0.3:
        people = tuple(
            replace(
                person,
                min_rest=draw.choice([None, HOUR, 11 * HOUR]),
                max_duty=draw.choice([None, None, 3 * HOUR, 6 * HOUR]),
            )
            for person in problem.technicians
        )
        problem = replace(problem, technicians=people)
    costs = replace(
        problem.costs,
        max_tardiness_per_hour=draw.choice([0, 0, 1801]),
        imbalance_per_hour=draw.choice([0, 0, 0, 907]),
    )
    links = _links(draw, problem) if linked else ()
    return replace(problem, costs=costs, links=links)


def plain_problem(seed: int) -> Problem:
    """A random linked problem in which nothing costs but travel, overtime and being late."""
    problem = tied_problem(seed, speeds=False, rests=False)
    people = tuple(
        replace(
            person,
            cost_per_duty_hour=0,
            cost_per_travel_hour=3600,
            shifts=tuple(replace(shift, breaks=()) for shift in person.shifts),
        )
        for person in problem.technicians
    )
    visits = tuple(replace(visit, parts={}, tools=frozenset()) for visit in problem.visits)
    costs = replace(problem.costs, imbalance_per_hour=0, change_start_per_hour=0)
    return replace(problem, technicians=people, visits=visits, warehouses=(), costs=costs)


def _speed(draw: random.Random) -> tuple[tuple[int, int], ...]:
    begins = sorted(draw.sample(range(at(6), at(20), 60), draw.randint(1, 5)))
    *some, last = begins
    return (*((begin, draw.choice([37, 50, 80, 100, 130, 1])) for begin in some), (last, 90))


def _links(draw: random.Random, problem: Problem) -> tuple[Link, ...]:
    names = [visit.id for visit in problem.visits]
    links = []
    for _ in range(draw.randint(1, 1 + len(names) // 3)):
        kind = draw.choice(KINDS)
        if len(names) < 2:
            break
        count = 2 if kind == "precedes" else draw.choice([2, 2, 3])
        members = tuple(draw.sample(names, min(count, len(names))))
        gap = draw.choice([0, 0, 20 * MINUTE, 2 * HOUR]) if kind == "precedes" else 0
        room = draw.choice([None, 0, 10 * MINUTE, HOUR]) if kind == "precedes" else None
        links.append(Link(kind, members, gap, None if room is None else gap + room))
    return tuple(links)
