"""The last resort, against distances known from elsewhere."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.errors import Invalid
from dispatch.travel.places import Place
from dispatch.travel.straight import StraightLine

POINTS = st.builds(Place, st.floats(-179.9, 179.9), st.floats(-85, 85))


def test_a_degree_of_the_equator() -> None:
    straight = StraightLine(detour=1, kmh=60)
    table = straight.table([Place(0, 0)], [Place(1, 0), Place(0, 1), Place(-1, 0)])
    degree = math.radians(6_371_008.8)
    assert table.metres.tolist() == [[math.ceil(degree)] * 3]
    assert table.seconds.tolist() == [[math.ceil(degree * 3.6 / 60)] * 3]


def test_la_serena_to_santiago() -> None:
    """Some 395 km by air."""
    [[metres]] = StraightLine(detour=1).table([Place(-71.2519, -29.9027)], [Place(-70.6506, -33.4372)]).metres
    assert 390_000 < metres < 400_000


def test_the_detour_and_the_speed_count() -> None:
    places = [Place(0, 0), Place(0.01, 0)]
    plain, detoured = StraightLine(detour=1, kmh=36).matrix(places), StraightLine(detour=2, kmh=36).matrix(places)
    assert plain.metres[0, 1] == 1112
    assert detoured.metres[0, 1] == 2224
    assert (plain.seconds[0, 1], detoured.seconds[0, 1]) == (112, 223)


@given(st.lists(POINTS, min_size=3, max_size=3))
def test_symmetric_zero_to_itself_and_no_detour_is_quicker(places: list[Place]) -> None:
    matrix = StraightLine().matrix(places)
    assert (matrix.seconds == matrix.seconds.T).all()
    assert [matrix.seconds[i, i] for i in range(3)] == [0, 0, 0]
    assert matrix.seconds[0, 2] <= matrix.seconds[0, 1] + matrix.seconds[1, 2] + 1


def test_a_route_is_straight_and_agrees_with_the_matrix() -> None:
    places = [Place(0, 0), Place(0.01, 0.02), Place(-0.5, 0)]
    straight = StraightLine()
    route, matrix = straight.route(places), straight.matrix(places)
    assert [leg.points for leg in route.legs] == [
        (places[0].point, places[1].point),
        (places[1].point, places[2].point),
    ]
    assert (route.seconds, route.metres) == (
        matrix.seconds[0, 1] + matrix.seconds[1, 2],
        matrix.metres[0, 1] + matrix.metres[1, 2],
    )


def test_nonsense_is_refused() -> None:
    with pytest.raises(Invalid, match=r"detour is 0\.9, below 1"):
        StraightLine(detour=0.9)
    with pytest.raises(Invalid, match="detour is nan"):
        StraightLine(detour=math.nan)
    with pytest.raises(Invalid, match="kmh is 0; give a speed above 0"):
        StraightLine(kmh=0)


@pytest.mark.parametrize(
    ("lon", "lat", "axis"), [(181, 0, "lon"), (0, -91, "lat"), (math.nan, 0, "lon"), (0, math.inf, "lat")]
)
def test_a_place_off_the_globe_is_refused(lon: float, lat: float, axis: str) -> None:
    with pytest.raises(Invalid, match=f"{axis} is .*; correct the place 'depot' on the map"):
        Place(lon, lat, "depot")


def test_no_places_no_answer() -> None:
    assert StraightLine().matrix([]).seconds.shape == (0, 0)
    assert StraightLine().route([Place(0, 0)]).legs == ()
