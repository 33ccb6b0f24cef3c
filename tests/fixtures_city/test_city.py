"""The committed road network of La Serena and Coquimbo is whole, real and drivable; its addresses stand on streets."""

import numpy as np
import pytest

from dispatch.travel import accelerator
from dispatch.travel.graph import main_component
from dispatch.travel.lines import Lines
from dispatch.travel.network import RoadNetwork
from dispatch.travel.places import Place
from fixtures import city
from fixtures.city.streets import House, houses, houses_on, street_names
from tests.parts import missing


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    return RoadNetwork(city.load(), accelerate=False)


def _some(count: int) -> list[House]:
    """Houses spread over the whole list, always the same."""
    everywhere = houses()
    return [everywhere[i * 7919 % len(everywhere)] for i in range(count)]


def test_the_network_is_the_one_described() -> None:
    roads = city.load()
    assert (roads.nodes, roads.links) == (15_591, 19_846)
    assert city.path().stat().st_size < 2**20
    assert {"Avenida del Mar", "Avenida Francisco de Aguirre", "Balmaceda", "Ruta 5 Norte"} <= set(roads.names)
    assert 5000 < roads.one_way.sum() < 6000
    assert roads.length_cm.sum() / 100_000 == pytest.approx(1468, abs=1), "kilometres of road"
    assert main_component(roads).mean() > 0.99


def test_the_attribution_is_in_the_file_and_in_the_licence() -> None:
    assert city.load().attribution == city.ATTRIBUTION == "© OpenStreetMap contributors, ODbL 1.0"
    licence = city.path().with_name("LICENSE.md").read_text(encoding="utf-8")
    assert city.ATTRIBUTION in licence
    assert "Open Database License" in licence


def test_everything_is_in_and_around_the_two_towns() -> None:
    degrees = Lines.of(city.load()).degrees
    assert (degrees.min(axis=0) > (-71.4, -30.1)).all()
    assert (degrees.max(axis=0) < (-71.1, -29.8)).all()


def test_the_lengths_are_those_of_the_shapes() -> None:
    roads = city.load()
    lines = Lines.of(roads)
    steps = np.hypot(*np.diff(lines.metres, axis=0).T)
    steps[lines.first[1:-1] - 1] = 0
    drawn = np.add.reduceat(np.append(steps, 0.0), lines.first[:-1])
    long = roads.length_cm > 2000
    np.testing.assert_allclose(drawn[long], roads.length_cm[long] / 100, rtol=0.02)


def test_every_limit_is_one_that_is_posted() -> None:
    roads = city.load()
    assert set(np.unique(np.concatenate([roads.kmh_forward, roads.kmh_backward])).tolist()) <= {0, *range(20, 101, 10)}
    assert (roads.kmh_backward[roads.one_way] == 0).all()


def test_houses_are_many_different_and_beside_their_street(network: RoadNetwork) -> None:
    assert len(houses()) > 50_000
    assert len({(house.street, house.town, house.number) for house in houses()}) == len(houses())
    assert len(street_names()) > 2000
    some = _some(300)
    # A house may stand on a corner, nearer to another street; never far from all.
    assert network.matrix([house.place for house in some[:40]]).seconds.min() >= 0
    snapped = network.snap([house.place for house in some])
    assert snapped.gap.max() < 13
    names = [network.roads.names[network.roads.name[link]] for link in snapped.link]
    assert np.mean([name == house.street for name, house in zip(names, some, strict=True)]) > 0.85


def test_the_houses_of_a_street_run_along_it() -> None:
    row = [house for house in houses_on("Avenida del Mar") if house.town == "La Serena"]
    assert [house.number for house in row] == sorted(house.number for house in row)
    lat = np.array([house.lat for house in row])
    along = np.corrcoef([house.number for house in row], lat)[0, 1]
    assert abs(along) > 0.95
    assert row[0].address == f"Avenida del Mar {row[0].number}, La Serena"
    assert row[0].place == Place(row[0].lon, row[0].lat)
    assert houses_on("Baker Street") == ()


def test_a_day_in_the_city(network: RoadNetwork) -> None:
    """From La Serena's main square to Coquimbo's it is some 12 km and a quarter of an hour at night."""
    squares = [Place(-71.2519, -29.9027), Place(-71.3388, -29.9531)]
    at = {hour: network.matrix(squares, hour) for hour in (None, 3, 18)}
    assert 10_000 < at[3].metres[0, 1] < 15_000
    assert 9 * 60 < at[3].seconds[0, 1] < 20 * 60
    assert at[3].seconds[0, 1] < at[None].seconds[0, 1] < at[18].seconds[0, 1]
    route = network.route(squares, 18)
    assert len(route.points) > 50
    assert (route.seconds, route.metres) == (at[18].seconds[0, 1], at[18].metres[0, 1])
    steps = np.diff(np.array(route.points), axis=0) * (96_400, 111_195)
    assert np.hypot(*steps.T).sum() == pytest.approx(route.metres, rel=0.02)


def test_no_detour_is_quicker_and_both_ways_differ(network: RoadNetwork) -> None:
    seconds = network.matrix([house.place for house in _some(60)], 8).seconds
    for between in range(len(seconds)):
        assert (seconds <= seconds[:, [between]] + seconds[[between], :]).all()
    assert (seconds != seconds.T).mean() > 0.5


def test_the_accelerator_gives_the_same_over_the_city(network: RoadNetwork) -> None:
    if not accelerator.INSTALLED:
        missing("pyroutingkit", "pip install 'dispatch-optimiser[roads]'")
    places = [house.place for house in _some(310)]
    quick = RoadNetwork(city.load(), accelerate=True).matrix(places, 18)
    slow = network.matrix(places, 18)
    np.testing.assert_array_equal(slow.seconds, quick.seconds)
    np.testing.assert_array_equal(slow.metres, quick.metres)
