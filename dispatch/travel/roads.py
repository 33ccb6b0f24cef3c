"""A road network as plain arrays, and the file it is kept in.

The file is an uncompressed `.npz` (a ZIP of NumPy arrays, little-endian, no pickles), so that the same network gives
the same bytes everywhere; Git and wheels compress it. Coordinates are integers of 1e-7 degrees, as in OpenStreetMap.
The inner points of a link's shape are stored as steps from the point before, the first from the link's first node.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dispatch.errors import Invalid
from dispatch.travel.road_faults import TEXTS, TYPES, faults_of

DEGREE: Final = 10_000_000
"""Units of a stored coordinate in one degree."""

EARTH_RADIUS: Final = 6_371_008.8
"""Mean radius of the Earth in metres (IUGG)."""

I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class RoadData:
    """Nodes and links of a road network; a link runs from one node to another along its shape.

    Per node: `node_lon`, `node_lat` (1e-7 degrees). Per link: `link_from`, `link_to` (node indices), `length_cm`,
    `road_class` (index into `classes`), `name` (index into `names`; 0 is the empty name), `one_way` (from → to only),
    `lanes_*` and `kmh_*` in each direction (0 = not known; the posted limit). The inner points of link i are rows
    `shape_start[i]:shape_start[i + 1]` of `shape_lon`, `shape_lat` (1e-7 degrees). `attribution` must be shown with
    any map made of this.
    """

    node_lon: I32
    node_lat: I32
    link_from: I32
    link_to: I32
    length_cm: I32
    road_class: U8
    name: I32
    one_way: NDArray[np.bool_]
    lanes_forward: U8
    lanes_backward: U8
    kmh_forward: U8
    kmh_backward: U8
    shape_start: I32
    shape_lon: I32
    shape_lat: I32
    classes: tuple[str, ...]
    names: tuple[str, ...]
    attribution: str

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.node_lon)

    @property
    def links(self) -> int:
        """How many links there are."""
        return len(self.link_from)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the contents: equal networks, equal digests."""
        content = hashlib.sha256(repr((self.classes, self.names, self.attribution)).encode())
        for key, dtype in TYPES.items():
            content.update(getattr(self, key).astype(dtype).tobytes())
        return content.hexdigest()

    def shape(self, link: int) -> NDArray[np.float64]:
        """The points of a link from its first node to its last: degrees, k × 2 (longitude, latitude)."""
        ends = self.link_from[link], self.link_to[link]
        inner = slice(self.shape_start[link], self.shape_start[link + 1])
        lon = np.concatenate([self.node_lon[[ends[0]]], self.shape_lon[inner], self.node_lon[[ends[1]]]])
        lat = np.concatenate([self.node_lat[[ends[0]]], self.shape_lat[inner], self.node_lat[[ends[1]]]])
        return np.column_stack([lon, lat]) / DEGREE

    @classmethod
    def read(cls, path: Path) -> "RoadData":
        """Read a network from its file.

        Raises Invalid when the file is not there, is not such a file, or contradicts itself.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                members = {name.removesuffix(".npy"): archive.read(name) for name in archive.namelist()}
            found: dict[str, Any] = {key: _array(content) for key, content in members.items()}
            texts = {key: found[key].tobytes().decode() for key in TEXTS if key in found}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            reason = f"the road file {path} cannot be read ({error}); make it again, or name another one"
            raise Invalid(reason) from error
        faults = faults_of(found)
        if faults:
            what = "; ".join(fault.message for fault in faults)
            raise Invalid(f"the road file {path} is malformed: {what}; make it again", faults)
        _steps_to_points(found)
        return cls(
            **{key: found[key] for key in TYPES},
            classes=tuple(texts["classes"].split("\n")),
            names=tuple(texts["names"].split("\n")),
            attribution=texts["attribution"],
        )

    def write(self, path: Path) -> None:
        """Write the network to a file; the same network gives the same bytes."""
        arrays = {key: getattr(self, key).astype(dtype) for key, dtype in TYPES.items()}
        _points_to_steps(arrays)
        arrays["classes"] = _text("\n".join(self.classes))
        arrays["names"] = _text("\n".join(self.names))
        arrays["attribution"] = _text(self.attribution)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for key, array in arrays.items():
                member = io.BytesIO()
                np.lib.format.write_array(member, array, version=(1, 0), allow_pickle=False)
                entry = zipfile.ZipInfo(f"{key}.npy", date_time=(1980, 1, 1, 0, 0, 0))
                entry.create_system = 3
                archive.writestr(entry, member.getvalue())


def _array(content: bytes) -> NDArray[np.generic]:
    array: NDArray[np.generic] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    return array


def _text(text: str) -> U8:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _link_of_point(arrays: dict[str, NDArray[np.generic]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each inner point the link it is on; and which points are the first of their link."""
    start = arrays["shape_start"].astype(np.int64)
    counts = np.diff(start)
    return np.repeat(np.arange(len(counts)), counts), start[:-1][counts > 0]


def _points_to_steps(arrays: dict[str, NDArray[np.generic]]) -> None:
    link, first = _link_of_point(arrays)
    for axis in ("lon", "lat"):
        points = arrays[f"shape_{axis}"].astype(np.int64)
        steps = np.diff(points, prepend=0)
        steps[first] = points[first] - arrays[f"node_{axis}"].astype(np.int64)[arrays["link_from"][link[first]]]
        arrays[f"shape_{axis}"] = steps.astype("<i4")


def _steps_to_points(arrays: dict[str, NDArray[np.generic]]) -> None:
    link, _ = _link_of_point(arrays)
    for axis in ("lon", "lat"):
        total = np.cumsum(arrays[f"shape_{axis}"].astype(np.int64))
        before = np.concatenate([[0], total])[arrays["shape_start"][link]]
        origin = arrays[f"node_{axis}"].astype(np.int64)[arrays["link_from"][link]]
        arrays[f"shape_{axis}"] = (origin + total - before).astype(np.int32)
