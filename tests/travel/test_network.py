"""Travel over hand-made networks, with seconds and metres worked out by hand.

In free flow at night a residential street without a posted limit is driven at 52 % of 50 km/h, 26 km/h or 7.222 m/s;
a primary road at 80 % of 60 km/h, 48 km/h or 13.333 m/s.
"""

import math

import numpy as np
import pytest

from dispatch.errors import Invalid
from dispatch.travel.network import RoadNetwork
from dispatch.travel.places import NoRoadNear, Place
from dispatch.travel.roads import RoadData
from dispatch.travel.speeds import percent
from tests.builders.roads import Link, place, roads

NIGHT = 3


def _network(nodes: list[tuple[float, float]], links: list[Link]) -> RoadNetwork:
    return RoadNetwork(roads(nodes, links))


def _one(network: RoadNetwork, start: Place, end: Place, hour: int | None = NIGHT) -> tuple[int, int]:
    table = network.table([start], [end], hour)
    return int(table.seconds[0, 0]), int(table.metres[0, 0])


STREET = [(0.0, 0.0), (1000.0, 0.0)]


def test_a_street_takes_its_length_at_its_speed() -> None:
    network = _network(STREET, [Link(0, 1)])
    assert _one(network, place(0, 0), place(1000, 0)) == (math.ceil(1000 / (26 / 3.6)), 1000)
    assert _one(network, place(300, 0), place(900, 0)) == (math.ceil(600 / (26 / 3.6)), 600)
    assert _one(network, place(900, 0), place(300, 0)) == (math.ceil(600 / (26 / 3.6)), 600)


def test_the_length_is_the_links_not_the_straight_lines() -> None:
    network = _network(STREET, [Link(0, 1, metres=1300)])
    assert _one(network, place(0, 0), place(1000, 0)) == (180, 1300)
    assert _one(network, place(0, 0), place(500, 0)) == (90, 650)


def test_a_posted_limit_counts() -> None:
    network = _network(STREET, [Link(0, 1, kmh=30)])
    assert _one(network, place(0, 0), place(1000, 0))[0] == math.ceil(1000 / (30 * 0.52 / 3.6))


def test_the_hour_counts_by_class_of_road() -> None:
    network = _network(STREET, [Link(0, 1, road_class="primary")])
    by_hour = {hour: _one(network, place(0, 0), place(1000, 0), hour)[0] for hour in (None, 3, 7, 12, 18)}
    assert by_hour[3] == 75
    assert by_hour[18] == math.ceil(75 / 0.64)
    assert by_hour[None] == math.ceil(75 / (percent("primary", None) / 100))
    assert by_hour[18] > by_hour[7] > by_hour[12] > by_hour[3]


def test_a_one_way_street_is_driven_one_way() -> None:
    square = [(0.0, 0.0), (500.0, 0.0), (500.0, 500.0), (0.0, 500.0)]
    network = _network(square, [Link(i, (i + 1) % 4, one_way=True) for i in range(4)])
    assert _one(network, place(100, 0), place(400, 0))[1] == 300
    assert _one(network, place(400, 0), place(100, 0))[1] == 1700


def test_the_best_of_parallel_arcs_is_taken_not_their_sum() -> None:
    slow_and_short = Link(0, 1, metres=1000, kmh=20)
    quick_and_long = Link(0, 1, metres=1500, road_class="primary")
    network = _network(STREET, [slow_and_short, quick_and_long, slow_and_short])
    # At the ends of the street, so that neither place is on one link in particular.
    assert _one(network, place(0, 0), place(1000, 0)) == (math.ceil(1500 / (48 / 3.6)), 1500)


def test_metres_are_those_of_the_quickest_way() -> None:
    nodes = [(0.0, 0.0), (1000.0, 0.0), (500.0, 800.0)]
    direct, over, back = Link(0, 1), Link(0, 2, road_class="primary"), Link(2, 1, road_class="primary")
    around = 2 * math.dist(nodes[0], nodes[2])
    seconds, metres = _one(_network(nodes, [direct, over, back]), place(0, 0), place(1000, 0))
    assert around / (48 / 3.6) > 1000 / (26 / 3.6), "the way round is longer in time too"
    assert (seconds, metres) == (139, 1000)
    faster = [direct, over._replace(kmh=100), back._replace(kmh=100)]
    assert _one(_network(nodes, faster), place(0, 0), place(1000, 0)) == (
        math.ceil(around / (80 / 3.6)),
        math.ceil(around),
    )


def test_among_equally_quick_ways_the_shorter_counts() -> None:
    nodes = [(0.0, 0.0), (1000.0, 0.0), (0.0, 10.0)]
    twice_as_long_at_twice_the_speed = Link(0, 1, metres=2000, kmh=100)
    network = _network(nodes, [twice_as_long_at_twice_the_speed, Link(0, 1, metres=1000, kmh=50), Link(0, 2)])
    assert _one(network, place(0, 0), place(1000, 0)) == (139, 1000)


def test_the_last_metres_to_the_door_are_slow() -> None:
    network = _network(STREET, [Link(0, 1)])
    seconds, metres = _one(network, place(100, 50), place(900, 20))
    assert metres == 800 + 70
    assert seconds == math.ceil(800 / (26 / 3.6) + 70 / (10 / 3.6))
    assert _one(network, place(100, 50), place(100, 50)) == (0, 0)


def test_a_place_is_put_on_the_nearest_point_of_the_nearest_road() -> None:
    bent = Link(0, 1, metres=1200, inner=((0, 600),))
    network = _network([(0.0, 0.0), (600.0, 600.0), (300.0, 0.0)], [bent, Link(0, 2)])
    assert _one(network, place(0, 600), place(-10, 300))[1] == 300 + 10
    assert _one(network, place(600, 600), place(290, 590))[1] == 310 + 10


def test_bits_that_cannot_be_reached_or_left_are_not_snapped_to() -> None:
    nodes = [(0.0, 0.0), (1000.0, 0.0), (0.0, 300.0), (1000.0, 300.0), (0.0, 200.0)]
    island, dead_end = Link(2, 3), Link(0, 4, one_way=True)
    network = _network(nodes, [Link(0, 1), island, dead_end])
    assert _one(network, place(500, 290), place(1000, 0))[1] == 500 + 290
    assert _one(network, place(5, 200), place(1000, 0))[1] == 1000 - 5 + 200


def test_places_a_hand_apart_are_connected() -> None:
    """The piece of road between them takes no time and has no length."""
    network = _network(STREET, [Link(0, 1)])
    near, nearer = place(500, 0), place(500.03, 0)
    assert _one(network, near, nearer) == _one(network, nearer, near) == (0, 0)
    three = network.matrix([near, nearer, place(1000, 0)], NIGHT)
    assert three.metres.tolist() == [[0, 0, 500], [0, 0, 500], [500, 500, 0]]
    assert network.route([near, nearer], NIGHT).metres == 0


def test_nobody_lives_on_a_motorway() -> None:
    network = _network(
        [*STREET, (0.0, 100.0), (1000.0, 100.0)],
        [
            Link(0, 1),
            Link(2, 3, road_class="motorway"),
            Link(0, 2),
            Link(1, 3),
        ],
    )
    assert _one(network, place(500, 99), place(0, 0))[1] == 99 + 500


def test_a_place_too_far_from_any_road_is_refused_by_name() -> None:
    network = RoadNetwork(roads(STREET, [Link(0, 1)]), max_gap=200)
    near, far, farther = place(500, 199, "Depot"), place(500, 250, "Lighthouse"), place(-300, 0, "Pier")
    with pytest.raises(NoRoadNear, match=r"Lighthouse \(.*\) is 250 m from the nearest road, the limit is 200 m") as e:
        network.matrix([near, far, farther])
    assert e.value.places == (far, farther)
    assert [fault.pointer for fault in e.value.faults] == ["/places/1", "/places/2"]
    with pytest.raises(NoRoadNear, match="Pier"):
        network.route([near, farther])


def test_a_network_without_a_road_to_live_on_is_refused() -> None:
    one_way_out = [Link(0, 1, one_way=True)]
    for links in ([], [Link(0, 1, road_class="motorway")], one_way_out):
        with pytest.raises(Invalid, match="no road that a place could be on"):
            RoadNetwork(roads(STREET, links))


def test_a_network_too_large_for_exact_sums_is_refused() -> None:
    with pytest.raises(Invalid, match="600 km across, the limit is 500 km"):
        RoadNetwork(roads([(0.0, 0.0), (600_000.0, 0.0)], [Link(0, 1)]))


def test_a_class_of_unknown_speed_is_refused() -> None:
    known = roads(STREET, [Link(0, 1)])
    fields = {**vars(known), "classes": ("motorway", "primary", "river")}
    fields.pop("digest", None)
    with pytest.raises(Invalid, match="no speed is known for the road class 'river'"):
        RoadNetwork(RoadData(**fields))


@pytest.mark.parametrize("hour", [-1, 24])
def test_an_hour_that_no_clock_shows_is_refused(hour: int) -> None:
    network = _network(STREET, [Link(0, 1)])
    for ask in (network.matrix, network.route):
        with pytest.raises(Invalid, match=f"depart_hour is {hour}, outside 0..23"):
            ask([place(0, 0), place(1, 0)], hour)


def test_no_places_no_answer() -> None:
    network = _network(STREET, [Link(0, 1)])
    assert network.matrix([]).seconds.shape == (0, 0)
    assert network.table([place(0, 0)], []).metres.shape == (1, 0)
    assert len(network.snap([]).link) == 0
    assert network.route([]).legs == network.route([place(0, 0)]).legs == ()


def test_a_route_follows_the_streets_and_agrees_with_the_matrix() -> None:
    nodes = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0)]
    network = _network(nodes, [Link(1, 0, inner=((500, 100),)), Link(1, 2)])
    places = [place(0, 0), place(1000, 600), place(1000, 600), place(1000, 0)]
    route, matrix = network.route(places, 8), network.matrix(places, 8)
    assert [leg.seconds for leg in route.legs] == np.diag(matrix.seconds, 1).tolist()
    assert [leg.metres for leg in route.legs] == np.diag(matrix.metres, 1).tolist()
    assert route.legs[1].seconds == 0
    metres = [(round(lon * 111_195.08), round(lat * 111_195.08)) for lon, lat in route.points]
    assert metres == [(0, 0), (500, 100), (1000, 0), (1000, 600), (1000, 0)]
    assert all(len(leg.points) >= 2 for leg in route.legs)


def test_a_route_between_two_places_on_one_link_stays_on_it() -> None:
    network = _network(STREET, [Link(0, 1, inner=((500, 0),), metres=1000)])
    [leg] = network.route([place(700, 0), place(200, 0)], NIGHT).legs
    assert [round(lon * 111_195.08) for lon, _ in leg.points] == [700, 500, 200]
    assert leg.metres == 500


def test_the_identity_names_the_network_and_the_limit() -> None:
    street, other = roads(STREET, [Link(0, 1)]), roads(STREET, [Link(0, 1, kmh=40)])
    identities = {
        RoadNetwork(street).identity(),
        RoadNetwork(other).identity(),
        RoadNetwork(street, max_gap=10).identity(),
    }
    assert len(identities) == 3
    assert RoadNetwork(street).identity() in identities
