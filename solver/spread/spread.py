"""A large problem solved in regions side by side, by any executor, the regions cut anew each round."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import replace
from typing import Final, TypeVar

from solver.child import SolverCrashed
from solver.explain import WORK
from solver.insertion.plan import Plan
from solver.insertion.previous import taken_up
from solver.outcome import routes_of
from solver.problem import Problem
from solver.search import Limits, OnProgress, Progress, Search
from solver.solution import Route, Solution, Stage, Stats
from solver.solve import Start, begin, finished
from solver.spread.local import local_processes
from solver.spread.part import Piece, pieces
from solver.spread.regions import regions
from solver.spread.whole import Ground, Routes, Whole, as_joined, start_of
from solver.spread.worker import solve_part, warm_up
from solver.timing.planner import Planner

MOST: Final = 1000
"""Visits of a territory, about, unless the number of territories is given."""
FIRST: Final = 0.4
"""Share of the time that the territories are solved for; the rest goes to rounds with other borders."""
LATER: Final = 0.2
"""Share of each of those rounds."""
LONGEST: Final = 60.0
"""Seconds of a round at the most."""
LEAST: Final = 0.3
"""Seconds that a round is worth beginning for."""
LOOK: Final = 0.05
"""Seconds between looks at what is done and whether to stop."""
SEEDS: Final = 100_003
"""Between the seeds of one round and of the next."""

Cancel = Callable[[], bool]
Answer = tuple[Route, ...]
T = TypeVar("T")


def solve_spread(
    problem: Problem,
    limits: Limits | None = None,
    executor: Executor | None = None,
    parts: int | None = None,
    on_progress: OnProgress | None = None,
    cancel: Cancel | None = None,
    start: Start | None = None,
) -> Solution:
    """Like `solve`, the search spread over an executor: territories side by side, then again with other borders.

    limits: of all together; `threads` is how many parts the executor solves at once. executor: of whatever kind; so
    many local processes unless given. parts: how many territories; unless given, as many as are solved at once, more
    where they would have more than `MOST` visits. cancel: asked often; once true the best plan so far is returned, and
    what the executor has begun is left to end by itself. start: a plan to begin with, as far as it keeps the rules.
    With `iterations` the same arguments give the same plan, whatever the executor. Raises SolverCrashed
    when a part fails. The problem must be sound (`solver.validate`).
    """
    limits = limits or Limits()
    if executor is None:
        with local_processes(max(1, limits.threads)) as processes:
            return _Spread(problem, limits, processes, parts, on_progress, cancel).solution(start)
    return _Spread(problem, limits, executor, parts, on_progress, cancel).solution(start)


class _Spread:
    """A solve under way."""

    def __init__(
        self,
        problem: Problem,
        limits: Limits,
        executor: Executor,
        parts: int | None,
        on_progress: OnProgress | None,
        cancel: Cancel | None,
    ) -> None:
        self._began = time.monotonic()
        self._problem, self._limits, self._executor = problem, limits, executor
        self._on_progress, self._cancel = on_progress, cancel or (lambda: False)
        self._at_once = max(1, limits.threads)
        most = sum(1 for person in problem.technicians if person.shifts)
        wanted = parts or max(self._at_once, -(-len(problem.visits) // MOST))
        self._parts = max(1, min(wanted, most))
        self._stages: list[Stage] = []

    def solution(self, start: Start | None) -> Solution:
        """The best plan, judged as a whole."""
        warm = [self._executor.submit(warm_up, number) for number in range(self._at_once)]
        search = Search(replace(self._limits, threads=1), self._on_progress, None, self._cancel)
        begin(search, self._problem, start)
        ground = Ground(self._problem)
        whole = ground.judged({route.shift: route for route in routes_of(search.best)})
        planner = search.best.planner
        self._stages = list(search.stages)
        del search  # with all that its stages hold
        waits = time.monotonic()
        self._results(warm, "warming up", whole)
        self._began += time.monotonic() - waits  # what is loaded or compiled once is no time of the search
        for number, limits in enumerate(self._rounds()):
            if self._cancel() or (not whole.routes and not whole.left):
                break
            whole = self._round(ground, whole, number, limits)
        return self._judged(planner, whole)

    def _round(self, ground: Ground, whole: Whole, number: int, limits: Limits) -> Whole:
        """The plan after its regions of this round were solved anew."""
        stage, began = "borders" if number else "territories", time.monotonic()
        cut = pieces(ground, whole, regions(ground, whole, self._parts, number), number)
        futures = [
            self._executor.submit(solve_part, piece.part, replace(limits, seed=limits.seed + SEEDS * number + i))
            for i, piece in enumerate(cut)
        ]
        answers = self._results(futures, stage, whole)
        found = better(ground, whole, [(cut[i], routes) for i, routes in sorted(answers.items())])
        self._stages.append(Stage(stage, time.monotonic() - began, found.worth[1]))
        return found

    def _results(self, futures: Sequence[Future[T]], stage: str, whole: Whole) -> dict[int, T]:
        """What each future brought, by its place; cancelled, only what is there already."""
        pending: set[Future[T]] = set(futures)
        while pending and not self._cancel():
            _, pending = wait(pending, LOOK, FIRST_COMPLETED)
            self._report(stage, whole)
        for future in pending:
            future.cancel()
        return {i: _result(future) for i, future in enumerate(futures) if future.done() and not future.cancelled()}

    def _rounds(self) -> Iterator[Limits]:
        """The limits of each part, round by round."""
        limits, waves = replace(self._limits, threads=1), -(-self._parts // self._at_once)
        if limits.iterations is not None:
            for share in (FIRST, *[LATER] * round((1 - FIRST) / LATER)):
                yield replace(limits, seconds=None, iterations=max(1, round(share * limits.iterations)))
            return
        whole, share = self._left(), FIRST
        while (left := self._left()) > LEAST:
            length = min(share * whole, LONGEST, left)
            length = left if left - length < LEAST else length
            yield replace(limits, seconds=length / waves)
            share = LATER

    def _left(self) -> float:
        """Seconds left."""
        seconds = self._limits.seconds
        return float("inf") if seconds is None else seconds - (time.monotonic() - self._began)

    def _report(self, stage: str, whole: Whole) -> None:
        if self._on_progress is not None:
            elapsed, seconds = time.monotonic() - self._began, self._limits.seconds
            counted = self._limits.iterations is not None or not seconds
            rounds = sum(done.name in ("territories", "borders") for done in self._stages)
            share = rounds * LATER + (LATER if rounds else 0.0) if counted or not seconds else elapsed / seconds
            served = len(self._problem.visits) - len(whole.left)
            self._on_progress(Progress(stage, elapsed, min(1.0, share), whole.worth[1], served))

    def _judged(self, planner: Planner, whole: Whole) -> Solution:
        """The plan as a solution: timed once more as a whole, unless the times that the parts gave it are cheaper."""
        plan = taken_up(Plan(planner), start_of(whole.routes))
        work = 0 if self._cancel() else WORK
        stats = Stats(time.monotonic() - self._began, self._limits.seed, self._limits.threads, tuple(self._stages))
        return as_joined(self._problem, whole, finished(self._problem, plan, stats, work))


def _result(future: Future[T]) -> T:
    try:
        return future.result()
    except Exception as error:  # whatever an executor raises when a worker is lost, or the search in it
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise SolverCrashed(f"A part of the plan could not be solved ({told}); start the solve again.") from error


def better(ground: Ground, whole: Whole, answers: Sequence[tuple[Piece, Answer]]) -> Whole:
    """The plan with all regions' new routes; where that is dearer as a whole, with those that are not."""
    every: Routes = whole.routes
    for piece, routes in answers:
        every = _exchanged(every, piece, routes)
    found = ground.judged(every)
    if found.worth <= whole.worth:
        return found
    for piece, routes in answers:
        found = ground.judged(_exchanged(whole.routes, piece, routes))
        whole = found if found.worth <= whole.worth else whole
    return whole


def _exchanged(routes: Routes, piece: Piece, answer: Answer) -> Mapping[str, Route]:
    kept = {shift: route for shift, route in routes.items() if shift not in piece.shifts}
    return kept | piece.taken_over(answer)
