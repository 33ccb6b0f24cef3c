"""The road file is made from the wheel's SQLite file with SpatiaLite blobs, here from one made by hand."""

import io
import sqlite3
import struct
import zipfile
from pathlib import Path

import pytest

from dispatch.travel.roads import RoadData
from fixtures.city.build import CLASSES, main

A, B, C, CENTROID = (-71.25, -29.9), (-71.24, -29.9), (-71.24, -29.91), (-71.3, -29.95)
BEND = (-71.245, -29.8995)

LINKS = [
    # direction, metres, class, name, km/h there and back, lanes there and back, points
    (1, 2, 0, 970.004, "residential", "Ñandú", None, 50, 1, 1, [A, BEND, B]),
    (2, 3, 1, 1108.5, "primary", None, None, 60, 2, 1, [B, C]),
    (3, 1, 0, 0.001, "tertiary", "Balmaceda", 50, None, 0.5, 1.5, [C, A]),
    (9, 1, 0, 5000.0, "centroid_connector", "zone 9", None, None, 10, 10, [CENTROID, A]),
]


def _head(points: list[tuple[float, float]]) -> bytes:
    lon, lat = zip(*points, strict=True)
    return b"\x00\x01" + struct.pack("<i4d", 4326, min(lon), min(lat), max(lon), max(lat)) + b"\x7c"


def _point(point: tuple[float, float]) -> bytes:
    return _head([point]) + struct.pack("<i2d", 1, *point) + b"\xfe"


def _line(points: list[tuple[float, float]]) -> bytes:
    flat = [number for point in points for number in point]
    return _head(points) + struct.pack(f"<2i{len(flat)}d", 2, len(points), *flat) + b"\xfe"


@pytest.fixture
def database(tmp_path: Path) -> bytes:
    path = tmp_path / "project_database.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE nodes (node_id, is_centroid, geometry)")
    nodes = [(3, 0, _point(C)), (1, 0, _point(A)), (2, 0, _point(B)), (9, 1, _point(CENTROID))]
    connection.executemany("INSERT INTO nodes VALUES (?, ?, ?)", nodes)
    connection.execute(
        "CREATE TABLE links (link_id INTEGER PRIMARY KEY, a_node, b_node, direction, distance, link_type, name,"
        " speed_ab, speed_ba, lanes_ab, lanes_ba, geometry)"
    )
    rows = [(*link[:-1], _line(link[-1])) for link in LINKS]
    connection.executemany("INSERT INTO links VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return path.read_bytes()


def _zipped(name: str, content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(name, content)
    return archive.getvalue()


def test_streets_are_kept_and_virtual_connectors_are_not(
    tmp_path: Path, database: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = _zipped("project_database.sqlite", database)
    (tmp_path / "some.whl").write_bytes(_zipped("aequilibrae/reference_files/coquimbo.zip", inner))
    main([str(tmp_path / "some.whl"), "-o", str(tmp_path / "roads.npz")])
    assert "3 nodes, 3 links, 2 names" in capsys.readouterr().out
    roads = RoadData.read(tmp_path / "roads.npz")
    assert [CLASSES[i] for i in roads.road_class] == ["residential", "primary", "tertiary"]
    assert [roads.names[i] for i in roads.name] == ["Ñandú", "", "Balmaceda"]
    assert roads.shape(0).tolist() == [list(A), list(BEND), list(B)]
    assert roads.shape(2).tolist() == [list(C), list(A)]
    assert roads.length_cm.tolist() == [97_000, 110_850, 1]
    assert roads.one_way.tolist() == [False, True, False]
    assert (roads.kmh_forward.tolist(), roads.kmh_backward.tolist()) == ([50, 60, 50], [50, 0, 50])
    assert (roads.lanes_forward.tolist(), roads.lanes_backward.tolist()) == ([1, 2, 1], [1, 0, 2])


def test_the_zip_inside_the_wheel_gives_the_same_bytes(tmp_path: Path, database: bytes) -> None:
    inner = _zipped("project_database.sqlite", database)
    (tmp_path / "a.whl").write_bytes(_zipped("aequilibrae/reference_files/coquimbo.zip", inner))
    (tmp_path / "b.zip").write_bytes(inner)
    for source, target in (("a.whl", "one"), ("b.zip", "two")):
        main([str(tmp_path / source), "-o", str(tmp_path / target)])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
