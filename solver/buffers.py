"""How early before a window's close a stop is to start, so that delays on the way to it do not break the promise.

Durations and legs are random, and those of one route add up to the start of each stop. Taken as independent their
variances add, so the standard deviation of a start grows with the square root of what lies before it: the buffer
is one of the route, and two stops do not each need one of their own (Bertsimas and Sim, "The price of robustness",
Operations Research 52, 2004, say why the sum of the single buffers would be far too much).

All in whole seconds and exact, so that the search and the referee, which has its own sum, agree to the second.
"""

from math import sqrt
from typing import Final

import numpy as np

from solver.compiled import IntArray
from solver.jit import jit, lean

MOST: Final = 3_000_000
"""No standard deviation counts for more (seconds); it keeps the sums within 64 bits."""


@jit
def buffers(spreads: IntArray, drives: IntArray, spread_percent: int, buffer_percent: int) -> IntArray:
    """The buffer of each of the n stops of a route, in order (seconds).

    spreads: (n,) the standard deviation of each stop's service; 0 for a warehouse. drives: (n,) the matrix's seconds of
    the leg to each stop. spread_percent, buffer_percent: as `Travel` and `Costs` have them.
    buffer i = ceil(buffer_percent / 100 * sqrt(variances of the legs 0..i and of the services 0..i-1)).
    """
    found = np.zeros(len(drives), dtype=np.int64)
    variance = 0
    for i in range(len(drives)):
        variance = with_variance(variance, leg_spread(drives[i], spread_percent))
        found[i] = buffer_of(variance, buffer_percent)
        variance = with_variance(variance, spreads[i])
    return found


@lean
def leg_spread(seconds: int, spread_percent: int) -> int:
    """The standard deviation of a leg, rounded up to the second."""
    return (seconds * spread_percent + 99) // 100


@lean
def with_variance(variance: int, spread: int) -> int:
    """The variance (seconds squared) of what had this one, and of something independent with this spread besides."""
    spread = min(spread, MOST)
    return min(variance + spread * spread, MOST * MOST)


@lean
def buffer_of(variance: int, buffer_percent: int) -> int:
    """`buffer_percent` hundredths of the standard deviation, rounded up to the second.

    variance: as `with_variance` gives it. buffer_percent: 0 to 1000.
    """
    wanted = buffer_percent * buffer_percent * variance
    found = int(buffer_percent * sqrt(variance) / 100)
    # The root of a float may be off by one in either direction.
    while 100 * found * 100 * found < wanted:
        found += 1
    while found > 0 and 100 * (found - 1) * 100 * (found - 1) >= wanted:
        found -= 1
    return found
