"""A search that is given the plan in force takes it up, and never ends with a dearer one."""

from dataclasses import replace

from solver.compiling import compile_problem
from solver.insertion.plan import Plan
from solver.insertion.previous import taken_up
from solver.problem import PreviousRoute, PreviousStop, Problem
from solver.solution import Solution, StopKind
from solver.solve import Limits, solve
from solver.timing.planner import Planner
from tests.builders.random_problems import random_problem


def in_force(problem: Problem, solution: Solution) -> Problem:
    """The problem, told that this solution is the plan in force."""
    routes = tuple(
        PreviousRoute(
            route.shift,
            route.technician,
            tuple(PreviousStop(stop.id, stop.start) for stop in route.stops if stop.kind is StopKind.VISIT),
        )
        for route in solution.routes
    )
    return replace(problem, previous=routes)


def test_planning_again_in_less_time_is_never_dearer() -> None:
    compared = 0
    for seed in range(12):
        good = solve(random_problem(seed), Limits(seconds=None, iterations=30, seed=1))
        again = in_force(random_problem(seed), good)
        renewed = solve(again, Limits(seconds=None, iterations=0, seed=2))
        if len(renewed.unserved) == len(good.unserved):
            assert renewed.cost.total <= good.cost.total, seed
            compared += 1
    assert compared > 6


def test_the_routes_in_force_are_taken_up_as_they_are() -> None:
    problem = random_problem(3)
    good = solve(problem, Limits(seconds=None, iterations=5))
    again = in_force(problem, good)
    plan = taken_up(Plan(Planner(compile_problem(again))))
    taken = {again.visits[v].id for v in range(len(again.visits)) if plan.shift_of[v] >= 0}
    assert taken == {stop.id for route in good.routes for stop in route.stops if stop.kind is StopKind.VISIT}
    assert taken


def test_what_no_longer_fits_is_left_and_the_rest_taken_up() -> None:
    problem = random_problem(3)
    good = solve(problem, Limits(seconds=None, iterations=5))
    again = in_force(problem, good)
    busiest = max(again.previous, key=lambda route: len(route.stops))
    gone = busiest.stops[0].visit
    visits = tuple(replace(v, windows=((0, 0),), finish_by=None) if v.id == gone else v for v in again.visits)
    plan = taken_up(Plan(Planner(compile_problem(replace(again, visits=visits)))))
    taken = {again.visits[v].id for v in range(len(again.visits)) if plan.shift_of[v] >= 0}
    assert gone not in taken
    assert {stop.visit for stop in busiest.stops[1:]} <= taken
