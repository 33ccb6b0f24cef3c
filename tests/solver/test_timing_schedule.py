"""The least cost of a timed route, against trying every second."""

import random
from functools import cache
from itertools import permutations

import pytest

from solver.compiled import NEVER, Crew, Duty, Service
from solver.problem import Break
from solver.timing.schedule import Course, Schedule, schedule

HORIZON = 26


def random_course(seed: int) -> Course:
    """A course of up to three stops in a day of 26 seconds, with breaks, windows and every rate."""
    rng = random.Random(seed)
    count = rng.randint(1, 3)
    breaks = []
    for b in range(rng.choice([0, 0, 1, 1, 2])):
        earliest = rng.randint(0, 16)
        breaks.append(
            Break(
                f"B{b}",
                earliest,
                earliest + rng.randint(0, 5),
                rng.randint(0, 3),
                rng.random() < 0.5,
                rng.random() < 0.3,
            )
        )
    start = rng.randint(0, 4)
    end = rng.randint(12, 22)
    duty = Duty(
        technician=0,
        start=start,
        end=end,
        hard_end=end + rng.choice([0, 4]),
        start_location=0,
        end_location=0,
        max_visits=9,
        max_travel=NEVER,
        at_start=rng.random() < 0.25,
        breaks=tuple(b for b in breaks if not b.optional or not b.paid),
    )
    crew = Crew(0, rng.choice([0, 3]), rng.choice([0, 5]), 0, 0, (), frozenset(), (0,))
    stops = []
    for _ in range(count):
        first = rng.randint(0, 12)
        windows = [(first, first + rng.randint(0, 8))]
        if rng.random() < 0.4:
            second = windows[0][1] + rng.randint(2, 5)
            windows.append((second, second + rng.randint(0, 4)))
        stops.append(
            Service(
                location=1,
                windows=tuple(windows) if rng.random() < 0.8 else ((-99, 99),),
                seconds=0,
                finish_by=rng.choice([NEVER, rng.randint(8, 22)]),
                due=rng.choice([NEVER, rng.randint(-3, 12)]),
                late_rate=rng.choice([0, 2, 7]),
                away_from=rng.randint(0, 20),
                away_rate=rng.choice([0, 0, 4]),
            )
        )
    seconds = [rng.randint(0, 4) for _ in stops]
    drives = [rng.randint(0, 4) for _ in range(count + 1)]
    return Course(duty, crew, stops, seconds, drives)


def least_by_trying(course: Course) -> int | None:
    """Every departure, every start, every place of every break."""
    duty, crew = course.duty, course.crew
    breaks = duty.breaks

    @cache
    def after(i: int, time: int, taken: frozenset[int], depart: int) -> int | None:
        """Least further cost when leaving stop i-1 at `time`."""
        best: int | None = None
        left = [b for b in range(len(breaks)) if b not in taken]
        for size in range(len(left) + 1):
            for order in permutations(left, size):
                for free_from, unpaid in ends_of(order, time, 0):
                    rest = sum(breaks[b].duration for b in order)
                    ready = max(time + course.drives[i] + rest, free_from)
                    cost = arrive(i, ready, taken | set(order), depart)
                    if cost is not None and (best is None or cost - crew.duty_rate * unpaid < best):
                        best = cost - crew.duty_rate * unpaid
        return best

    def ends_of(order: tuple[int, ...], time: int, unpaid: int) -> set[tuple[int, int]]:
        if not order:
            return {(time, unpaid)}
        rest = breaks[order[0]]
        found = set()
        for start in range(max(time, rest.earliest), rest.latest + 1):
            more = unpaid + (0 if rest.paid else rest.duration)
            found |= ends_of(order[1:], start + rest.duration, more)
        return found

    def arrive(i: int, ready: int, taken: frozenset[int], depart: int) -> int | None:
        if i == len(course.stops):
            owed = any(
                not rest.optional and b not in taken and depart <= rest.latest < ready for b, rest in enumerate(breaks)
            )
            late = max(0, ready - duty.end)
            return None if owed or ready > duty.hard_end else crew.duty_rate * ready + crew.overtime_rate * late
        stop = course.stops[i]
        best: int | None = None
        for start in range(ready, HORIZON + 1):
            fits = any(low <= start <= high for low, high in stop.windows)
            if not fits or start + course.seconds[i] > stop.finish_by:
                continue
            cost = after(i + 1, start + course.seconds[i], taken, depart)
            if cost is None:
                continue
            cost += stop.late_rate * max(0, start - stop.due) + stop.away_rate * abs(start - stop.away_from)
            best = cost if best is None else min(best, cost)
        return best

    departures = [duty.start] if duty.at_start else range(duty.start, duty.hard_end + 1)
    costs = [after(0, depart, frozenset(), depart) for depart in departures]
    found = [cost - crew.duty_rate * d for cost, d in zip(costs, departures, strict=True) if cost is not None]
    return min(found) if found else None


def cost_of_times(course: Course, times: Schedule) -> int:
    """What the stated times cost, read from them alone; every hard bound asserted on the way."""
    duty, crew = course.duty, course.crew
    time, cost, unpaid = times.depart, 0, 0
    assert duty.start <= times.depart
    assert not duty.at_start or times.depart == duty.start
    for i in range(len(course.drives)):
        reached = time + course.drives[i]
        for b in times.rests[i].order:
            rest = duty.breaks[b]
            time = max(time, rest.earliest)
            assert time <= rest.latest
            time += rest.duration
            reached = max(reached + rest.duration, time)
            unpaid += 0 if rest.paid else rest.duration
        if i == len(course.stops):
            assert reached <= times.return_ <= duty.hard_end
            break
        start, stop = times.starts[i], course.stops[i]
        assert start >= reached
        assert any(low <= start <= high for low, high in stop.windows)
        assert start + course.seconds[i] <= stop.finish_by
        cost += stop.late_rate * max(0, start - stop.due) + stop.away_rate * abs(start - stop.away_from)
        time = start + course.seconds[i]
    taken = {b for rests in times.rests for b in rests.order}
    for b, rest in enumerate(duty.breaks):
        assert rest.optional or b in taken or not times.depart <= rest.latest < times.return_
    cost += crew.duty_rate * (times.return_ - times.depart - unpaid)
    return cost + crew.overtime_rate * max(0, times.return_ - duty.end)


@pytest.mark.parametrize("block", range(8))
def test_costs_what_trying_every_second_finds(block: int) -> None:
    feasible = 0
    for seed in range(block * 40, block * 40 + 40):
        course = random_course(seed)
        times = schedule(course)
        expected = least_by_trying(course)
        assert (None if times is None else times.cost) == expected, f"seed {seed}"
        if times is not None:
            feasible += 1
            assert cost_of_times(course, times) == times.cost, f"seed {seed}"
    assert feasible >= 10


def test_leaves_as_late_as_serves_the_cost() -> None:
    course = Course(
        Duty(0, 0, 100, 100, 0, 0, 9, NEVER, False, ()),
        Crew(0, 1, 0, 0, 0, (), frozenset(), (0,)),
        [Service(1, ((50, 60),), 5)],
        [5],
        [10, 10],
    )
    times = schedule(course)
    assert times is not None
    assert (times.depart, times.starts, times.return_, times.cost) == (40, (50,), 65, 25)


def test_no_road_is_no_schedule() -> None:
    course = Course(
        Duty(0, 0, 100, 100, 0, 0, 9, NEVER, False, ()),
        Crew(0, 1, 0, 0, 0, (), frozenset(), (0,)),
        [Service(1, ((0, 60),), 5)],
        [5],
        [NEVER, 10],
    )
    assert schedule(course) is None
