"""Piecewise functions, against the same done second by second."""

import random

import numpy as np
import pytest

from solver.compiled import NEVER
from solver.timing.pieces import clip, hinge, merge, reach, tilt

Function = list[tuple[int, int, int, int]]
SPAN = range(-5, 60)


class Sheet:
    """Room for functions, one written after the other."""

    def __init__(self) -> None:
        self.bounds = np.zeros((200, 2), dtype=np.int64)
        self.line = np.zeros((200, 2))
        self.at = 0

    def write(self, function: Function) -> tuple[int, int]:
        first = self.at
        for low, high, value, slope in function:
            self.bounds[self.at] = low, high
            self.line[self.at] = value, slope
            self.at += 1
        return first, self.at

    def table(self, first: int, after: int) -> dict[int, float]:
        """The function's value at each second where it is finite."""
        found: dict[int, float] = {}
        for j in range(first, after):
            low, high = self.bounds[j].tolist()
            assert low <= high
            assert not found or low > max(found), "pieces are in order and disjoint"
            found |= {t: self.line[j, 0] + self.line[j, 1] * (t - low) for t in range(low, high + 1)}
        return found


def random_function(rng: random.Random) -> Function:
    pieces, low = [], rng.randint(0, 8)
    for _ in range(rng.randint(1, 4)):
        high = low + rng.randint(0, 7)
        pieces.append((low, high, rng.randint(-20, 20), rng.randint(-3, 3)))
        low = high + 1 + rng.choice([0, 0, 3])
    return pieces


@pytest.mark.parametrize("seed", range(60))
def test_every_operation_is_right_at_every_second(seed: int) -> None:
    rng = random.Random(seed)
    sheet = Sheet()
    bounds, line = sheet.bounds, sheet.line
    one, other = sheet.write(random_function(rng)), sheet.write(random_function(rng))
    here, there = sheet.table(*one), sheet.table(*other)
    leave_by, earliest = rng.randint(0, 40), rng.randint(-5, 20)
    until = rng.randint(5, 55)
    after = reach(bounds, line, *one, sheet.at, leave_by, 2, 7.0, earliest, until)
    ready = {t + 2: v + 7 for t, v in here.items() if t <= leave_by}
    assert sheet.table(sheet.at, after) == {
        t: min(v for s, v in ready.items() if s <= t)
        for t in range(max(earliest, min(ready, default=NEVER)), until + 1)
    }
    sheet.at = after
    after = clip(bounds, line, *one, sheet.at, sheet.at, 4, 17)
    assert sheet.table(sheet.at, after) == {t: v for t, v in here.items() if 4 <= t <= 17}
    sheet.at = after
    after = merge(bounds, line, *one, *other, sheet.at)
    both = {t: min(x for x in (here.get(t), there.get(t)) if x is not None) for t in {*here, *there}}
    assert sheet.table(sheet.at, after) == both
    sheet.at = after
    border, rate = rng.randint(0, 30), rng.randint(0, 4)
    first, after = sheet.write([(*bounds[j].tolist(), *line[j].tolist()) for j in range(*one)])
    sheet.at = hinge(bounds, line, first, after, border, float(rate))
    assert sheet.table(first, sheet.at) == {t: v + rate * max(0, t - border) for t, v in here.items()}
    tilt(bounds, line, first, sheet.at, border, float(rate))
    sheet.at = hinge(bounds, line, first, sheet.at, border, float(rate))
    assert sheet.table(first, sheet.at) == {t: v + rate * abs(t - border) for t, v in here.items()}
