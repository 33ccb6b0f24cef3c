"""How hot a search runs: temperatures that follow the costs at hand and the iterations there is time for."""

from math import sqrt
from typing import Final

HOT, COLD = 2.0, 0.2
"""Temperatures at the beginning and the end of a long cycle, in costs of driving to an average visit."""
SMALL: Final = 100.0
"""Visits above which the end is colder, as the root of their number: what chance adds to a larger plan evens out, so
that its best moment is no better than most."""
LEAST_HOT, LEAST_COLD = 0.3, 0.02
"""The same for the shortest cycles: what is heated more than it has time to cool ends worse than it began."""
LONG: Final = 2000.0
"""Iterations for each visit that make a cycle long."""
CYCLE: Final = 4000.0
"""Iterations for each visit after which the chains are set on the best plan and heated again."""
MOST_CYCLES: Final = 6
KNOWN: Final = 0.02
"""Share of the search after which its speed is known."""


class Heat:
    """The temperature of a search, told how far it is and how many iterations that took."""

    def __init__(self, visits: int) -> None:
        self._visits = max(1, visits)
        self._cycles = 0
        self.cycle = 0
        self.within = 0.0

    def at(self, share: float, iterations: int) -> float:
        """The temperature, in costs of driving to an average visit, once `share` (0 to 1) of the search is done."""
        each = iterations / max(share, 1e-3) / self._visits
        if share >= KNOWN and not self._cycles:
            self._cycles = min(MOST_CYCLES, max(1, round(each / CYCLE)))
        cycles = max(1, self._cycles)
        self.cycle = min(cycles - 1, int(share * cycles))
        self.within = min(1.0, share * cycles - self.cycle)
        length = sqrt(min(1.0, each / cycles / LONG))
        end = COLD * sqrt(min(1.0, SMALL / self._visits))
        hot, cold = max(LEAST_HOT, HOT * length), max(LEAST_COLD, end * length)
        hot = max(2.0 * cold, hot / (1 + self.cycle))
        return float(hot * (cold / hot) ** self.within)
