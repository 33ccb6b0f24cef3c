"""Functions of a second of the day, in straight pieces: what it costs at least to be ready at that second.

A function is a span `first..after` of rows of two arrays: `bounds` (first and last second of a piece, both included)
and `line` (units at its first second, units per second). Its pieces are in order and disjoint; elsewhere it is
infinite. Seconds are whole; so are units below 2^53, where the costs are therefore exact.

Every kernel writes at a row given to it and returns the row after the last it wrote. The caller sees to the room:
`reach` writes at most two pieces per piece and two more, `merge` at most two per piece, `hinge` one more.
"""

import numpy as np

from solver.compiled import FloatArray, IntArray
from solver.jit import lean


@lean
def put(
    bounds: IntArray, line: FloatArray, first: int, at: int, low: int, high: int, value: float, slope: float
) -> int:
    """Writes a piece at row `at` of the function from row `first` on; lengthens the last where it is straight."""
    if at > first:
        last = at - 1
        begins = bounds[last, 0]
        flat = low == high or slope == line[last, 1]
        if flat and bounds[last, 1] + 1 == low and line[last, 0] + line[last, 1] * (low - begins) == value:
            bounds[last, 1] = high
            return at
    bounds[at, 0] = low
    bounds[at, 1] = high
    line[at, 0] = value
    line[at, 1] = slope
    return at + 1


@lean
def put_within(
    bounds: IntArray,
    line: FloatArray,
    first: int,
    at: int,
    low: int,
    high: int,
    value: float,
    slope: float,
    earliest: int,
    latest: int,
) -> int:
    """The same with what of the piece lies within `earliest..latest`."""
    if low < earliest:
        value += slope * (earliest - low)
        low = earliest
    high = min(high, latest)
    if low > high:
        return at
    return put(bounds, line, first, at, low, high, value, slope)


@lean
def reach(
    bounds: IntArray,
    line: FloatArray,
    first: int,
    after: int,
    at: int,
    leave_by: int,
    seconds: int,
    extra: float,
    earliest: int,
    latest: int,
) -> int:
    """From the cost of leaving to the least cost of being ready `seconds` later, `extra` dearer, within bounds.

    Leaves at `leave_by` at the latest. Waiting is free: the cost never rises, and goes on to `latest`.
    """
    begin = at
    least = np.inf
    reached = latest
    for j in range(first, after):
        if bounds[j, 0] > leave_by:
            break
        low = bounds[j, 0] + seconds
        if low > latest:
            break
        high = min(bounds[j, 1], leave_by) + seconds
        value = line[j, 0] + extra
        slope = line[j, 1]
        flat_to = low - 1
        if j == first:
            least = value
            reached = low
        if value <= least:
            falls_from = low
        else:
            falls_from = high + 1
            if slope < 0.0:
                falls_from = min(falls_from, low + int((value - least) / -slope) + 1)
            flat_to = falls_from - 1
        if reached <= flat_to:
            at = put_within(bounds, line, begin, at, reached, flat_to, least, 0.0, earliest, latest)
        if falls_from <= high:
            value += slope * (falls_from - low)
            slope = min(slope, 0.0)
            at = put_within(bounds, line, begin, at, falls_from, high, value, slope, earliest, latest)
            least = value + slope * (high - falls_from)
        reached = high + 1
    if after > first and bounds[first, 0] <= leave_by and bounds[first, 0] + seconds <= latest and reached <= latest:
        at = put_within(bounds, line, begin, at, reached, latest, least, 0.0, earliest, latest)
    return at


@lean
def clip(bounds: IntArray, line: FloatArray, first: int, after: int, begin: int, at: int, low: int, high: int) -> int:
    """Writes the part of the function within `low..high`, as part of the function from row `begin` on."""
    for j in range(first, after):
        if bounds[j, 0] > high:
            break
        if bounds[j, 1] >= low:
            at = put_within(bounds, line, begin, at, bounds[j, 0], bounds[j, 1], line[j, 0], line[j, 1], low, high)
    return at


@lean
def hinge(bounds: IntArray, line: FloatArray, first: int, after: int, border: int, rate: float) -> int:
    """Adds `rate` for every second after `border`, in place; the function must be the last one written."""
    j = after - 1
    while j >= first and bounds[j, 0] >= border:
        line[j, 0] += rate * (bounds[j, 0] - border)
        line[j, 1] += rate
        j -= 1
    if j < first or bounds[j, 1] <= border:
        return after
    for i in range(after, j + 1, -1):
        bounds[i, 0] = bounds[i - 1, 0]
        bounds[i, 1] = bounds[i - 1, 1]
        line[i, 0] = line[i - 1, 0]
        line[i, 1] = line[i - 1, 1]
    bounds[j + 1, 0] = border + 1
    bounds[j + 1, 1] = bounds[j, 1]
    line[j + 1, 0] = line[j, 0] + line[j, 1] * (border + 1 - bounds[j, 0]) + rate
    line[j + 1, 1] = line[j, 1] + rate
    bounds[j, 1] = border
    return after + 1


@lean
def tilt(bounds: IntArray, line: FloatArray, first: int, after: int, border: int, rate: float) -> None:
    """Adds `rate` for every second before `border` and takes it off for every second after it, in place."""
    for j in range(first, after):
        line[j, 0] += rate * (border - bounds[j, 0])
        line[j, 1] -= rate


@lean
def merge(bounds: IntArray, line: FloatArray, i: int, i_after: int, j: int, j_after: int, at: int) -> int:
    """The lesser of two functions at each second; neither may be empty."""
    begin = at
    low = min(bounds[i, 0], bounds[j, 0])
    while i < i_after and j < j_after:
        if bounds[i, 0] > low and bounds[j, 0] > low:
            low = min(bounds[i, 0], bounds[j, 0])
        one = line[i, 0] + line[i, 1] * (low - bounds[i, 0])
        other = line[j, 0] + line[j, 1] * (low - bounds[j, 0])
        if bounds[i, 0] > low:
            high = min(bounds[j, 1], bounds[i, 0] - 1)
            at = put(bounds, line, begin, at, low, high, other, line[j, 1])
        elif bounds[j, 0] > low:
            high = min(bounds[i, 1], bounds[j, 0] - 1)
            at = put(bounds, line, begin, at, low, high, one, line[i, 1])
        else:
            high = min(bounds[i, 1], bounds[j, 1])
            at = _put_lesser(bounds, line, begin, at, low, high, one, line[i, 1], other, line[j, 1])
        low = high + 1
        if bounds[i, 1] < low:
            i += 1
        if bounds[j, 1] < low:
            j += 1
    at = clip(bounds, line, i, i_after, begin, at, low, bounds[i_after - 1, 1])
    return clip(bounds, line, j, j_after, begin, at, low, bounds[j_after - 1, 1])


@lean
def _put_lesser(
    bounds: IntArray,
    line: FloatArray,
    first: int,
    at: int,
    low: int,
    high: int,
    one: float,
    one_slope: float,
    other: float,
    other_slope: float,
) -> int:
    """Writes the lesser of two lines over `low..high`."""
    if other < one or (other == one and other_slope < one_slope):
        one, one_slope, other, other_slope = other, other_slope, one, one_slope
    crossing = high + 1
    if one_slope > other_slope:
        crossing = min(crossing, low + int((other - one) / (one_slope - other_slope)) + 1)
    at = put(bounds, line, first, at, low, crossing - 1, one, one_slope)
    if crossing <= high:
        other += other_slope * (crossing - low)
        at = put(bounds, line, first, at, crossing, high, other, other_slope)
    return at
