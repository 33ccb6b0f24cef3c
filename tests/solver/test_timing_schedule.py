"""The least cost of a timed route, against trying every second."""

from dataclasses import replace

import numpy as np
import pytest

from solver.compiled import NEVER
from solver.compiling import compile_problem
from solver.problem import UNREACHABLE, Problem, Travel
from solver.timing.cost import route_cost
from solver.timing.schedule import Timer
from solver.timing.times import route_times
from solver.timing.work import ON_DUTY, PIECES, TARDINESS, timing_work
from tests.builders.problems import at, problem, shift, technician, visit
from tests.builders.random_problems import random_problem
from tests.solver.timed_routes import buffered, cost_of_times, least_by_trying, random_course


@pytest.mark.parametrize("block", range(8))
def test_costs_what_trying_every_second_finds(block: int) -> None:
    feasible = 0
    for seed in range(block * 40, block * 40 + 40):
        course = random_course(seed)
        times = Timer(compile_problem(course.problem)).schedule(0, range(len(course.problem.visits)))
        expected = least_by_trying(course)
        assert (None if times is None else times.cost) == expected, f"seed {seed}"
        if times is not None:
            feasible += 1
            assert cost_of_times(course, times) == times.cost, f"seed {seed}"
    assert feasible >= 10


@pytest.mark.parametrize("block", range(4))
def test_the_quick_cost_is_that_of_the_times_and_stops_at_the_bound(block: int) -> None:
    """Over random orders of whole random problems, with tighter bounds on departure and return too."""
    feasible = 0
    for seed in range(block * 60, block * 60 + 60):
        rng = np.random.default_rng(seed)
        arrays = Timer(compile_problem(random_problem(seed))).arrays
        work = timing_work(arrays)
        for _ in range(8):
            s = int(rng.integers(len(arrays.start)))
            stops = rng.permutation(len(arrays.location))[: rng.integers(1, 6)]
            begin = int(arrays.start[s]) + int(rng.choice([-1, 0, 3600]))
            finish = int(arrays.hard_end[s]) - int(rng.choice([-1, 0, 3600]))
            cost = route_cost(arrays, s, stops, len(stops), begin, finish, np.inf, work)
            assert cost == route_times(arrays, s, stops, len(stops), begin, finish, work), f"seed {seed}"
            if cost < np.inf:
                feasible += 1
                assert route_cost(arrays, s, stops, len(stops), begin, finish, cost, work) == np.inf
                assert route_cost(arrays, s, stops, len(stops), begin, finish, cost + 1, work) == cost
    assert feasible >= 40


def shift_times(given: Problem, *visits: int) -> tuple[int, tuple[int, ...], int] | None:
    times = Timer(compile_problem(given)).schedule(0, visits)
    return None if times is None else (times.depart, times.starts, times.return_)


def test_leaves_as_late_as_serves_the_cost() -> None:
    ann = technician("ann", shift("day", at(8), at(16)), cost_per_duty_hour=100)
    given = problem([visit("a", 1, 5, windows=((at(10), at(11)),))], [ann])
    assert shift_times(given, 0) == (at(9, 50), (at(10),), at(10, 15))


def test_no_road_is_no_schedule() -> None:
    given = problem([visit("a", 1), visit("b", 2)])
    seconds = given.travel.seconds.copy()
    seconds[1, 2] = UNREACHABLE
    given = replace(given, travel=Travel(seconds, None))
    assert shift_times(given, 0, 1) is None
    assert shift_times(given, 1, 0) is not None


def test_an_empty_route_costs_nothing() -> None:
    arrays = Timer(compile_problem(problem([visit("a", 1)]))).arrays
    work, nothing = timing_work(arrays), np.zeros(0, dtype=np.int64)
    assert route_cost(arrays, 0, nothing, 0, 0, NEVER, np.inf, work) == 0
    assert route_times(arrays, 0, nothing, 0, 0, NEVER, work) == 0


def test_notes_duty_without_unpaid_breaks_and_the_largest_tardiness() -> None:
    for seed in range(40):
        course = random_course(seed)
        timer = Timer(compile_problem(course.problem))
        count = len(course.problem.visits)
        times = timer.schedule(0, range(count))
        work = timing_work(timer.arrays)
        cost = route_times(timer.arrays, 0, np.arange(count), count, 0, NEVER, work)
        if times is None:
            assert cost == np.inf
            continue
        late = [s - v.due for s, v in zip(times.starts, course.problem.visits, strict=True) if v.due is not None]
        assert work.times[TARDINESS] == max([0, *late])
        unpaid = sum(rests.unpaid for rests in times.rests)
        assert work.times[ON_DUTY] == times.return_ - times.depart - unpaid


@pytest.mark.parametrize("block", range(4))
def test_buffers_cost_what_trying_every_second_finds(block: int) -> None:
    feasible = dearer = 0
    for seed in range(block * 40, block * 40 + 40):
        course = buffered(seed)
        timer, count = Timer(compile_problem(course.problem)), len(course.problem.visits)
        times = timer.schedule(0, range(count))
        assert (None if times is None else times.cost) == least_by_trying(course), f"seed {seed}"
        if times is not None:
            feasible += 1
            assert cost_of_times(course, times) == times.cost, f"seed {seed}"
            work, stops = timing_work(timer.arrays), np.arange(count)
            assert route_cost(timer.arrays, 0, stops, count, 0, NEVER, np.inf, work) == times.cost, f"seed {seed}"
            dearer += any(course.within_buffer(i, start) for i, start in enumerate(times.starts))
    assert feasible >= 10
    assert dearer >= 1


def test_too_little_room_is_told_and_never_taken_for_a_cost() -> None:
    told = 0
    for seed in range(40):
        arrays = Timer(compile_problem(random_course(seed).problem)).arrays
        count, stops = arrays.visits, np.arange(arrays.visits)
        small, large = timing_work(arrays, pieces=18), timing_work(arrays)
        cost = route_times(arrays, 0, stops, count, 0, NEVER, small)
        assert np.isnan(cost) or cost == route_times(arrays, 0, stops, count, 0, NEVER, large), f"seed {seed}"
        if np.isnan(cost):
            told += 1
            known = route_cost(arrays, 0, stops, count, 0, NEVER, np.inf, small)
            assert known in (np.inf, route_cost(arrays, 0, stops, count, 0, NEVER, np.inf, large))
    assert told > 5
    assert len(large.bounds) == PIECES
