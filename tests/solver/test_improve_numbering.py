"""Numbering what lies together side by side: another order of the same problem."""

import numpy as np
import pytest

from solver.compiling import compile_problem
from solver.improve.chains import WHOLE, Chains
from solver.improve.numbering import side_by_side, way_through
from solver.problem import Problem
from tests.builders.problems import line, problem, shift, technician, visit
from tests.builders.random_problems import random_problem


@pytest.mark.parametrize("seed", range(10))
def test_a_renumbered_problem_is_the_same(seed: int) -> None:
    given = random_problem(seed)
    other, order = side_by_side(given)
    assert sorted(order.tolist()) == list(range(len(given.visits)))
    assert [visit.id for visit in other.visits] == [given.visits[v].id for v in order]
    before, after = places(given), places(other)
    assert before.keys() == after.keys()
    for one in before:
        for two in before:
            assert given.travel.seconds[before[one], before[two]] == other.travel.seconds[after[one], after[two]]
            if given.travel.metres is not None and other.travel.metres is not None:
                assert given.travel.metres[before[one], before[two]] == other.travel.metres[after[one], after[two]]
    assert (given.travel.metres is None) == (other.travel.metres is None)


def places(given: Problem) -> dict[str, int]:
    """Where everything is."""
    found = {f"visit {one.id}": one.location for one in given.visits}
    found |= {f"warehouse {one.id}": one.location for one in given.warehouses}
    for person in given.technicians:
        for one in person.shifts:
            found[f"start {one.id}"] = one.start_location
            if one.end_location is not None:
                found[f"end {one.id}"] = one.end_location
    return found


def test_the_way_goes_to_the_nearest_place_left() -> None:
    spots = np.array([0, 50, 10, 40, 20, 30])
    assert way_through(np.abs(spots[:, None] - spots)).tolist() == [0, 2, 4, 5, 3, 1]


def test_chains_take_and_give_the_numbers_of_the_problem() -> None:
    count = WHOLE + 10
    draw = np.random.default_rng(5).permutation(count)
    visits = [visit(f"v{i}", int(draw[i]) + 1, 1) for i in range(count)]
    given = problem(visits, [technician("ann", shift("ann"))], line(count + 1, seconds=10))
    chains = Chains(compile_problem(given), 1, 0)
    assert [int(place) for place in chains.arrays.location[:3]] == [1, 2, 3], "the nearest to the start come first"
    route = tuple(int(v) for v in np.argsort(draw)[:20])
    chains.start({0: route})
    chains.adopt({0: route})
    chains.note()
    assert (0, route) in chains.seen
    assert {column.visits for column in chains.columns(1)} == {route}
    assert set(route) <= set(chains.best()[0])
