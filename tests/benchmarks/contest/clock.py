"""The time a peer has, the making of its model included, as it is in ours."""

import time
from typing import Final

LEAST: Final = 0.1
"""Seconds to search however long the model took."""


class Clock:
    """Runs from its making on."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left, a few at least."""
        return max(LEAST, self._end - time.monotonic())

    def over(self, best_cost: int) -> bool:
        """Whether there is no time left, whatever the best cost is; asked as PyVRP asks."""
        return time.monotonic() >= self._end
