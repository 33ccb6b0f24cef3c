"""The nearest point on a road for each place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from dispatch.errors import Fault
from dispatch.travel.lines import F64, I64, Lines
from dispatch.travel.places import NoRoadNear, Place

_SPACING: Final = 25.0
"""Metres between the sample points in the tree. Only speed depends on it: the nearest road is found exactly."""


@dataclass(frozen=True, eq=False)
class Snapped:
    """Per place: the link, which part of it (0..1 along its shape), and the metres between the place and the road."""

    link: I64
    part: F64
    gap: F64


class Snapper:
    """Finds the nearest point of the allowed links."""

    def __init__(self, lines: Lines, allowed: NDArray[np.bool_]) -> None:
        """`allowed` says of each link whether a place may be snapped to it."""
        self._lines = lines
        rows = np.repeat(allowed, np.diff(lines.first))
        rows[lines.first[1:] - 1] = False
        self._piece = rows.nonzero()[0]
        self._start = lines.metres[self._piece]
        self._step = lines.metres[self._piece + 1] - self._start
        counts = np.maximum(1, np.ceil(np.hypot(*self._step.T) / _SPACING)).astype(np.int64)
        self._sample_of = np.repeat(np.arange(len(counts)), counts)
        order = np.arange(len(self._sample_of)) - np.repeat(np.cumsum(counts) - counts, counts)
        part = (order + 0.5) / counts[self._sample_of]
        self._tree = KDTree(self._start[self._sample_of] + part[:, None] * self._step[self._sample_of])

    def snap(self, places: Sequence[Place], max_gap: float) -> Snapped:
        """The nearest point on a road for each place.

        Raises NoRoadNear, naming every place that is more than `max_gap` metres from any road.
        """
        degrees = np.array([place.point for place in places], dtype=np.float64).reshape(-1, 2)
        points = self._lines.plane.project(degrees[:, 0], degrees[:, 1])
        rough, _ = self._tree.query(points)
        # A road's nearest sample is at most half a spacing farther away than the road itself.
        around = self._tree.query_ball_point(points, np.asarray(rough) + _SPACING / 2 + 1e-6)
        found = [self._nearest(point, near) for point, near in zip(points, around, strict=True)]
        gaps = np.array([gap for _, _, gap in found], dtype=np.float64)
        _refuse_far(places, gaps, max_gap)
        link = np.array([link for link, _, _ in found], dtype=np.int64)
        return Snapped(link, np.array([part for _, part, _ in found], dtype=np.float64), gaps)

    def _nearest(self, point: F64, samples: list[int]) -> tuple[int, float, float]:
        """Link, part and gap of the nearest of the pieces of road that these samples lie on; the lowest if equal."""
        pieces = np.unique(self._sample_of[samples])
        start, step = self._start[pieces], self._step[pieces]
        square = np.maximum((step**2).sum(axis=1), 1e-12)
        part = np.clip(((point - start) * step).sum(axis=1) / square, 0.0, 1.0)
        gap = np.hypot(*(point - start - part[:, None] * step).T)
        best = int(gap.argmin())
        row = int(self._piece[pieces[best]])
        low, high = self._lines.along[row], self._lines.along[row + 1]
        link = int(np.searchsorted(self._lines.first, row, side="right")) - 1
        return link, float(low + part[best] * (high - low)), float(gap[best])


def _refuse_far(places: Sequence[Place], gaps: F64, limit: float) -> None:
    far = (gaps > limit).nonzero()[0].tolist()
    if not far:
        return
    faults = tuple(Fault(f"/places/{index}", _too_far(places[index], float(gaps[index]), limit)) for index in far)
    more = f" (and {len(far) - 1} more)" if len(far) > 1 else ""
    raise NoRoadNear(faults[0].message + more, tuple(places[index] for index in far), faults)


def _too_far(place: Place, gap: float, limit: float) -> str:
    return (
        f"{place} is {gap:,.0f} m from the nearest road, the limit is {limit:,.0f} m; correct it on the map, or use a "
        "road network that covers it"
    )
