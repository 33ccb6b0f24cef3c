"""How long the choice may take, by the clock or by CP-SAT's own deterministic measure."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Effort:
    """What is left of the time. seconds: by the clock; deterministic: in CP-SAT's measure; None: no such limit."""

    seconds: float | None
    deterministic: float | None
    seed: int
    workers: int
    cancel: Callable[[], bool]
    _began: float = field(default_factory=time.monotonic)
    _spent: float = 0.0

    def seconds_left(self) -> float | None:
        """Seconds left, 0 at least; None: no such limit."""
        return None if self.seconds is None else max(0.0, self.seconds - (time.monotonic() - self._began))

    def deterministic_left(self) -> float | None:
        """The deterministic time left, 0 at least; None: no such limit."""
        return None if self.deterministic is None else max(0.0, self.deterministic - self._spent)

    def spend(self, deterministic: float) -> None:
        """Notes that so much deterministic time was used."""
        self._spent += deterministic

    def over(self) -> bool:
        """Whether nothing is left, or the caller wants an end."""
        return self.cancel() or self.seconds_left() == 0.0 or self.deterministic_left() == 0.0
