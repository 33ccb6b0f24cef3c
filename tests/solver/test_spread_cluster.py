"""A sample day spread over a real Dask cluster of two worker processes on loopback."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import distributed
import pytest

from solver.referee import honest
from solver.search import Limits
from solver.spread import local_processes, solve_spread
from tests.benchmarks.contest.sample_days import sample_day
from tests.builders.towns import AT_HOME, four

dask: Any = distributed  # its calls have no types
LIMITS = Limits(None, iterations=60, threads=2)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A client of two worker processes."""
    with (
        dask.LocalCluster(
            n_workers=2,
            processes=True,
            threads_per_worker=1,
            dashboard_address=None,
            host="127.0.0.1",
            silence_logs=logging.ERROR,
        ) as cluster,
        dask.Client(cluster) as client,
    ):
        yield client


def test_a_day_over_two_workers_is_as_over_local_processes(client: Any) -> None:
    problem = sample_day(120, 1)
    far = solve_spread(problem, LIMITS, client.get_executor())
    with local_processes(2) as executor:
        near = solve_spread(problem, LIMITS, executor)
    assert honest(problem, far)
    costs = [stage.cost for stage in far.stats.stages if stage.cost is not None]
    assert [stage.name for stage in far.stats.stages] == ["insertion", "territories", "borders", "borders", "borders"]
    assert costs == sorted(costs, reverse=True)
    assert replace(far, stats=near.stats) == near


def test_border_visits_are_exchanged_between_workers(client: Any) -> None:
    problem = four()
    start = {**AT_HOME, "ann": ("v0", "v1", "v2"), "bea": ("v3",)}  # v2 is beside bea, an hour from ann
    found = solve_spread(problem, LIMITS, client.get_executor(), start=start)
    assert honest(problem, found)
    assert {stop.id: route.technician for route in found.routes for stop in route.stops}["v2"] == "bea"
