"""The best times of tied routes with their stops as they are: never dearer, and the best there are."""

import random
from itertools import product

import pytest

from solver.compiled import SCALE
from solver.compiling import compile_problem
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Link, Problem
from solver.referee import check_routes
from solver.solve import Limits, solve
from solver.ties.polish import polish
from solver.timing.planner import Planner
from tests.builders.problems import line, problem, shift, technician, visit
from tests.builders.tied_problems import tied_problem

LAST = 12
"""The tiny days end at this second."""


def filled(given: Problem, draw: random.Random) -> Plan:
    """A plan with every visit that fits some place drawn."""
    plan = Plan(Planner(compile_problem(given)))
    for v in range(len(plan.shift_of)):
        for _ in range(5):
            s = draw.randrange(len(plan.routes))
            change = plan.insertion(v, s, draw.randint(0, len(plan.visits(s))))
            if change is not None:
                plan.apply(change)
                break
    return plan


@pytest.mark.parametrize("seed", range(20))
def test_polishing_keeps_stops_and_rules_and_is_never_dearer(seed: int) -> None:
    plan = filled(tied_problem(seed), random.Random(seed))
    before = plan.cost()
    better = polish(plan)
    assert better.cost() <= before == plan.cost()
    assert [better.visits(s) for s in range(len(plan.routes))] == [plan.visits(s) for s in range(len(plan.routes))]
    left = [v for v in check_routes(plan.compiled.problem, routes_of(better)) if v.rule != "all_or_none"]
    assert left == []


def tiny(seed: int) -> Problem:
    """Two technicians with two visits each, on a day of seconds; ann's first is tied to one of bob's."""
    draw = random.Random(seed)
    rates = {"cost_per_duty_hour": 3600 * draw.randint(0, 3), "cost_per_travel_hour": 3600}
    crew = [technician(name, shift(name, 0, LAST, end_location=None), **rates) for name in ("ann", "bob")]
    visits = []
    for name in "abcd":
        low = draw.choice([0, 0, draw.randint(0, 6)])
        given = visit(name, draw.randint(0, 2), due=draw.randint(0, 9), windows=((low, draw.randint(low + 3, LAST)),))
        visits.append(given)
    late = [3600 * draw.choice([0, 1, 5]) for _ in visits]
    timed = [
        type(v)(v.id, v.location, type(v.duration)(draw.randint(0, 2)), 0, v.windows, None, v.due, cost)
        for v, cost in zip(visits, late, strict=True)
    ]
    links = [draw.choice([Link("same_start", ("a", "c")), Link("precedes", ("a", "d"), 1, 3)])]
    costs = type(problem([]).costs)(max_tardiness_per_hour=3600 * draw.choice([0, 7]), imbalance_per_hour=0)
    return problem(timed, crew, line(3, seconds=1), links=links, costs=costs)


def brute(given: Problem) -> int | None:
    """The least cost in cents over every departure and start, ann doing a and b, bob c and d; None: there is none."""
    options = [_ways(given, index, pair) for index, pair in enumerate(((0, 1), (2, 3)))]
    best: int | None = None
    (link,) = given.links
    for (one, (a, _), late_one), (two, (c, d), late_two) in product(*options):
        tied = a == c if link.kind == "same_start" else link.min_gap <= d - a <= (link.max_gap or 0)
        if tied:
            worst = max(0, late_one, late_two) * given.costs.max_tardiness_per_hour // 3600
            best = one + two + worst if best is None else min(best, one + two + worst)
    return best


def _ways(given: Problem, index: int, pair: tuple[int, int]) -> list[tuple[int, tuple[int, int], int]]:
    """(cents, starts, largest tardiness) of every way to time one technician's route."""
    person, (one, two) = given.technicians[index], (given.visits[v] for v in pair)
    to, on = (int(given.travel.seconds[x, y]) for x, y in ((0, one.location), (one.location, two.location)))
    found = []
    for depart, first, second in product(range(LAST + 1), repeat=3):
        back = second + two.duration.default
        in_time = depart + to <= first and first + one.duration.default + on <= second and back <= LAST
        in_window = all(low <= start <= high for start, v in ((first, one), (second, two)) for low, high in v.windows)
        if in_time and in_window:
            late = [max(0, start - (v.due or 0)) for start, v in ((first, one), (second, two))]
            cents = sum(t * v.late_cost_per_hour for t, v in zip(late, (one, two), strict=True))
            cents += (back - depart) * person.cost_per_duty_hour + (to + on) * person.cost_per_travel_hour
            found.append((cents // 3600, (first, second), max(late)))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_tiny_tied_days_have_the_best_times_there_are(seed: int) -> None:
    given = tiny(seed)
    plan = Plan(Planner(compile_problem(given)))
    expected = brute(given)
    for s, visits in enumerate(((0, 1), (2, 3))):
        change = plan.change(s, visits)
        if change is None:
            assert expected is None
            return
        plan.apply(change)
    assert expected is not None
    assert polish(plan).cost() == expected * SCALE


@pytest.mark.parametrize("seed", range(8))
def test_a_search_ends_with_the_best_times_of_its_routes(seed: int) -> None:
    given = tiny(seed)
    expected = brute(given)
    solution = solve(given, Limits(iterations=100))
    if expected is not None:
        assert solution.cost.total <= expected
    stages = [stage.name for stage in solution.stats.stages]
    assert stages[-1] == "exact times"
