"""Functions of a second of the day, in straight pieces: what it costs at least to be ready at that second.

A function is a list of pieces `(low, high, value, slope)`, in order and disjoint: at the integer second t of
`low..high` it is `value + slope * (t - low)`, elsewhere it is infinite. All numbers are integers: costs are exact.
"""

from collections.abc import Sequence
from itertools import pairwise

from solver.problem import Window

Piece = tuple[int, int, int, int]
Function = list[Piece]


def constant(low: int, high: int, value: int = 0, slope: int = 0) -> Function:
    """One straight piece, or nothing when the interval is empty."""
    return [(low, high, value, slope)] if low <= high else []


def shifted(function: Function, seconds: int, extra: int = 0) -> Function:
    """The same, `seconds` later and `extra` dearer."""
    return [(low + seconds, high + seconds, value + extra, slope) for low, high, value, slope in function]


def clipped(function: Function, earliest: int, latest: int) -> Function:
    """The part of it within `earliest..latest`."""
    if function and function[0][0] >= earliest and function[-1][1] <= latest:
        return function
    kept = []
    for low, high, value, slope in function:
        start, stop = max(low, earliest), min(high, latest)
        if start <= stop:
            kept.append((start, stop, value + slope * (start - low), slope))
    return kept


def within(function: Function, windows: Sequence[Window], latest: int) -> Function:
    """The part of it within one of the windows and not after `latest`."""
    if len(windows) == 1:
        return clipped(function, windows[0][0], min(windows[0][1], latest))
    return [piece for low, high in windows for piece in clipped(function, low, min(high, latest))]


def waited(function: Function, until: int) -> Function:
    """The least of it up to each second, as waiting is free: never rises, and goes on to `until`."""
    out: Function = []
    least = 0
    reached = 0
    for low, high, value, slope in function:
        if out and reached < low:
            out.append((reached, low - 1, least, 0))
        if not out or value <= least:
            kept = (low, high, value, slope) if slope < 0 else (low, high, value, 0)
            out.append(kept)
            least = value + slope * (high - low) if slope < 0 else value
        else:
            under = low + (value - least) // -slope + 1 if slope < 0 else high + 1
            if under > high:
                out.append((low, high, least, 0))
            else:
                out.append((low, under - 1, least, 0))
                below = value + slope * (under - low)
                out.append((under, high, below, slope))
                least = below + slope * (high - under)
        reached = high + 1
    if out and reached <= until:
        out.append((reached, until, least, 0))
    return _joined(out)


def plus_after(function: Function, from_: int, rate: int) -> Function:
    """With `rate` added for every second after `from_`."""
    if not rate or not function or function[-1][1] <= from_:
        return function
    out: Function = []
    for low, high, value, slope in function:
        if high <= from_:
            out.append((low, high, value, slope))
        elif low >= from_:
            out.append((low, high, value + rate * (low - from_), slope + rate))
        else:
            out.append((low, from_, value, slope))
            out.append((from_ + 1, high, value + slope * (from_ + 1 - low) + rate, slope + rate))
    return out


def plus_away(function: Function, from_: int, rate: int) -> Function:
    """With `rate` added for every second before or after `from_`."""
    if not rate or not function:
        return function
    falling = [(low, high, value + rate * (from_ - low), slope - rate) for low, high, value, slope in function]
    return plus_after(falling, from_, 2 * rate)


def lower(one: Function, other: Function) -> Function:
    """The lesser of the two at each second."""
    if not one:
        return other
    if not other:
        return one
    edges = sorted({edge for low, high, _, _ in (*one, *other) for edge in (low, high + 1)})
    out: Function = []
    i = j = 0
    for low, after in pairwise(edges):
        while i < len(one) and one[i][1] < low:
            i += 1
        while j < len(other) and other[j][1] < low:
            j += 1
        first = _line(one, i, low)
        second = _line(other, j, low)
        if first is None or second is None:
            line = first or second
            if line is not None:
                out.append((low, after - 1, *line))
        else:
            out.extend(_lesser(low, after - 1, first, second))
    return _joined(out)


def least(function: Function) -> tuple[int, int] | None:
    """(second, value) of its least value, the earliest such second; None where it is infinite everywhere."""
    best: tuple[int, int] | None = None
    for low, high, value, slope in function:
        end = value + slope * (high - low)
        if best is None or min(value, end) < best[1]:
            best = (high, end) if end < value else (low, value)
    return best


def _line(function: Function, index: int, low: int) -> tuple[int, int] | None:
    """(value at `low`, slope) of the piece that covers `low`."""
    if index >= len(function) or function[index][0] > low:
        return None
    start, _, value, slope = function[index]
    return value + slope * (low - start), slope


def _lesser(low: int, high: int, one: tuple[int, int], other: tuple[int, int]) -> Function:
    """The lesser of two lines over `low..high`."""
    if one[0] > other[0] or (one[0] == other[0] and one[1] > other[1]):
        one, other = other, one
    gap = other[0] - one[0]
    closing = one[1] - other[1]
    crossing = high + 1 if closing <= 0 else low + gap // closing + 1
    if crossing > high:
        return [(low, high, *one)]
    return [(low, crossing - 1, *one), (crossing, high, other[0] + other[1] * (crossing - low), other[1])]


def _joined(function: Function) -> Function:
    """The same with neighbours that lie on one line made one piece."""
    out: Function = []
    for low, high, value, slope in function:
        if out:
            last_low, last_high, last_value, last_slope = out[-1]
            flat = low == high or slope == last_slope
            if last_high + 1 == low and flat and last_value + last_slope * (low - last_low) == value:
                out[-1] = (last_low, high, last_value, last_slope)
                continue
        out.append((low, high, value, slope))
    return out
