"""The Valhalla client against a real Valhalla over a square mile of Helsinki, cut off all around."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
import pytest

from dispatch.travel.places import NoRoadNear, Place
from dispatch.travel.servers import Server
from dispatch.travel.valhalla import Valhalla
from tests.parts import valhalla

pytestmark = pytest.mark.valhalla

GAP: Final = 60.0
FAR: Final = Place(25.5, 60.17, "far away")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with valhalla.running() as address:
        yield address


@pytest.fixture
def client(url: str) -> Valhalla:
    return Valhalla(Server("Valhalla", url), max_gap=GAP)


@pytest.fixture(scope="module")
def places(url: str) -> list[Place]:
    """A grid over the extract, without what is too far from a road and what cannot be reached and left."""
    grid = [Place(24.937 + x * 0.002, 60.164 + y * 0.002, f"{x}, {y}") for x in range(9) for y in range(8)]
    client = Valhalla(Server("Valhalla", url), max_gap=GAP)
    try:
        client.matrix(grid)
    except NoRoadNear as refused:
        grid = [place for place in grid if place not in refused.places]
    reached = client.matrix(grid).seconds >= 0
    return [place for place, ways in zip(grid, (reached & reached.T), strict=True) if ways.mean() > 0.5]


def _straight(places: list[Place]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Metres as the crow flies, well enough for Helsinki."""
    at = np.array([(place.lon * 55_300, place.lat * 111_200) for place in places])
    metres: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = np.hypot(*np.moveaxis(at[:, None] - at, 2, 0))
    return metres


def test_a_matrix_of_real_roads(client: Valhalla, places: list[Place]) -> None:
    matrix, straight = client.matrix(places), _straight(places)
    reached = matrix.seconds >= 0
    assert len(places) > 40
    assert reached.all()
    assert (np.diag(matrix.seconds) == 0).all()
    # Each place is moved to its road, which may be that much nearer to the other.
    assert (matrix.metres >= straight - 2 * GAP).all()
    apart = straight > 500
    kmh = matrix.metres[apart] * 3.6 / matrix.seconds[apart]
    assert 10 < kmh.min() <= kmh.max() < 60
    assert (matrix.seconds != matrix.seconds.T).any(), "there are one-way streets"


def test_where_the_extract_is_cut_off_there_is_no_way(client: Valhalla) -> None:
    """In its west some streets lead out only."""
    corner = [Place(24.937 + x * 0.001, 60.164 + y * 0.001) for x in range(4) for y in range(4)]
    with pytest.raises(NoRoadNear) as refused:
        client.matrix(corner)
    matrix = client.matrix([place for place in corner if place not in refused.value.places])
    assert 0 < (matrix.seconds == -1).mean() < 1
    assert ((matrix.seconds == -1) == (matrix.metres == -1)).all()


@pytest.mark.parametrize("side", [7, 80])
def test_blocks_and_halves_give_the_same_matrix(client: Valhalla, url: str, places: list[Place], side: int) -> None:
    """Over the server's limit of 2,500 cells."""
    many = [*places, *(Place(place.lon + 0.0001, place.lat) for place in places[:20])]
    assert len(many) > 50
    whole, other = client.matrix(many), Valhalla(Server("Valhalla", url), max_gap=2 * GAP, side=side).matrix(many)
    np.testing.assert_array_equal(whole.seconds, other.seconds)
    np.testing.assert_array_equal(whole.metres, other.metres)


def test_a_route_runs_along_the_streets(client: Valhalla, places: list[Place]) -> None:
    """More stops than the server takes in one route."""
    stops = places[:41]
    matrix, route = client.matrix(stops), client.route(stops)
    assert len(route.legs) == 40
    assert len(route.points) > 10 * len(stops)
    for leg, (start, end) in zip(route.legs, pairwise(stops), strict=True):
        ends = _straight([Place(*leg.points[0]), start, Place(*leg.points[-1]), end])
        assert max(ends[0, 1], ends[2, 3]) <= GAP + 1
    for leg, seconds, metres in zip(route.legs, np.diag(matrix.seconds, 1), np.diag(matrix.metres, 1), strict=True):
        assert abs(leg.seconds - seconds) <= 0.2 * seconds + 5
        assert abs(leg.metres - metres) <= 0.3 * metres + 50


def test_a_place_without_a_road_is_named(client: Valhalla, places: list[Place]) -> None:
    for ask in (client.matrix, client.route):
        with pytest.raises(NoRoadNear, match="Valhalla has no road within 60 m of far away") as refused:
            ask([places[0], FAR])
        assert refused.value.places == (FAR,)


def test_the_identity_names_version_and_tiles(client: Valhalla, url: str) -> None:
    identity = client.identity()
    assert identity == client.identity()
    assert identity.startswith(f"valhalla {url} {valhalla.VERSION} tiles 1")
