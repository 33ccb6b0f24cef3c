"""The improving stage of a search: chains run to its end, their routes recombined on the way."""

import time
from typing import Final

from solver.improve.chains import Chains
from solver.insertion.plan import Plan
from solver.recombine import column_of, offered, recombine
from solver.search import Search, StagePace

STEP_SECONDS: Final = 0.05
STEPS: Final = 200
"""Steps of a search whose iterations are counted."""
PLAN_EVERY: Final = 1.0
"""Seconds from one plan shown to the next."""


def improve(search: Search, pace: StagePace, cycles: int) -> None:
    """Improves the best plan until the pace is over."""
    plan = search.best
    chains = Chains(plan.compiled, max(1, search.limits.threads), search.limits.seed)
    chains.start({s: plan.visits(s) for s, route in enumerate(plan.routes) if route is not None})
    rhythm = Rhythm(search.limits.iterations)
    shown, cost = time.monotonic(), chains.best_cost()
    for _ in chains.run(lambda: 1.0 if pace.over() else rhythm.share(pace), rhythm.steps, cycles):
        now = time.monotonic()
        if chains.best_cost() < cost and now - shown > PLAN_EVERY and search.limits.iterations is None:
            shown, cost = now, chains.best_cost()
            search.improved(plan_of(plan, chains.best()))
    search.improved(plan_of(plan, chains.best()))


class Rhythm:
    """How many iterations a step has: as many as take `STEP_SECONDS`, or a fixed share of all."""

    def __init__(self, iterations: int | None) -> None:
        self._iterations, self._done, self._now = iterations, 0, 100
        self._began = time.monotonic()

    def steps(self, _: float) -> int:
        """How many the next step has."""
        if self._iterations is not None:
            return min(max(1, self._iterations // STEPS), self._iterations - self._done)
        took = time.monotonic() - self._began
        self._began = time.monotonic()
        self._now = max(1, int(self._now * min(2.0, STEP_SECONDS / max(took, 1e-4))))
        return self._now

    def share(self, pace: StagePace) -> float:
        """How much of the stage is done."""
        if self._iterations is None:
            return pace.share()
        share = self._done / self._iterations
        self._done += min(max(1, self._iterations // STEPS), self._iterations - self._done)
        return share


def plan_of(like: Plan, routes: dict[int, tuple[int, ...]]) -> Plan:
    """The routes as a plan, timed exactly."""
    plan = Plan(like.planner)
    for shift, visits in routes.items():
        change = plan.change(shift, visits)
        if change is None:
            raise AssertionError(f"the search holds a route for shift {shift} that cannot be timed: {visits}")
        plan.apply(change)
    return plan
