"""The OSRM client against a stand-in that answers in the documented shape."""

from typing import Any

import pytest

from dispatch.errors import Invalid
from dispatch.travel.osrm import Osrm
from dispatch.travel.places import NoRoadBetween, NoRoadNear, Place
from dispatch.travel.servers import Server
from tests.builders.loopback import Answer, Asked, loopback

PLACES = [Place((2490 + i) / 100, 60.1, f"place {i}") for i in range(7)]


def _points(asked: Asked) -> list[Place]:
    points = [point.split(",") for point in asked.path.split("/")[-1].split(";")]
    return [Place(float(lon), float(lat)) for lon, lat in points]


def _refused(code: str, message: str) -> Answer:
    return Answer({"code": code, "message": message}, 400)


def _stand_in(*, nowhere: Place | None = None, island: Place | None = None) -> Any:
    """Answers like OSRM: no road near `nowhere`, no road to or from `island`."""

    def answer(asked: Asked) -> Answer:
        stops = _points(asked)
        if nowhere in stops:
            number = stops.index(nowhere)
            return _refused("NoSegment", f"Could not find a matching segment for coordinate {number}")
        if asked.path.startswith("/table/"):
            return _table(asked, stops, island)
        if island in stops:
            return _refused("NoRoute", "Impossible route between points")
        steps = [{"geometry": "_pnwqB_}eqn@o}@o}@"}, {"geometry": "onpwqBo{gqn@o}@o}@"}]
        leg = {"steps": steps, "duration": 99.2, "distance": 1000.0004}
        return Answer({"code": "Ok", "routes": [{"legs": [leg] * (len(stops) - 1)}]})

    return answer


def _table(asked: Asked, stops: list[Place], island: Place | None) -> Answer:
    start, end = ([stops[int(i)] for i in asked.query[side].split(";")] for side in ("sources", "destinations"))
    cells = [[None if (a == island) != (b == island) else 59.01 for b in end] for a in start]
    if all(cell is None for row in cells for cell in row):
        return _refused("NoTable", "No table found")
    return Answer({"code": "Ok", "durations": cells, "distances": cells})


def _client(url: str, **changed: Any) -> Osrm:
    return Osrm(Server("OSRM", url, first_wait=0), **changed)


def test_the_request_is_the_documented_one() -> None:
    with loopback(_stand_in()) as server:
        _client(server.url, max_gap=300).table(PLACES[:1], PLACES[1:3])
        [asked] = server.asked
    assert asked.path == "/table/v1/driving/24.900000,60.100000;24.910000,60.100000;24.920000,60.100000"
    assert asked.query == {
        "sources": "0",
        "destinations": "1;2",
        "annotations": "duration,distance",
        "radiuses": "300;300;300",
    }


@pytest.mark.parametrize("side", [1, 2, 50])
def test_a_cell_without_a_road_is_unreachable(side: int) -> None:
    with loopback(_stand_in(island=PLACES[4])) as server:
        matrix = _client(server.url, side=side).matrix(PLACES)
    away = [[(row == 4) != (column == 4) for column in range(7)] for row in range(7)]
    assert (matrix.seconds == -1).tolist() == (matrix.metres == -1).tolist() == away
    assert matrix.seconds[0].tolist() == [0, 60, 60, 60, -1, 60, 60]


def test_a_place_without_a_road_is_named() -> None:
    with loopback(_stand_in(nowhere=PLACES[2])) as server:
        client = _client(server.url)
        for ask in (client.matrix, client.route):
            with pytest.raises(NoRoadNear, match="no road within 500 m of place 2") as refused:
                ask(PLACES)
            assert refused.value.places == (PLACES[2],)


def test_a_road_that_is_missing_nowhere_in_particular_is_passed_on() -> None:
    with loopback(lambda _: _refused("NoSegment", "Could not find a matching segment for any coordinate")) as server:
        for ask in (_client(server.url).matrix, _client(server.url).route):
            with pytest.raises(Invalid, match="segment for any coordinate"):
                ask(PLACES)


def test_a_route_joins_its_steps_into_legs() -> None:
    with loopback(_stand_in()) as server:
        route = _client(server.url, stops=3).route(PLACES)
        assert [len(_points(asked)) for asked in server.asked] == [3, 3, 3]
    assert [(leg.seconds, leg.metres) for leg in route.legs] == [(100, 1000)] * 6
    assert route.legs[0].points == ((24.94, 60.17), (24.941, 60.171), (24.942, 60.172))


def test_a_leg_without_a_road_is_named() -> None:
    with loopback(_stand_in(island=PLACES[4])) as server, pytest.raises(NoRoadBetween, match=r"place 3 .* to place 4"):
        _client(server.url).route(PLACES)


def test_the_identity_names_server_profile_and_limit() -> None:
    one, other = _client("http://127.0.0.1:5000"), _client("http://127.0.0.1:5000", profile="van")
    assert one.identity() == "osrm http://127.0.0.1:5000 driving gap 500"
    assert one.identity() != other.identity()
