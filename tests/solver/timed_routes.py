"""Small routes with every feature of timing, and their least cost found by trying every second."""

import random
from dataclasses import replace
from functools import cache
from itertools import permutations
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np

from solver.compiled import PER_HOUR
from solver.problem import (
    Break,
    Costs,
    Departure,
    Duration,
    PreviousRoute,
    PreviousStop,
    Problem,
    Shift,
    Technician,
    Travel,
    Visit,
)
from solver.timing.schedule import Schedule

HORIZON = 26


class Course(NamedTuple):
    """A problem of one shift whose visits are to be served in order; drives: before each visit, and home."""

    problem: Problem
    drives: tuple[int, ...]

    @property
    def shift(self) -> Shift:
        return self.problem.technicians[0].shifts[0]

    @property
    def hard_end(self) -> int:
        return self.shift.end + self.shift.max_overtime

    @property
    def duty_rate(self) -> int:
        return PER_HOUR * self.problem.technicians[0].cost_per_duty_hour

    @property
    def overtime_rate(self) -> int:
        return PER_HOUR * self.problem.technicians[0].cost_per_overtime_hour

    def soft(self, i: int, start: int) -> int:
        """Units of lateness, of starts within the buffer, and of distance from the previous start."""
        visit = self.problem.visits[i]
        late = 0 if visit.due is None else PER_HOUR * visit.late_cost_per_hour * max(0, start - visit.due)
        before = [s.start for r in self.problem.previous for s in r.stops if s.visit == visit.id]
        moved = sum(PER_HOUR * self.problem.costs.change_start_per_hour * abs(start - b) for b in before)
        return late + moved + PER_HOUR * self.problem.costs.buffer_per_hour * self.within_buffer(i, start)

    def within_buffer(self, i: int, start: int) -> int:
        """Seconds by which a start is later than its window's close less the buffer."""
        problem = self.problem
        legs = [-(-problem.travel.spread_percent * drive // 100) for drive in self.drives[: i + 1]]
        variance = sum(leg**2 for leg in legs) + sum(visit.spread**2 for visit in problem.visits[:i])
        buffer = ceil(problem.costs.buffer_percent * sqrt(variance) / 100)
        return sum(
            max(0, start - close + buffer) for opens, close in problem.visits[i].windows if opens <= start <= close
        )


def random_course(seed: int) -> Course:
    """Up to three visits in a day of 26 seconds, with breaks, windows and every rate."""
    rng = random.Random(seed)
    count = rng.randint(1, 3)
    start, end = rng.randint(0, 4), rng.randint(12, 22)
    shift = Shift(
        id="day",
        start=start,
        end=end,
        start_location=0,
        end_location=count + 1,
        max_overtime=rng.choice([0, 4]),
        breaks=tuple(_break(rng, f"B{b}") for b in range(rng.choice([0, 0, 1, 1, 2]))),
        departure=Departure.AT_START if rng.random() < 0.25 else Departure.FLEXIBLE,
    )
    ann = Technician(
        id="ann", shifts=(shift,), cost_per_duty_hour=rng.choice([0, 3]), cost_per_overtime_hour=rng.choice([0, 5])
    )
    drives = tuple(rng.randint(0, 4) for _ in range(count + 1))
    seconds = np.zeros((count + 2, count + 2), dtype=np.int64)
    for i, drive in enumerate(drives):
        seconds[i, i + 1] = drive
    before = [PreviousStop(f"V{i}", rng.randint(0, 20)) for i in range(count) if rng.random() < 0.4]
    problem = Problem(
        travel=Travel(seconds, None),
        technicians=(ann,),
        visits=tuple(_visit(rng, i) for i in range(count)),
        previous=(PreviousRoute("day", "ann", tuple(before)),),
        costs=Costs(change_start_per_hour=rng.choice([0, 4])),
    )
    return Course(problem, drives)


def buffered(seed: int) -> Course:
    """The same with spreads, and a buffer before the close of each window."""
    rng, course = random.Random(seed), random_course(seed)
    visits = tuple(replace(visit, spread=rng.choice([0, 1, 3])) for visit in course.problem.visits)
    travel = replace(course.problem.travel, spread_percent=rng.choice([0, 40]))
    costs = replace(course.problem.costs, buffer_percent=rng.choice([50, 100, 200]), buffer_per_hour=rng.choice([1, 9]))
    return Course(replace(course.problem, visits=visits, travel=travel, costs=costs), course.drives)


def _break(rng: random.Random, name: str) -> Break:
    earliest = rng.randint(0, 16)
    latest = earliest + rng.randint(0, 5)
    return Break(name, earliest, latest, rng.randint(0, 3), rng.random() < 0.5, rng.random() < 0.3)


def _visit(rng: random.Random, i: int) -> Visit:
    first = rng.randint(0, 12)
    windows = [(first, first + rng.randint(0, 8))]
    if rng.random() < 0.4:
        second = windows[0][1] + rng.randint(2, 5)
        windows.append((second, second + rng.randint(0, 4)))
    return Visit(
        id=f"V{i}",
        location=i + 1,
        duration=Duration(rng.randint(0, 4)),
        windows=tuple(windows) if rng.random() < 0.8 else (),
        finish_by=rng.choice([None, rng.randint(8, 22)]),
        due=rng.choice([None, rng.randint(-3, 12)]),
        late_cost_per_hour=rng.choice([0, 2, 7]),
    )


def least_by_trying(course: Course) -> int | None:
    """The least units of every departure, every start and every place of every break; None when none is allowed."""
    shift = course.shift
    departures = [shift.start] if shift.departure is Departure.AT_START else range(shift.start, course.hard_end + 1)
    costs = [_from_departure(course, depart) for depart in departures]
    return min((cost for cost in costs if cost is not None), default=None)


def _from_departure(course: Course, depart: int) -> int | None:
    breaks, visits = course.shift.breaks, course.problem.visits

    @cache
    def leave(i: int, time: int, taken: frozenset[int]) -> int | None:
        """Least further cost when the stop before leg i is left at `time`."""
        found = []
        left = [b for b in range(len(breaks)) if b not in taken]
        for order in (order for size in range(len(left) + 1) for order in permutations(left, size)):
            driven = time + course.drives[i] + sum(breaks[b].duration for b in order)
            unpaid = sum(0 if breaks[b].paid else breaks[b].duration for b in order)
            for free_from in _ends([breaks[b] for b in order], time):
                cost = arrive(i, max(driven, free_from), taken | set(order))
                found += [] if cost is None else [cost - course.duty_rate * unpaid]
        return min(found, default=None)

    def arrive(i: int, ready: int, taken: frozenset[int]) -> int | None:
        if i == len(visits):
            return home(ready, taken)
        visit, found = visits[i], []
        for start in range(ready, HORIZON + 1):
            done = start + visit.duration.of("ann")
            fits = not visit.windows or any(low <= start <= high for low, high in visit.windows)
            if fits and (visit.finish_by is None or done <= visit.finish_by):
                cost = leave(i + 1, done, taken)
                found += [] if cost is None else [cost + course.soft(i, start)]
        return min(found, default=None)

    def home(back: int, taken: frozenset[int]) -> int | None:
        owed = any(not b.optional and n not in taken and depart <= b.latest < back for n, b in enumerate(breaks))
        if owed or back > course.hard_end:
            return None
        return course.duty_rate * (back - depart) + course.overtime_rate * max(0, back - course.shift.end)

    return leave(0, depart, frozenset())


def _ends(order: list[Break], time: int) -> set[int]:
    """When breaks taken in this order from `time` on may be over."""
    ends = {time}
    for rest in order:
        ends = {s + rest.duration for end in ends for s in range(max(end, rest.earliest), rest.latest + 1)}
    return ends


def cost_of_times(course: Course, times: Schedule) -> int:
    """What the stated times cost, read from them alone; every hard bound asserted on the way."""
    shift = course.shift
    breaks = [b for b in shift.breaks if not b.optional or not b.paid]  # others are never taken
    time, cost, unpaid = times.depart, 0, 0
    assert shift.start <= times.depart
    assert shift.departure is Departure.FLEXIBLE or times.depart == shift.start
    for i, drive in enumerate(course.drives):
        reached = time + drive
        for b in times.rests[i].order:
            time = max(time, breaks[b].earliest)
            assert time <= breaks[b].latest
            time += breaks[b].duration
            reached = max(reached + breaks[b].duration, time)
            unpaid += 0 if breaks[b].paid else breaks[b].duration
        if i == len(course.problem.visits):
            assert reached <= times.return_ <= course.hard_end
            break
        start, visit = times.starts[i], course.problem.visits[i]
        assert start >= reached
        assert not visit.windows or any(low <= start <= high for low, high in visit.windows)
        time = start + visit.duration.of("ann")
        assert visit.finish_by is None or time <= visit.finish_by
        cost += course.soft(i, start)
    taken = {breaks[b].id for rests in times.rests for b in rests.order}
    for rest in breaks:
        assert rest.optional or rest.id in taken or not times.depart <= rest.latest < times.return_
    cost += course.duty_rate * (times.return_ - times.depart - unpaid)
    return cost + course.overtime_rate * max(0, times.return_ - shift.end)
