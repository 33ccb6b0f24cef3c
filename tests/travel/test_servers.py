"""What both clients share: when to try again, when not, and what a person is told."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from dispatch.errors import Invalid, Unavailable
from dispatch.travel.osrm import Osrm
from dispatch.travel.places import Place, TravelTimes
from dispatch.travel.servers import Server
from dispatch.travel.valhalla import Valhalla
from tests.builders.loopback import Answer, Asked, loopback

HERE, THERE = Place(24.94, 60.17, "depot"), Place(24.95, 60.18, "hospital")
GOOD: dict[type, Any] = {
    Valhalla: {"sources_to_targets": [[{"time": 61, "distance": 1.2}]]},
    Osrm: {"code": "Ok", "durations": [[60.4]], "distances": [[1199.2]]},
}
TOO_BIG: dict[type, Answer] = {
    Valhalla: Answer({"error_code": 150, "error": "Exceeded max locations: 2500"}, 400),
    Osrm: Answer({"code": "TooBig", "message": "Too many table coordinates"}, 400),
}
both = pytest.mark.parametrize("client", [Valhalla, Osrm])


def _server(url: str, **changed: Any) -> Server:
    return Server("the server", url, **{"first_wait": 0.0, **changed})


def _one(client: Callable[[Server], TravelTimes], server: Server) -> tuple[int, int]:
    table = client(server).table([HERE], [THERE])
    return int(table.seconds[0, 0]), int(table.metres[0, 0])


@both
def test_an_answer_is_rounded_up(client: type) -> None:
    with loopback(lambda _: Answer(GOOD[client])) as server:
        assert _one(client, _server(server.url)) == (61, 1200)


@both
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_stumbles_is_asked_again(client: type, status: int) -> None:
    answers = iter([Answer("sorry", status), Answer("sorry", status), Answer(GOOD[client])])
    with loopback(lambda _: next(answers)) as server:
        assert _one(client, _server(server.url)) == (61, 1200)
        assert len(server.asked) == 3


@both
def test_a_server_that_keeps_failing_is_unavailable(client: type) -> None:
    with loopback(lambda _: Answer("sorry", 503)) as server:
        with pytest.raises(Unavailable, match=r"answered with status 503 \(tried 3 times\); start it, or choose"):
            _one(client, _server(server.url))
        assert len(server.asked) == 3


@both
def test_a_server_that_does_not_answer_in_time_is_unavailable(client: type) -> None:
    with loopback(lambda _: Answer(None, hold=True)) as server:
        with pytest.raises(Unavailable, match=r"did not answer within 0.05 s \(tried 2 times\)"):
            _one(client, _server(server.url, answer_seconds=0.05, tries=2))
        assert len(server.asked) == 2


@both
def test_a_server_that_is_not_there_is_unavailable(client: type) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening: nobody else gets the port, and connecting fails
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Unavailable, match=rf"the server at {url} cannot be reached .*\(tried 3 times\)"):
            _one(client, _server(url))


@both
@pytest.mark.parametrize("status", [400, 404, 413])
def test_a_request_at_fault_is_not_repeated(client: type, status: int) -> None:
    refusal = {"error_code": 154, "error": "too far", "code": "InvalidOptions", "message": "too far"}
    with loopback(lambda _: Answer(refusal, status)) as server:
        with pytest.raises(Invalid, match="refused the request: too far"):
            _one(client, _server(server.url))
        assert len(server.asked) == 1


MALFORMED = [
    "<html>welcome</html>",
    "",
    "17",
    [],
    {},
    {"sources_to_targets": [], "durations": [], "distances": []},
    {"sources_to_targets": [[]], "durations": [[]], "distances": [[]]},
    {"sources_to_targets": [[{"time": "soon", "distance": 1}]], "durations": [["soon"]], "distances": [[1]]},
    {"sources_to_targets": [[{"time": -1, "distance": 1}]], "durations": [[-1]], "distances": [[1]]},
    {"sources_to_targets": [[{"time": 1, "distance": None}]], "durations": [[1]], "distances": [[None]]},
    {"sources_to_targets": [[{"time": True, "distance": 1}]], "durations": [[True]], "distances": [[1]]},
    {"sources_to_targets": [[{"time": 1}]], "durations": [[1]]},
    {"sources_to_targets": [[7]], "durations": [7], "distances": [7]},
    {"sources_to_targets": 7, "durations": 7, "distances": 7},
    '{"sources_to_targets": [[{"time": NaN, "distance": 1}]], "durations": [[NaN]], "distances": [[1]]}',
]


@both
@pytest.mark.parametrize("body", MALFORMED, ids=map(str, range(len(MALFORMED))))
def test_an_answer_that_makes_no_sense_is_said_to(client: type, body: Any) -> None:
    with loopback(lambda _: Answer(body)) as server:
        with pytest.raises(Unavailable, match=r"the server at http.* answered .*; check that the address is that of"):
            _one(client, _server(server.url))
        assert len(server.asked) == 1


@both
@pytest.mark.parametrize("status", [301, 404])
def test_a_page_of_something_else_is_not_taken_for_an_answer(client: type, status: int) -> None:
    with (
        loopback(lambda _: Answer({"page": "not found"}, status)) as server,
        pytest.raises(Unavailable, match=f"answered status {status}"),
    ):
        _one(client, _server(server.url))


@both
@pytest.mark.parametrize(
    "body",
    [
        {"trip": {}, "routes": []},
        {"trip": {"legs": []}, "routes": [{"legs": []}]},
        {"trip": {"legs": [{}]}, "routes": [{"legs": [{}]}]},
        {
            "trip": {"legs": [{"shape": "broken", "summary": {"time": 1, "length": 1}}]},
            "routes": [{"legs": [{"steps": [{"geometry": "broken"}], "duration": 1, "distance": 1}]}],
        },
    ],
)
def test_a_route_that_makes_no_sense_is_said_to(client: type, body: Any) -> None:
    with (
        loopback(lambda _: Answer(body)) as server,
        pytest.raises(Unavailable, match=r"answered .*; check that the address is that of"),
    ):
        client(_server(server.url)).route([HERE, THERE])


@pytest.mark.parametrize(
    "url", ["", "localhost:8002", "ftp://host", "http://", "http://[::1", "http://host:port", "/status"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match=r"give one like http://127\.0\.0\.1:8002"):
        Server("Valhalla", url)


def test_a_path_in_the_address_is_kept() -> None:
    with loopback(lambda _: Answer(GOOD[Osrm])) as server:
        _one(Osrm, _server(f"{server.url}/osrm/"))
        assert server.asked[0].path.startswith("/osrm/table/v1/driving/")


def _place(point: str) -> Place:
    lon, lat = point.split(",")
    return Place(float(lon), float(lat))


def _by_place(asked: Asked) -> tuple[list[Place], list[Place]]:
    """Sources and targets of a Valhalla or OSRM table request."""
    if asked.body is not None:
        sources, targets = ([Place(at["lon"], at["lat"]) for at in asked.body[side]] for side in ("sources", "targets"))
        return sources, targets
    points = [_place(point) for point in asked.path.split("/")[-1].split(";")]
    sources, targets = ([points[int(i)] for i in asked.query[side].split(";")] for side in ("sources", "destinations"))
    return sources, targets


def _seconds(start: Place, end: Place) -> int | None:
    """Any asymmetric figure; no road to the far east."""
    if end.lon > 24.98 and start != end:
        return None
    return round(1e4 * abs(2 * (end.lon - start.lon) + (end.lat - start.lat))) + (end.lon > start.lon)


def _table(asked: Asked) -> Answer:
    sources, targets = _by_place(asked)
    cells = [[_seconds(start, end) for end in targets] for start in sources]
    metres = [[None if cell is None else 10 * cell for cell in row] for row in cells]
    kilometres = [[None if cell is None else cell / 100 for cell in row] for row in cells]
    return Answer(
        {
            "durations": cells,
            "distances": metres,
            "sources_to_targets": [
                [{"time": time, "distance": km} for time, km in zip(*row, strict=True)]
                for row in zip(cells, kilometres, strict=True)
            ],
        }
    )


PLACES = [Place((24_900 + i * 7) / 1000, (6010 + i * 37 % 13) / 100, f"place {i}") for i in range(13)]


@both
@pytest.mark.parametrize("side", [1, 3, 5, 12])
def test_a_table_in_blocks_equals_the_table_in_one(client: type, side: int) -> None:
    with loopback(_table) as server:
        whole = client(_server(server.url), side=50).matrix(PLACES)
        assert len(server.asked) == 1
        blocks = client(_server(server.url), side=side).matrix(PLACES)
        assert len(server.asked) == 1 + (-(-len(PLACES) // side)) ** 2
    assert (whole.seconds == blocks.seconds).all()
    assert (whole.metres == blocks.metres).all()
    assert [[int(cell) for cell in row] for row in whole.seconds] == [
        [-1 if (seconds := _seconds(start, end)) is None else seconds for end in PLACES] for start in PLACES
    ]
    assert ((whole.seconds == -1) == (whole.metres == -1)).all()
    assert (whole.seconds == -1).sum() == 12


@both
def test_a_table_over_the_servers_own_limit_is_asked_for_in_halves(client: type) -> None:
    def at_most_eight(asked: Asked) -> Answer:
        sources, targets = _by_place(asked)
        return _table(asked) if len(sources) + len(targets) <= 8 else TOO_BIG[client]

    with loopback(_table) as server:
        whole = client(_server(server.url)).matrix(PLACES)
    with loopback(at_most_eight) as server:
        halves = client(_server(server.url)).matrix(PLACES)
    assert (whole.seconds == halves.seconds).all()
    assert (whole.metres == halves.metres).all()


@both
def test_a_limit_below_one_cell_ends(client: type) -> None:
    with loopback(lambda _: TOO_BIG[client]) as server:
        for ask in (client(_server(server.url)).matrix, client(_server(server.url)).route):
            with pytest.raises(Invalid, match="refused the request"):
                ask(PLACES[:3])
