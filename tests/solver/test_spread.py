"""Large problems spread by territory: regions, their parts, and what their border visits come to."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from time import monotonic
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from solver.child import SolverCrashed
from solver.problem import Link, PreviousRoute, PreviousStop, Problem, Technician, Visit, Warehouse
from solver.referee import check_routes, honest
from solver.search import Limits, Progress
from solver.solution import Solution, Status
from solver.spread import solve_spread
from solver.spread.part import Piece, pieces
from solver.spread.plane import direction, plane
from solver.spread.regions import Region, regions
from solver.spread.spread import better
from solver.spread.stocks import divided, shares
from solver.spread.whole import Ground, Whole
from tests.builders.problems import at, shift, technician, timed, visit
from tests.builders.towns import AT_HOME, CORNERS, four, town


def planned(problem: Problem, plan: Mapping[str, tuple[str, ...]]) -> tuple[Ground, Whole]:
    """The plan with these visits per shift."""
    ground = Ground(problem)
    whole = ground.judged({name: timed(problem, name, names) for name, names in plan.items()})
    assert not check_routes(problem, whole.routes.values())
    return ground, whole


def names(ground: Ground, cut: list[Region]) -> list[set[str]]:
    """The technicians of each region."""
    return [{ground.problem.technicians[t].id for t in region.technicians} for region in cut]


def test_the_plane_has_driving_times_as_distances() -> None:
    travel = town([(0, 0), (60, 0), (30, 20), (60, 40)])
    points = plane(travel.seconds)
    assert np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1)) == pytest.approx(
        travel.seconds, abs=2
    )
    assert points.std(axis=0)[0] > points.std(axis=0)[1]


def test_a_place_without_roads_lies_farthest_away() -> None:
    seconds = town([(0, 0), (10, 0), (20, 0)]).seconds.copy()
    seconds[2, :] = seconds[:, 2] = -1
    points = plane(seconds)
    assert np.isfinite(points).all()


def test_directions_are_at_right_angles_by_twos() -> None:
    for number in range(0, 8, 2):
        assert direction(number) @ direction(number + 1) == pytest.approx(0)


def test_each_round_cuts_the_technicians_anew_and_keeps_each_whole() -> None:
    ground, whole = planned(four(), AT_HOME)
    first, second = (names(ground, regions(ground, whole, 2, number)) for number in (0, 1))
    assert sorted(map(len, first)) == sorted(map(len, second)) == [2, 2]
    assert set.union(*first) == set.union(*second) == set(CORNERS)
    assert all(group not in first for group in second)


def test_regions_have_about_as_many_visits_each() -> None:
    ground, whole = planned(four(), {"ann": ("v0", "v1", "v4", "v5"), "bea": ("v2",), "dan": ("v7", "v6", "v3")})
    for number in range(6):
        cut = regions(ground, whole, 2, number)
        assert len(cut) == 2
        assert any("ann" in group and len(group & {"bea", "dan"}) <= 1 for group in names(ground, cut))


def test_technicians_tied_by_a_link_are_not_parted_while_they_are_few() -> None:
    crew = [technician(f"t{i}", shift(f"t{i}", start_location=i, end_location=i)) for i in range(16)]
    loose = Problem(town([(i, 0) for i in range(16)]), tuple(crew), tuple(visit(f"v{i}", i) for i in range(16)))
    tied = replace(loose, links=(Link("different_technicians", ("v7", "v8")),))
    crowd = replace(loose, links=(Link("different_technicians", tuple(v.id for v in loose.visits)),))
    plan = {f"t{i}": (f"v{i}",) for i in range(16)}
    for problem, together in ((loose, False), (tied, True)):
        ground, whole = planned(problem, plan)
        assert any({"t7", "t8"} <= group for group in names(ground, regions(ground, whole, 2, 0))) is together
    ground, whole = planned(crowd, plan)
    assert [len(region.technicians) for region in regions(ground, whole, 2, 0)] == [8, 8]


def test_a_visit_left_out_is_offered_to_its_neighbours_by_turns_and_only_where_somebody_could() -> None:
    wanted = visit("x", 0, unserved_cost=500_000)
    problem = four()
    ground, whole = planned(replace(problem, visits=(*problem.visits, wanted)), AT_HOME)
    hosts = []
    for number in (0, 2, 1, 3):
        cut = regions(ground, whole, 2, number)
        hosts.append(next("ann" in group for group, r in zip(names(ground, cut), cut, strict=True) if r.offered))
    assert hosts == [True, True, False, False]
    only = replace(wanted, technicians=replace(wanted.technicians, only=frozenset({"dan"})))
    ground, whole = planned(replace(problem, visits=(*problem.visits, only)), AT_HOME)
    for number in range(4):
        cut = regions(ground, whole, 2, number)
        assert [group for group, r in zip(names(ground, cut), cut, strict=True) if "dan" in group and r.offered]


def piece_of(ground: Ground, whole: Whole, *groups: tuple[int, ...]) -> list[Piece]:
    """The pieces of regions of these technicians."""
    return pieces(ground, whole, [Region(group, ()) for group in groups], 0)


def test_a_part_has_only_its_own_places_and_visits() -> None:
    ground, whole = planned(four(), AT_HOME)
    left, right = piece_of(ground, whole, (0, 2), (1, 3))
    part = left.part.problem()
    assert [v.id for v in part.visits] == ["v0", "v1", "v4", "v5"]
    assert len(part.travel.seconds) == 6
    assert left.part.start == {"ann": ("v0", "v1"), "cid": ("v4", "v5")}
    home = {name: route for name, route in whole.routes.items() if name in right.shifts}
    moved = [timed(right.part.problem(), name, AT_HOME[name]) for name in ("bea", "dan")]
    assert right.taken_over(moved) == home


def test_visits_tied_across_a_border_stay_as_they_are() -> None:
    link = Link("precedes", ("v0", "v6"), min_gap=0, max_gap=7200)
    ground, whole = planned(four(links=(link,)), AT_HOME)
    apart, together = piece_of(ground, whole, (0, 2), (1, 3))[0], piece_of(ground, whole, (0, 3), (1, 2))[0]
    fixed = {v.id: v.pinned for v in apart.part.problem().visits if v.pinned}
    assert set(fixed) == {"v0"}
    assert fixed["v0"].start == whole.routes["ann"].stops[0].start
    assert not apart.part.problem().links
    assert together.part.problem().links == (link,)
    assert not any(v.pinned for v in together.part.problem().visits)


def test_a_change_from_a_technician_of_another_region_still_costs() -> None:
    before = (PreviousRoute("bea", "bea", (PreviousStop("v0", at(9)), PreviousStop("v2", at(10)))),)
    ground, whole = planned(four(previous=before), AT_HOME)
    part = piece_of(ground, whole, (0, 2), (1, 3))[0].part.problem()
    assert part.previous == (PreviousRoute("bea", "bea", (PreviousStop("v0", at(9)),)),)
    assert Technician("bea", ()) in part.technicians


def test_stock_is_divided_by_what_is_loaded_and_by_need() -> None:
    assert shares(5, [1, 1, 0]) == [3, 2, 0]
    assert shares(5, [1, 1, 0], turn=1) == [2, 3, 0]
    assert shares(4, [0, 0]) == [0, 0]
    store = Warehouse("depot", 0, stock={"rope": 7, "seal": 1})
    problem = four(warehouses=(store,))
    visits = [
        [replace(problem.visits[0], parts={"rope": 2}), replace(problem.visits[1], parts={"rope": 1})],
        [replace(problem.visits[2], parts={"rope": 1, "seal": 1})],
    ]
    loaded = replace(problem, visits=(*visits[0], *visits[1], *problem.visits[3:]))
    one = timed(loaded, "ann", ("depot", "v0"), loads={"depot": {"rope": 3}})
    found = divided(problem, [[one], []], visits, 0)
    assert found == [{"depot": {"rope": 6, "seal": 0}}, {"depot": {"rope": 1, "seal": 1}}]


def test_of_the_answers_only_those_are_taken_that_make_the_whole_no_dearer() -> None:
    ground, whole = planned(four(), {**AT_HOME, "ann": ("v1", "v0", "v4"), "cid": ("v5",)})
    left, right = piece_of(ground, whole, (0, 2), (1, 3))
    good = [timed(left.part.problem(), name, AT_HOME[name]) for name in ("ann", "cid")]
    bad = [timed(right.part.problem(), "bea", ("v3", "v6", "v2", "v7"))]
    found = better(ground, whole, [(left, tuple(good)), (right, tuple(bad))])
    assert found.worth < whole.worth
    assert found.routes["ann"].stops[-1].id == "v1"
    assert found.routes["dan"] == whole.routes["dan"]


def spread(problem: Problem, iterations: int = 30, **given: Any) -> Solution:
    """Solved in two threads of this process."""
    with ThreadPoolExecutor(2) as pool:
        found = solve_spread(problem, Limits(None, iterations, threads=2), pool, **given)
    assert honest(problem, found)
    return found


def test_a_border_visit_that_is_dear_in_one_territory_moves_to_its_neighbour() -> None:
    problem = four()
    start = {**AT_HOME, "ann": ("v0", "v1", "v2"), "bea": ("v3",)}  # v2 is beside bea, an hour from ann
    ground, whole = planned(problem, start)
    apart = regions(ground, whole, 2, 0)
    assert not any({"ann", "bea"} <= group for group in names(ground, apart))
    found = spread(problem, start=start)
    served = {stop.id: route.technician for route in found.routes for stop in route.stops}
    assert served["v2"] == "bea"
    assert found.cost.total < whole.worth[1]
    assert [stage.name for stage in found.stats.stages][-4:] == ["territories", "borders", "borders", "borders"]


def test_costs_of_the_whole_plan_are_those_of_the_whole() -> None:
    problem = four()
    late = tuple(replace(v, due=at(8), late_cost_per_hour=10) for v in problem.visits)
    costs = replace(problem.costs, max_tardiness_per_hour=500)
    found = spread(replace(problem, visits=late, costs=costs))
    assert found.cost.max_tardiness > 0
    assert found.status is Status.FEASIBLE


def test_cancelled_at_once_it_still_gives_a_plan() -> None:
    found = spread(four(), cancel=lambda: True)
    assert not any(stage.name == "territories" for stage in found.stats.stages)


def test_progress_is_told_and_never_falls() -> None:
    told: list[Progress] = []
    spread(four(), on_progress=told.append)
    assert {"territories", "borders"} <= {progress.stage for progress in told}
    rounds = [progress.share for progress in told if progress.stage in ("territories", "borders")]
    assert rounds == sorted(rounds)


def test_a_part_that_fails_is_told_in_a_sentence() -> None:
    class Broken(ThreadPoolExecutor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(RuntimeError("no worker is left"))
            return future

    with Broken(1) as pool, pytest.raises(SolverCrashed, match=r"no worker is left.*start the solve again"):
        solve_spread(four(), Limits(None, 5, threads=2), pool)


def test_nothing_to_plan_is_a_plan() -> None:
    assert spread(four(visits=())).routes == ()
    assert spread(four(technicians=())).status is Status.INFEASIBLE


def test_a_visit_for_nobody_is_left_out_with_its_reason() -> None:
    problem = four()
    lift = Visit("lift", 0, problem.visits[0].duration, skills={"lift": 1}, unserved_cost=100)
    found = spread(replace(problem, visits=(*problem.visits, lift)))
    assert [left.visit for left in found.unserved] == ["lift"]
    assert found.unserved[0].reasons


def test_what_workers_load_first_is_no_time_of_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The workers take ten minutes to warm up; the second that is left for the search is searched."""
    late = [0.0]

    def waited(*given: Any) -> Any:
        late[0] = 600.0
        return wait(*given)

    monkeypatch.setattr("solver.spread.spread.time", SimpleNamespace(monotonic=lambda: monotonic() + late[0]))
    monkeypatch.setattr("solver.spread.spread.wait", waited)
    with ThreadPoolExecutor(1) as pool:
        solution = solve_spread(four(), Limits(seconds=1.0), pool, parts=2)
    assert "territories" in [stage.name for stage in solution.stats.stages]
    assert solution.stats.seconds < 600.0
