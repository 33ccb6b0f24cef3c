"""Breaks in kernels: which are taken on which leg, so that a route gets on as early as it can.

For each set of breaks taken so far (as bits) the earliest second to leave a stop is kept. On one leg the breaks are
taken one after the other, each as early as it may be; the driving goes on around them.
"""

from solver.compiled import IntArray
from solver.improve.arrays import NO_LIMIT
from solver.ties.compiler import inner
from solver.ties.driving import FULL, departure, done_between, driven_by, opening
from solver.ties.table import (
    BREAKS,
    BREAKS_END,
    CLOCK,
    EARLIEST,
    FINISH_BY,
    LAST,
    LATEST,
    LEFT,
    LEGS,
    LOWER,
    MOST_BREAKS,
    OPTIONAL,
    PAID,
    SECONDS,
    SERVICE,
    STOPS,
    Ties,
)


@inner
def on_leg(
    speed: IntArray, rest: IntArray, base: int, count: int, leaves: int, seconds: int, taken: int, found: IntArray
) -> None:
    """Per set of breaks that holds `taken`: clock and driving left once the others of it were taken on this leg.

    base, count: the shift's breaks in `rest`. Writes into `found` CLOCK (NO_LIMIT: cannot be), LEFT in hundredths and
    LAST, the last break of each set.
    """
    for bits in range(taken, 1 << count):
        found[CLOCK, bits] = NO_LIMIT
    found[CLOCK, taken], found[LEFT, taken] = leaves, seconds * FULL
    for bits in range(taken, 1 << count):
        clock, left = found[CLOCK, bits], found[LEFT, bits]
        if bits & taken != taken or clock == NO_LIMIT:
            continue
        for b in range(count):
            if (bits >> b) & 1 or clock > rest[base + b, LATEST]:
                continue
            start = max(clock, rest[base + b, EARLIEST])
            after = start + rest[base + b, SECONDS]
            more = max(0, left - done_between(speed, clock, start))
            new = bits | (1 << b)
            if found[CLOCK, new] < NO_LIMIT:
                was = driven_by(speed, found[CLOCK, new], found[LEFT, new])
                ready = driven_by(speed, after, more)
                if ready > was or (ready == was and after >= found[CLOCK, new]):
                    continue
            found[CLOCK, new], found[LEFT, new], found[LAST, new] = after, more, b


@inner
def forward_with_breaks(ties: Ties, base: int, count: int, k: int, leaves: int, finish: int) -> None:
    """Fills `ready` and `taken`: row 0 for leaving the start place, i for leaving stop i - 1, k + 1 for the return."""
    sets = 1 << count
    ready, found, along = ties.ready, ties.on_leg, ties.along
    ready[: k + 2, :sets] = NO_LIMIT
    ready[0, 0] = leaves
    for i in range(k + 1):
        for taken in range(sets):
            if ready[i, taken] == NO_LIMIT:
                continue
            on_leg(ties.speed, ties.rest, base, count, ready[i, taken], along[LEGS, i], taken, found)
            for bits in range(taken, sets):
                if bits & taken != taken or found[CLOCK, bits] == NO_LIMIT:
                    continue
                clock = driven_by(ties.speed, found[CLOCK, bits], found[LEFT, bits])
                if i < k:
                    stop = along[STOPS, i]
                    clock = opening(ties.stop, ties.window, stop, max(clock, ties.visitwise[LOWER, stop]))
                    clock += along[SERVICE, i]
                    if clock > ties.stop[stop, FINISH_BY]:
                        continue
                if clock <= finish and clock < ready[i + 1, bits]:
                    ready[i + 1, bits], ties.taken[i + 1, bits] = clock, taken


@inner
def owed_from(shift: IntArray, rest: IntArray, taken: int, departs: int) -> int:
    """The last return at which no break that was not taken falls due, for one row of shifts; NO_LIMIT: any."""
    base, last = shift[BREAKS], NO_LIMIT
    for b in range(base, shift[BREAKS_END]):
        if (
            rest[b, OPTIONAL] == 0
            and departs <= rest[b, LATEST]
            and (b - base >= MOST_BREAKS or not (taken >> (b - base)) & 1)
        ):
            last = min(last, rest[b, LATEST])
    return last


@inner
def unpaid(rest: IntArray, base: int, count: int, taken: int) -> int:
    """Seconds of unpaid breaks in a set."""
    total = 0
    for b in range(count):
        if (taken >> b) & 1 and rest[base + b, PAID] == 0:
            total += rest[base + b, SECONDS]
    return total


@inner
def leave_for(speed: IntArray, rest: IntArray, base: int, left: int, arrives: int, seconds: int, rests: int) -> int:
    """A late departure from which the leg, with its breaks, still ends by `arrives`; who leaves at `left` does."""
    if rests == 0:
        return max(left, departure(speed, arrives, seconds))
    if rests & (rests - 1) or len(speed):
        return left  # several breaks, or speeds besides: left as it is
    b = base
    while not rests & 1:
        rests >>= 1
        b += 1
    return int(max(left, min(arrives - seconds - rest[b, SECONDS], rest[b, LATEST])))


@inner
def leg_driven(
    speed: IntArray, rest: IntArray, base: int, count: int, leaves: int, seconds: int, rests: int, found: IntArray
) -> tuple[int, int]:
    """(when the leg with these breaks ends, seconds driven)."""
    if rests == 0:
        ends = driven_by(speed, leaves, seconds * FULL)
        return ends, ends - leaves
    on_leg(speed, rest, base, count, leaves, seconds, 0, found)
    clock, left, driven, done = leaves, seconds * FULL, 0, 0
    while done != rests:  # the breaks in their order, which is known backwards
        bits = rests
        while bits & ~(1 << found[LAST, bits]) != done:
            bits &= ~(1 << found[LAST, bits])
        b = base + found[LAST, bits]
        start = max(clock, rest[b, EARLIEST])
        paused = min(start, driven_by(speed, clock, left))
        left = max(0, left - done_between(speed, clock, paused))
        driven += paused - clock
        clock = start + rest[b, SECONDS]
        done = bits
    ends = driven_by(speed, clock, left)
    return ends, driven + ends - clock
