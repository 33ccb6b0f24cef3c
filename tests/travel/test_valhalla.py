"""The Valhalla client against a stand-in that answers in the documented shape."""

import re
from typing import Any

import pytest

from dispatch.errors import Invalid, Unavailable
from dispatch.travel.places import NoRoadBetween, NoRoadNear, Place
from dispatch.travel.servers import Server
from dispatch.travel.valhalla import Valhalla
from tests.builders.loopback import Answer, Asked, loopback

PLACES = [Place((2490 + i) / 100, 60.1, f"place {i}") for i in range(7)]
ISLAND = PLACES[4]
# Two points, six decimals: (24.94, 60.17) and (24.941, 60.171).
SHAPE = "_pnwqB_}eqn@o}@o}@"


def _refused(code: int, message: str) -> Answer:
    return Answer({"error_code": code, "error": message, "status_code": 400, "status": "Bad Request"}, 400)


def _at(locations: list[dict[str, Any]]) -> list[Place]:
    return [Place(at["lon"], at["lat"]) for at in locations]


def _stand_in(*, nowhere: Place | None = None, island: Place | None = None, most: int = 20) -> Any:
    """Answers like Valhalla: no road near `nowhere`, no road to or from `island`, at most so many stops."""

    def answer(asked: Asked) -> Answer:
        if asked.path == "/locate":
            located = _at(asked.body["locations"])
            return Answer([{"edges": [] if at == nowhere else [{"way_id": 1}], "nodes": []} for at in located])
        sides = [_at(asked.body[key]) for key in ("sources", "targets", "locations") if key in asked.body]
        if any(nowhere in side for side in sides):
            return _refused(171, "No suitable edges near location")
        if asked.path == "/route":
            return _route(sides[0], island, most)
        if any(island in side and other != [island] for side, other in (sides, sides[::-1])):
            return _refused(170, "Locations are in unconnected regions")
        return Answer({"sources_to_targets": [[{"time": 60, "distance": 0.5} for _ in sides[1]] for _ in sides[0]]})

    return answer


def _route(stops: list[Place], island: Place | None, most: int) -> Answer:
    if len(stops) > most:
        return _refused(150, "Exceeded max locations")
    if island in stops:
        return _refused(442, "No path could be found for input")
    leg = {"shape": SHAPE, "summary": {"time": 230.378, "length": 1.7004}}
    return Answer({"trip": {"legs": [leg] * (len(stops) - 1)}})


def _client(url: str, **changed: Any) -> Valhalla:
    return Valhalla(Server("Valhalla", url, first_wait=0), **changed)


def test_a_place_on_an_island_is_unreachable_and_the_rest_is_not() -> None:
    with loopback(_stand_in(island=ISLAND)) as server:
        matrix = _client(server.url).matrix(PLACES)
    away = [[(row == 4) != (column == 4) for column in range(7)] for row in range(7)]
    assert (matrix.seconds == -1).tolist() == away
    assert (matrix.metres == -1).tolist() == away
    assert set(matrix.seconds[0].tolist()) == {0, 60, -1}


def test_a_place_without_a_road_is_named() -> None:
    with loopback(_stand_in(nowhere=PLACES[2])) as server:
        client = _client(server.url, max_gap=350, side=2)
        for ask in (client.matrix, client.route):
            with pytest.raises(NoRoadNear, match=r"no road within 350 m of place 2 \(24.92000, 60.10000\)") as refused:
                ask(PLACES)
            assert refused.value.places == (PLACES[2],)
        assert all(at["search_cutoff"] == 350 for at in server.asked[0].body["sources"])


def test_a_route_has_legs_with_points_seconds_and_metres() -> None:
    with loopback(_stand_in()) as server:
        route = _client(server.url).route(PLACES[:3])
    assert [(leg.seconds, leg.metres) for leg in route.legs] == [(231, 1701), (231, 1701)]
    assert route.legs[0].points == ((24.94, 60.17), (24.941, 60.171))


@pytest.mark.parametrize("stops", [2, 3, 4, 7])
def test_a_long_route_is_asked_for_in_parts(stops: int) -> None:
    with loopback(_stand_in(most=stops)) as server:
        route = _client(server.url, stops=stops).route(PLACES)
        assert all(len(asked.body["locations"]) <= stops for asked in server.asked)
        assert len(server.asked) == -(-6 // (stops - 1))
    assert len(route.legs) == 6


def test_a_route_over_the_servers_own_limit_is_asked_for_in_halves() -> None:
    with loopback(_stand_in(most=3)) as server:
        assert len(_client(server.url).route(PLACES).legs) == 6


def test_a_leg_without_a_road_is_named() -> None:
    with (
        loopback(_stand_in(island=ISLAND)) as server,
        pytest.raises(NoRoadBetween, match=re.escape("no road from place 3 (24.93000, 60.10000) to place 4")),
    ):
        _client(server.url).route(PLACES)


@pytest.mark.parametrize("located", [{}, [], [{"edges": []}] * 3, [7] * 7])
def test_a_list_of_roads_that_does_not_fit_is_said_to(located: Any) -> None:
    def answer(asked: Asked) -> Answer:
        return Answer(located) if asked.path == "/locate" else _refused(171, "No suitable edges near location")

    with loopback(answer) as server, pytest.raises(Unavailable, match="roads that does not fit the places"):
        _client(server.url).route(PLACES)


def test_no_road_near_somebody_but_nobody_in_particular_is_passed_on() -> None:
    def answer(asked: Asked) -> Answer:
        if asked.path == "/locate":
            return Answer([{"edges": [{}]}] * len(asked.body["locations"]))
        return _refused(171, "No suitable edges near location")

    with loopback(answer) as server:
        for ask in (_client(server.url).matrix, _client(server.url).route):
            with pytest.raises(Invalid, match="No suitable edges near location"):
                ask(PLACES)


def test_the_identity_changes_with_the_tiles() -> None:
    tiles = iter([1, 1, 2])
    with loopback(lambda _: Answer({"version": "3.9.1", "tileset_last_modified": next(tiles)})) as server:
        client = _client(server.url)
        first, second, third = client.identity(), client.identity(), client.identity()
    assert first == second != third
    assert server.url in first


def test_a_status_of_something_else_is_said_to() -> None:
    with loopback(lambda _: Answer({"up": True})) as server, pytest.raises(Unavailable, match="without a version"):
        _client(server.url).identity()
