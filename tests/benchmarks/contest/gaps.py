"""Figures over many runs."""

import math
import statistics
from collections.abc import Sequence


def median(gaps: Sequence[float]) -> float:
    """The median; infinite gaps (no plan) count as the worst."""
    return statistics.median(gaps) if gaps else math.nan


def mean(gaps: Sequence[float]) -> float:
    """The mean; infinite as soon as one is."""
    return sum(gaps) / len(gaps) if gaps else math.nan


def ratio(values: Sequence[float], ours: Sequence[float]) -> float:
    """The geometric mean of value by value over ours, over those that both have and are above 0."""
    logs = [math.log(a / b) for a, b in zip(values, ours, strict=True) if 0 < a < math.inf and 0 < b < math.inf]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The slope of a straight line through log value over log size, by least squares; NaN with fewer than two."""
    points = [(math.log(x), math.log(y)) for x, y in zip(sizes, values, strict=True) if x > 0 and y > 0]
    if len({x for x, _ in points}) < 2:
        return math.nan
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def shown(value: float, digits: int = 2) -> str:
    """A figure, or a dash where there is none."""
    return f"{value:.{digits}f}" if math.isfinite(value) else "-"
