"""The road file: what is written comes back, the same network gives the same bytes, and nonsense is refused."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dispatch.errors import Invalid
from dispatch.travel.roads import RoadData
from tests.builders.roads import Link, roads

NETWORK = roads(
    [(0, 0), (100, 0), (100, 80)],
    [
        Link(0, 1, inner=((30, 5), (60, -5)), name="Avenida del Mar", kmh=50),
        Link(1, 2, one_way=True, road_class="primary"),
        Link(2, 0, inner=((50, 70),), name="Ñuble"),
    ],
)


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    NETWORK.write(tmp_path / "roads.npz")
    read = RoadData.read(tmp_path / "roads.npz")
    assert read.digest == NETWORK.digest
    assert read.names == ("", "Avenida del Mar", "Ñuble")
    for link in range(3):
        np.testing.assert_array_equal(read.shape(link), NETWORK.shape(link))
    np.testing.assert_allclose(read.shape(0)[1] * 111_195.08, (30, 5), atol=0.02)


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    NETWORK.write(tmp_path / "one")
    RoadData.read(tmp_path / "one").write(tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_digest_tells_networks_apart() -> None:
    changed = [
        replace(NETWORK, length_cm=NETWORK.length_cm + 1),
        replace(NETWORK, one_way=~NETWORK.one_way),
        replace(NETWORK, attribution="somebody else"),
    ]
    assert len({NETWORK.digest, *(network.digest for network in changed)}) == 4


def _without(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda arrays: arrays.pop(key)


def _with(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda arrays: arrays.update({key: np.asarray(value)})


MALFORMED = [
    (_without("names"), "/names", "names is missing"),
    (_with("link_to", [0.5, 1, 2]), "/link_to", "link_to is not a row of <i4"),
    (_with("link_to", np.array([[1, 2, 0]], dtype="<i4")), "/link_to", "link_to is not a row of <i4"),
    (_with("link_to", np.array([1, 2, 3], dtype="<i4")), "/link_to", "link_to holds 1..3, outside 0..2"),
    (_with("link_from", np.array([0, -1, 2], dtype="<i4")), "/link_from", "link_from holds -1..2, outside 0..2"),
    (_with("road_class", np.array([0, 9, 2], dtype="|u1")), "/road_class", "road_class holds 0..9, outside 0..2"),
    (_with("name", np.array([0, 1], dtype="<i4")), "/name", "name has 2 entries, not 3"),
    (_with("length_cm", np.array([1, -5, 1], dtype="<i4")), "/length_cm", "length_cm holds -5..1"),
    (_with("shape_start", np.array([0, 2, 1, 3], dtype="<i4")), "/shape_start", "does not cut 3 points into 3 links"),
    (_with("shape_start", np.array([0, 3], dtype="<i4")), "/shape_start", "does not cut 3 points into 3 links"),
    (_with("node_lat", np.array([0], dtype="<i4")), "/node_lat", "longitudes and latitudes differ in number"),
]


@pytest.mark.parametrize(("damage", "pointer", "message"), MALFORMED)
def test_a_file_that_contradicts_itself_is_refused(
    tmp_path: Path, damage: Callable[[dict[str, Any]], None], pointer: str, message: str
) -> None:
    NETWORK.write(tmp_path / "roads.npz")
    with np.load(tmp_path / "roads.npz") as file:
        arrays: dict[str, Any] = dict(file)
    damage(arrays)
    np.savez(tmp_path / "roads.npz", **arrays)
    with pytest.raises(Invalid, match="is malformed") as refused:
        RoadData.read(tmp_path / "roads.npz")
    assert [(fault.pointer, True) for fault in refused.value.faults if message in fault.message] == [(pointer, True)]
    assert message in refused.value.message


def test_what_is_not_a_road_file_is_refused(tmp_path: Path) -> None:
    pickled = io.BytesIO()
    np.save(pickled, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(tmp_path / "pickle", "w") as archive:
        archive.writestr("names.npy", pickled.getvalue())
    (tmp_path / "text").write_text("not a road")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "zip").write_bytes(b"PK\x03\x04 cut off")
    np.save(tmp_path / "array.npy", np.zeros(3))
    for name in ("pickle", "text", "empty", "zip", "nothing", "array.npy"):
        with pytest.raises(Invalid, match=f"the road file .*{name} cannot be read"):
            RoadData.read(tmp_path / name)
