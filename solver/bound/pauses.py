"""Breaks as the bound sees them: what may be taken on one leg, for each set of breaks settled so far."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Final, NamedTuple

import numpy as np

from solver.compiled import NEVER, IntArray
from solver.problem import Break, Shift

MOST: Final = 3
"""Breaks considered in a shift; of others only what an unpaid one may save is."""


BITS, BY, READY, SECONDS, PAID = 0, 1, 2, 3, 4
"""Columns of `Pauses.rests`."""


class Pauses(NamedTuple):
    """Fields of `Sheet`. A row of `rests`: breaks taken (as bits), leave by, ready from, seconds, paid seconds.

    Who leaves at t and drives for d is there at max(t + d + seconds, ready from).
    """

    rest_from: IntArray
    rests: IntArray
    breaks: IntArray


def pauses_of(shift: Shift, duty_rate: int) -> tuple[Pauses, int]:
    """The shift's breaks, and the units (none or negative) that breaks not considered could save.

    A paid break that is optional is never worth taking.
    """
    useful = sorted((rest for rest in shift.breaks if not rest.optional or not rest.paid), key=lambda b: b.optional)
    kept, others = useful[:MOST], useful[MOST:]
    saved = duty_rate * sum(rest.duration for rest in others if not rest.paid)
    rows = [list(_orders(kept, settled)) for settled in range(1 << len(kept))]
    pauses = Pauses(
        rest_from=np.cumsum([0, *map(len, rows)]).astype(np.int64),
        rests=np.array([row for own in rows for row in own], dtype=np.int64).reshape(-1, 5),
        breaks=np.array([_owing(rest) for rest in kept], dtype=np.int64).reshape(-1, 3),
    )
    return pauses, -saved


def _owing(rest: Break) -> tuple[int, int, int]:
    return rest.latest, min(rest.earliest + rest.duration, rest.latest + 1), int(not rest.optional)


def _orders(breaks: Sequence[Break], settled: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Every order in which some of the breaks not settled can follow one another; nothing comes first."""
    left = [b for b in range(len(breaks)) if not settled >> b & 1]
    for count in range(len(left) + 1):
        for order in permutations(left, count):
            row = _row([breaks[b] for b in order])
            if row is not None:
                yield (sum(1 << b for b in order), *row)


def _row(order: Sequence[Break]) -> tuple[int, int, int, int] | None:
    """(leave by, ready from, seconds, paid seconds) of breaks one after the other; None when they cannot be."""
    by, ready, seconds = NEVER, -NEVER, 0
    for rest in order:
        if ready > rest.latest:
            return None
        by = min(by, rest.latest - seconds)
        ready = max(ready, rest.earliest) + rest.duration
        seconds += rest.duration
    return by, ready, seconds, sum(rest.duration for rest in order if rest.paid)
