"""What a simulation finds out about a plan's promises."""

from collections.abc import Sequence
from dataclasses import dataclass

from solver.problem import Window


@dataclass(frozen=True, slots=True)
class Promise:
    """How surely one visit starts within the window it was promised.

    window: the visit's window in which the plan starts it; start: when it does (seconds).
    start_95: in 95 of 100 samples service starts by then. probability: of starting by the window's close, 0..1.
    """

    visit: str
    technician: str
    shift: str
    window: Window
    start: int
    start_95: int
    probability: float


@dataclass(frozen=True, slots=True)
class Confidence:
    """How surely a plan keeps its promises: one for each visit served that has windows, in the order of the routes.

    expected_share: the mean of their probabilities, None when nothing was promised.
    standard_error: of that share, as another seed would have it.
    """

    promises: tuple[Promise, ...]
    samples: int
    seed: int
    expected_share: float | None
    standard_error: float | None


def window_used(windows: Sequence[Window], start: int) -> Window | None:
    """The window in which a plan starts a stop then; None when it has no windows.

    Of a start outside all windows it is the next to close, or the last.
    """
    return next((window for window in windows if start <= window[1]), windows[-1] if windows else None)
