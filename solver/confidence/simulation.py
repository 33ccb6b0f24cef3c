"""Simulating a plan, all samples at once."""

from collections.abc import Iterable, Sequence
from math import ceil, sqrt
from typing import Final

import numpy as np

from solver.compiled import FloatArray
from solver.confidence.chance import Chance, Driving
from solver.confidence.courses import Course, Event, courses_of, events_of
from solver.confidence.order import Group, ordered
from solver.confidence.promises import Confidence, Promise
from solver.problem import Problem
from solver.solution import Route

SAMPLES: Final = 10_000
"""With so many, a probability is known within 0.01 in 95 of 100 cases, whatever it is."""
MOST_SAMPLES: Final = 1_000_000
"""The command takes no more; a vector of so many takes 8 MB for each technician and each visit waited for."""


def confidence(
    problem: Problem, routes: Iterable[Route], samples: int = SAMPLES, seed: int = 0, correlation: float = 0.0
) -> Confidence:
    """How surely each promised window is kept, and the share of them that can be expected to be.

    The routes must keep the problem's hard rules. Whoever drives them keeps the order of their stops, leaves when the
    plan says (later when the route before is not over, its rest included), starts as soon as window, break or pinned
    start and the visits waited for allow, and does everything however late it becomes.
    correlation: of the delays of any two legs, 0..1: what traffic they have in common.
    The same arguments give the same answer. Raises ValueError for samples below 1 or a correlation out of its range.
    """
    if samples < 1:
        raise ValueError(f"samples is {samples}; it must be 1 or more, such as {SAMPLES}")
    if not 0 <= correlation <= 1:
        raise ValueError(f"correlation is {correlation}; it must be 0 to 1")
    courses = courses_of(problem, routes)
    run = _Run(problem, courses, samples, Chance(samples, seed, correlation))
    for group in ordered(problem.links, courses, events_of(problem, courses)):
        run.start(group)
    promises = sorted(run.promises, key=lambda pair: pair[0])
    count = len(promises)
    return Confidence(
        promises=tuple(promise for _, promise in promises),
        samples=samples,
        seed=seed,
        expected_share=float(run.kept.mean()) / count if count else None,
        standard_error=float(run.kept.std()) / count / sqrt(samples) if count else None,
    )


class _Run:
    """Where every technician is, in every sample. promises: each after its shift's rank and its planned start."""

    def __init__(self, problem: Problem, courses: Sequence[Course], samples: int, chance: Chance) -> None:
        self.promises: list[tuple[tuple[int, int], Promise]] = []
        self.kept = np.zeros(samples, dtype=np.int64)
        self._courses, self._samples, self._chance = courses, samples, chance
        self._driving = Driving(problem.travel.speed)
        self._spread = problem.travel.spread_percent / 100
        self._clock: dict[int, FloatArray] = {}
        self._pace: dict[int, FloatArray | float] = {}
        self._starts: dict[str, FloatArray] = {}
        self._waited_for = {first for link in problem.links if link.kind == "precedes" for first in link.visits[:1]}

    def start(self, group: Group) -> None:
        """Everything of the group starts once all of it can."""
        start = self._ready(group[0])
        for event in group[1:]:
            start = np.maximum(start, self._ready(event))
        for event in group:
            self._clock[event.course] = start + self._chance.service(event.seconds, event.spread)
            if event.visit in self._waited_for:
                self._starts[event.visit] = start
            if event.window is not None:
                self._judge(event, event.window, start)

    def _ready(self, event: Event) -> FloatArray:
        """When the event could start, were it not for others of its group."""
        if event.new_leg:
            self._pace[event.course] = self._chance.travel(self._spread)
        left = self._clock.get(event.course)
        ready = self._departure(self._courses[event.course]) if left is None else left
        if event.work:
            ready = self._driving.until(ready, event.work * self._pace[event.course])
        ready = np.maximum(ready, event.opens)
        for first, gap in event.after:
            if first in self._starts:
                ready = np.maximum(ready, self._starts[first] + gap)
        return ready

    def _departure(self, course: Course) -> FloatArray:
        depart = np.full(self._samples, float(course.case.route.depart))
        return depart if course.behind < 0 else np.maximum(depart, self._clock[course.behind] + course.rest)

    def _judge(self, event: Event, window: tuple[int, int], start: FloatArray) -> None:
        kept = start <= window[1]
        self.kept += kept
        case = self._courses[event.course].case
        place = ceil(0.95 * self._samples) - 1
        promise = Promise(
            visit=event.visit,
            technician=case.technician.id,
            shift=case.shift.id,
            window=window,
            start=event.planned,
            start_95=ceil(np.partition(start, place)[place]),
            probability=float(kept.mean()),
        )
        self.promises.append(((case.rank, event.planned), promise))
