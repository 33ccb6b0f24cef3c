"""The OR-Tools routing model where routes are tied: links, rest, duty, the worst tardiness and imbalance.

What the model finds is checked with the model's own times by the referee, which shares no code with it.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Literal

import pytest

from solver.compiling import compile_problem
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.problem import Costs, Link, Problem, Technician, Travel, Visit
from solver.referee import check_routes
from solver.referee import cost as referee_cost
from solver.routing_model import search, stage
from solver.routing_model.scope import scope_of
from solver.routing_model.search import Answer, Effort
from solver.routing_model.unstated import unstated
from solver.solution import Route, Stop, StopKind
from solver.timing.planner import Planner
from tests.builders.problems import HOUR, MINUTE, at, line, problem, shift, technician, visit

EFFORT = Effort(None, 60, 1)
ANN = technician("ann", cost_per_travel_hour=3600)
BOB = technician("bob", cost_per_travel_hour=7200)
TWO = (shift("early", at(8), at(12)), shift("late", at(13), at(20)))


def planned(given: Problem, *routes: Sequence[int]) -> Plan:
    """The plan with these visits in each shift, each route timed by itself."""
    plan = Plan(Planner(compile_problem(given)))
    for number, visits in enumerate(routes):
        change = plan.change(number, tuple(visits)) if visits else None
        if change is not None:
            plan.apply(change)
    return plan


def answers(plan: Plan, shifts: Sequence[int] | None = None, effort: Effort = EFFORT) -> list[list[Answer]]:
    """Everything OR-Tools hands on for these shifts, or all."""
    seen: list[list[Answer]] = []
    scope = scope_of(plan, range(len(plan.routes)) if shifts is None else shifts, plan.left_out())
    search.search(scope, effort, lambda found: seen.append(list(found)), lambda: False)
    return seen


def driven(given: Problem, found: Sequence[Answer]) -> list[Route]:
    """The answers for all shifts as routes with the model's times."""
    shifts = [(owner, day) for owner in given.technicians for day in owner.shifts]
    routes = []
    for (owner, day), answer in zip(shifts, found, strict=True):
        if answer.visits:
            clock, here, road, metres, stops = answer.depart, day.start_location, 0, 0, []
            for v, start in zip(answer.visits, answer.starts, strict=True):
                stop = given.visits[v]
                drive, way = _leg(given, here, stop.location)
                done = start + stop.duration.of(owner.id)
                stops.append(Stop(StopKind.VISIT, stop.id, stop.location, clock + drive, start, done))
                clock, here, road, metres = done, stop.location, road + drive, metres + way
            drive, way = _leg(given, here, day.end_location or 0)
            routes.append(
                Route(day.id, owner.id, answer.depart, clock + drive, road + drive, metres + way, tuple(stops))
            )
    return routes


def _leg(given: Problem, origin: int, destination: int) -> tuple[int, int]:
    metres = given.travel.metres
    return int(given.travel.seconds[origin, destination]), 0 if metres is None else int(metres[origin, destination])


def served(found: Sequence[Answer]) -> set[int]:
    return {v for answer in found for v in answer.visits}


def four(*ties: Link, ann: Technician = ANN, bob: Technician = BOB, imbalance_per_hour: int = 0) -> Problem:
    """Four visits of an hour, two technicians, links."""
    visits = [visit(name, place, 60, unserved_cost=90_000) for name, place in (("a", 3), ("b", 4), ("c", 5), ("d", 2))]
    return problem(visits, [ann, bob], links=ties, costs=Costs(imbalance_per_hour=imbalance_per_hour))


KINDS: Final[tuple[Literal["same_start", "precedes", "different_technicians", "same_technician"], ...]] = (
    "same_start",
    "precedes",
    "different_technicians",
    "same_technician",
)
TIED = {
    "same start": (four(Link("same_start", ("a", "b"))), ((), ())),
    "same start of three": (
        replace(four(Link("same_start", ("a", "b", "c"))), technicians=(ANN, BOB, technician("cy"))),
        ((3,), (), ()),
    ),
    "same start by two people": (
        problem(
            [visit(name, 3, 0, unserved_cost=90_000) for name in ("a", "b")],
            [ANN, BOB],
            links=(Link("same_start", ("a", "b")),),
        ),
        ((), ()),
    ),
    "precedes": (four(Link("precedes", ("a", "b"), 2 * HOUR, 3 * HOUR)), ((0, 2), (3,))),
    "precedes across routes": (four(Link("precedes", ("c", "a"), 30 * MINUTE, 40 * MINUTE)), ((2,), (3,))),
    "different technicians": (four(Link("different_technicians", ("a", "c", "d"))), ((1,), ())),
    "same technician": (four(Link("same_technician", ("a", "c")), Link("same_technician", ("c", "d"))), ((1,), ())),
    "all or none": (four(Link("same_start", ("a", "b"), all_or_none=True)), ((2,), (3,))),
    "rest": (
        problem(
            [
                visit("a", 3, 60, windows=((at(9), at(10)),)),
                visit("b", 3, 60, windows=((at(14), at(14, 30)),)),
                visit("c", 9, 60),
            ],
            [technician("ann", *TWO, min_rest=6 * HOUR, cost_per_travel_hour=3600), BOB],
        ),
        ((), (), (0, 2, 1)),
    ),
    "duty": (four(ann=technician("ann", *TWO, max_duty=3 * HOUR, cost_per_duty_hour=3600)), ((), (), (0, 1))),
}


@pytest.mark.parametrize("tie", TIED)
def test_keeps_the_tie_with_times_of_its_own(tie: str) -> None:
    given, routes = TIED[tie]
    seen = answers(planned(given, *routes))
    costs = []
    for found in seen:
        assert check_routes(given, driven(given, found)) == []
        costs.append(referee_cost(given, driven(given, found)).total)
    assert costs[-1] < costs[0], "it improves what it began with"


def test_puts_in_together_what_may_only_come_together() -> None:
    given, routes = TIED["all or none"]
    assert {0, 1} <= served(answers(planned(given, *routes))[-1])


def test_brings_the_partner_of_a_visit_that_joins() -> None:
    given = four(
        Link("same_start", ("a", "b"), all_or_none=True), Link("same_technician", ("b", "d"), all_or_none=True)
    )
    plan = planned(given, (2,), ())
    assert scope_of(plan, [0, 1], [0]).visits == (0, 1, 2, 3)
    assert scope_of(plan, [0, 1], []).visits == (2,)


@pytest.mark.parametrize("seed", range(8))
def test_random_ties_hold(seed: int) -> None:
    given = random_ties(seed)
    plan = planned(given, *[() for _ in given.technicians])
    seen = answers(plan, effort=Effort(None, 15, seed))
    assert seen
    for found in seen:
        assert check_routes(given, driven(given, found)) == []
    assert served(seen[-1])


def random_ties(seed: int) -> Problem:
    """Ten visits on a line, three technicians, and links drawn by chance."""
    draw = random.Random(seed)
    visits = [visit(f"v{i}", draw.randrange(10), draw.choice([20, 40]), unserved_cost=50_000) for i in range(10)]
    crew = [technician(f"t{i}", cost_per_duty_hour=3000, cost_per_travel_hour=500 * i) for i in range(3)]
    links = []
    for _ in range(4):
        names = [f"v{i}" for i in draw.sample(range(10), 2)]
        kind = draw.choice(KINDS)
        gaps = (draw.choice([0, 1800]), draw.choice([None, 7200])) if kind == "precedes" else (0, None)
        links.append(Link(kind, tuple(names), *gaps, all_or_none=draw.random() < 0.4))
    costs = Costs(max_tardiness_per_hour=draw.choice([0, 900]), imbalance_per_hour=draw.choice([0, 900]))
    return problem(visits, crew, links=tuple(links), costs=costs)


def test_lowers_the_worst_tardiness() -> None:
    late = [visit(name, place, 60, due=at(9)) for name, place in (("a", 3), ("b", 4), ("c", 5))]
    given = problem(late, [ANN, BOB], costs=Costs(max_tardiness_per_hour=100_000))
    costs = [
        referee_cost(given, driven(given, found)).max_tardiness for found in answers(planned(given, (0, 1, 2), ()))
    ]
    assert costs[-1] < costs[0]
    assert costs[-1] == round(100_000 * 40 / 60), "two of three visits in one route, the second 40 minutes late"


def test_shares_the_work_out() -> None:
    given = four(imbalance_per_hour=100_000)
    seen = answers(planned(given, (3, 0, 1, 2), ()))
    costs = [referee_cost(given, driven(given, found)).imbalance for found in seen]
    assert costs[0] == round(100_000 * 340 / 60)
    assert costs[-1] <= costs[0] / 5, "who does most does two visits instead of four"


ELSEWHERE: dict[str, tuple[Link, Callable[[Plan, int], bool]]] = {
    "same start": (Link("same_start", ("a", "b")), lambda plan, start: start == began(plan, 1)),
    "precedes": (Link("precedes", ("a", "b"), HOUR), lambda plan, start: start <= began(plan, 1) - HOUR),
    "precedes, other way": (
        Link("precedes", ("b", "a"), 0, HOUR),
        lambda plan, start: began(plan, 1) <= start <= began(plan, 1) + HOUR,
    ),
}


def began(plan: Plan, v: int) -> int:
    route = plan.routes[plan.shift_of[v]]
    assert route is not None
    return route.schedule.starts[route.visits.index(v)]


@pytest.mark.parametrize("tie", ELSEWHERE)
def test_keeps_to_the_time_of_a_partner_elsewhere(tie: str) -> None:
    link, holds = ELSEWHERE[tie]
    given = four(link)
    given = replace(
        given, visits=(given.visits[0], replace(given.visits[1], windows=((at(11), at(11)),)), *given.visits[2:])
    )
    plan = planned(given, (2,), (1,))
    seen = answers(plan, [0])
    for found in seen:
        assert all(holds(plan, start) for v, start in zip(found[0].visits, found[0].starts, strict=True) if v == 0)
    assert 0 in served(seen[-1])


def test_keeps_to_who_does_a_partner_elsewhere() -> None:
    given = four(Link("different_technicians", ("a", "b")), ann=technician("ann", *TWO))
    assert 0 not in served(answers(planned(given, (1,), (), (2,)), [1])[-1]), "ann does b in her other shift"
    given = four(Link("same_technician", ("a", "b")))
    assert 0 not in served(answers(planned(given, (1,), (2,)), [1])[-1]), "ann does b"


def test_leaves_in_or_out_what_goes_with_visits_elsewhere() -> None:
    tie = Link("different_technicians", ("a", "b"), all_or_none=True)
    free = replace(four(tie), visits=tuple(replace(v, unserved_cost=0) for v in four().visits))
    assert all(0 in served(found) for found in answers(planned(free, (0, 2), (1,)), [0])), "b stays, so a stays"
    given = four(tie)
    scope = scope_of(planned(given, (2,), ()), [0], [])._replace(visits=(0, 2))
    seen: list[Sequence[Answer]] = []
    search.search(scope, EFFORT, seen.append, lambda: False)
    assert seen
    assert not any(0 in served(found) for found in seen), "b stays out, so a stays out"


@pytest.mark.parametrize(("early", "rest"), [(True, 3 * HOUR), (False, 5 * HOUR)])
def test_rests_from_and_to_a_route_elsewhere(early: bool, rest: int) -> None:
    given = four(ann=technician("ann", *TWO, min_rest=rest, cost_per_duty_hour=3600))
    other = 1 if early else 0
    plan = planned(given, (0,) if other == 0 else (), (0,) if other == 1 else (), (1,))
    fixed = plan.routes[other]
    assert fixed is not None
    seen = answers(plan, [1 - other])
    for found in seen:
        if found[0].visits and early:
            assert fixed.schedule.depart - found[0].return_ >= rest
        elif found[0].visits:
            assert found[0].depart - fixed.schedule.return_ >= rest
    assert served(seen[-1])


def test_counts_duty_elsewhere() -> None:
    given = four(ann=technician("ann", *TWO, max_duty=4 * HOUR, cost_per_duty_hour=3600))
    plan = planned(given, (0,), (), (1,))
    duty = 2 * HOUR  # an hour there and back, and an hour's work
    seen = answers(plan, [1])
    assert served(seen[-1])
    assert all(found[0].return_ - found[0].depart <= 4 * HOUR - duty for found in seen)


def test_weighs_work_against_technicians_elsewhere() -> None:
    crew = tuple(technician(name, cost_per_travel_hour=3600) for name in ("ann", "bob", "cy"))
    given = replace(four(imbalance_per_hour=10_000), technicians=crew)
    seen = answers(planned(given, (0,), (), (2, 3, 1)), [1, 2])
    assert sorted(len(answer.visits) for answer in seen[-1]) == [1, 2]


def test_speed_is_not_stated_and_leaves_the_stage_out() -> None:
    roads = line(10)
    given = problem([visit("a", 8), visit("b", 2), visit("c", 7)], [ANN], Travel(roads.seconds, None, ((at(9), 50),)))
    assert ["Speed" in reason for reason in unstated(given)] == [True]
    assert unstated(replace(given, travel=Travel(roads.seconds, None, ((at(9), 100),)))) == []
    plan = planned(given, (0, 1, 2))
    assert stage.improve(plan, [0], [], EFFORT, lambda _: None, lambda: False) is plan


def test_tied_routes_are_timed_together() -> None:
    far: list[Visit] = [visit("a", 3, windows=((at(10), at(12)),)), visit("b", 9, 30)]
    given = problem(far, [ANN, BOB], links=(Link("same_start", ("a", "b")),))
    apart = planned(given, (0,), ())
    best = stage.improve(apart, [0, 1], [1], EFFORT, lambda _: None, lambda: False)
    assert best.left_out() == []
    assert check_routes(given, routes_of(best)) == []


def test_what_finds_times_for_tied_routes_is_asked() -> None:
    given = four(Link("same_start", ("a", "b")))
    plan = planned(given, (2,), (3,))
    asked: list[Sequence[tuple[int, ...]]] = []

    def retimed(before: Plan, shifts: Sequence[int], routes: Sequence[tuple[int, ...]]) -> Plan | None:
        asked.append(routes)
        return None if len(asked) == 1 else stage.timed_apart(before, shifts, [r if 0 not in r else () for r in routes])

    best = stage.improve(plan, [0, 1], [0, 1], EFFORT, lambda _: None, lambda: False, retimed)
    assert len(asked) > 1
    assert best.cost() < plan.cost()
