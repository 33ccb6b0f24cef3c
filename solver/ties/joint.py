"""Routes timed together: bounds on starts only ever rise until all ties hold; a cycle never comes to rest.

A plan's routes hang together by `same_start` and `precedes`, and by the rest between two shifts of a technician. Every
route is timed with the bounds that the others set, and sets bounds for them, until nothing changes.
"""

from solver.compiled import BoolArray, IntArray
from solver.improve.arrays import NO_LIMIT, PRECEDES
from solver.ties.compiler import inner
from solver.ties.simulate import INF, simulated
from solver.ties.table import (
    BACK,
    DEPART,
    DRIVEN,
    DUTY,
    EARLIEST_START,
    EARLY,
    FREE,
    HARD_END,
    KIND,
    LINKS,
    LINKS_END,
    LOG_EARLIEST,
    LOG_START,
    LOG_VISIT,
    LOGGED,
    LOWER,
    MAX_DUTY,
    MAX_GAP,
    MEMBERS,
    MEMBERS_END,
    METRES,
    MIN_GAP,
    MIN_REST,
    OWN,
    OWN_END,
    PERSON,
    QUEUE_FIRST,
    QUEUE_SIZE,
    SHIFT_RISES,
    START,
    STARTS,
    STOPS,
    TARDINESS,
    TOUCH_COUNT,
    TOUCHED,
    TOUCHES,
    Ties,
)


@inner
def need(
    stop: IntArray,
    of_visit: IntArray,
    link: IntArray,
    member: IntArray,
    shift_of: IntArray,
    early: IntArray,
    visit: int,
) -> int:
    """The earliest start that its partners' earliest starts allow; FREE when it is tied to none that is planned."""
    bound = FREE
    for i in range(stop[visit, LINKS], stop[visit, LINKS_END]):
        row = of_visit[i]
        kind = link[row, KIND]
        if kind > PRECEDES:
            continue
        first = link[row, MEMBERS]
        for j in range(first, link[row, MEMBERS_END]):
            other = member[j]
            if other == visit or shift_of[other] < 0:
                continue
            at = early[other]
            if kind == PRECEDES:
                at = at + link[row, MIN_GAP] if j == first else at - link[row, MAX_GAP]
            bound = max(bound, at, FREE + 1)
    return bound


@inner
def stops_of(ties: Ties, shift: int) -> int:
    """Writes the stops of the shift in order, warehouse stops included, into `along`; returns how many."""
    k, store, into = 0, 0, ties.along[STOPS]
    visit = ties.first[shift]
    while visit >= 0 or store < ties.stores[shift]:
        if store < ties.stores[shift] and (ties.store_place[shift, store] <= k or visit < 0):
            into[k] = ties.store_stop[shift, store]
            store += 1
        else:
            into[k] = visit
            visit = ties.after[visit]
        k += 1
    return k


@inner
def enqueue(queue: IntArray, queued: BoolArray, size: IntArray, item: int) -> None:
    """Puts a visit or a shift at the end of the queue unless it waits there already."""
    if not queued[item]:
        queued[item] = True
        queue[(size[QUEUE_FIRST] + size[QUEUE_SIZE]) % len(queue)] = item
        size[QUEUE_SIZE] += 1


@inner
def dequeue(queue: IntArray, queued: BoolArray, size: IntArray) -> int:
    """Takes the first out of the queue; -1: it is empty."""
    if size[QUEUE_SIZE] == 0:
        return -1
    item = queue[size[QUEUE_FIRST]]
    size[QUEUE_FIRST] = (size[QUEUE_FIRST] + 1) % len(queue)
    size[QUEUE_SIZE] -= 1
    queued[item] = False
    return int(item)


@inner
def touch(ties: Ties, shift: int) -> None:
    """Remembers the shift's times as they are, once."""
    if ties.shiftwise[TOUCHED, shift]:
        return
    ties.shiftwise[TOUCHED, shift] = 1
    ties.shiftwise[TOUCHES, ties.size[TOUCH_COUNT]] = shift
    ties.size[TOUCH_COUNT] += 1
    old = ties.old[shift]
    old[DEPART], old[BACK], old[DRIVEN] = ties.depart[shift], ties.back[shift], ties.driven[shift]
    old[METRES], old[DUTY], old[TARDINESS] = ties.metres_of[shift], ties.duty[shift], ties.tardiness[shift]
    ties.old_cost[shift, 0], ties.old_cost[shift, 1] = ties.cost[shift], ties.bonus[shift]
    visit, wise = ties.first[shift], ties.visitwise
    while visit >= 0:
        at = ties.size[LOGGED]
        wise[LOG_VISIT, at], wise[LOG_EARLIEST, at] = visit, wise[EARLIEST_START, visit]
        wise[LOG_START, at] = ties.start[visit]
        ties.size[LOGGED] = at + 1
        visit = ties.after[visit]


@inner
def forget(shiftwise: IntArray, size: IntArray) -> None:
    """Lets what was changed stand."""
    for i in range(size[TOUCH_COUNT]):
        shiftwise[TOUCHED, shiftwise[TOUCHES, i]] = 0
    size[TOUCH_COUNT] = size[LOGGED] = 0


@inner
def undo(ties: Ties) -> None:
    """Makes the times what they were before the shifts were touched."""
    for i in range(ties.size[TOUCH_COUNT]):
        shift = ties.shiftwise[TOUCHES, i]
        old = ties.old[shift]
        ties.depart[shift], ties.back[shift], ties.driven[shift] = old[DEPART], old[BACK], old[DRIVEN]
        ties.metres_of[shift], ties.duty[shift], ties.tardiness[shift] = old[METRES], old[DUTY], old[TARDINESS]
        ties.cost[shift], ties.bonus[shift] = ties.old_cost[shift, 0], ties.old_cost[shift, 1]
    wise = ties.visitwise
    for i in range(ties.size[LOGGED]):
        visit = wise[LOG_VISIT, i]
        wise[EARLIEST_START, visit], ties.start[visit] = wise[LOG_EARLIEST, i], wise[LOG_START, i]
    forget(ties.shiftwise, ties.size)


@inner
def write_route(ties: Ties, shift: int, k: int, cost: float) -> None:
    """Writes the route timed last into the State."""
    sums = ties.sums[0]
    ties.cost[shift], ties.bonus[shift] = cost, ties.amount[0]
    ties.depart[shift], ties.back[shift], ties.driven[shift] = sums[DEPART], sums[BACK], sums[DRIVEN]
    ties.metres_of[shift], ties.duty[shift], ties.tardiness[shift] = sums[METRES], sums[DUTY], sums[TARDINESS]
    for i in range(k):
        if ties.along[STOPS, i] < ties.visits:
            ties.start[ties.along[STOPS, i]] = ties.along[STARTS, i]


@inner
def timed(ties: Ties, shift: int) -> bool:
    """Times one route with the bounds that stand; False when it cannot be.

    Routes that it ties, and its technician's next, are queued when they have to rise.
    """
    touch(ties, shift)
    k = stops_of(ties, shift)
    wise, stops = ties.visitwise, ties.along[STOPS]
    early = wise[EARLIEST_START]
    for i in range(k):
        visit = stops[i]
        wise[LOWER, visit] = FREE
        if visit < ties.visits:
            bound = need(ties.stop, ties.of_visit, ties.link, ties.member, ties.shift_of, early, visit)
            wise[LOWER, visit] = max(bound, early[visit]) if bound > FREE else FREE
    cost = simulated(ties, shift, k, _rested(ties, shift), ties.shift[shift, HARD_END])
    if cost == INF:
        return False
    write_route(ties, shift, k, cost)
    for i in range(k):
        if stops[i] < ties.visits:
            early[stops[i]] = ties.along[EARLY, i]
    for i in range(k):
        visit = stops[i]
        if visit >= ties.visits or wise[LOWER, visit] == FREE:
            continue
        for j in range(ties.stop[visit, LINKS], ties.stop[visit, LINKS_END]):
            row = ties.of_visit[j]
            for m in range(ties.link[row, MEMBERS], ties.link[row, MEMBERS_END]):
                other = ties.member[m]
                if ties.shift_of[other] >= 0 and other != visit:
                    bound = need(ties.stop, ties.of_visit, ties.link, ties.member, ties.shift_of, early, other)
                    if bound > early[other]:
                        enqueue(ties.queue, ties.queued, ties.size, ties.shift_of[other])
    _wake_next(ties, shift)
    return True


@inner
def _rested(ties: Ties, shift: int) -> int:
    """The earliest departure of the shift after the technician's used shift before it and the rest."""
    t, begin = ties.shift[shift, PERSON], ties.shift[shift, START]
    rest = ties.person[t, MIN_REST]
    if rest > 0:
        for i in range(ties.person[t, OWN], ties.person[t, OWN_END]):
            other = ties.own[i]
            if other == shift:
                break
            if ties.first[other] >= 0:
                begin = max(begin, ties.back[other] + rest)
    return int(begin)


@inner
def _wake_next(ties: Ties, shift: int) -> None:
    """The technician's next used shift is timed anew when its rest has become too short."""
    t, later = ties.shift[shift, PERSON], False
    rest = ties.person[t, MIN_REST]
    if rest == 0:
        return
    for i in range(ties.person[t, OWN], ties.person[t, OWN_END]):
        other = ties.own[i]
        if later and ties.first[other] >= 0:
            if ties.depart[other] < ties.back[shift] + rest:
                enqueue(ties.queue, ties.queued, ties.size, other)
            return
        later = later or other == shift


@inner
def settle_queue(ties: Ties) -> bool:
    """Times the queued shifts until none is left; False when one cannot be timed, or a cycle never comes to rest."""
    rises = ties.shiftwise[SHIFT_RISES]
    rises[:] = 0
    most = 2 * len(ties.of_visit) + len(rises) + 8
    while True:
        shift = dequeue(ties.queue, ties.queued, ties.size)
        if shift < 0:
            break
        rises[shift] += 1
        if rises[shift] > most or not timed(ties, shift):
            while dequeue(ties.queue, ties.queued, ties.size) >= 0:
                pass
            return False
    for i in range(ties.size[TOUCH_COUNT]):
        t = ties.shift[ties.shiftwise[TOUCHES, i], PERSON]
        if ties.person[t, MAX_DUTY] < NO_LIMIT and duty_of(ties, t) > ties.person[t, MAX_DUTY]:
            return False
    return True


@inner
def duty_of(ties: Ties, technician: int) -> int:
    """Seconds of duty over the technician's shifts."""
    total = 0
    for i in range(ties.person[technician, OWN], ties.person[technician, OWN_END]):
        if ties.first[ties.own[i]] >= 0:
            total += ties.duty[ties.own[i]]
    return total
