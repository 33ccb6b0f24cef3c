"""When a route with a given order of stops leaves, rests, serves and returns, at the least cost: exact.

A dynamic programme over the stops: for each set of breaks taken so far, the least cost of being ready to leave a stop
at each second, as a piecewise linear function of that second (after Hashimoto, Ibaraki, Imahori and Yagiura 2006, "The
vehicle routing problem with flexible time windows and traveling times"). Several windows, lateness, staying near a
previous start, overtime, paid and unpaid breaks and a flexible departure all enter as pieces.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from solver.compiled import NEVER, Crew, Duty, Service
from solver.problem import Window
from solver.timing.piecewise import (
    Function,
    clipped,
    constant,
    least,
    lower,
    plus_after,
    plus_away,
    shifted,
    waited,
    within,
)
from solver.timing.rests import Choices, Rests, choices

Ready = dict[int, Function]
"""For each set of breaks taken (as bits): the least cost of leaving at each second."""


class Schedule(NamedTuple):
    """A timed route. `cost`: duty, overtime, lateness and distance from previous starts, in units.

    starts, rests: per stop its start, per leg (one more than stops) the breaks taken on it.
    depart_from, return_by: the bounds within which no other break falls due.
    """

    cost: int
    depart: int
    return_: int
    starts: tuple[int, ...]
    rests: tuple[Rests, ...]
    depart_from: int
    return_by: int


class Course(NamedTuple):
    """What is to be timed: stops, how long each takes, and the driving before each and home."""

    duty: Duty
    crew: Crew
    stops: Sequence[Service]
    seconds: Sequence[int]
    drives: Sequence[int]


class _Pass(NamedTuple):
    """The programme for departures within one interval, between two instants at which breaks fall due."""

    depart_from: int
    owed: tuple[int, ...]
    ready: list[Ready]
    cost: int
    return_: int
    taken: int


def schedule(course: Course) -> Schedule | None:
    """The least-cost times of the course, or None when no times keep its hard bounds."""
    if any(drive >= NEVER for drive in course.drives):
        return None
    options = choices(course.duty.breaks)
    latest = _latest_starts(course)
    if latest is None:
        return None
    leave_by = latest[0] - course.drives[0]
    best: _Pass | None = None
    for earliest, last, owed in _departures(course.duty):
        if earliest > leave_by or not _reachable(course, earliest):
            break
        attempt = _run(course, options, latest, (earliest, min(last, leave_by)), owed)
        if attempt is not None and (best is None or attempt.cost < best.cost):
            best = attempt
    return None if best is None else _traced(course, options, best)


def _latest_starts(course: Course) -> list[int] | None:
    """The latest start at each stop, and return, that leave time for what follows; None: there is none."""
    latest = course.duty.hard_end
    found = [latest]
    for i in range(len(course.stops) - 1, -1, -1):
        stop = course.stops[i]
        bound = min(latest - course.drives[i + 1], stop.finish_by) - course.seconds[i]
        latest = max((min(high, bound) for low, high in stop.windows if low <= bound), default=-NEVER)
        if latest == -NEVER:
            return None
        found.append(latest)
    found.reverse()
    return found


def _departures(duty: Duty) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Intervals of departure, each with the breaks owed by who leaves in it and is back after their latest."""
    last = duty.start if duty.at_start else duty.hard_end
    owing = [b for b, rest in enumerate(duty.breaks) if not rest.optional]
    borders = sorted({duty.breaks[b].latest for b in owing if duty.start <= duty.breaks[b].latest < last})
    earliest = duty.start
    for border in (*borders, last):
        yield earliest, border, tuple(b for b in owing if duty.breaks[b].latest >= earliest)
        earliest = border + 1


def _reachable(course: Course, clock: int) -> bool:
    """Whether every stop can be made by who leaves at `clock` and takes no break; a quick no, or a maybe."""
    for stop, seconds, drive in zip(course.stops, course.seconds, course.drives, strict=False):
        clock += drive
        for low, high in stop.windows:
            if clock <= high:
                clock = max(clock, low) + seconds
                break
        else:
            return False
        if clock > stop.finish_by:
            return False
    return clock + course.drives[-1] <= course.duty.hard_end


def _run(
    course: Course, options: Choices, latest: Sequence[int], departures: Window, owed: tuple[int, ...]
) -> _Pass | None:
    rate = course.crew.duty_rate
    ready: list[Ready] = [{0: constant(*departures, -rate * departures[0], -rate)}]
    for i, stop in enumerate(course.stops):
        after = _after_stop(ready[-1], options, (course.drives[i], latest[i]), stop, course.seconds[i], rate)
        if not after:
            return None
        ready.append(after)
    end = _home(course, options, ready[-1], owed)
    if end is None:
        return None
    cost, back, taken = end
    return _Pass(departures[0], owed, ready, cost, back, taken)


def _after_stop(ready: Ready, options: Choices, leg: tuple[int, int], stop: Service, seconds: int, rate: int) -> Ready:
    """The least cost of leaving the stop; leg: the drive to it, and the latest start that makes any sense."""
    drive, latest = leg
    after: Ready = {}
    for taken, arrival in _arrivals(ready, options, drive, latest, rate).items():
        start = within(arrival, stop.windows, latest)
        start = plus_away(plus_after(start, stop.due, stop.late_rate), stop.away_from, stop.away_rate)
        if start:
            after[taken] = shifted(start, seconds)
    return after


def _arrivals(ready: Ready, options: Choices, drive: int, latest: int, rate: int) -> Ready:
    """The least cost of being at the next stop, ready to start, at each second up to `latest`."""
    arrivals: Ready = {}
    for taken, function in ready.items():
        for rests in options[taken]:
            if rests.ready_from > latest or function[0][0] > rests.depart_by:
                continue
            left = clipped(function, -NEVER, rests.depart_by)
            reached = waited(shifted(left, drive + rests.seconds, -rate * rests.unpaid), latest)
            reached = clipped(reached, rests.ready_from, latest)
            if reached:
                key = taken | rests.bits
                arrivals[key] = lower(arrivals[key], reached) if key in arrivals else reached
    return arrivals


def _home(course: Course, options: Choices, ready: Ready, owed: tuple[int, ...]) -> tuple[int, int, int] | None:
    """(cost, return, breaks taken) of the cheapest return."""
    duty, crew = course.duty, course.crew
    best: tuple[int, int, int] | None = None
    for taken, arrival in _arrivals(ready, options, course.drives[-1], duty.hard_end, crew.duty_rate).items():
        back = clipped(arrival, -NEVER, _return_by(duty, owed, taken))
        priced = plus_after(plus_after(back, -NEVER, crew.duty_rate), duty.end, crew.overtime_rate)
        found = least(priced)
        if found is not None:
            cost = found[1] - NEVER * crew.duty_rate
            if best is None or cost < best[0]:
                best = (cost, found[0], taken)
    return best


def _return_by(duty: Duty, owed: tuple[int, ...], taken: int) -> int:
    return min([duty.hard_end, *(duty.breaks[b].latest for b in owed if not taken >> b & 1)])


def _traced(course: Course, options: Choices, done: _Pass) -> Schedule:
    """The times behind the least cost, found from the return backwards."""
    duty, crew = course.duty, course.crew
    overtime = crew.overtime_rate * max(0, done.return_ - duty.end)
    target = done.cost - crew.duty_rate * done.return_ - overtime
    reached, taken = done.return_, done.taken
    starts: list[int] = []
    legs: list[Rests] = []
    for i in range(len(course.stops), -1, -1):
        left, taken, rests, target = _departed(done.ready[i], options, (reached, course.drives[i]), taken, target, crew)
        legs.append(rests)
        if i == 0:
            reached = left
            break
        stop = course.stops[i - 1]
        reached = left - course.seconds[i - 1]
        starts.append(reached)
        target -= stop.late_rate * max(0, reached - stop.due) + stop.away_rate * abs(reached - stop.away_from)
    depart = _latest(done.ready[0][0], (course.drives[0], legs[-1]), starts[-1] if starts else done.return_)
    return Schedule(
        cost=done.cost,
        depart=depart,
        return_=done.return_,
        starts=tuple(reversed(starts)),
        rests=tuple(reversed(legs)),
        depart_from=done.depart_from,
        return_by=_return_by(duty, done.owed, done.taken),
    )


def _departed(
    ready: Ready, options: Choices, leg: tuple[int, int], taken: int, target: int, crew: Crew
) -> tuple[int, int, Rests, int]:
    """(second left, breaks taken before, breaks on the leg, cost then) of a departure with the cost `target`."""
    reached, drive = leg
    for before, function in ready.items():
        for rests in options[before]:
            if before | rests.bits != taken or rests.ready_from > reached:
                continue
            found = least(clipped(function, -NEVER, min(rests.depart_by, reached - drive - rests.seconds)))
            if found is not None and found[1] - crew.duty_rate * rests.unpaid == target:
                return found[0], before, rests, found[1]
    raise AssertionError("the programme's least cost has no departure behind it")


def _latest(departures: Function, leg: tuple[int, Rests], reached: int) -> int:
    """The latest departure that still reaches the first stop in time; it is never dearer than an earlier one."""
    drive, rests = leg
    return min(departures[-1][1], rests.depart_by, reached - drive - rests.seconds)
