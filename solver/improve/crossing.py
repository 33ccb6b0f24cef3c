"""Rests of routes exchanged: one technician goes on as another would have, and the other way round (2-opt*).

After Potvin and Rousseau, "An exchange heuristic for routeing problems with time windows", Journal of the Operational
Research Society 46, 1995. Strings taken out are short; the rest of a long day only moves so.
"""

from solver.compiled import IntArray
from solver.improve.arrays import FAR, Arrays
from solver.improve.chance import Seed, below, uniform
from solver.improve.routes import link, listed_from, unlink
from solver.improve.ruin import random_shift
from solver.improve.settle import keep, settled
from solver.improve.state import State, Work
from solver.jit import inner

TRIES = 12
"""Near visits tried to go on with."""
AMONG = 40
"""They are among so many nearest."""
SPLIT = 0.08
"""Share of attempts in which the rest of a day goes to a technician who has nothing to do."""


@inner
def crossed(arrays: Arrays, state: State, work: Work, near: IntArray, seed: Seed, visit: int) -> bool:
    """Lets another route's rest follow the visit, and its own rest follow there; False when nothing can, or not so."""
    shift = state.shift_of[visit]
    if shift < 0:
        return False
    if uniform(seed) < SPLIT:
        other = random_shift(state, work, seed, False)
        place = _parting(arrays, state, seed, shift, other) if other >= 0 else -1
        return place >= 0 and _exchanged(arrays, state, work, shift, place, other, -1)
    among = min(AMONG, near.shape[1])
    for _ in range(TRIES if among > 0 else 0):
        then = near[visit, below(seed, among)]
        other = state.shift_of[then]
        if other >= 0 and other != shift and work.mine[other] and _in_time(arrays, state, shift, visit, other, then):
            return _exchanged(arrays, state, work, shift, visit, other, state.before[then])
    return False


@inner
def _parting(arrays: Arrays, state: State, seed: Seed, shift: int, other: int) -> int:
    """The visit after which another shift may take over with little more driving, some chance in it; -1: none."""
    end, start = arrays.end_location[shift], arrays.start_location[other]
    best, found = 1e300, -1
    visit = state.first[shift]
    while state.after[visit] >= 0:
        then = state.after[visit]
        more = arrays.seconds[start, arrays.location[then]] - state.lead_seconds[then]
        if end >= 0:
            more += arrays.seconds[arrays.location[visit], end]
        weighed = (0.5 + uniform(seed)) * max(1.0, float(more))
        if weighed < best:
            best, found = weighed, visit
        visit = then
    return int(found)


@inner
def _in_time(arrays: Arrays, state: State, shift: int, visit: int, other: int, then: int) -> bool:
    """Whether each rest can follow in time, breaks apart."""
    drive = arrays.seconds[arrays.location[visit], arrays.location[then]]
    if drive >= FAR or state.ready[visit] + drive > state.latest[then]:
        return False
    rest, place = state.after[visit], state.before[then]
    if rest < 0:
        return True
    origin = arrays.start_location[other] if place < 0 else arrays.location[place]
    ready = state.begin[other] if place < 0 else state.ready[place]
    drive = arrays.seconds[origin, arrays.location[rest]]
    return bool(drive < FAR and ready + drive <= state.latest[rest])


@inner
def _exchanged(arrays: Arrays, state: State, work: Work, shift: int, place: int, other: int, other_place: int) -> bool:
    """Exchanges what follows a place of each route, -1: all of it; False when a rule stands against that."""
    rest, other_rest = work.level[0], work.level[1]
    count = listed_from(state, state.after[place], rest)
    other_count = listed_from(state, state.first[other] if other_place < 0 else state.after[other_place], other_rest)
    if not _may_go(arrays, rest, count, other) or not _may_go(arrays, other_rest, other_count, shift):
        return False
    keep(state, work, shift)
    keep(state, work, other)
    for i in range(count):
        unlink(arrays, state, rest[i])
    for i in range(other_count):
        unlink(arrays, state, other_rest[i])
    _follow(arrays, state, other_rest, other_count, shift, place)
    _follow(arrays, state, rest, count, other, other_place)
    return settled(arrays, state, work, shift) and settled(arrays, state, work, other)


@inner
def _may_go(arrays: Arrays, stops: IntArray, count: int, shift: int) -> bool:
    for i in range(count):
        if not arrays.allowed[stops[i], shift]:
            return False
    return True


@inner
def _follow(arrays: Arrays, state: State, stops: IntArray, count: int, shift: int, place: int) -> None:
    for i in range(count):
        link(arrays, state, stops[i], shift, place)
        place = stops[i]
