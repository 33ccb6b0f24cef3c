"""What holds over any road network: on random ones, and with the accelerator as without it."""

import math
from typing import Final

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dispatch.travel import accelerator
from dispatch.travel import network as network_module
from dispatch.travel.graph import Graph
from dispatch.travel.lines import F64, I64
from dispatch.travel.network import RoadNetwork
from dispatch.travel.places import Place
from dispatch.travel.roads import DEGREE, RoadData
from dispatch.travel.shortest import NONE, Ways
from tests.builders.roads import CLASSES, Link, place, roads
from tests.parts import missing

STEP: Final = 150.0


@st.composite
def networks(draw: st.DrawFn) -> RoadData:
    """A grid of up to 5 × 5 crossings with some links left out, one-way, doubled or bent."""
    wide, high = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    nodes = [(STEP * x, STEP * y) for y in range(high) for x in range(wide)]
    pairs = [(i, i + 1) for i in range(len(nodes)) if (i + 1) % wide] + [
        (i, i + wide) for i in range(len(nodes) - wide)
    ]
    links = []
    for start, end in pairs:
        for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
            first, last = draw(st.permutations([start, end]))
            metres = STEP * draw(st.sampled_from([1.0, 1.0, 1.37, 2.0]))
            kind = draw(st.sampled_from(CLASSES[1:]))
            links.append(Link(first, last, metres=metres, road_class=kind, one_way=draw(st.booleans())))
    assume(links)
    return roads(nodes, links)


PLACES: Final = st.lists(
    st.builds(place, st.integers(-20, 620), st.integers(-20, 620)), min_size=2, max_size=6, unique=True
)


def _usable(data: RoadData) -> RoadNetwork:
    assume(network_module.with_doors(data).any())
    return RoadNetwork(data, max_gap=10_000, accelerate=False)


@given(data=networks(), places=PLACES, hour=st.sampled_from([None, 3, 8]))
@settings(max_examples=60)
def test_a_detour_over_a_third_place_is_never_quicker(data: RoadData, places: list[Place], hour: int | None) -> None:
    network = _usable(data)
    seconds = network.matrix(places, hour).seconds
    assert (seconds >= 0).all()
    for between in range(len(places)):
        assert (seconds <= seconds[:, [between]] + seconds[[between], :]).all()


@given(data=networks(), places=PLACES)
@settings(max_examples=60)
def test_no_answer_depends_on_which_other_places_are_asked_for(data: RoadData, places: list[Place]) -> None:
    network = _usable(data)
    whole = network.matrix(places)
    for row, start in enumerate(places):
        for column, end in enumerate(places):
            alone = network.table([start], [end])
            assert (alone.seconds[0, 0], alone.metres[0, 0]) == (whole.seconds[row, column], whole.metres[row, column])


@given(data=networks(), places=PLACES, hour=st.sampled_from([None, 18]))
@settings(max_examples=60)
def test_a_route_has_the_seconds_and_metres_of_the_matrix(
    data: RoadData, places: list[Place], hour: int | None
) -> None:
    network = _usable(data)
    matrix, route = network.matrix(places, hour), network.route(places, hour)
    assert [leg.seconds for leg in route.legs] == np.diag(matrix.seconds, 1).tolist()
    assert [leg.metres for leg in route.legs] == np.diag(matrix.metres, 1).tolist()


@given(data=networks(), places=PLACES)
@settings(max_examples=60)
def test_two_way_streets_alone_make_a_symmetric_matrix(data: RoadData, places: list[Place]) -> None:
    two_way = {**vars(data), "one_way": np.zeros_like(data.one_way), "kmh_backward": data.kmh_forward}
    matrix = _usable(RoadData(**two_way)).matrix(places)
    np.testing.assert_allclose(matrix.seconds, matrix.seconds.T, atol=1)


@given(data=networks(), places=PLACES)
@settings(max_examples=40)
def test_never_quicker_than_a_straight_line_on_an_empty_road(data: RoadData, places: list[Place]) -> None:
    network = _usable(data)
    matrix = network.matrix(places, 3)
    for row, start in enumerate(places):
        for column, end in enumerate(places):
            straight = math.dist(start.point, end.point) * 111_195.08
            assert matrix.metres[row, column] >= math.floor(straight * 0.999)
            assert matrix.seconds[row, column] >= math.floor(straight * 0.999 / (48 / 3.6))


@pytest.fixture(scope="module")
def _accelerated() -> None:
    if not accelerator.INSTALLED:
        missing("pyroutingkit", "pip install 'dispatch-optimiser[roads]'")


@pytest.mark.usefixtures("_accelerated")
@given(data=networks(), hour=st.sampled_from([None, 3, 8]))
@settings(max_examples=150)
def test_the_accelerator_gives_what_dijkstra_gives(data: RoadData, hour: int | None) -> None:
    ways, everywhere = Ways(Graph.of(data, hour)), np.arange(data.nodes)
    exact = ways.table(everywhere, everywhere)
    quick = accelerator.table(ways, _degrees(data), everywhere, everywhere)
    for ours, theirs in zip(exact, quick, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.usefixtures("_accelerated")
def test_the_accelerator_settles_doubtful_lengths(monkeypatch: pytest.MonkeyPatch) -> None:
    """One way is a hundredth of a second slower than the other and 19 km shorter: narrow weights cannot tell."""
    long = [Link(0, 1, metres=20_000), Link(1, 2, metres=100), Link(0, 2, metres=1_000)]
    data = roads([(0, 0), (9000, 0), (9000, 100)], long)
    graph = Graph.of(data, 3)
    at = {(int(tail), int(head)): arc for arc, (tail, head) in enumerate(zip(graph.tail, graph.head, strict=True))}
    quickest = int(graph.time[at[0, 1]] + graph.time[at[1, 2]])
    graph.time[at[0, 2]] = quickest + 1
    ways, nodes = Ways(graph), np.arange(3)
    searched: list[list[int]] = []
    dijkstra = Ways.table

    def watched(self: Ways, sources: I64, targets: I64) -> tuple[I64, I64]:
        searched.append(sources.tolist())
        return dijkstra(self, sources, targets)

    monkeypatch.setattr(Ways, "table", watched)
    time, length = accelerator.table(ways, _degrees(data), nodes, nodes)
    assert (time[0, 2], length[0, 2]) == (quickest, 201_000)
    assert searched == [[0]]


@pytest.mark.usefixtures("_accelerated")
def test_the_accelerator_says_where_there_is_no_way() -> None:
    data = roads([(0, 0), (100, 0), (100, 100)], [Link(0, 1, one_way=True), Link(1, 2)])
    ways, nodes = Ways(Graph.of(data, 3)), np.arange(3)
    time, length = accelerator.table(ways, _degrees(data), nodes, nodes)
    assert time[1:, 0].tolist() == length[1:, 0].tolist() == [NONE, NONE]
    assert (time[0] >= 0).all()


@pytest.mark.usefixtures("_accelerated")
def test_a_large_table_is_accelerated_and_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "WORTH_IT", 2)
    nodes = [(STEP * x, STEP * y) for y in range(6) for x in range(6)]
    links = [Link(i, i + 1, one_way=i % 5 == 0) for i in range(35) if (i + 1) % 6]
    links += [Link(i, i + 6, road_class="primary") for i in range(30)]
    data = roads(nodes, links)
    places = [place(31 * i % 750, 77 * i % 750) for i in range(40)]
    slow, quick = (RoadNetwork(data, accelerate=accelerate).matrix(places, 8) for accelerate in (False, True))
    np.testing.assert_array_equal(slow.seconds, quick.seconds)
    np.testing.assert_array_equal(slow.metres, quick.metres)


def _degrees(data: RoadData) -> F64:
    return np.column_stack([data.node_lon, data.node_lat]) / DEGREE
