"""Small days with routes, and what inserting a visit costs by trying every place."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from solver.compiling import compile_problem
from solver.insertion.plan import Change, Plan
from solver.insertion.regret import insert_all
from solver.problem import Problem, Travel, Visit, Window
from solver.timing.planner import Planner
from tests.builders.random_problems import random_problem
from tests.solver.timed_routes import random_course

PEOPLE = 3


def planned(problem: Problem) -> Plan:
    """A plan with whatever fits, made by insertion."""
    plan = Plan(Planner(compile_problem(problem)))
    insert_all(plan, range(len(problem.visits)), range(len(plan.routes)), lambda: False)
    return plan


def random_day(seed: int) -> tuple[Problem, Plan, Visit] | None:
    """A random problem without its last visit, a plan for it, and this visit; None: there was only one."""
    problem = random_problem(seed)
    if len(problem.visits) < 2:
        return None
    smaller = replace(problem, visits=problem.visits[:-1])
    return smaller, planned(smaller), problem.visits[-1]


def seconds_day(seed: int) -> tuple[Problem, Plan, tuple[Visit, Visit]] | None:
    """Three technicians on a day of 26 seconds, with breaks, windows and every rate, and two visits to ask about."""
    rng = random.Random(seed)
    seconds = np.array([[rng.randint(0, 3) if i != j else 0 for j in range(4)] for i in range(4)])
    courses = [random_course(seed * 7 + i).problem for i in range(PEOPLE)]
    people = []
    for i, course in enumerate(courses):
        person = course.technicians[0]
        own = replace(person.shifts[0], id=f"S{i}", start_location=0, end_location=rng.choice([0, None]))
        people.append(replace(person, id=f"T{i}", shifts=(own,)))
    visits = [
        replace(v, id=f"{i}{v.id}", location=rng.randrange(4), unserved_cost=1000, setup=rng.choice([0, 1]))
        for i, course in enumerate(courses)
        for v in course.visits
    ]
    rng.shuffle(visits)
    if len(visits) < 3:
        return None
    problem = Problem(travel=Travel(seconds), technicians=tuple(people), visits=tuple(visits[2:]))
    return problem, planned(problem), (visits[0], visits[1])


def with_visits(problem: Problem, plan: Plan, visits: Iterable[Visit]) -> tuple[Problem, Plan]:
    """The problem with more visits, which are nobody's yet, and the same plan for it."""
    larger = replace(problem, visits=(*problem.visits, *visits))
    copy = Plan(Planner(compile_problem(larger)))
    for shift in range(len(plan.routes)):
        if plan.visits(shift):
            change = copy.change(shift, plan.visits(shift))
            assert change is not None
            copy.apply(change)
    return larger, copy


def cut(visit: Visit, window: Window) -> Visit | None:
    """The visit with what the window leaves of its own windows; None: nothing."""
    own = visit.windows or (window,)
    left = tuple((max(a, window[0]), min(b, window[1])) for a, b in own if max(a, window[0]) <= min(b, window[1]))
    start = None if visit.pinned is None else visit.pinned.start
    if not left or (start is not None and not any(a <= start <= b for a, b in left)):
        return None
    return replace(visit, windows=left)


def cheapest(plan: Plan, visit: int, shifts: Sequence[int]) -> Change | None:
    """The cheapest change that puts the visit somewhere into one of the shifts and changes no other route."""
    changes = [plan.insertion(visit, shift, place) for shift in shifts for place in range(len(plan.visits(shift)) + 1)]
    alone = [change for change in changes if change is not None and len(change.routes) == 1]
    return min(alone, key=lambda change: change.cost, default=None)
