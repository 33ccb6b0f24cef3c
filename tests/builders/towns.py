"""Towns with a technician in each corner, for plans that are cut by territory."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from solver.problem import Problem, Travel
from tests.builders.problems import shift, technician, visit

CORNERS: Mapping[str, tuple[int, int]] = {"ann": (0, 0), "bea": (60, 0), "cid": (0, 40), "dan": (60, 40)}
"""Minutes east and north of where each technician lives."""
AT_HOME: Mapping[str, tuple[str, ...]] = {
    "ann": ("v0", "v1"),
    "bea": ("v2", "v3"),
    "cid": ("v4", "v5"),
    "dan": ("v6", "v7"),
}
"""The visits near each."""


def town(points: Sequence[tuple[int, int]]) -> Travel:
    """Places this many minutes east and north, with straight roads."""
    places = np.array(points, dtype=np.int64)
    seconds = np.hypot(*(60 * (places[:, None, :] - places[None, :, :])).transpose(2, 0, 1))
    return Travel(np.rint(seconds).astype(np.int64), np.rint(10 * seconds).astype(np.int64))


def four(**given: Any) -> Problem:
    """Four technicians in the corners of a town, each with two visits nearby."""
    corners = list(CORNERS.values())
    points = corners + [(x + step, y + 1) for x, y in corners for step in (1, 3)]
    visits = [visit(f"v{i}", 4 + i) for i in range(8)]
    crew = [
        technician(name, shift(name, start_location=i, end_location=i), cost_per_duty_hour=3000)
        for i, name in enumerate(CORNERS)
    ]
    return Problem(**{"travel": town(points), "technicians": tuple(crew), "visits": tuple(visits), **given})
