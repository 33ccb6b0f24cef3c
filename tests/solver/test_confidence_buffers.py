"""The buffer: its formula, its price before the referee, and its fields in the format."""

import json
from dataclasses import fields, replace
from math import ceil, isqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.buffers import MOST, buffer_of, buffers, leg_spread, with_variance
from solver.compiled import ANY_TIME, PER_HOUR, service_of
from solver.compiling import compile_problem
from solver.faults import Malformed
from solver.formats import native
from solver.problem import Costs, Pinned, Problem, Travel, Warehouse
from solver.referee import cost
from solver.solution import Cost
from tests.builders.problems import MINUTE, at, line, problem, shift, technician, timed, visit

WINDOW = ((at(8), at(9)),)


def spread_day(buffer_percent: int = 100, per_hour: int = 3600) -> Problem:
    """Three visits ten minutes apart, each of 30 min give or take 3 and 4; legs give or take a tenth: a minute."""
    visits = [
        visit("a", 1, windows=WINDOW, spread=3 * MINUTE),
        visit("b", 2, windows=WINDOW, spread=4 * MINUTE),
        visit("c", 3, windows=((at(7), at(8)), (at(9), at(9, 40))), spread=99 * MINUTE),
        visit("free", 4),
    ]
    costs = Costs(buffer_percent=buffer_percent, buffer_per_hour=per_hour)
    return problem(visits, travel=replace(line(10), spread_percent=10), costs=costs)


def test_the_buffer_is_the_root_of_the_sum_of_variances() -> None:
    found = buffers(np.array([180, 240, 0]), np.array([600, 600, 600]), 10, 100)
    variances = [60**2, 60**2 + 180**2 + 60**2, 60**2 + 180**2 + 60**2 + 240**2 + 60**2]
    assert found.tolist() == [60, *(ceil(v**0.5) for v in variances[1:])]
    assert buffers(np.array([180, 240, 0]), np.array([600, 600, 600]), 0, 150).tolist() == [0, 270, 450]
    assert buffers(np.array([180]), np.array([600]), 0, 0).tolist() == [0]
    assert len(buffers(np.array([], dtype=np.int64), np.array([], dtype=np.int64), 10, 100)) == 0


@given(st.integers(0, MOST**2), st.integers(0, 1000))
def test_the_root_is_rounded_up_exactly(variance: int, percent: int) -> None:
    found = buffer_of(variance, percent)
    assert (100 * found) ** 2 >= percent * percent * variance
    assert found == 0 or (100 * (found - 1)) ** 2 < percent * percent * variance


@given(st.integers(0, MOST), st.integers(1, 1000))
def test_a_whole_root_is_not_rounded_further(spread: int, percent: int) -> None:
    assert buffer_of(spread * spread, percent) == -(-percent * spread // 100)


@given(st.lists(st.tuples(st.integers(0, 2**31), st.integers(0, 2**40)), max_size=6), st.integers(0, 1000))
def test_no_spread_is_too_great_to_count(stops: list[tuple[int, int]], percent: int) -> None:
    found = buffers(np.array([s for s, _ in stops]), np.array([d for _, d in stops]), percent, 1000).tolist()
    assert found == sorted(found)
    assert all(0 <= buffer <= 10 * MOST for buffer in found)


def test_a_leg_is_rounded_up_and_variances_add_up() -> None:
    assert [leg_spread(601, 10), leg_spread(600, 10), leg_spread(0, 10)] == [61, 60, 0]
    assert with_variance(9, 4) == 25
    assert with_variance(MOST**2, 1) == MOST**2


def test_the_referee_charges_what_lies_within_the_buffer() -> None:
    day = spread_day()
    route = timed(day, "ann", ["a", "b", "c", "free"])  # starts 8:10, 8:50, 9:30, 10:10
    # b: sqrt(60² + 180² + 60²) = 199 s, its close is 600 s away; c: sqrt(… + 240² + 60²) = 318 s, 600 s away
    assert cost(day, [route]).buffer == 0
    wider = replace(day, costs=Costs(buffer_percent=300, buffer_per_hour=3600))
    b, c = (isqrt(9 * v) + 1 for v in (60**2 + 180**2 + 60**2, 60**2 + 180**2 + 60**2 + 240**2 + 60**2))
    expected = (b - 600 if b > 600 else 0) + (c - 600)
    assert cost(wider, [route]).buffer == expected == 353
    assert cost(wider, [route]).total == 353


def test_the_referee_and_the_search_have_the_same_buffers() -> None:
    """Each priced alone: every window closes where service starts, so what is charged is the whole buffer."""
    rng = np.random.default_rng(5)
    for _ in range(30):
        spreads, legs = rng.integers(0, 5000, 5), rng.integers(1, 5000, 5)
        spread_percent, percent = int(rng.integers(0, 300)), int(rng.integers(1, 1001))
        seconds = np.zeros((6, 6), dtype=np.int64)
        seconds[np.arange(5), np.arange(1, 6)] = legs
        travel = Travel(seconds, spread_percent=spread_percent)
        starts = np.cumsum(legs + 60) - 60
        wanted = buffers(spreads, legs, spread_percent, percent)
        for i in range(5):
            visits = [visit(f"v{j}", j + 1, 1, spread=int(spreads[j])) for j in range(5)]
            visits[i] = replace(visits[i], windows=((0, int(starts[i])),))
            costs = Costs(buffer_percent=percent, buffer_per_hour=3600)
            day = problem(visits, [technician("ann", shift("ann", 0, 10**6))], travel, costs=costs)
            route = timed(day, "ann", [v.id for v in visits])
            assert cost(day, [route]).buffer == wanted[i]


def test_breaks_and_warehouses_have_no_spread_and_their_legs_have() -> None:
    store = Warehouse("depot", 3, handling=600)
    day = replace(spread_day(), warehouses=(store,))
    at_end = ((at(8), at(8, 50)),)
    day = replace(day, visits=(visit("a", 1, windows=at_end), visit("b", 2, windows=at_end)))
    route = timed(day, "ann", ["a", "b"])
    assert cost(day, [route]).buffer == ceil((60**2 + 60**2) ** 0.5)
    far = replace(day, visits=(day.visits[0], visit("b", 2, windows=((at(8), at(9, 20)),))))
    around = timed(far, "ann", ["a", "depot", "b"])  # legs of 10, 20 and 10 minutes
    assert around.stops[2].start == at(9, 20)
    assert cost(far, [around]).buffer == ceil((60**2 + 120**2 + 60**2) ** 0.5)


def test_a_pinned_start_keeps_the_buffer_of_its_window() -> None:
    pin = Pinned("ann", start=at(8, 20))
    day = spread_day(200)
    held = replace(day, visits=(replace(day.visits[0], pinned=pin), replace(day.visits[3], spread=5)))
    service, free = (service_of(compile_problem(held), v, 0) for v in (0, 1))
    assert (service.windows, service.promised) == (((at(8, 20), at(8, 20)),), (at(9),))
    assert (service.spread, service.buffer_rate) == (180, 3600 * PER_HOUR)
    assert (free.windows, free.promised, free.buffer_rate, free.spread) == (ANY_TIME, (), 0, 5)


def test_what_must_be_served_outweighs_every_buffer() -> None:
    day = spread_day(1000, 10**6)
    compiled = compile_problem(day)
    most = cost(day, [timed(day, "ann", ["a", "b", "c"])]).buffer
    assert min(compiled.unserved) > 18_000 * most > 0


def test_the_fields_are_written_and_read_back() -> None:
    day = spread_day(150, 70)
    tree = json.loads(native.dump_problem(day))
    assert tree["travel"]["spread_percent"] == 10
    assert [v.get("spread") for v in tree["visits"]] == [180, 240, 5940, None]
    assert tree["costs"] == {"buffer_percent": 150, "buffer_per_hour": 70}
    assert native.load_problem(json.dumps(tree)) == day
    assert day.travel != line(10)
    plain = json.loads(native.dump_problem(problem([visit("a", 1)])))
    assert "spread_percent" not in plain["travel"]
    assert "spread" not in plain["visits"][0]


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/travel/spread_percent", -1), ("/travel/spread_percent", 1001), ("/travel/spread_percent", 0.0),
        ("/travel/spread_percent", None), ("/visits/0/spread", -1), ("/visits/0/spread", "5"),
        ("/visits/0/spread", 2**31),
        ("/costs/buffer_percent", 1001), ("/costs/buffer_percent", 1.5), ("/costs/buffer_per_hour", -1),
    ],
)  # fmt: skip
def test_what_is_no_spread_is_refused(pointer: str, value: object) -> None:
    tree = json.loads(native.dump_problem(spread_day()))
    *path, last = pointer.split("/")[1:]
    spot = tree
    for step in path:
        spot = spot[int(step)] if isinstance(spot, list) else spot[step]
    spot[last] = value
    with pytest.raises(Malformed) as caught:
        native.load_problem(json.dumps(tree))
    assert [fault.pointer for fault in caught.value.faults] == [pointer]


def test_a_solution_without_the_part_is_read_as_if_it_were_0() -> None:
    parts = {part.name: 1 for part in fields(Cost)}
    tree = {"status": "feasible", "routes": [], "cost": {"total": len(parts), **parts}}
    assert native.load_solution(json.dumps(tree)).cost.buffer == 1
    del parts["buffer"]
    old = native.load_solution(json.dumps({**tree, "cost": {"total": len(parts), **parts}}))
    assert (old.cost.buffer, old.stated_total) == (0, None)


def test_a_plan_that_breaks_its_window_has_no_buffer() -> None:
    day = spread_day(1000)
    assert cost(day, [timed(day, "ann", ["a"], depart=at(10))]).buffer == 0
