"""Insertions and new timings in problems where the earliest starts are the best (`Ties.simple`)."""

from typing import Final

from solver.improve.arrays import FAR, NO_LIMIT, PRECEDES
from solver.ties.compiler import inner
from solver.ties.driving import opening
from solver.ties.joint import dequeue, enqueue, forget, need, stops_of
from solver.ties.propagate import ROUNDS, back_from, over_cost, raised, run, served
from solver.ties.simulate import INF, simulated
from solver.ties.table import (
    AT_START,
    DUE,
    FINISH_BY,
    FREE,
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
    LOWER,
    MAX_GAP,
    MAX_TRAVEL,
    MEMBER_OF,
    MEMBERS,
    MEMBERS_END,
    METRE,
    MIN_GAP,
    PERSON,
    RISES,
    SETUP,
    START,
    STOPS,
    TO,
    TOUCHED,
    TRAVEL,
    WORST,
    Ties,
)

FALLS: Final = -1e300
"""Instead of a cost: some start may fall, so that all have to be found anew."""


@inner
def fast_insertion(ties: Ties, visit: int, shift: int, place_after: int, tardiness: int, bound: float) -> float:
    """As `insertion_cost`; FALLS when the starts after it may fall. The State is as before afterwards."""
    row, seconds = ties.shift[shift], ties.seconds
    t, here = row[PERSON], ties.stop[visit, LOCATION]
    empty = ties.first[shift] < 0
    if place_after < 0:
        then, place, leaves = ties.first[shift], row[FROM], row[START]
    else:
        then, place = ties.after[place_after], ties.stop[place_after, LOCATION]
        leaves = ties.start[place_after] + served(ties, place_after)
    end = row[TO] if then < 0 else ties.stop[then, LOCATION]
    to = seconds[place, here]
    on = 0 if end < 0 else seconds[here, end]
    if to >= FAR or on >= FAR:
        return INF
    direct = 0 if end < 0 or empty else seconds[place, end]
    more = to + on - direct
    if (0 if empty else ties.driven[shift]) + more > row[MAX_TRAVEL]:
        return INF
    cost = ties.person_rate[t, TRAVEL] * more + ties.bonus_of[visit, t]
    if ties.has_metres:
        metres = ties.metres[place, here] + (0 if end < 0 else ties.metres[here, end])
        metres -= 0 if end < 0 or empty else ties.metres[place, end]
        cost += ties.person_rate[t, METRE] * metres
    if cost >= bound:
        return INF
    least = need(ties.stop, ties.of_visit, ties.link, ties.member, ties.shift_of, ties.start, visit)
    start = opening(ties.stop, ties.window, visit, max(leaves + to, least))
    service = ties.service[visit, t] + (ties.stop[visit, SETUP] if place != here else 0)
    if start == NO_LIMIT or start + service > ties.stop[visit, FINISH_BY]:
        return INF
    late, worst = start - ties.stop[visit, DUE], tardiness
    if late > 0:
        cost += ties.stop_rate[visit, LATE] * late
        if ties.stop[visit, HAS_DUE] == 1 and late > worst:
            cost += ties.tardiness_rate * (late - worst)
            worst = late
        if cost >= bound:
            return INF
    ready = start + service + on
    if then < 0:
        if ready > row[HARD_END]:
            return INF
        if ties.overtime:
            cost += over_cost(ties, shift, ready) - (0.0 if empty else over_cost(ties, shift, ties.back[shift]))
            if cost >= bound:
                return INF
        pushes = False
    else:
        longer = ties.stop[then, SETUP] > 0 and (place == end) != (here == end)
        if ready < leaves + direct or (longer and here == end):
            return FALLS
        pushes = longer or ready > ties.start[then]
    if not pushes and not _raises(ties, visit, start):
        return float(cost)
    rise = _pushed(ties, visit, shift, place_after, then, start, worst, bound - cost)
    return float(cost + rise)


@inner
def _raises(ties: Ties, visit: int, start: int) -> bool:
    """Whether a planned partner has to start later when the visit starts then."""
    for i in range(ties.stop[visit, LINKS], ties.stop[visit, LINKS_END]):
        link = ties.of_visit[i]
        if ties.link[link, KIND] > PRECEDES:
            continue
        first = ties.link[link, MEMBERS]
        for j in range(first, ties.link[link, MEMBERS_END]):
            other = ties.member[j]
            if other == visit or ties.shift_of[other] < 0:
                continue
            least = start
            if ties.link[link, KIND] == PRECEDES:
                least = start + ties.link[link, MIN_GAP] if j > first else start - ties.link[link, MAX_GAP]
            if least > ties.start[other]:
                return True
    return False


@inner
def _pushed(ties: Ties, visit: int, shift: int, earlier: int, then: int, start: int, worst: int, bound: float) -> float:
    """Units that the rises behind the insertion add; the visit is in the list only meanwhile."""
    ties.before[visit], ties.after[visit], ties.shift_of[visit] = earlier, then, shift
    if earlier >= 0:
        ties.after[earlier] = visit
    if then >= 0:
        ties.before[then] = visit
    cost = _rise_from(ties, visit, start, worst, bound)
    if cost < INF and then >= 0 and ties.overtime:
        last = ties.last[shift]
        back = back_from(ties, shift, last, ties.start[last] + served(ties, last))
        cost += over_cost(ties, shift, back) - over_cost(ties, shift, ties.back[shift])
    wise = ties.visitwise
    for i in range(ties.size[LOGGED]):
        ties.start[wise[LOG_VISIT, i]] = wise[LOG_START, i]
        wise[RISES, wise[LOG_VISIT, i]] = 0
    ties.size[LOGGED] = 0
    if earlier >= 0:
        ties.after[earlier] = then
    if then >= 0:
        ties.before[then] = earlier
    ties.before[visit] = ties.after[visit] = ties.shift_of[visit] = -1
    return cost if cost < bound else INF


@inner
def _rise_from(ties: Ties, visit: int, start: int, worst: int, bound: float) -> float:
    """Gives a visit in the list its start and lets it push what it pushes; units that the others add."""
    wise = ties.visitwise
    wise[LOG_VISIT, 0], wise[LOG_START, 0] = visit, ties.start[visit]
    wise[RISES, visit] = 1
    ties.size[LOGGED], ties.size[WORST] = 1, worst
    ties.start[visit] = start
    enqueue(ties.queue, ties.queued, ties.size, visit)
    then = ties.after[visit]
    if then >= 0 and ties.stop[then, SETUP] > 0:  # it may take longer now without starting later
        raised(ties, then, ties.start[then], True)
    return run(ties, visit, bound, ROUNDS)


@inner
def fast_commit(ties: Ties, visit: int, tardiness: int) -> float:
    """Times the plan after the visit was put into its list; units the others add, FALLS when all must be found anew."""
    shift, earlier, then = ties.shift_of[visit], ties.before[visit], ties.after[visit]
    row, here = ties.shift[shift], ties.stop[visit, LOCATION]
    place, leaves = row[FROM], row[START]
    if earlier >= 0:
        place, leaves = ties.stop[earlier, LOCATION], ties.start[earlier] + served(ties, earlier)
    least = need(ties.stop, ties.of_visit, ties.link, ties.member, ties.shift_of, ties.start, visit)
    start = opening(ties.stop, ties.window, visit, max(leaves + ties.seconds[place, here], least))
    ready = start + served(ties, visit)
    if start == NO_LIMIT or ready > ties.stop[visit, FINISH_BY]:
        return INF
    if then >= 0:
        end = ties.stop[then, LOCATION]
        saved = ties.stop[then, SETUP] > 0 and here == end and place != end
        if ready + ties.seconds[here, end] < leaves + ties.seconds[place, end] or saved:
            return FALLS
    cost = _rise_from(ties, visit, start, tardiness, INF)
    wise, touched = ties.visitwise, ties.shiftwise[TOUCHED]
    for i in range(ties.size[LOGGED]):
        wise[RISES, wise[LOG_VISIT, i]] = 0
        touched[ties.shift_of[wise[LOG_VISIT, i]]] = 1
    for i in range(ties.size[LOGGED]):
        other = ties.shift_of[wise[LOG_VISIT, i]]
        if touched[other]:
            touched[other] = 0
            if cost < INF and not summed(ties, other):
                cost = INF
    forget(ties.shiftwise, ties.size)
    return cost


@inner
def summed(ties: Ties, shift: int) -> bool:
    """Works out cost, return and the like of a route whose visits have their starts; False when it drives too long."""
    row, stops = ties.shift[shift], ties.stop
    t, place, clock = row[PERSON], row[FROM], row[START]
    driven, metres, worst, leaves, cost, bonus = 0, 0, 0, clock, 0.0, 0.0
    visit = ties.first[shift]
    while visit >= 0:
        here, start = stops[visit, LOCATION], ties.start[visit]
        leg = ties.seconds[place, here]
        driven += leg
        if ties.has_metres:
            metres += ties.metres[place, here]
        if ties.before[visit] < 0 and row[AT_START] == 0:
            leaves = max(leaves, start - leg)
        late = start - stops[visit, DUE]
        if late > 0:
            cost += ties.stop_rate[visit, LATE] * late
            if late > worst and stops[visit, HAS_DUE] == 1:
                worst = late
        bonus += ties.bonus_of[visit, t]
        clock = start + ties.service[visit, t] + (stops[visit, SETUP] if place != here else 0)
        place = here
        visit = ties.after[visit]
    if row[TO] >= 0 and ties.first[shift] >= 0:
        driven += ties.seconds[place, row[TO]]
        clock += ties.seconds[place, row[TO]]
        if ties.has_metres:
            metres += ties.metres[place, row[TO]]
    rate = ties.person_rate[t]
    cost += bonus + rate[TRAVEL] * driven + rate[METRE] * metres + over_cost(ties, shift, clock)
    ties.cost[shift], ties.bonus[shift] = cost if ties.first[shift] >= 0 else 0.0, bonus
    ties.driven[shift], ties.metres_of[shift], ties.tardiness[shift] = driven, metres, worst
    ties.depart[shift], ties.back[shift], ties.duty[shift] = leaves, clock, clock - leaves
    return bool(driven <= row[MAX_TRAVEL] and clock <= row[HARD_END])


@inner
def detailed_simply(ties: Ties, shift: int) -> bool:
    """Times such a route once more, so that `along` and `sums[0]` tell all of it."""
    k = stops_of(ties, shift)
    for i in range(k):
        ties.visitwise[LOWER, ties.along[STOPS, i]] = ties.start[ties.along[STOPS, i]]
    return simulated(ties, shift, k, ties.shift[shift, START], ties.shift[shift, HARD_END]) < INF


@inner
def fast_retime(ties: Ties, count: int) -> bool:
    """Finds the earliest starts of all visits of the first `count` MEMBER_OF; False: there are none."""
    members, wise = ties.shiftwise[MEMBER_OF], ties.visitwise
    for i in range(count):
        visit = ties.first[members[i]]
        while visit >= 0:
            ties.start[visit] = FREE
            wise[RISES, visit] = 0
            visit = ties.after[visit]
    done = True
    for i in range(count):
        done = done and _walked(ties, members[i])
    ties.size[LOGGED] = ties.size[WORST] = 0
    for i in range(count if done else 0):
        visit = ties.first[members[i]]
        while visit >= 0 and done:
            least = need(ties.stop, ties.of_visit, ties.link, ties.member, ties.shift_of, ties.start, visit)
            if least > ties.start[visit]:
                done = raised(ties, visit, least, False) < INF
            visit = ties.after[visit]
    done = done and run(ties, -1, INF, len(ties.of_visit) + 8) < INF
    while dequeue(ties.queue, ties.queued, ties.size) >= 0:
        pass
    for i in range(count):
        visit = ties.first[members[i]]
        while visit >= 0:
            wise[RISES, visit] = 0
            visit = ties.after[visit]
        done = done and summed(ties, members[i])
    return done


@inner
def _walked(ties: Ties, shift: int) -> bool:
    """Gives each visit of the shift the earliest start that those before it and its partners' starts so far allow."""
    row = ties.shift[shift]
    place, clock = row[FROM], row[START]
    visit = ties.first[shift]
    while visit >= 0:
        here = ties.stop[visit, LOCATION]
        leg = ties.seconds[place, here]
        service = ties.service[visit, row[PERSON]] + (ties.stop[visit, SETUP] if place != here else 0)
        least = need(ties.stop, ties.of_visit, ties.link, ties.member, ties.shift_of, ties.start, visit)
        start = opening(ties.stop, ties.window, visit, max(clock + leg, least))
        clock = start + service
        if leg >= FAR or clock > ties.stop[visit, FINISH_BY]:
            return False
        ties.start[visit] = start
        place = here
        visit = ties.after[visit]
    return bool(ties.first[shift] < 0 or back_from(ties, shift, ties.last[shift], clock) <= row[HARD_END])
