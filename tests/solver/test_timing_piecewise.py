"""Piecewise functions, against the same done second by second."""

import random

import pytest

from solver.timing.piecewise import (
    Function,
    clipped,
    constant,
    least,
    lower,
    plus_after,
    plus_away,
    shifted,
    waited,
    within,
)

SPAN = range(-5, 60)


def value(function: Function, second: int) -> int | None:
    """The function at one second; None where it is infinite."""
    return next((v + k * (second - low) for low, high, v, k in function if low <= second <= high), None)


def table(function: Function) -> dict[int, int]:
    return {t: v for t in SPAN if (v := value(function, t)) is not None}


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
    one, other = random_function(rng), random_function(rng)
    here, there = table(one), table(other)
    until = max(here) + rng.randint(0, 9)
    after, rate = rng.randint(0, 30), rng.randint(0, 4)
    assert table(shifted(one, 2, 7)) == {t + 2: v + 7 for t, v in here.items()}
    assert table(clipped(one, 4, 17)) == {t: v for t, v in here.items() if 4 <= t <= 17}
    windows = ((2, 6), (9, 20))
    assert table(within(one, windows, 15)) == {
        t: v for t, v in here.items() if t <= 15 and any(a <= t <= b for a, b in windows)
    }
    assert table(waited(one, until)) == {
        t: min(v for s, v in here.items() if s <= t) for t in range(min(here), until + 1)
    }
    assert table(plus_after(one, after, rate)) == {t: v + rate * max(0, t - after) for t, v in here.items()}
    assert table(plus_away(one, after, rate)) == {t: v + rate * abs(t - after) for t, v in here.items()}
    both = {t: min(x for x in (here.get(t), there.get(t)) if x is not None) for t in {*here, *there}}
    assert table(lower(one, other)) == both
    lowest = min(here.values())
    assert least(one) == (min(t for t, v in here.items() if v == lowest), lowest)


def test_nothing_stays_nothing() -> None:
    assert constant(5, 4) == []
    assert waited([], 10) == []
    assert least([]) is None
    assert lower([], [(0, 1, 2, 0)]) == [(0, 1, 2, 0)]
