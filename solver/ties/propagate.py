"""The fast way where the earliest starts are the best: a rise of one start runs along routes and links until it ends.

Only starts that rise are looked at, so an insertion costs about as much as it changes; everything is logged and can be
undone. A visit that raises itself again and again lies on a cycle, which no times can keep.
"""

from typing import Final

from solver.improve.arrays import NO_LIMIT, PRECEDES
from solver.ties.compiler import inner
from solver.ties.driving import opening
from solver.ties.joint import dequeue, enqueue
from solver.ties.simulate import INF
from solver.ties.table import (
    DUE,
    END,
    FINISH_BY,
    FROM,
    HARD_END,
    HAS_DUE,
    KIND,
    LATE,
    LINKS,
    LINKS_END,
    LOCATION,
    LOG_START,
    LOG_VISIT,
    LOGGED,
    MAX_GAP,
    MEMBERS,
    MEMBERS_END,
    MIN_GAP,
    OVERTIME,
    PERSON,
    RISES,
    SETUP,
    TO,
    WORST,
    Ties,
)

ROUNDS: Final = 8
"""How often an inserted visit may raise itself again, each time with less waiting on the way round; else: a cycle."""


@inner
def served(ties: Ties, visit: int) -> int:
    """Seconds the visit takes where it is planned, setup included."""
    row = ties.shift[ties.shift_of[visit]]
    seconds = ties.service[visit, row[PERSON]]
    if ties.stop[visit, SETUP] > 0:
        earlier = ties.before[visit]
        place = row[FROM] if earlier < 0 else ties.stop[earlier, LOCATION]
        if place != ties.stop[visit, LOCATION]:
            seconds += ties.stop[visit, SETUP]
    return int(seconds)


@inner
def back_from(ties: Ties, shift: int, last: int, leaves: int) -> int:
    """The return of who leaves the last visit then."""
    end = ties.shift[shift, TO]
    return leaves if end < 0 else leaves + ties.seconds[ties.stop[last, LOCATION], end]


@inner
def over_cost(ties: Ties, shift: int, back: int) -> float:
    """Units for being back after the end of the shift."""
    over = back - ties.shift[shift, END]
    return ties.person_rate[ties.shift[shift, PERSON], OVERTIME] * over if over > 0 else 0.0


@inner
def raised(ties: Ties, visit: int, bound: int, log: bool) -> float:
    """Raises the visit's start to `bound`, or the opening after it, and queues it; units it adds, inf when too late."""
    start = opening(ties.stop, ties.window, visit, bound)
    if start == NO_LIMIT or start + served(ties, visit) > ties.stop[visit, FINISH_BY]:
        return INF
    old, wise = ties.start[visit], ties.visitwise
    if log and wise[RISES, visit] == 0:
        at = ties.size[LOGGED]
        wise[LOG_VISIT, at], wise[LOG_START, at] = visit, old
        ties.size[LOGGED] = at + 1
    wise[RISES, visit] += 1
    ties.start[visit] = start
    enqueue(ties.queue, ties.queued, ties.size, visit)
    due = ties.stop[visit, DUE]
    if start <= due:
        return 0.0
    if ties.stop[visit, HAS_DUE] == 1:
        ties.size[WORST] = max(ties.size[WORST], start - due)
    return float(ties.stop_rate[visit, LATE] * (start - max(old, due)))


@inner
def run(ties: Ties, source: int, bound: float, most: int) -> float:
    """Lets the queued rises run until they end; the units they add, overtime included, or inf: too late, or a cycle.

    source: the visit put in, its route's overtime apart; -1: none, and then nothing is logged. bound: the cost stays
    below, or inf. most: how often a visit (the source, where there is one) may rise. size[WORST]: in and out, the
    largest tardiness, charged beyond what it was.
    """
    cost, log = 0.0, source >= 0
    before = ties.size[WORST]
    seen, gain = -NO_LIMIT, 0
    while True:
        visit = dequeue(ties.queue, ties.queued, ties.size)
        if visit < 0:
            break
        start = ties.start[visit]
        if visit == source:  # who gains as much in one round as in the last will never come to rest
            cycle = seen > -NO_LIMIT and start - seen == gain
            seen, gain = start, start - seen if seen > -NO_LIMIT else 0
            if cycle:
                cost = INF
        for i in range(ties.stop[visit, LINKS], ties.stop[visit, LINKS_END]):
            link = ties.of_visit[i]
            kind = ties.link[link, KIND]
            if kind > PRECEDES:
                continue
            first = ties.link[link, MEMBERS]
            for j in range(first, ties.link[link, MEMBERS_END]):
                other = ties.member[j]
                if other == visit or ties.shift_of[other] < 0:
                    continue
                need = start
                if kind == PRECEDES:
                    need = start + ties.link[link, MIN_GAP] if j > first else start - ties.link[link, MAX_GAP]
                if need > ties.start[other]:
                    cost += raised(ties, other, need, log)
        leaves = start + served(ties, visit)
        then = ties.after[visit]
        if then >= 0:
            need = leaves + ties.seconds[ties.stop[visit, LOCATION], ties.stop[then, LOCATION]]
            if need > ties.start[then]:
                cost += raised(ties, then, need, log)
        elif back_from(ties, ties.shift_of[visit], visit, leaves) > ties.shift[ties.shift_of[visit], HARD_END]:
            cost = INF
        watched = source if log else visit
        late = ties.tardiness_rate * (ties.size[WORST] - before)
        if cost + late >= bound or ties.visitwise[RISES, watched] > most:
            while dequeue(ties.queue, ties.queued, ties.size) >= 0:
                pass
            return INF
    cost += ties.tardiness_rate * (ties.size[WORST] - before)
    if log and ties.overtime:
        cost += _overtime(ties, ties.shift_of[source])
    return cost if cost < bound else INF


@inner
def _overtime(ties: Ties, own: int) -> float:
    """Units of overtime that the logged rises add, the source's own route apart."""
    cost = 0.0
    for i in range(ties.size[LOGGED]):
        visit = ties.visitwise[LOG_VISIT, i]
        shift = ties.shift_of[visit]
        if ties.after[visit] < 0 and shift != own:
            back = back_from(ties, shift, visit, ties.start[visit] + served(ties, visit))
            cost += over_cost(ties, shift, back) - over_cost(ties, shift, ties.back[shift])
    return cost
