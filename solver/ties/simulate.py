"""One route timed: the earliest way through it, then later where that saves and delays nothing."""

from typing import Final

from solver.buffers import buffer_of, leg_spread, with_variance
from solver.improve.arrays import FAR, NO_LIMIT
from solver.ties.compiler import inner
from solver.ties.driving import arrival, closing, opening
from solver.ties.resting import forward_with_breaks, leave_for, leg_driven, owed_from, unpaid
from solver.ties.table import (
    AT_START,
    AWAY,
    AWAY_FROM,
    BACK,
    BREAKS,
    BREAKS_END,
    BUFFER,
    BUFFERS,
    CLOSE,
    DEPART,
    DRIVEN,
    DUE,
    DUTY,
    DUTY_RATE,
    EARLY,
    END,
    FINISH_BY,
    FREE,
    FROM,
    HAS_DUE,
    LATE,
    LATEST,
    LEGS,
    LOCATION,
    LOWER,
    MAX_DUTY,
    MAX_TRAVEL,
    METRE,
    METRES,
    MIN_REST,
    MOST_BREAKS,
    OPTIONAL,
    OVERTIME,
    PERSON,
    PROMISED,
    RESTS,
    SERVICE,
    SETUP,
    SHIFTED,
    SPREAD,
    START,
    STARTS,
    STOPS,
    SUMS,
    TARDINESS,
    TO,
    TRAVEL,
    TRIAL,
    TRIAL_RESTS,
    WINDOWS,
    WINDOWS_END,
    Ties,
)

INF: Final = float("inf")


@inner
def simulated(ties: Ties, shift: int, k: int, begin: int, finish: int) -> float:
    """Units that the route costs when timed, its technician's fixed cost apart; inf when it breaks a hard bound.

    Its first k stops are in `along`: visits, or warehouses from n on. begin, finish: earliest departure, latest return.
    `visitwise[LOWER]`: per stop the earliest start that its ties allow (FREE: not tied); who is tied starts as early as
    can be. Writes EARLY, STARTS and RESTS of `along`, `sums[0]` and `amount`.
    """
    ties.amount[0] = 0.0
    if k == 0:
        ties.sums[0] = 0
        ties.sums[0, DEPART] = ties.sums[0, BACK] = begin
        return 0.0
    row = ties.shift[shift]
    held = row[AT_START] == 1
    if (held and begin > row[START]) or not _laid_out(ties, shift, k):
        return INF
    best = _departing(ties, shift, k, begin, finish, INF, True)
    if not held:
        for b in range(row[BREAKS], row[BREAKS_END]):
            leaves = ties.rest[b, LATEST] + 1
            if begin < leaves <= finish and ties.rest[b, OPTIONAL] == 0:
                best = _departing(ties, shift, k, leaves, finish, best, best == INF)
        for band in range(len(ties.speed)):
            leaves = ties.speed[band, 0]
            if begin < leaves <= finish:
                best = _departing(ties, shift, k, leaves, finish, best, best == INF)
    return best


@inner
def _laid_out(ties: Ties, shift: int, k: int) -> bool:
    """Writes services, legs, buffers, metres and bonus; False when no road leads along, or the driving is too long."""
    row, along = ties.shift[shift], ties.along
    t, place = row[PERSON], row[FROM]
    total, metres, bonus, variance = 0, 0, 0.0, 0
    for i in range(k + 1):
        here = row[TO]
        if i < k:
            stop = along[STOPS, i]
            here = ties.stop[stop, LOCATION]
            along[SERVICE, i] = ties.service[stop, t] + (ties.stop[stop, SETUP] if place != here else 0)
            if stop < ties.visits:
                bonus += ties.bonus_of[stop, t]
        leg = 0 if here < 0 else ties.seconds[place, here]
        if leg >= FAR:
            return False
        along[LEGS, i] = leg
        total += leg
        if ties.has_metres and here >= 0:
            metres += ties.metres[place, here]
        if ties.buffer_percent > 0 and i < k:
            variance = with_variance(variance, leg_spread(leg, ties.spread_percent))
            along[BUFFERS, i] = buffer_of(variance, ties.buffer_percent)
            variance = with_variance(variance, ties.stop[stop, SPREAD])
        place = here
    ties.sums[1, METRES] = metres
    ties.amount[0] = bonus
    return len(ties.speed) > 0 or total <= row[MAX_TRAVEL]


@inner
def _departing(ties: Ties, shift: int, k: int, leaves: int, finish: int, best: float, fresh: bool) -> float:
    """The lesser of `best` and what leaving at `leaves` or later costs; what is best stays written.

    fresh: nothing is written yet; else who is tied must start as early as what is.
    """
    base = ties.shift[shift, BREAKS]
    count = min(MOST_BREAKS, ties.shift[shift, BREAKS_END] - base)
    along = ties.along
    if count == 0:
        clock = leaves
        for i in range(k):
            stop = along[STOPS, i]
            bound = max(arrival(ties.speed, clock, along[LEGS, i]), ties.visitwise[LOWER, stop])
            start = opening(ties.stop, ties.window, stop, bound)
            clock = start + along[SERVICE, i]
            if clock > finish or clock > ties.stop[stop, FINISH_BY]:
                return best
            along[TRIAL, i] = start
            along[TRIAL_RESTS, i] = 0
        along[TRIAL_RESTS, k] = 0
        if arrival(ties.speed, clock, along[LEGS, k]) > finish:
            return best
        return _kept(ties, shift, k, leaves, finish, best, fresh)
    forward_with_breaks(ties, base, count, k, leaves, finish)
    while True:  # the sets of breaks, those that are back first going first
        chosen, back = -1, NO_LIMIT
        for bits in range(1 << count):
            if ties.ready[k + 1, bits] < back:
                chosen, back = bits, ties.ready[k + 1, bits]
        if chosen < 0:
            return best
        if back <= owed_from(ties.shift[shift], ties.rest, chosen, leaves):
            taken = chosen
            for i in range(k, -1, -1):
                before = ties.taken[i + 1, taken]
                along[TRIAL_RESTS, i] = taken & ~before
                taken = before
                if i > 0:
                    along[TRIAL, i - 1] = ties.ready[i, taken] - along[SERVICE, i - 1]
            new = _kept(ties, shift, k, leaves, finish, best, fresh)
            fresh = fresh and new == INF
            best = new
        ties.ready[k + 1, chosen] = NO_LIMIT


@inner
def _kept(ties: Ties, shift: int, k: int, leaves: int, finish: int, best: float, fresh: bool) -> float:
    """Prices the trial as it is, leaving later, and with stops later, and keeps the cheapest if it is the best yet."""
    along, moving = ties.along, wants_short_duty(ties, shift)
    for i in range(k):
        stop = along[STOPS, i]
        if not fresh and ties.visitwise[LOWER, stop] > FREE and along[TRIAL, i] != along[EARLY, i]:
            return best
        moving = moving or ties.stop_rate[stop, AWAY] > 0.0
    held = ties.shift[shift, AT_START] == 1
    later = leaves
    if not held:
        base = ties.shift[shift, BREAKS]
        later = leave_for(ties.speed, ties.rest, base, leaves, along[TRIAL, 0], along[LEGS, 0], along[TRIAL_RESTS, 0])
    # Whoever leaves later drives as long, unless there are speeds.
    for attempt in range(0 if len(ties.speed) else 1, 3 if moving else 2):
        departs, starts = leaves if attempt == 0 else later, TRIAL
        if attempt == 2:
            departs, starts = _moved_later(ties, shift, k, leaves, finish), SHIFTED
        cost = _priced(ties, shift, k, departs, starts)
        if cost < best:
            best = cost
            if fresh:
                for i in range(k):
                    along[EARLY, i] = along[TRIAL, i]
                fresh = False
            for i in range(k):
                along[STARTS, i] = along[starts, i]
            for i in range(k + 1):
                along[RESTS, i] = along[TRIAL_RESTS, i]
            for i in range(SUMS):
                ties.sums[0, i] = ties.sums[1, i]
    return best


@inner
def wants_short_duty(ties: Ties, shift: int) -> bool:
    """Whether leaving later may save anything."""
    t = ties.shift[shift, PERSON]
    if ties.shift[shift, AT_START] == 1:
        return False
    return ties.person_rate[t, DUTY_RATE] > 0.0 or ties.imbalance_rate > 0.0 or ties.person[t, MAX_DUTY] < NO_LIMIT


@inner
def _moved_later(ties: Ties, shift: int, k: int, leaves: int, finish: int) -> int:
    """Writes into SHIFTED starts as late as the return allows and no cost forbids; returns the departure for them."""
    along, speed, rest, row = ties.along, ties.speed, ties.rest, ties.shift[shift]
    base = row[BREAKS]
    count = min(MOST_BREAKS, row[BREAKS_END] - base)
    short = wants_short_duty(ties, shift)
    taken = 0
    for i in range(k + 1):
        taken |= along[TRIAL_RESTS, i]
    left = along[TRIAL, k - 1] + along[SERVICE, k - 1]
    back, _ = leg_driven(speed, rest, base, count, left, along[LEGS, k], along[TRIAL_RESTS, k], ties.on_leg)
    if not short and ties.person[row[PERSON], MIN_REST] == 0:
        back = max(back, min(finish, row[END], owed_from(row, rest, taken, leaves)))
    for i in range(k - 1, -1, -1):
        stop, early = along[STOPS, i], along[TRIAL, i]
        service = along[SERVICE, i]
        until = leave_for(speed, rest, base, early + service, back, along[LEGS, i + 1], along[TRIAL_RESTS, i + 1])
        until = min(until, ties.stop[stop, FINISH_BY]) - service
        away = ties.stop_rate[stop, AWAY] > 0.0
        if ties.visitwise[LOWER, stop] > FREE or not (short or away):
            until = early
        elif away:
            until = min(until, max(early, ties.stop[stop, AWAY_FROM]))
        if ties.stop_rate[stop, LATE] > 0.0 or (ties.stop[stop, HAS_DUE] == 1 and ties.tardiness_rate > 0.0):
            until = min(until, max(early, ties.stop[stop, DUE]))
        until = max(early, closing(ties.stop, ties.window, stop, until))
        if ties.stop_rate[stop, BUFFER] > 0.0:
            until = min(until, max(early, _promise(ties, stop, until) - along[BUFFERS, i]))
            until = max(early, closing(ties.stop, ties.window, stop, until))
        along[SHIFTED, i] = until
        back = until
    if row[AT_START] == 1:
        return leaves
    return leave_for(speed, rest, base, leaves, back, along[LEGS, 0], along[TRIAL_RESTS, 0])


@inner
def _promise(ties: Ties, stop: int, start: int) -> int:
    """The close that was promised for the window of this start."""
    for w in range(ties.stop[stop, WINDOWS], ties.stop[stop, WINDOWS_END]):
        if start <= ties.window[w, CLOSE]:
            return int(ties.window[w, PROMISED])
    return NO_LIMIT


@inner
def _priced(ties: Ties, shift: int, k: int, leaves: int, starts: int) -> float:
    """Units that the route costs with the starts in this row of `along`; inf: it owes a break or drives too long."""
    along, row = ties.along, ties.shift[shift]
    base, t = row[BREAKS], row[PERSON]
    count = min(MOST_BREAKS, row[BREAKS_END] - base)
    cost, clock, taken, driven, worst = ties.amount[0], leaves, 0, 0, 0
    back = leaves
    for i in range(k + 1):
        rests = along[TRIAL_RESTS, i]
        back, more = leg_driven(ties.speed, ties.rest, base, count, clock, along[LEGS, i], rests, ties.on_leg)
        driven += more
        taken |= rests
        if i == k:
            break
        stop, start = along[STOPS, i], along[starts, i]
        late = start - ties.stop[stop, DUE]
        if late > 0:
            cost += ties.stop_rate[stop, LATE] * late
            if ties.stop[stop, HAS_DUE] == 1:
                worst = max(worst, late)
        cost += ties.stop_rate[stop, AWAY] * abs(start - ties.stop[stop, AWAY_FROM])
        if ties.stop_rate[stop, BUFFER] > 0.0:
            over = start + along[BUFFERS, i] - _promise(ties, stop, start)
            cost += ties.stop_rate[stop, BUFFER] * max(0, over)
        clock = start + along[SERVICE, i]
    if back > owed_from(row, ties.rest, taken, leaves) or driven > row[MAX_TRAVEL]:
        return INF
    sums = ties.sums[1]
    sums[DEPART], sums[BACK], sums[DRIVEN], sums[TARDINESS] = leaves, back, driven, worst
    sums[DUTY] = back - leaves - unpaid(ties.rest, base, count, taken)
    rate = ties.person_rate[t]
    cost += rate[TRAVEL] * driven + rate[METRE] * sums[METRES] + rate[DUTY_RATE] * sums[DUTY]
    return float(cost + rate[OVERTIME] * max(0, back - row[END]))
