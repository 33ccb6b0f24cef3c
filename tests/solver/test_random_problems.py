"""Random problems over every feature: whatever the search finds, the referee agrees with, to the cent."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from solver.referee import Rule, check
from solver.search import Limits
from solver.solution import Route, Solution, Status, StopKind
from solver.solve import solve
from solver.validate import validate
from tests.builders.random_problems import random_problem

PROBLEMS: Final = 300
CHUNK: Final = 25
ITERATIONS: Final = 3


def solved(seed: int) -> Solution:
    return solve(random_problem(seed), Limits(iterations=ITERATIONS, seed=seed))


@pytest.mark.parametrize("first", range(0, PROBLEMS, CHUNK))
def test_the_referee_agrees_with_every_solution(first: int) -> None:
    for seed in range(first, first + CHUNK):
        problem, solution = random_problem(seed), solved(seed)
        found = check(problem, solution)
        infeasible = solution.status is Status.INFEASIBLE
        told = [f"seed {seed}: {violation}" for violation in found if violation.rule is not Rule.MUST_BE_SERVED]
        assert told == []
        assert bool(found) == infeasible, f"seed {seed}"
        for left in solution.unserved:
            assert left.reasons, f"seed {seed}: {left.visit} is left out without a reason"
            assert all(reason.message for reason in left.reasons)


def shifted(solution: Solution) -> Iterator[tuple[str, Solution]]:
    """The solution with one stated number changed by one, for each of them."""
    for r, route in enumerate(solution.routes):
        for name in ("depart", "return_", "travel_seconds", "travel_metres"):
            for by in (-1, 1):
                changed = replace(route, **{name: getattr(route, name) + by})
                yield f"{route.shift} {name} {by}", _with(solution, r, changed)
        for i, stop in enumerate(route.stops):
            for name in ("arrive", "start", "depart"):
                for by in (-1, 1):
                    changed_stop = replace(stop, **{name: getattr(stop, name) + by})
                    changed = replace(route, stops=(*route.stops[:i], changed_stop, *route.stops[i + 1 :]))
                    yield f"{route.shift} {stop.id} {name} {by}", _with(solution, r, changed)


def _with(solution: Solution, place: int, route: Route) -> Solution:
    return replace(solution, routes=(*solution.routes[:place], route, *solution.routes[place + 1 :]))


def test_no_number_may_be_off_by_one() -> None:
    looked = 0
    for seed in range(15):
        problem, solution = random_problem(seed), solved(seed)
        right = check(problem, solution)
        for what, wrong in shifted(solution):
            looked += 1
            assert len(check(problem, wrong)) > len(right), f"seed {seed}: {what}"
    assert looked > 400


def test_the_same_seed_gives_the_same_plan() -> None:
    for seed in range(5):
        one, two = solved(seed), solved(seed)
        assert (one.routes, one.cost, one.unserved) == (two.routes, two.cost, two.unserved)


def test_the_problems_are_sound_and_use_every_feature() -> None:
    problems = [random_problem(seed) for seed in range(PROBLEMS)]
    for problem in problems:
        assert validate(problem) == []
    seen: Counter[str] = Counter()
    for problem in problems:
        seen.update({name for visit in problem.visits for name in _features(visit)})
        seen.update({name for t in problem.technicians for thing in (t, *t.shifts) for name in _features(thing)})
        seen.update({name for thing in (*problem.warehouses, problem.costs) for name in _features(thing)})
        seen.update(["previous"] if problem.previous else [])
        seen.update(["no road"] if (problem.travel.seconds < 0).any() else [])
        seen.update(["metres"] if problem.travel.metres is not None else [])
        seen.update(["two shifts"] if any(len(t.shifts) > 1 for t in problem.technicians) else [])
    wanted = {
        "setup", "windows", "finish_by", "due", "late_cost_per_hour", "skills", "tools", "parts", "unserved_cost",
        "pinned", "van_stock", "cost_per_km", "fixed_cost", "cost_per_overtime_hour", "end_location",
        "max_overtime", "breaks", "max_visits", "max_travel", "departure", "stock", "handling", "change_technician",
        "change_start_per_hour", "previous", "no road", "metres", "two shifts",
    }  # fmt: skip
    assert {name for name in wanted if seen[name] < PROBLEMS // 30} == set()


def test_the_problems_are_neither_hopeless_nor_easy() -> None:
    """Otherwise the agreement above would say little."""
    served = visits = left = 0
    kinds: Counter[StopKind] = Counter()
    for seed in range(60):
        problem, solution = random_problem(seed), solved(seed)
        kinds.update(stop.kind for route in solution.routes for stop in route.stops)
        visits += len(problem.visits)
        left += len(solution.unserved)
        served += len(problem.visits) - len(solution.unserved)
    assert served > visits // 4
    assert left > visits // 10
    assert set(kinds) == set(StopKind)


def _features(thing: object) -> list[str]:
    """The names of the fields that are set to something."""
    names = [name for name in dir(thing) if not name.startswith("_") and name not in ("of",)]
    return [name for name in names if getattr(thing, name) not in (None, 0, (), {}, frozenset())]
