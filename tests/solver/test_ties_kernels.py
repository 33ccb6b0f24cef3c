"""Insertions into tied routes as the search prices them: what the plan costs afterwards, the referee watching."""

import random
from collections.abc import Iterator, Mapping
from math import inf

import numpy as np
import pytest

from solver.compiled import SCALE, Compiled, IntArray
from solver.compiling import compile_problem
from solver.improve.arrays import Arrays, arrays_of
from solver.improve.state import State, empty_state
from solver.insertion.plan import Change, Plan
from solver.outcome import routes_of
from solver.problem import Link, Problem
from solver.referee import check_routes, cost
from solver.solution import Route
from solver.ties import kernels
from solver.ties.face import timed_routes
from solver.ties.handle import handle
from solver.ties.table import Ties, table_for
from solver.timing.planner import Planner, TimedRoute
from tests.builders.problems import HOUR, at, problem, shift, technician, visit
from tests.builders.published import MISSING, load, published
from tests.builders.tied_problems import plain_problem, tied_problem


class Desk:
    """A plan in a State, changed visit by visit as the search changes it."""

    def __init__(self, given: Problem, simple: bool | None = None) -> None:
        self.compiled: Compiled = compile_problem(given)
        self.arrays: Arrays = arrays_of(self.compiled)
        self.state: State = empty_state(self.arrays)
        table = table_for(self.compiled, self.arrays, self.state)
        self.simple = table.simple if simple is None else simple
        self.ties: Ties = handle(table._replace(simple=self.simple))

    def total(self) -> float:
        """Units of all routes and of what they share, fixed costs apart."""
        return float(self.state.cost[self.state.first >= 0].sum()) + kernels.shared_cost(self.ties)

    def put(self, visit: int, shift: int, after: int) -> None:
        """Puts the visit into the list; its times come with `commit_insertion`."""
        state = self.state
        then = state.first[shift] if after < 0 else state.after[after]
        state.before[visit], state.after[visit], state.shift_of[visit] = after, then, shift
        if after < 0:
            state.first[shift] = visit
        else:
            state.after[after] = visit
        if then < 0:
            state.last[shift] = visit
        else:
            state.before[then] = visit
        state.count[shift] += 1

    def take(self, visits: list[int]) -> bool:
        """Takes visits out and times what is left."""
        shifts = []
        for v in visits:
            s, before, after = (int(row[v]) for row in (self.state.shift_of, self.state.before, self.state.after))
            shifts.append(s)
            if before < 0:
                self.state.first[s] = after
            else:
                self.state.after[before] = after
            if after < 0:
                self.state.last[s] = before
            else:
                self.state.before[after] = before
            self.state.shift_of[v] = self.state.before[v] = self.state.after[v] = -1
            self.state.count[s] -= 1
        rows: IntArray = np.array(visits, dtype=np.int64)
        return kernels.commit_removals(self.ties, rows, len(visits), np.array(shifts, dtype=np.int64), len(shifts))

    def places(self, visit: int) -> Iterator[tuple[int, int]]:
        """Every (shift, visit before) there is for it."""
        for s in np.flatnonzero(self.arrays.allowed[visit]).tolist():
            yield s, -1
            yield from ((s, v) for v in self.order(s))

    def order(self, shift: int) -> list[int]:
        """The shift's visits."""
        found, visit = [], int(self.state.first[shift])
        while visit >= 0:
            found.append(visit)
            visit = int(self.state.after[visit])
        return found

    def times(self) -> tuple[list[int], ...]:
        """All times there are."""
        planned = self.state.shift_of >= 0
        rows = (self.state.depart, self.state.back, self.state.driven, self.state.duty, self.state.tardiness)
        return self.state.start[planned].tolist(), *(row[self.state.first >= 0].tolist() for row in rows)

    def cheapest(self, visit: int) -> tuple[float, int, int]:
        """(units, shift, visit before) of the best place."""
        found = (inf, -1, -1)
        for s, after in self.places(visit):
            price = kernels.insertion_cost(self.ties, visit, s, after, found[0])
            if price < found[0]:
                found = (price, s, after)
        return found

    def fill(self, draw: random.Random) -> None:
        """Puts every visit in that fits, where it costs least."""
        for v in draw.sample(range(self.arrays.visits), self.arrays.visits):
            price, shift, after = self.cheapest(v)
            if price < inf:
                before = self.total()
                self.put(v, shift, after)
                assert kernels.commit_insertion(self.ties, v)
                assert self.total() - before == pytest.approx(price, abs=1e-3)


def solution_routes(compiled: Compiled, timed: Mapping[int, TimedRoute]) -> tuple[Route, ...]:
    """Timed routes with ids and stops."""
    plan = Plan(Planner(compiled))
    plan.apply(Change(dict(timed), 0))
    return routes_of(plan)


def without_supplies(given: Problem) -> Problem:
    """The problem with nothing to be fetched, as the kernels leave that to their caller."""
    return given if not given.warehouses else plain_problem(int((given.name or "0").split()[-1]))


@pytest.mark.parametrize("seed", range(15))
def test_an_insertion_costs_what_the_plan_gets_dearer(seed: int) -> None:
    desk = Desk(without_supplies(tied_problem(seed)) if seed % 2 else plain_problem(seed))
    desk.fill(random.Random(seed))


@pytest.mark.parametrize("seed", range(15))
def test_the_fast_way_finds_the_same_as_the_general_one(seed: int) -> None:
    fast, general = Desk(plain_problem(seed)), Desk(plain_problem(seed), simple=False)
    assert fast.simple
    draw = random.Random(seed)
    for v in draw.sample(range(fast.arrays.visits), fast.arrays.visits):
        prices = [
            (kernels.insertion_cost(desk.ties, v, *place, inf) for place in fast.places(v)) for desk in (fast, general)
        ]
        assert list(prices[0]) == pytest.approx(list(prices[1]))
        price, shift, after = fast.cheapest(v)
        if price < inf:
            for desk in (fast, general):
                desk.put(v, shift, after)
                assert kernels.commit_insertion(desk.ties, v)
            assert fast.times() == general.times()


@pytest.mark.parametrize("seed", range(10))
def test_taking_out_what_was_put_in_restores_the_times(seed: int) -> None:
    draw = random.Random(seed)
    desk = Desk(plain_problem(seed))
    desk.fill(draw)
    planned = np.flatnonzero(desk.state.shift_of >= 0).tolist()
    out = draw.sample(planned, len(planned) // 2)
    assert desk.take(out)
    before = desk.times()
    assert kernels.time_all(desk.ties)
    assert desk.times() == before
    for v in out:
        price, shift, after = desk.cheapest(v)
        if price < inf:
            earlier, total = desk.times(), desk.total()
            desk.put(v, shift, after)
            assert kernels.commit_insertion(desk.ties, v)
            assert desk.take([v])
            assert desk.times() == earlier
            assert desk.total() == total


@pytest.mark.parametrize("seed", range(8))
def test_pricing_changes_nothing_and_a_bound_only_hides(seed: int) -> None:
    desk = Desk(plain_problem(seed) if seed % 2 else without_supplies(tied_problem(seed)))
    draw = random.Random(seed)
    *some, last = draw.sample(range(desk.arrays.visits), desk.arrays.visits)
    for v in some:
        price, shift, after = desk.cheapest(v)
        if price < inf:
            desk.put(v, shift, after)
            assert kernels.commit_insertion(desk.ties, v)
    before = [row.copy() for row in desk.state]
    for place in list(desk.places(last)):
        price = kernels.insertion_cost(desk.ties, last, *place, inf)
        assert kernels.insertion_cost(desk.ties, last, *place, price) == inf
        if price < inf:
            assert kernels.insertion_cost(desk.ties, last, *place, price + 1) == price
    planned = desk.state.shift_of >= 0
    for name, old, new in zip(State._fields, before, desk.state, strict=True):
        if name == "start":
            old, new = old[planned], new[planned]
        assert np.array_equal(old, new), name


def test_remembered_times_come_back() -> None:
    desk = Desk(plain_problem(7))
    desk.fill(random.Random(1))
    before, total = desk.times(), desk.total()
    kernels.remember(desk.ties)
    lists = [row.copy() for row in desk.state]
    assert desk.take(np.flatnonzero(desk.state.shift_of >= 0).tolist()[:3])
    for name, old, row in zip(State._fields, lists, desk.state, strict=True):
        if name in ("after", "before", "shift_of", "first", "last", "count"):
            row[...] = old
    kernels.recall(desk.ties)
    assert (desk.times(), desk.total()) == (before, total)


def together(*links: Link, **given: int) -> Desk:
    """Four visits of half an hour in a row, two technicians."""
    visits = [visit(name, i + 1, **given) for i, name in enumerate("abcd")]
    return Desk(problem(visits, [technician("ann"), technician("bob"), technician("cy")], links=links))


def test_a_cycle_of_ties_is_infeasible() -> None:
    desk = together(Link("same_start", ("a", "b")), Link("same_start", ("c", "d")))
    for v, s, after in ((0, 0, -1), (1, 1, -1), (2, 0, 0)):
        desk.put(v, s, after)
        assert kernels.commit_insertion(desk.ties, v)
    assert kernels.insertion_cost(desk.ties, 3, 1, -1, inf) == inf
    assert kernels.insertion_cost(desk.ties, 3, 1, 1, inf) < inf
    desk.put(3, 1, -1)
    assert not kernels.time_all(desk.ties)


def test_who_may_do_a_visit_depends_on_who_does_its_partners() -> None:
    desk = together(Link("different_technicians", ("a", "b")), Link("same_technician", ("b", "c")))
    desk.put(0, 0, -1)
    assert kernels.commit_insertion(desk.ties, 0)
    assert [kernels.link_allows(desk.ties, 1, s) for s in range(3)] == [False, True, True]
    desk.put(1, 2, -1)
    assert kernels.commit_insertion(desk.ties, 1)
    assert [kernels.link_allows(desk.ties, 2, s) for s in range(3)] == [False, False, True]


def test_the_neighbours_of_a_shift_bound_it() -> None:
    shifts = [shift("mon", at(8), at(16)), shift("tue", at(24), at(32)), shift("wed", at(48), at(56))]
    desk = Desk(
        problem([visit("a", 2), visit("b", 3)], [technician("ann", *shifts, min_rest=17 * HOUR, max_duty=2 * HOUR)])
    )
    for v, s in ((0, 0), (1, 2)):
        desk.put(v, s, -1)
        assert kernels.commit_insertion(desk.ties, v) == (v == 0)
    state = desk.state
    assert not kernels.bounds_from_siblings(desk.ties, 0), "70 and 90 minutes are more than two hours"
    assert state.begin.tolist() == [at(8), at(9, 10) + 17 * HOUR, at(48)]
    assert state.finish.tolist() == [at(16), at(48) - 17 * HOUR, at(56)]


@pytest.mark.shared
@pytest.mark.parametrize("name", ["InstanzCPLEX_HCSRP_25_1", "InstanzVNS_HCSRP_100_1"])
def test_two_person_visits_cost_what_the_referee_says(name: str) -> None:
    paths = [path for path in published("hhcrsp") if path.stem == name]
    if not paths:
        pytest.skip(MISSING)
    given = load("hhcrsp", paths[0])
    desk = Desk(given)
    assert desk.simple
    desk.fill(random.Random(1))
    assert (desk.state.shift_of >= 0).all()
    orders = {s: tuple(desk.order(s)) for s in range(len(desk.state.first))}
    routes = timed_routes(desk.compiled, orders)
    assert routes is not None
    assert check_routes(given, solution_routes(desk.compiled, routes)) == []
    assert cost(given, solution_routes(desk.compiled, routes)).total == pytest.approx(desk.total() / SCALE, abs=3)
