"""The settings choose where travel times come from."""

from pathlib import Path
from typing import Any

import pytest

from dispatch.errors import Invalid
from dispatch.travel.choice import choose
from dispatch.travel.places import Place
from tests.builders.roads import Link, place, roads


@pytest.fixture
def file(tmp_path: Path) -> Path:
    roads([(0, 0), (1000, 0)], [Link(0, 1)]).write(tmp_path / "roads.npz")
    return tmp_path / "roads.npz"


def test_each_kind_is_made_from_plain_values(file: Path) -> None:
    assert choose("roads", file=file).identity().startswith("roads ")
    assert choose("straight").identity() == "straight 1.4 30"
    assert choose("osrm", url="http://127.0.0.1:5000").identity().startswith("osrm http://127.0.0.1:5000")
    assert "OpenStreetMap" in choose("valhalla", url="http://127.0.0.1:8002").attribution


def test_roads_answer_and_keep_what_they_answered(file: Path, tmp_path: Path) -> None:
    travel = choose("roads", file=file, cache=tmp_path / "cache", max_gap=50)
    ends = [place(0, 0), place(1000, 40)]
    assert travel.matrix(ends).metres[0, 1] == 1040
    assert (tmp_path / "cache" / "travel.sqlite3").exists()
    with pytest.raises(Invalid, match="the limit is 50 m"):
        travel.matrix([ends[0], place(1000, 60)])


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("rodes", {}, "the source of travel times is 'rodes'; choose one of roads, straight, valhalla, osrm"),
        (
            "roads",
            {},
            "travel times from roads need the road file (DISPATCH_ROADS_FILE); give it, or choose another source",
        ),
        ("roads", {"file": Path("/nowhere/roads.npz")}, "the road file /nowhere/roads.npz cannot be read"),
        ("valhalla", {}, "travel times from valhalla need the server's address (DISPATCH_TRAVEL_URL)"),
        ("osrm", {"file": Path("x")}, "travel times from osrm need the server's address (DISPATCH_TRAVEL_URL)"),
        ("osrm", {"url": "127.0.0.1"}, "the address of OSRM is '127.0.0.1'; give one like"),
    ],
)
def test_what_is_missing_or_wrong_is_said(kind: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(Invalid) as refused:
        choose(kind, **given)
    assert message in refused.value.message


def test_a_place_knows_its_name_and_not_in_comparison() -> None:
    assert Place(1, 2, "a") == Place(1, 2, "b")
    assert str(Place(1, 2, "depot")) == "depot (1.00000, 2.00000)"
    assert str(Place(1, 2)) == "(1.00000, 2.00000)"
