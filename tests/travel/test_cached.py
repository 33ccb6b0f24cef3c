"""Tables kept by place and hour: computed once, added to, shared between processes, bounded."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.errors import Unavailable
from dispatch.travel.cache import MatrixCache
from dispatch.travel.cached import MANY_BLOCKS, CachedTravelTimes
from dispatch.travel.places import Matrix, Place, RouteShape, TravelTimes
from dispatch.travel.straight import StraightLine


@dataclass
class Counting:
    """Straight lines, slower by the hour; counts what is computed. Nothing leads to where the latitude is 50."""

    by_hour: bool = True
    name: str = "counting"
    asked: list[tuple[int, int]] = field(default_factory=list)
    attribution: str = "nobody"

    def identity(self) -> str:
        return self.name

    def matrix(self, places: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        return self.table(places, places, depart_hour)

    def table(self, sources: Sequence[Place], targets: Sequence[Place], depart_hour: int | None = None) -> Matrix:
        self.asked.append((len(sources), len(targets)))
        table = StraightLine(kmh=60 - (depart_hour or 0)).table(sources, targets)
        away = np.array([[target.lat == 50 for target in targets]] * len(sources))
        return Matrix(np.where(away, -1, table.seconds), np.where(away, -1, table.metres))

    def route(self, places: Sequence[Place], depart_hour: int | None = None) -> RouteShape:
        return StraightLine().route(places, depart_hour)


PLACES = [Place(1 + i / 100, 49 + (i * i % 11) / 100, f"place {i}") for i in range(40)]
PLACES[7] = Place(1, 50, "the moon")


def _same(ours: Matrix, theirs: Matrix) -> None:
    np.testing.assert_array_equal(ours.seconds, theirs.seconds)
    np.testing.assert_array_equal(ours.metres, theirs.metres)


def test_the_same_is_computed_once_and_by_hour(tmp_path: Path) -> None:
    source = Counting()
    cached = CachedTravelTimes(source, MatrixCache(tmp_path))
    for hour in (None, 8, None, 8, 8):
        _same(cached.matrix(PLACES, hour), Counting().matrix(PLACES, hour))
    assert source.asked == [(40, 40), (40, 40)]
    assert cached.matrix(PLACES, 8).seconds[0, 7] == -1


def test_a_source_without_hours_is_asked_once() -> None:
    source = Counting(by_hour=False)
    cached = CachedTravelTimes(source, MatrixCache())
    for hour in (None, 8, 9):
        cached.matrix(PLACES, hour)
    assert len(source.asked) == 1


def test_a_new_place_costs_its_row_and_its_column(tmp_path: Path) -> None:
    source = Counting()
    cached = CachedTravelTimes(source, MatrixCache(tmp_path))
    cached.matrix(PLACES[:39])
    matrix = cached.matrix(PLACES)
    assert source.asked == [(39, 39), (1, 40), (39, 1)]
    _same(matrix, Counting().matrix(PLACES))
    cached.matrix(PLACES[::-1][:30])
    cached.table(PLACES[3:9], PLACES[20:])
    assert len(source.asked) == 3


def test_another_process_finds_what_this_one_kept(tmp_path: Path) -> None:
    CachedTravelTimes(Counting(), MatrixCache(tmp_path / "deep" / "down")).matrix(PLACES)
    source = Counting()
    again = CachedTravelTimes(source, MatrixCache(tmp_path / "deep" / "down"))
    _same(again.matrix(PLACES), Counting().matrix(PLACES))
    assert source.asked == []


def test_another_source_is_not_believed(tmp_path: Path) -> None:
    CachedTravelTimes(Counting(), MatrixCache(tmp_path)).matrix(PLACES)
    other = Counting(name="other")
    CachedTravelTimes(other, MatrixCache(tmp_path)).matrix(PLACES)
    assert other.asked == [(40, 40)]


def test_places_within_a_metre_are_the_same_and_farther_ones_are_not() -> None:
    source = Counting()
    cached = CachedTravelTimes(source, MatrixCache())
    here, there = Place(1, 49), Place(1.001, 49)
    first = cached.matrix([here, there])
    second = cached.matrix([Place(1.000004, 49), Place(1.000996, 48.999996)])
    _same(first, second)
    assert source.asked == [(2, 2)]
    cached.matrix([Place(1.00002, 49), there])
    assert source.asked == [(2, 2), (1, 2), (1, 1)]


def test_a_place_twice_is_computed_once() -> None:
    source = Counting()
    matrix = CachedTravelTimes(source, MatrixCache()).matrix([PLACES[0], PLACES[1], PLACES[0]])
    assert source.asked == [(2, 2)]
    _same(matrix, Counting().matrix([PLACES[0], PLACES[1], PLACES[0]]))


def test_no_places_no_answer() -> None:
    cached = CachedTravelTimes(Counting(), MatrixCache())
    assert cached.matrix([]).seconds.shape == (0, 0)
    assert cached.table(PLACES[:2], []).metres.shape == (2, 0)


LISTS = st.lists(st.sampled_from(PLACES), min_size=1, max_size=8)


@given(st.lists(st.tuples(LISTS, LISTS, st.sampled_from([None, 8])), max_size=2 * MANY_BLOCKS + 5))
@settings(max_examples=25)
def test_whatever_is_asked_in_whatever_order_the_answer_is_the_sources(asks: list[Any]) -> None:
    cached = CachedTravelTimes(Counting(), MatrixCache())
    for sources, targets, hour in asks:
        _same(cached.table(sources, targets, hour), Counting().table(sources, targets, hour))


def test_many_small_blocks_become_one(tmp_path: Path) -> None:
    cache = MatrixCache(tmp_path)
    cached = CachedTravelTimes(Counting(), cache)
    for count in range(1, 40):
        _same(cached.matrix(PLACES[:count]), Counting().matrix(PLACES[:count]))
    before = cache.blocks()
    assert before < MANY_BLOCKS + 2
    _same(CachedTravelTimes(Counting(), MatrixCache(tmp_path)).matrix(PLACES), Counting().matrix(PLACES))


def test_the_oldest_make_room(tmp_path: Path) -> None:
    size = 40 * 40 * 8 + 2 * 40 * 8
    cache = MatrixCache(tmp_path, max_bytes=3 * size)
    source = Counting()
    cached = CachedTravelTimes(source, cache)
    for hour in range(6):
        cached.matrix(PLACES, hour)
        assert cache.size() <= 3 * size
    assert cache.size() == 3 * size
    del source.asked[:]
    for hour in (5, 4, 3):
        cached.matrix(PLACES, hour)
    assert source.asked == []
    cached.matrix(PLACES, 0)
    assert source.asked == [(40, 40)]


def test_what_is_larger_than_the_cache_is_answered_and_not_kept(tmp_path: Path) -> None:
    cache = MatrixCache(tmp_path, max_bytes=100)
    _same(CachedTravelTimes(Counting(), cache).matrix(PLACES), Counting().matrix(PLACES))
    assert cache.size() == 0


def test_clear_forgets_everything(tmp_path: Path) -> None:
    cache, source = MatrixCache(tmp_path), Counting()
    cached = CachedTravelTimes(source, cache)
    cached.matrix(PLACES)
    cache.clear()
    assert cache.size() == 0
    cached.matrix(PLACES)
    assert len(source.asked) == 2


def test_a_file_that_is_no_cache_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "travel.sqlite3").write_bytes(b"something else entirely" * 100)
    with pytest.raises(Unavailable, match=r"travel\.sqlite3 cannot be used .*; delete the file, it is made again"):
        MatrixCache(tmp_path)


def test_a_directory_that_cannot_be_made_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match=r"cannot be made .*; name another"):
        MatrixCache(tmp_path / "file" / "cache")


def test_an_error_of_the_source_leaves_the_cache_as_it_was(tmp_path: Path) -> None:
    class Away(Counting):
        def table(self, *_: Any) -> Matrix:
            raise Unavailable("away")

    cache = MatrixCache(tmp_path)
    with pytest.raises(Unavailable, match="away"):
        CachedTravelTimes(Away(), cache).matrix(PLACES)
    _same(CachedTravelTimes(Counting(), cache).matrix(PLACES), Counting().matrix(PLACES))


def test_all_else_is_the_sources() -> None:
    cached: TravelTimes = CachedTravelTimes(Counting(), MatrixCache())
    assert (cached.by_hour, cached.attribution, cached.identity()) == (True, "nobody", "counting")
    nearly = [Place(place.lon + 1e-6, place.lat) for place in PLACES[:3]]
    assert cached.route(nearly) == StraightLine().route(PLACES[:3])


PROCESS = """
import sys
from pathlib import Path
from dispatch.travel.cache import MatrixCache
from dispatch.travel.cached import CachedTravelTimes
from dispatch.travel.places import Place
from dispatch.travel.straight import StraightLine

number = int(sys.argv[2])
cached = CachedTravelTimes(StraightLine(), MatrixCache(Path(sys.argv[1]), max_bytes=30_000))
for step in range(25):
    places = [Place(1 + (i * number + step) % 37 / 100, 49) for i in range(10)]
    ours, theirs = cached.matrix(places), StraightLine().matrix(places)
    assert (ours.seconds == theirs.seconds).all() and (ours.metres == theirs.metres).all()
"""


def test_processes_share_a_file(tmp_path: Path) -> None:
    """While blocks are written, merged and removed, every answer of every process is right."""
    processes = [
        subprocess.Popen([sys.executable, "-c", PROCESS, tmp_path, str(number)], stderr=subprocess.PIPE, text=True)
        for number in range(1, 5)
    ]
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    assert 0 < MatrixCache(tmp_path).size() <= 30_000


@pytest.mark.parametrize("in_file", [True, False])
def test_threads_share_a_cache(tmp_path: Path, in_file: bool) -> None:
    cached = CachedTravelTimes(Counting(), MatrixCache(tmp_path if in_file else None))
    wrong: list[int] = []

    def ask(first: int) -> None:
        for step in range(10):
            places = PLACES[first + step : first + step + 12]
            if not (cached.matrix(places).seconds == Counting().matrix(places).seconds).all():
                wrong.append(first)

    threads = [threading.Thread(target=ask, args=(first,)) for first in (0, 5, 9, 14)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
