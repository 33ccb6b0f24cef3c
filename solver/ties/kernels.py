"""What the improvement search asks: what an insertion into tied routes costs, and the times after a change.

Every function takes the chain's `Ties`, which holds the arrays of its State: lists changed there are seen here.
"""

from solver.compiled import IntArray
from solver.improve.arrays import PRECEDES, SAME
from solver.jit import jit
from solver.ties.compiler import inner
from solver.ties.fast import FALLS, detailed_simply, fast_commit, fast_insertion, fast_retime
from solver.ties.joint import dequeue, duty_of, enqueue, forget, settle_queue, stops_of, timed, touch, undo
from solver.ties.resting import on_leg
from solver.ties.simulate import INF, simulated
from solver.ties.table import (
    BACK,
    BREAKS,
    BREAKS_END,
    COUNTED,
    DEPART,
    DRIVEN,
    DUTY,
    EARLIEST_START,
    FREE,
    HARD_END,
    KEPT_EARLIEST,
    KEPT_START,
    KIND,
    LAST,
    LINKS,
    LINKS_END,
    LOGGED,
    LOWER,
    MAX_DUTY,
    MAX_VISITS,
    MEMBER_OF,
    MEMBERS,
    MEMBERS_END,
    METRES,
    MIN_REST,
    MOST_BREAKS,
    OWN,
    OWN_END,
    PERSON,
    START,
    STOPS,
    TARDINESS,
    TOUCH_COUNT,
    TOUCHED,
    TOUCHES,
    Ties,
)


@jit
def simulate(ties: Ties, shift: int, stops: IntArray, k: int, begin: int, finish: int, lower: IntArray) -> float:
    """Units that one route costs when timed, its technician's fixed cost apart; inf when it breaks a hard bound.

    stops: the first k are visits, or warehouses from n on. begin, finish: earliest departure, latest return (seconds).
    lower: (n + m,) per stop the earliest start allowed by ties (FREE: not tied); who is tied starts as early as can be.
    The times are in `ties.along` (rows STARTS, RESTS) and `ties.sums[0]` afterwards.
    """
    ties.along[STOPS, :k] = stops[:k]
    for i in range(k):
        ties.visitwise[LOWER, stops[i]] = lower[stops[i]]
    return simulated(ties, shift, k, begin, finish)


@jit
def link_allows(ties: Ties, visit: int, shift: int) -> bool:
    """Whether the links let the shift's technician do the visit, seeing who does its partners."""
    t = ties.shift[shift, PERSON]
    for i in range(ties.stop[visit, LINKS], ties.stop[visit, LINKS_END]):
        link = ties.of_visit[i]
        kind = ties.link[link, KIND]
        if kind == PRECEDES:
            continue
        for j in range(ties.link[link, MEMBERS], ties.link[link, MEMBERS_END]):
            other = ties.member[j]
            if other == visit or ties.shift_of[other] < 0:
                continue
            if (ties.shift[ties.shift_of[other], PERSON] == t) != (kind == SAME):
                return False
    return True


@inner
def worst_tardiness(first: IntArray, tardiness: IntArray) -> int:
    """Seconds by which the latest visit of the plan starts after it was due."""
    worst = 0
    for shift in range(len(first)):
        if first[shift] >= 0 and tardiness[shift] > worst:
            worst = tardiness[shift]
    return worst


@jit
def shared_cost(ties: Ties) -> float:
    """Units that belong to no route: for the largest tardiness and for imbalance."""
    cost = 0.0
    if ties.tardiness_rate > 0.0:
        cost += ties.tardiness_rate * worst_tardiness(ties.first, ties.tardiness)
    if ties.imbalance_rate > 0.0:
        most, least, found = 0, 0, False
        for t in range(len(ties.person)):
            if ties.person[t, COUNTED] == 1:
                duty = duty_of(ties, t)
                most, least = (max(most, duty), min(least, duty)) if found else (duty, duty)
                found = True
        cost += ties.imbalance_rate * (most - least)
    return cost


@jit
def insertion_cost(ties: Ties, visit: int, shift: int, place_after: int, bound: float) -> float:
    """Units by which the plan gets dearer when the visit, which is in no route, is put behind another of the shift.

    place_after: -1 for the first place. The rise of all routes' costs (fixed costs apart), of the largest tardiness
    and of imbalance; inf when it cannot be timed, the links forbid it, or it is not below `bound`. The State stays as
    it is. Parts and tools are not looked at; a warehouse stop stays behind the visit that it comes after.
    """
    if not ties.allowed[visit, shift] or ties.counts[shift] >= ties.shift[shift, MAX_VISITS]:
        return INF
    if not link_allows(ties, visit, shift):
        return INF
    if ties.simple:
        tardiness = worst_tardiness(ties.first, ties.tardiness) if ties.tardiness_rate > 0.0 else 0
        cost = fast_insertion(ties, visit, shift, place_after, tardiness, bound)
        if cost != FALLS:
            return cost
    return _tried(ties, visit, shift, place_after, bound)


@inner
def _tried(ties: Ties, visit: int, shift: int, earlier: int, bound: float) -> float:
    """The insertion made, timed and undone."""
    then = ties.first[shift] if earlier < 0 else ties.after[earlier]
    shared = shared_cost(ties)
    place = _place_of(ties, shift, earlier)
    _shift_stores(ties, shift, place, 1)
    ties.before[visit], ties.after[visit], ties.shift_of[visit] = earlier, then, shift
    _joined(ties, shift, earlier, visit, visit, then)
    ties.visitwise[EARLIEST_START, visit] = FREE
    ties.start[visit] = FREE
    cost = INF
    if _risen(ties, shift):
        cost = shared_cost(ties) - shared
        for i in range(ties.size[TOUCH_COUNT]):
            touched = ties.shiftwise[TOUCHES, i]
            before = ties.old_cost[touched, 0] if touched != shift or then >= 0 or earlier >= 0 else 0.0
            cost += ties.cost[touched] - before
    undo(ties)
    _shift_stores(ties, shift, place, -1)
    _joined(ties, shift, earlier, then, earlier, then)
    ties.before[visit] = ties.after[visit] = ties.shift_of[visit] = -1
    return cost if cost < bound else INF


@inner
def _place_of(ties: Ties, shift: int, visit: int) -> int:
    """The visit's place among the shift's stops; -1: before all."""
    if visit < 0 or ties.stores[shift] == 0:
        return -1
    for i in range(stops_of(ties, shift)):
        if ties.along[STOPS, i] == visit:
            return i
    return -1


@inner
def _shift_stores(ties: Ties, shift: int, place: int, by: int) -> None:
    """Moves the warehouse stops behind a place along."""
    for i in range(ties.stores[shift]):
        if ties.store_place[shift, i] > place:
            ties.store_place[shift, i] += by


@inner
def _joined(ties: Ties, shift: int, earlier: int, after_it: int, before_it: int, then: int) -> None:
    """Lets `after_it` come after `earlier`, and `before_it` before `then`."""
    if earlier >= 0:
        ties.after[earlier] = after_it
    else:
        ties.first[shift] = after_it
    if then >= 0:
        ties.before[then] = before_it
    else:
        ties.last[shift] = before_it


@inner
def _risen(ties: Ties, shift: int) -> bool:
    """Times the shift anew and whomever it raises; who is tied keeps at least the start there is."""
    if ties.simple:  # the starts that are there are the earliest ones
        _members_of(ties, shift)
        return _from_scratch(ties, _component(ties, 1), True)
    enqueue(ties.queue, ties.queued, ties.size, shift)
    return settle_queue(ties)


@inner
def _members_of(ties: Ties, shift: int) -> None:
    ties.shiftwise[MEMBER_OF, 0] = shift
    ties.shiftwise[TOUCHED, shift] = 1


@jit
def commit_insertion(ties: Ties, visit: int) -> bool:
    """Times the plan after the visit was put into its list; False when it cannot be: the times are then undefined."""
    ties.visitwise[EARLIEST_START, visit] = FREE
    ties.start[visit] = FREE
    if ties.simple:
        cost = fast_commit(ties, visit, worst_tardiness(ties.first, ties.tardiness))
        if cost != FALLS:
            return cost < INF
    done = _risen(ties, ties.shift_of[visit])
    forget(ties.shiftwise, ties.size)
    return done


@jit
def commit_removals(ties: Ties, removed: IntArray, gone: int, shifts: IntArray, count: int) -> bool:
    """Times the plan after visits (the first `gone`) were taken out of these shifts (the first `count`).

    Their routes, those of their partners and all tied to them are timed from scratch. False: it cannot be.
    """
    size = 0
    for i in range(count):
        size = _member(ties.shiftwise, shifts[i], size)
    for i in range(gone):
        size = _partners(ties, removed[i], size)
    return _from_scratch(ties, _component(ties, size), False)


@jit
def retime(ties: Ties, shifts: IntArray, count: int) -> bool:
    """Times these shifts (the first `count`) and all that hang together with them from scratch; False: it cannot be."""
    return commit_removals(ties, shifts, 0, shifts, count)


@jit
def time_all(ties: Ties) -> bool:
    """Times every route from scratch; False when the plan cannot be timed, and then the times are undefined.

    To be called after another plan was written into the State.
    """
    for shift in range(len(ties.first)):
        ties.shiftwise[MEMBER_OF, shift] = shift
    return _from_scratch(ties, len(ties.first), False)


@jit
def detailed(ties: Ties, shift: int) -> float:
    """Times a route once more as it stands, so that `along` and `sums[0]` tell all of it; its units, or inf."""
    if ties.simple:
        return ties.cost[shift] if detailed_simply(ties, shift) else INF
    if not timed(ties, shift):
        return INF
    forget(ties.shiftwise, ties.size)
    return ties.cost[shift] if dequeue(ties.queue, ties.queued, ties.size) < 0 else INF


@jit
def break_order(ties: Ties, shift: int, leaves: int, seconds: int, rests: int, order: IntArray) -> int:
    """Writes the breaks of a leg with these breaks (bits) in their order; returns how many.

    leaves: when the leg begins. seconds: what it takes by the matrix.
    """
    base = ties.shift[shift, BREAKS]
    count = min(MOST_BREAKS, ties.shift[shift, BREAKS_END] - base)
    on_leg(ties.speed, ties.rest, base, count, leaves, seconds, 0, ties.on_leg)
    taken = 0
    while rests:
        order[taken] = ties.on_leg[LAST, rests]
        rests &= ~(1 << ties.on_leg[LAST, rests])
        taken += 1
    order[:taken] = order[:taken][::-1].copy()
    return taken


@jit
def remember(ties: Ties) -> None:
    """Keeps the times of the whole plan, one plan at a time, for `recall`."""
    kept, cost, wise = ties.kept, ties.kept_cost, ties.visitwise
    for v in range(ties.visits):
        wise[KEPT_START, v], wise[KEPT_EARLIEST, v] = ties.start[v], wise[EARLIEST_START, v]
    for s in range(len(ties.first)):
        kept[DEPART, s], kept[BACK, s], kept[DRIVEN, s] = ties.depart[s], ties.back[s], ties.driven[s]
        kept[METRES, s], kept[DUTY, s], kept[TARDINESS, s] = ties.metres_of[s], ties.duty[s], ties.tardiness[s]
        cost[0, s], cost[1, s] = ties.cost[s], ties.bonus[s]


@jit
def recall(ties: Ties) -> None:
    """Makes the times what they were when `remember` was called; the lists have to be put back besides."""
    kept, cost, wise = ties.kept, ties.kept_cost, ties.visitwise
    for v in range(ties.visits):
        ties.start[v], wise[EARLIEST_START, v] = wise[KEPT_START, v], wise[KEPT_EARLIEST, v]
    for s in range(len(ties.first)):
        ties.depart[s], ties.back[s], ties.driven[s] = kept[DEPART, s], kept[BACK, s], kept[DRIVEN, s]
        ties.metres_of[s], ties.duty[s], ties.tardiness[s] = kept[METRES, s], kept[DUTY, s], kept[TARDINESS, s]
        ties.cost[s], ties.bonus[s] = cost[0, s], cost[1, s]


@inner
def _from_scratch(ties: Ties, size: int, undoable: bool) -> bool:
    """Times the first `size` shifts of MEMBER_OF from scratch; they hang together with no others."""
    members = ties.shiftwise[MEMBER_OF]
    forget(ties.shiftwise, ties.size)
    for i in range(size if undoable or not ties.simple else 0):
        touch(ties, members[i])
    if ties.simple:
        logged = ties.size[LOGGED]
        done = fast_retime(ties, size)
        ties.size[LOGGED] = logged
        return done
    for i in range(size):
        visit = ties.first[members[i]]
        while visit >= 0:
            ties.visitwise[EARLIEST_START, visit] = FREE
            visit = ties.after[visit]
        ties.back[members[i]] = ties.depart[members[i]] = ties.shift[members[i], START]
    for i in range(size):
        enqueue(ties.queue, ties.queued, ties.size, members[i])
    done = settle_queue(ties)
    if not undoable:
        forget(ties.shiftwise, ties.size)
    return done


@inner
def _component(ties: Ties, size: int) -> int:
    """Adds to the first `size` of MEMBER_OF all shifts tied to them, directly or not; returns how many they are."""
    members, done = ties.shiftwise[MEMBER_OF], 0
    while done < size:
        shift = members[done]
        done += 1
        visit = ties.first[shift]
        while visit >= 0:
            size = _partners(ties, visit, size)
            visit = ties.after[visit]
        t = ties.shift[shift, PERSON]
        if ties.person[t, MIN_REST] > 0:
            for i in range(ties.person[t, OWN], ties.person[t, OWN_END]):
                size = _member(ties.shiftwise, ties.own[i], size)
    for i in range(size):
        ties.shiftwise[TOUCHED, members[i]] = 0
    return size


@inner
def _partners(ties: Ties, visit: int, size: int) -> int:
    for i in range(ties.stop[visit, LINKS], ties.stop[visit, LINKS_END]):
        link = ties.of_visit[i]
        if ties.link[link, KIND] <= PRECEDES:
            for j in range(ties.link[link, MEMBERS], ties.link[link, MEMBERS_END]):
                shift = ties.shift_of[ties.member[j]]
                if shift >= 0:
                    size = _member(ties.shiftwise, shift, size)
    return size


@inner
def _member(shiftwise: IntArray, shift: int, size: int) -> int:
    if shiftwise[TOUCHED, shift]:
        return size
    shiftwise[TOUCHED, shift] = 1
    shiftwise[MEMBER_OF, size] = shift
    return size + 1


@jit
def bounds_from_siblings(ties: Ties, technician: int) -> bool:
    """Sets earliest departure and latest return of the technician's shifts from those used before and after.

    False when the duty over all shifts is more than allowed.
    """
    person = ties.person[technician]
    rest = person[MIN_REST]
    back, leaves = -(1 << 60), 1 << 60
    for i in range(person[OWN], person[OWN_END]):
        shift = ties.own[i]
        ties.begin[shift] = max(ties.shift[shift, START], back + rest)
        if ties.first[shift] >= 0:
            back = ties.back[shift]
    for i in range(person[OWN_END] - 1, person[OWN] - 1, -1):
        shift = ties.own[i]
        ties.finish[shift] = min(ties.shift[shift, HARD_END], leaves - rest)
        if ties.first[shift] >= 0:
            leaves = ties.depart[shift]
    return bool(duty_of(ties, technician) <= person[MAX_DUTY])
