"""The simulation: against exact probabilities, against the plan where nothing varies, and rule by rule."""

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.confidence import Confidence, confidence
from solver.confidence.chance import Chance, Driving
from solver.problem import Break, Departure, Link, Pinned, Problem, Travel, Visit, Warehouse
from solver.referee import check_routes
from solver.referee.driving import finish
from solver.solution import Route, Stop, StopKind
from tests.builders.problems import MINUTE, at, line, problem, shift, technician, timed, visit
from tests.solver.good_plan import PROBLEM, SOLUTION


def lognormal(mean: float, spread: float, limit: float) -> float:
    """The exact probability that a lognormal variable is at most the limit."""
    variance = log(1 + (spread / mean) ** 2)
    return NormalDist(log(mean) - variance / 2, sqrt(variance)).cdf(log(limit))


def near(found: float, exact: float, samples: int = 10_000) -> bool:
    """Whether a simulated probability is within four standard errors of the exact one."""
    return abs(found - exact) <= 4 * sqrt(max(exact * (1 - exact), 1e-4) / samples)


def varying(visits: Sequence[Visit], percent: int = 0, **more: Any) -> Problem:
    """A day of ann on a line of ten places, ten minutes from each to the next, give or take so many percent."""
    return problem(visits, travel=replace(line(10), spread_percent=percent), **more)


def probabilities(day: Problem, *routes: Route, **how: Any) -> dict[str, float]:
    return {promise.visit: promise.probability for promise in confidence(day, routes, **how).promises}


def test_one_leg_is_kept_as_surely_as_its_distribution_says() -> None:
    for percent, minutes in ((50, 8), (50, 10), (50, 15), (20, 12), (300, 30)):
        day = varying([visit("a", 1, windows=((at(7), at(8, minutes)),))], percent)
        found = confidence(day, [timed(day, "ann", ["a"])])
        exact = lognormal(600, percent * 6, minutes * 60)
        assert near(found.promises[0].probability, exact)
        assert found.expected_share == found.promises[0].probability
        assert found.standard_error == pytest.approx(sqrt(exact * (1 - exact) / 10_000), rel=0.1)


def test_a_second_visit_waits_for_the_first_ones_duration() -> None:
    promised = [visit("a", 0, 40, windows=((at(8), at(9)),), spread=900), visit("b", 0, windows=((at(8), at(8, 50)),))]
    day = varying(promised)
    found = probabilities(day, timed(day, "ann", ["a", "b"]))
    assert found["a"] == 1
    assert near(found["b"], lognormal(2400, 900, 3000))


def test_two_delays_add_up() -> None:
    """Service and leg after it: the exact probability by integrating one out."""
    day = varying([visit("a", 0, 40, spread=900), visit("b", 1, windows=((at(8), at(9)),))], 50)
    found = probabilities(day, timed(day, "ann", ["a", "b"]), samples=40_000)
    shares = (np.arange(4000) + 0.5) / 4000
    variance = log(1 + (900 / 2400) ** 2)
    service = [NormalDist(log(2400) - variance / 2, sqrt(variance)).inv_cdf(share) for share in shares.tolist()]
    exact = sum(lognormal(600, 300, max(3600 - exp(value), 1e-9)) for value in service) / 4000
    assert near(found["b"], exact, 40_000)


def test_mean_and_spread_are_those_asked_for() -> None:
    for mean, spread in ((600, 60), (600, 600), (1800, 5400)):
        drawn = Chance(400_000, 3, 0).service(mean, spread)
        assert np.mean(drawn) == pytest.approx(mean, rel=0.03)
        assert np.std(drawn) == pytest.approx(spread, rel=0.15)
        assert np.min(drawn) > 0
    chance = Chance(5, 0, 0)
    assert [chance.service(600, 0), chance.service(0, 600), chance.travel(0)] == [600, 0, 1]


def test_legs_are_as_alike_as_asked_for() -> None:
    for correlation in (0.0, 0.4, 1.0):
        chance = Chance(100_000, 1, correlation)
        first, second = np.log(chance.travel(0.3)), np.log(chance.travel(0.3))
        assert np.corrcoef(first, second)[0, 1] == pytest.approx(correlation, abs=0.02)
        assert np.std(first) == pytest.approx(sqrt(log(1.09)), rel=0.02)


def test_what_legs_have_in_common_does_not_average_out() -> None:
    windows = ((at(7), at(9, 20)),)
    day = varying([*(visit(f"v{i}", i, 0) for i in range(1, 8)), visit("last", 8, 0, windows=windows)], 50)
    route = timed(day, "ann", [v.id for v in day.visits])
    assert route.stops[-1].start == at(9, 20)
    looser = replace(day, visits=(*day.visits[:-1], replace(day.visits[-1], windows=((at(7), at(9, 40)),))))
    apart, alike = (probabilities(looser, route, correlation=much)["last"] for much in (0.0, 1.0))
    assert near(alike, lognormal(4800, 2400, 6000))
    assert apart > alike + 0.05


def test_where_nothing_varies_every_promise_is_kept_or_broken_for_sure() -> None:
    day = varying(
        [visit("a", 1, windows=((at(8), at(9)),)), visit("b", 2, windows=((at(7), at(8)), (at(8), at(8, 45))))]
    )
    late = timed(day, "ann", ["a", "b"])
    found = confidence(day, [late], samples=7)
    assert [(p.visit, p.probability, p.start, p.start_95) for p in found.promises] == [
        ("a", 1.0, at(8, 10), at(8, 10)), ("b", 0.0, at(8, 50), at(8, 50)),
    ]  # fmt: skip
    assert [p.window for p in found.promises] == [(at(8), at(9)), (at(8), at(8, 45))]
    assert (found.expected_share, found.standard_error) == (0.5, 0.0)


def test_a_plan_of_every_rule_is_followed_to_the_second() -> None:
    """Links, breaks, speeds, a warehouse, two shifts, pins: without spreads, the simulation is the plan."""
    assert check_routes(PROBLEM, SOLUTION.routes) == []
    everything = ((0, 2**31 - 1),)
    open_to_all = replace(PROBLEM, visits=tuple(replace(v, windows=v.windows or everything) for v in PROBLEM.visits))
    found = confidence(open_to_all, SOLUTION.routes, samples=3)
    served = sum(stop.kind is StopKind.VISIT for route in SOLUTION.routes for stop in route.stops)
    assert len(found.promises) == served > 5
    expected = {p.visit: p.start for p in found.promises} | {"a4": at(13, 45)}  # where the plan waits for no reason
    assert {p.visit: p.start_95 for p in found.promises} == expected
    assert found.expected_share == 1


def test_the_same_seed_gives_the_same_answer_and_another_one_another() -> None:
    day = varying([visit("a", 1, spread=600), visit("b", 2, windows=((at(8), at(8, 50)),))], 20)
    route = timed(day, "ann", ["a", "b"])
    first, again, other = (confidence(day, [route], samples=500, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.promises[0].probability != other.promises[0].probability
    assert (first.samples, first.seed) == (500, 1)


def test_nothing_promised_is_told_as_such() -> None:
    day = varying([visit("a", 1)])
    assert confidence(day, [timed(day, "ann", ["a"])]) == Confidence((), 10_000, 0, None, None)
    assert confidence(day, []).expected_share is None


@pytest.mark.parametrize("wrong", [{"samples": 0}, {"correlation": 1.5}, {"correlation": -0.1}])
def test_what_cannot_be_simulated_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="it must be"):
        confidence(varying([]), [], **wrong)


@given(st.integers(0, 10**6), st.integers(0, 60), st.integers(0, 60))
def test_a_wider_window_is_kept_as_surely_at_least(seed: int, minutes: int, more: int) -> None:
    """The same delays: only the close of the last window changes."""
    found = []
    for close in (at(8, 50) + minutes * 60, at(8, 50) + (minutes + more) * 60):
        day = varying([visit("a", 1, spread=900), visit("b", 2, windows=((at(8), close),))], 40)
        found.append(probabilities(day, timed(day, "ann", ["a", "b"]), samples=200, seed=seed)["b"])
    assert found[0] <= found[1]


@given(st.integers(0, 10**6), st.integers(0, 40))
def test_leaving_later_keeps_no_promise_more_surely(seed: int, minutes: int) -> None:
    day = varying([visit("a", 1, spread=900), visit("b", 2, windows=((at(8), at(9, 30)),))], 40)
    early, late = (timed(day, "ann", ["a", "b"], depart=at(8, delay)) for delay in (0, minutes))
    how = {"samples": 200, "seed": seed}
    assert probabilities(day, late, **how)["b"] <= probabilities(day, early, **how)["b"]


def test_nobody_leaves_before_the_plan_says_nor_starts_before_the_window_opens() -> None:
    day = varying(
        [visit("a", 1, 30, windows=((at(9), at(9, 30)),)), visit("b", 1, 0, windows=((at(9), at(9, 30)),))], 50
    )
    route = timed(day, "ann", ["a", "b"], depart=at(9, 15))
    found = probabilities(day, route, samples=20_000)
    assert near(found["a"], lognormal(600, 300, 900), 20_000)
    patient = timed(day, "ann", ["a", "b"], depart=at(8))
    assert (
        probabilities(day, patient)["b"] == probabilities(day, patient)["a"] > 0.99
    )  # b starts at 9:30 when a opens at 9


def test_a_break_waits_for_its_earliest_and_moves_with_delays() -> None:
    lunch = Break("lunch", at(8, 5), at(12), 30 * MINUTE)
    crew = [technician("ann", shift("ann", breaks=(lunch,)))]
    day = varying([visit("a", 1, windows=((at(8), at(8, 45)),))], 50, technicians=crew)
    stops = (
        Stop(StopKind.BREAK, "lunch", None, at(8, 5), at(8, 5), at(8, 35)),
        Stop(StopKind.VISIT, "a", 1, at(8, 40), at(8, 40), at(9, 10)),
    )
    halfway = Route("ann", "ann", at(8), at(9, 20), 1200, 0, stops)
    assert check_routes(day, [halfway]) == []
    # half the leg before the break: max(half, 5 min) + 30 min + half <= 45 min; one delay for both halves
    found = probabilities(day, halfway)["a"]
    assert near(found, lognormal(600, 300, 900))
    sure = replace(day, travel=replace(day.travel, spread_percent=0))
    assert confidence(sure, [halfway]).promises[0].start_95 == at(8, 40)


def test_a_warehouse_stop_takes_its_handling_and_keeps_its_hours() -> None:
    store = Warehouse("depot", 1, windows=((at(9), at(10)),), handling=10 * MINUTE)
    day = varying([visit("a", 2, windows=((at(9), at(9, 20)),))], 50, warehouses=(store,))
    route = timed(day, "ann", ["depot", "a"], depart=at(8))
    # there long before it opens; ready at 9:10, and ten minutes on the road
    assert near(probabilities(day, route)["a"], lognormal(600, 300, 600))


def test_setup_is_due_where_the_plan_has_it() -> None:
    here = visit("a", 1, 20, setup=600)
    day = varying([here, visit("b", 1, 20, setup=600), visit("c", 1, windows=((at(8), at(8, 50)),), setup=600)])
    assert probabilities(day, timed(day, "ann", ["a", "b", "c"]))["c"] == 0
    starts = confidence(day, [timed(day, "ann", ["a", "b", "c"])]).promises[0]
    assert starts.start == starts.start_95 == at(8, 10) + 1200 + 600 + 1200


def test_a_pinned_start_is_not_left_early() -> None:
    windows = ((at(8), at(10)),)
    pinned = visit("a", 1, windows=windows, pinned=Pinned("ann", start=at(9)))
    day = varying([pinned], 0)
    route = timed(day, "ann", ["a"])
    stop = replace(route.stops[0], start=at(9), depart=at(9, 30))
    held = replace(route, stops=(stop,), return_=at(9, 40))
    assert confidence(day, [held]).promises[0].start_95 == at(9)


def test_visits_that_start_together_wait_for_each_other() -> None:
    pair = [visit(name, 1, windows=((at(8), at(8, 15)),)) for name in ("a", "b")]
    crew = [technician("ann"), technician("bob")]
    day = varying(pair, 50, technicians=crew, links=(Link("same_start", ("a", "b")),))
    found = probabilities(day, timed(day, "ann", ["a"]), timed(day, "bob", ["b"]))
    alone = lognormal(600, 300, 900)
    assert found["a"] == found["b"]
    assert near(found["a"], alone * alone)


def test_three_visits_in_two_ties_start_together() -> None:
    trio = [visit(name, 1, windows=((at(8), at(8, 15)),)) for name in ("a", "b", "c")]
    crew = [technician(name) for name in ("ann", "bob", "cid")]
    links = (Link("same_start", ("a", "b")), Link("same_start", ("c", "b")))
    day = varying(trio, 50, technicians=crew, links=links)
    routes = [timed(day, who, [what]) for who, what in (("ann", "a"), ("bob", "b"), ("cid", "c"))]
    found = probabilities(day, *routes)
    assert found["a"] == found["b"] == found["c"]
    assert near(found["a"], lognormal(600, 300, 900) ** 3)


def test_who_must_come_after_waits() -> None:
    visits = [visit("a", 1, 0), visit("b", 9, 0, windows=((at(8), at(9, 40)),))]
    crew = [technician("ann"), technician("bob", shift("bob", start_location=9))]
    link = Link("precedes", ("a", "b"), min_gap=85 * MINUTE)
    day = varying(visits, 50, technicians=crew, links=(link,))
    ann, bob = timed(day, "ann", ["a"]), timed(day, "bob", ["b"])
    late = replace(bob.stops[0], start=at(9, 35), depart=at(9, 35))
    found = probabilities(day, ann, replace(bob, stops=(late,), return_=at(9, 35)))
    assert near(found["b"], lognormal(600, 300, 900))


def test_who_goes_first_need_not_be_served() -> None:
    visits = [visit("a", 1), visit("b", 1, windows=((at(8), at(9)),))]
    day = varying(visits, links=(Link("precedes", ("a", "b"), min_gap=1000), Link("same_start", ("b", "a"))))
    assert probabilities(day, timed(day, "ann", ["b"])) == {"b": 1.0}


def test_a_ring_of_visits_in_one_second_is_simulated_all_the_same() -> None:
    names = {"ann": ["a", "c"], "bob": ["d", "b"]}
    visits = [visit(name, 0, 0, windows=((at(8), at(8)),)) for names_ in names.values() for name in names_]
    crew = [technician(name) for name in names]
    links = (Link("same_start", ("a", "b")), Link("same_start", ("c", "d")))
    day = varying(visits, technicians=crew, links=links)
    routes = [timed(day, who, own) for who, own in names.items()]
    assert check_routes(day, routes) == []
    assert probabilities(day, *routes) == {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0}


def test_a_late_return_delays_the_next_shift_by_the_rest_between() -> None:
    early, later = shift("am", at(8), at(9)), shift("pm", at(9, 10), at(12))
    for rest, minutes in ((None, 20), (10 * MINUTE, 20)):
        crew = [technician("ann", later, early, min_rest=rest)]
        day = varying(
            [visit("a", 1, 40, spread=1200), visit("b", 1, windows=((at(9), at(9, 10 + minutes)),))], technicians=crew
        )
        routes = [timed(day, "pm", ["b"]), timed(day, "am", ["a"])]
        found = probabilities(day, *routes)["b"]
        # 10 min there, the service, 10 min home, the rest, 10 min there again
        slack = 90 * MINUTE - 30 * MINUTE - (rest or 0)
        assert near(found, lognormal(2400, 1200, slack))


def test_promises_are_told_in_the_order_of_the_problems_shifts() -> None:
    visits = [visit(name, 1, windows=((at(8), at(18)),)) for name in "abcd"]
    crew = [technician("ann", shift("late", at(12)), shift("early", end=at(12))), technician("bob")]
    day = varying(visits, technicians=crew)
    routes = [timed(day, "bob", ["d", "c"]), timed(day, "early", ["b"]), timed(day, "late", ["a"])]
    assert [p.visit for p in confidence(day, routes).promises] == ["a", "b", "d", "c"]
    assert [(p.technician, p.shift) for p in confidence(day, routes).promises][1:3] == [
        ("ann", "early"),
        ("bob", "bob"),
    ]


def test_routes_that_go_nowhere_and_shifts_that_are_gone_are_passed_over() -> None:
    day = varying([visit("a", 1)])
    assert confidence(day, [Route("ann", "ann", 0, 0, 0, 0), Route("gone", "x", 0, 0, 0, 0)]).promises == ()


@given(
    st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 10_000)), max_size=5, unique_by=lambda band: band[0]),
    st.integers(0, 100_000),
    st.integers(0, 50_000),
)
def test_driving_ends_when_the_referee_says(bands: list[tuple[int, int]], left: int, seconds: int) -> None:
    speed = tuple(sorted(bands))
    found = Driving(speed).until(np.array([float(left)]), float(seconds))
    assert found[0] == finish(speed, left, 100 * seconds)


def test_a_slow_hour_is_driven_slowly() -> None:
    travel = Travel(line(10).seconds, None, ((at(8), 50), (at(9), 100)), spread_percent=50)
    day = problem([visit("a", 1, windows=((at(8), at(8, 30)),))], travel=travel)
    stop = Stop(StopKind.VISIT, "a", 1, at(8, 20), at(8, 20), at(8, 50))
    route = Route("ann", "ann", at(8), at(9, 5), 2100, 0, (stop,))
    assert check_routes(day, [route]) == []
    assert near(probabilities(day, route)["a"], lognormal(600, 300, 900))


def test_leaving_at_the_start_is_leaving_at_the_start() -> None:
    crew = [technician("ann", shift("ann", departure=Departure.AT_START, end_location=None))]
    day = varying([visit("a", 1, windows=((at(8), at(8, 10)),))], 50, technicians=crew)
    assert near(probabilities(day, timed(day, "ann", ["a"]))["a"], lognormal(600, 300, 600))
