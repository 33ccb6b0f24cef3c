"""A search under way: the best plan so far, the stages gone through, and when to stop."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Final

from solver.compiled import SCALE
from solver.improve.chains import Chains
from solver.improve.tied_plan import without_halves
from solver.insertion.plan import Plan
from solver.outcome import routes_of
from solver.referee import cost
from solver.solution import Stage, Stats


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to search: `seconds`, or `iterations` in place of them, which gives the same plan every time.

    iterations: of each chain of the search, one chain for each of the threads.
    """

    seconds: float | None = 10.0
    iterations: int | None = None
    seed: int = 0
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is.

    elapsed: seconds. share: of its time or rounds, 0 to 1. cost: cents of the best plan, None before the first.
    """

    stage: str
    elapsed: float
    share: float
    cost: int | None
    served: int


COMPILING: Final = "compiling the search, this once"
"""The stage of a first run that takes a minute and more, so that it is told even where no progress is."""

HALFWAY: Final = 60.0
"""Seconds after which a search without limits is halfway, as far as its cooling goes."""

OnProgress = Callable[[Progress], None]
OnPlan = Callable[[Plan], None]


class Search:
    """The state that the stages share."""

    def __init__(
        self, limits: Limits, on_progress: OnProgress | None, on_plan: OnPlan | None, cancel: Callable[[], bool] | None
    ) -> None:
        self.limits = limits
        self.random = Random(limits.seed)
        self.plan: Plan | None = None
        self.stages: list[Stage] = []
        self.chains: Chains | None = None
        self._cost = 0
        self._began = time.monotonic()
        self._stage = ""
        self._stage_began = 0.0
        self._shown = -1.0
        self._span = (0.0, 0.0)
        self._on_progress, self._on_plan, self._cancel = on_progress, on_plan, cancel

    @property
    def best(self) -> Plan:
        """The best plan so far; there is one from the first stage on."""
        if self.plan is None:
            raise AssertionError("no stage has made a plan yet")
        return self.plan

    def elapsed(self) -> float:
        """Seconds since the search began."""
        return time.monotonic() - self._began

    def remaining(self) -> float:
        """Seconds left; without end when iterations count instead."""
        if self.limits.iterations is not None or self.limits.seconds is None:
            return float("inf")
        return max(0.0, self.limits.seconds - self.elapsed())

    def cancelled(self) -> bool:
        """Whether the caller wants it to end now."""
        return self._cancel is not None and self._cancel()

    @contextmanager
    def uncounted(self, stage: str) -> Iterator[None]:
        """Shows a stage whose time counts neither against the limit nor in the statistics."""
        under_way = self._stage, self._stage_began, self._span
        self.begin(stage, 0.0, 0.0)
        began = time.monotonic()
        yield
        took = time.monotonic() - began
        self._stage, self._stage_began, self._span = under_way
        self._began += took
        self._stage_began += took

    def begin(self, stage: str, from_share: float, to_share: float) -> None:
        """Starts a stage that takes progress from one share to another."""
        self._stage, self._stage_began, self._span = stage, time.monotonic(), (from_share, to_share)
        self.report(0.0, always=True)

    def end(self) -> None:
        """Ends the stage and notes what it cost and brought."""
        self.report(1.0, always=True)
        plan = self.best
        cents = cost(plan.compiled.problem, routes_of(plan)).total
        self.stages.append(Stage(self._stage, time.monotonic() - self._stage_began, cents))

    def improved(self, plan: Plan) -> None:
        """Takes the plan if it is the best so far, and hands it on."""
        plan = without_halves(plan)
        units = plan.cost()
        if self.plan is None or units < self._cost:
            self.plan, self._cost = plan, units
            if self._on_plan is not None:
                self._on_plan(plan)

    def stats(self) -> Stats:
        """How it went so far."""
        return Stats(self.elapsed(), self.limits.seed, self.limits.threads, tuple(self.stages))

    def report(self, share_of_stage: float, always: bool = False) -> None:
        """Tells how far the search is, ten times a second at most."""
        now = self.elapsed()
        if self._on_progress is None or (not always and now - self._shown < 0.1):
            return
        self._shown = now
        low, high = self._span
        served = 0 if self.plan is None else sum(shift >= 0 for shift in self.plan.shift_of)
        cents = None if self.plan is None else self._cents()
        share = low + (high - low) * min(1.0, share_of_stage)
        if self.limits.iterations is None and self.limits.seconds:
            share = min(1.0, now / self.limits.seconds)
        self._on_progress(Progress(self._stage, now, share, cents, served))

    def _cents(self) -> int:
        """About the best plan's cost, quickly; mandatory visits left out cost nothing, as in a solution."""
        plan = self.best
        heavy = sum(plan.compiled.unserved[v] for v in plan.left_out() if plan.compiled.must[v])
        return (self._cost - heavy) // SCALE


class StagePace:
    """The pace of one stage: up to an instant of the search, or so many iterations."""

    def __init__(self, search: Search, until: float | None, iterations: int | None) -> None:
        self._search, self._iterations, self._done = search, iterations, 0
        self._from = search.elapsed()
        self._until = until

    def share(self) -> float:
        """From 0 at the start of the stage to 1 at its end; without limits it draws near to 1 but never gets there."""
        if self._iterations is not None:
            return min(1.0, self._done / max(1, self._iterations))
        if self._until is None:
            gone = self._search.elapsed() - self._from
            return gone / (gone + HALFWAY)
        return min(1.0, (self._search.elapsed() - self._from) / max(1e-9, self._until - self._from))

    def left(self) -> int | None:
        """Iterations left; None: they are not counted."""
        return None if self._iterations is None else max(0, self._iterations - self._done)

    def went(self, iterations: int) -> None:
        """Counts so many iterations."""
        self._done += iterations

    def over(self) -> bool:
        """Whether the stage is to end at once: cancelled, or out of time."""
        self._search.report(self.share())
        late = self._until is not None and self._search.elapsed() >= self._until
        return late or self._search.cancelled()
