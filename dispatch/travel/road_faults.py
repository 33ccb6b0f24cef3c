"""What a road file must hold, and what is wrong with one that does not."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.errors import Fault

TYPES: Final[dict[str, str]] = {
    "node_lon": "<i4",
    "node_lat": "<i4",
    "link_from": "<i4",
    "link_to": "<i4",
    "length_cm": "<i4",
    "road_class": "|u1",
    "name": "<i4",
    "one_way": "|b1",
    "lanes_forward": "|u1",
    "lanes_backward": "|u1",
    "kmh_forward": "|u1",
    "kmh_backward": "|u1",
    "shape_start": "<i4",
    "shape_lon": "<i4",
    "shape_lat": "<i4",
}
"""The arrays and their types."""

TEXTS: Final = ("classes", "names", "attribution")
"""The texts, as UTF-8 bytes; the first two with a line for each class and name."""


def faults_of(arrays: dict[str, NDArray[np.generic]]) -> tuple[Fault, ...]:
    """What is wrong with the arrays of a file: first their presence and type, then how they fit together."""
    faults = [Fault(f"/{key}", f"{key} is missing") for key in (*TYPES, *TEXTS) if key not in arrays]
    for key, dtype in TYPES.items():
        if key in arrays and (arrays[key].ndim != 1 or arrays[key].dtype.str != dtype):
            faults.append(Fault(f"/{key}", f"{key} is not a row of {dtype}"))
    return tuple(faults) or tuple(_misfits(arrays))


def _misfits(arrays: dict[str, NDArray[np.generic]]) -> list[Fault]:
    nodes, links = len(arrays["node_lon"]), len(arrays["link_from"])
    start, points = arrays["shape_start"].astype(np.int64), len(arrays["shape_lon"])
    limits = {
        "link_from": nodes,
        "link_to": nodes,
        "road_class": arrays["classes"].tobytes().count(b"\n") + 1,
        "name": arrays["names"].tobytes().count(b"\n") + 1,
        "length_cm": 2**31 - 1,
    }
    faults = [
        Fault(f"/{key}", f"{key} has {len(array)} entries, not {links}")
        for key, array in arrays.items()
        if key not in ("node_lon", "node_lat", "shape_start", "shape_lon", "shape_lat", *TEXTS) and len(array) != links
    ]
    if len(arrays["node_lat"]) != nodes or len(arrays["shape_lat"]) != points:
        faults.append(Fault("/node_lat", "longitudes and latitudes differ in number"))
    if len(start) != links + 1 or start[0] != 0 or start[-1] != points or bool((np.diff(start) < 0).any()):
        faults.append(Fault("/shape_start", f"shape_start does not cut {points} points into {links} links"))
    for key, limit in limits.items():
        values = arrays[key].astype(np.int64)
        if values.size and not 0 <= values.min() <= values.max() < limit:
            faults.append(Fault(f"/{key}", f"{key} holds {values.min()}..{values.max()}, outside 0..{limit - 1}"))
    return faults
