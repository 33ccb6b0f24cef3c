"""The cost of a plan, recomputed from its routes alone: each part summed exactly, then rounded once, half up."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import floor, isqrt

from solver.problem import Problem, Visit
from solver.referee.case import Book, Case, Leg, by_technician, paid_seconds
from solver.referee.travel_rules import travelled
from solver.solution import Cost, Route

HOUR = 3600
KILOMETRE = 1000
MOST_SPREAD = 3_000_000
"""No standard deviation counts for more seconds, be it of one thing or of all before a stop."""


def cost(problem: Problem, routes: Iterable[Route]) -> Cost:
    """What the plan costs, in cents. Routes of unknown shifts and stops the problem does not know cost nothing."""
    cases = [case for case in Book(problem).cases(routes) if case.route.stops]
    roads = [(case, *travelled(case)) for case in cases]
    return Cost(
        travel=rounded(Fraction(sum(c.technician.cost_per_travel_hour * s for c, s, _ in roads), HOUR)),
        distance=rounded(Fraction(sum(c.technician.cost_per_km * m for c, _, m in roads), KILOMETRE)),
        duty=rounded(Fraction(sum(c.technician.cost_per_duty_hour * paid_seconds(c) for c in cases), HOUR)),
        overtime=rounded(Fraction(sum(c.technician.cost_per_overtime_hour * overtime(c) for c in cases), HOUR)),
        fixed=sum(own[0].technician.fixed_cost for own in by_technician(cases).values()),
        lateness=rounded(lateness(cases)),
        unserved=unserved(problem, cases),
        preference=preference(cases),
        change=rounded(change(problem, cases)),
        max_tardiness=rounded(Fraction(problem.costs.max_tardiness_per_hour * max_tardiness(cases), HOUR)),
        imbalance=rounded(Fraction(problem.costs.imbalance_per_hour * imbalance(problem, cases), HOUR)),
        buffer=rounded(Fraction(problem.costs.buffer_per_hour * sum(map(into_buffer, cases)), HOUR)),
    )


def rounded(amount: Fraction) -> int:
    """The nearest whole cent, halves up."""
    return floor(amount + Fraction(1, 2))


def overtime(case: Case) -> int:
    """Seconds after the end of the shift, unpaid breaks not taken off."""
    return max(0, case.route.return_ - case.shift.end)


def lateness(cases: Sequence[Case]) -> Fraction:
    """Cents for every visit that starts after it was due."""
    late = [
        visit.late_cost_per_hour * max(0, stop.start - visit.due)
        for case in cases
        for _, stop, visit in case.visits()
        if visit.due is not None
    ]
    return Fraction(sum(late), HOUR)


def unserved(problem: Problem, cases: Sequence[Case]) -> int:
    """Cents for the visits that are in no route; one that must be served costs 0."""
    served = {visit.id for case in cases for _, _, visit in case.visits()}
    return sum(visit.unserved_cost or 0 for visit in problem.visits if visit.id not in served)


def preference(cases: Sequence[Case]) -> int:
    """Minus the cents saved by visits whose technician is preferred."""
    return -sum(
        visit.technicians.preferred.get(case.technician.id, 0) for case in cases for _, _, visit in case.visits()
    )


def change(problem: Problem, cases: Sequence[Case]) -> Fraction:
    """Cents for each visit served before and now: for another technician, and for each hour its start moved.

    Who was a technician before and is no more does not count as another.
    """
    costs, known = problem.costs, {technician.id for technician in problem.technicians}
    before = {stop.visit: (route.technician, stop.start) for route in problem.previous for stop in route.stops}
    total = Fraction(0)
    for case in cases:
        for _, stop, visit in case.visits():
            if visit.id in before:
                technician, start = before[visit.id]
                if technician in known and technician != case.technician.id:
                    total += costs.change_technician
                total += Fraction(costs.change_start_per_hour * abs(stop.start - start), HOUR)
    return total


def max_tardiness(cases: Sequence[Case]) -> int:
    """Seconds by which the worst visit starts after it was due."""
    return max(
        (max(0, stop.start - visit.due) for c in cases for _, stop, visit in c.visits() if visit.due is not None),
        default=0,
    )


def imbalance(problem: Problem, cases: Sequence[Case]) -> int:
    """Largest less smallest duty, in seconds, over the technicians that have a shift; idle is 0."""
    duty = {technician.id: 0 for technician in problem.technicians if technician.shifts}
    for case in cases:
        duty[case.technician.id] += paid_seconds(case)
    return max(duty.values(), default=0) - min(duty.values(), default=0)


def into_buffer(case: Case) -> int:
    """Seconds by which the route's visits start later than the close of their window less the buffer there.

    The buffer is so many standard deviations, rounded up, of all services and legs since departure, taken as
    independent. Visits without a window, and those that start outside their windows, count nothing.
    """
    percent, found, variance = case.problem.costs.buffer_percent, 0, 0
    for leg in case.legs():
        variance += _leg_variance(case, leg)
        thing = None if leg.stop is None else case.things[leg.stop]
        if leg.stop is not None and isinstance(thing, Visit):
            start = case.route.stops[leg.stop].start
            buffer = _root_up(percent * percent * min(variance, MOST_SPREAD**2), 100)
            found += sum(max(0, start - (close - buffer)) for open_, close in thing.windows if open_ <= start <= close)
            variance += min(thing.spread, MOST_SPREAD) ** 2
    return found


def _leg_variance(case: Case, leg: Leg) -> int:
    """Seconds squared; the standard deviation is rounded up to the second. 0 where nothing is driven."""
    seconds = int(case.problem.travel.seconds[leg.origin, leg.destination]) if case.is_drive(leg) else 0
    spread = -(-max(0, seconds) * case.problem.travel.spread_percent // 100)
    return min(spread, MOST_SPREAD) ** 2


def _root_up(square: int, parts: int) -> int:
    """The least whole number that, `parts` times, is at least the root of `square`."""
    root = isqrt(square)
    root += root * root < square
    return -(-root // parts)
