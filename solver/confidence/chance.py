"""Random durations and travel, and a clock that knows how speed changes during the day.

Both are lognormal: positive, skewed to the right, and given by mean and standard deviation. That service times are
lognormal is found, among others, by Brown et al., "Statistical analysis of a telephone call center", JASA 100, 2005;
for travel times it is assumed by Lecluyse, Van Woensel and Peremans, "Vehicle routing with stochastic time-dependent
travel times", 4OR 7, 2009, after measured traffic.
"""

from collections.abc import Sequence
from math import log, sqrt
from typing import Final

import numpy as np

from solver.compiled import FloatArray

FAR: Final = float(1 << 34)
"""No clock goes further (seconds)."""
NOISE: Final = 1e-6
"""What rounding may have added to a second that was whole (seconds)."""


class Chance:
    """Draws for all samples at once; the same seed and the same order of calls give the same draws."""

    def __init__(self, samples: int, seed: int, correlation: float) -> None:
        """correlation: of the delays of any two legs of one sample, 0..1."""
        self._random = np.random.default_rng(seed)
        self._samples = samples
        self._own = sqrt(1 - correlation)
        self._traffic = sqrt(correlation) * self._random.standard_normal(samples) if correlation else None

    def service(self, mean: float, spread: float) -> FloatArray | float:
        """Seconds of a service; one that takes no time at all takes none always."""
        if mean <= 0 or spread <= 0:
            return mean
        return mean * _lognormal(self._random.standard_normal(self._samples), spread / mean)

    def travel(self, spread: float) -> FloatArray | float:
        """By how much a leg takes longer than its mean (1: as long). spread: its standard deviation over its mean."""
        if spread <= 0:
            return 1.0
        own = self._random.standard_normal(self._samples) if self._own else np.zeros(self._samples)
        return _lognormal(own if self._traffic is None else self._own * own + self._traffic, spread)


def _lognormal(normal: FloatArray, spread: float) -> FloatArray:
    """With mean 1 and this standard deviation, out of standard normal draws."""
    variance = log(1 + spread * spread)
    found: FloatArray = np.exp(sqrt(variance) * normal - variance / 2)
    return found


class Driving:
    """When driving ends; `work` counts seconds at full speed, as in `Travel.seconds`.

    A leg that crosses a border between speeds is driven piecewise (Ichoua, Gendreau and Potvin, "Vehicle dispatching
    with time-dependent travel times", EJOR 144, 2003): the work done since second 0 only rises, so the second by which
    so much is done can be read off it.
    """

    def __init__(self, speed: Sequence[tuple[int, int]]) -> None:
        """speed: as `Travel` has it."""
        clock, done, pace = [0.0], [0.0], 1.0
        for begins, percent in (*speed, (FAR, 100)):
            if begins > clock[-1]:
                done.append(done[-1] + pace * (begins - clock[-1]))
                clock.append(float(begins))
            pace = percent / 100
        self._clock, self._done = np.array(clock), np.array(done)
        self._even = not speed

    def until(self, left: FloatArray, work: FloatArray | float) -> FloatArray:
        """The second by which the work is done that is taken up at `left`; rounded up, as in a plan."""
        if self._even:
            reached = left + work
        else:
            reached = np.interp(np.interp(left, self._clock, self._done) + work, self._done, self._clock)
        rounded: FloatArray = np.ceil(reached - NOISE)
        return rounded
