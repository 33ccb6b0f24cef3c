"""What a matrix of real roads costs: seconds of one processor, and memory; each figure in a process of its own."""

import argparse
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dispatch.travel.cache import MatrixCache
from dispatch.travel.cached import CachedTravelTimes
from dispatch.travel.network import RoadNetwork
from dispatch.travel.places import Place, TravelTimes
from fixtures import city
from fixtures.city.streets import houses

SIZES: Final = (170, 2200)
_RUNS: Final = 3


def _places(count: int) -> list[Place]:
    everywhere = houses()
    return [everywhere[i * 7919 % len(everywhere)].place for i in range(count)]


def _seconds(what: Callable[[], object], runs: int = _RUNS) -> float:
    """Processor time, the median of some runs: all of it runs in one thread, and other programs do not count."""
    taken = []
    for _ in range(runs):
        start = time.process_time()
        what()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def _matrix(places: list[Place], accelerate: bool) -> tuple[float, float]:
    """Seconds of a matrix, and what its making added to the process's peak of memory in MiB."""
    network = RoadNetwork(city.load(), accelerate=accelerate)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = _seconds(lambda: network.matrix(places, 8))
    return seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def _cached(places: list[Place], _: bool) -> tuple[float, float]:
    """Seconds of a matrix that is in the cache's file, and of one more place than that."""
    with tempfile.TemporaryDirectory() as folder:
        travel: TravelTimes = CachedTravelTimes(RoadNetwork(city.load()), MatrixCache(Path(folder)))
        travel.matrix(places[:-1], 8)
        one_more = _seconds(lambda: travel.matrix(places, 8), runs=1)
        return _seconds(lambda: travel.matrix(places, 8)), one_more


def _routes(places: list[Place], _: bool) -> tuple[float, float]:
    """Seconds of one route through ten places, and of all routes of ten places each."""
    network = RoadNetwork(city.load())
    tens = [places[first : first + 10] for first in range(0, len(places), 10)]
    return _seconds(lambda: network.route(tens[0], 8)), _seconds(
        lambda: [network.route(ten, 8) for ten in tens], runs=1
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of places; default: %(default)s")
    sizes = parser.parse_args().sizes
    start = _seconds(lambda: RoadNetwork(city.load()))
    print(f"network of {city.load().nodes} nodes made ready in {start:.2f} s")
    for size in sizes:
        places = _places(size)
        for name, measure, accelerate, second in (
            ("SciPy's Dijkstra", _matrix, False, "MiB more"),
            ("pyroutingkit", _matrix, True, "MiB more"),
            ("from the cache's file", _cached, True, "s with one new place"),
            ("a route of ten places", _routes, True, "s for all"),
        ):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                first, more = pool.apply(measure, (places, accelerate))
            print(f"{size:5} places  {name:22} {first:7.3f} s  {more:8.2f} {second}")


if __name__ == "__main__":
    main()
