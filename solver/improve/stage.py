"""Building and improving stages of a search: chains run to its end, their routes recombined on the way."""

import time
from typing import Final

from solver.compiled import Compiled
from solver.improve.chains import Chains, Routes
from solver.insertion.plan import Plan
from solver.recombine import Column, column_of, recombine
from solver.search import Search, StagePace
from solver.ties.face import hangs_together

STEP_SECONDS: Final = 0.05
STEPS: Final = 200
"""Steps of a search whose iterations are counted."""
PLAN_EVERY: Final = 1.0
"""Seconds from one plan shown to the next."""
CYCLE_SECONDS: Final = 20.0
"""About so long the chains cool before they are heated again."""
RECOMBINED: Final = 0.06
"""Share of the stage that recombining may take."""
POOL: Final = 8000
"""Routes recombined at the most: those seen last."""
DETERMINISTIC: Final = 2.0
"""CP-SAT's deterministic seconds for each recombination of a search whose iterations are counted."""


def step_by_step(compiled: Compiled) -> bool:
    """Whether the first plan is to be made by inserting visit after visit into whole plans: places are pinned."""
    return bool((compiled.pinned_order >= 0).any())


def built(search: Search) -> Plan:
    """The best plan with the visits that it leaves out put in where they fit."""
    chains = chains_of(search)
    plan = search.best
    chains.start({s: plan.visits(s) for s, route in enumerate(plan.routes) if route is not None})
    return plan_of(search.best, chains.best())


def chains_of(search: Search) -> Chains:
    """The chains of this search."""
    if search.chains is None:
        search.chains = Chains(search.best.compiled, max(1, search.limits.threads), search.limits.seed)
    return search.chains


def improve(search: Search, pace: StagePace) -> None:
    """Improves the best plan until the pace is over."""
    plan = search.best
    chains = chains_of(search)
    chains.start({s: plan.visits(s) for s, route in enumerate(plan.routes) if route is not None})
    rhythm = Rhythm(search.limits.iterations)
    left = search.remaining()
    cycles = 1 if left == float("inf") else max(1, round(left / CYCLE_SECONDS))
    shown, cost = time.monotonic(), chains.best_cost()
    for cycle_over in chains.run(lambda: 1.0 if pace.over() else rhythm.share(pace), rhythm.steps, cycles):
        now = time.monotonic()
        if cycle_over:
            _recombined(search, chains, left)
        if chains.best_cost() < cost and now - shown > PLAN_EVERY and search.limits.iterations is None:
            shown, cost = now, chains.best_cost()
            search.improved(plan_of(plan, chains.best()))
    search.improved(plan_of(plan, chains.best()))


def _recombined(search: Search, chains: Chains, seconds: float) -> None:
    """Puts the best set of all routes seen in place of the chains' best plan, where it is cheaper."""
    compiled = search.best.compiled
    if hangs_together(compiled):
        return
    plan = plan_of(search.best, chains.best())
    current = {route.shift: column_of(compiled, route) for route in plan.routes if route is not None}
    columns = _columns(search.best, chains)
    counted = search.limits.iterations is not None
    found = recombine(
        compiled,
        columns,
        current,
        None if counted else max(0.2, min(RECOMBINED * seconds, search.remaining() - 0.2)),
        DETERMINISTIC if counted else None,
        search.limits.seed,
        cancel=search.cancelled,
    )
    if found is not None:
        chains.adopt({column.shift: column.visits for column in found})


def _columns(plan: Plan, chains: Chains) -> list[Column]:
    """The routes seen as columns; timed in full where parts are shared with other routes, as they need their loads."""
    compiled = plan.compiled
    if not chains.arrays.finite and all(len(crew.shifts) == 1 for crew in compiled.crews):
        return chains.columns(POOL)
    stock = tuple(store.stock for store in compiled.stores)
    found = []
    for column in chains.columns(POOL // 8):
        van = compiled.crews[compiled.duties[column.shift].technician].van
        route = plan.planner.route(column.shift, column.visits, van, stock)
        if route is not None:
            found.append(column_of(compiled, route))
    return found


class Rhythm:
    """How many iterations a step has: as many as take `STEP_SECONDS`, or a fixed share of all."""

    def __init__(self, iterations: int | None) -> None:
        self._iterations, self._done, self._now = iterations, 0, 20

    def steps(self, took: float) -> int:
        """How many the next step has; took: seconds of the last one."""
        if self._iterations is not None:
            return max(1, min(-(-self._iterations // STEPS), self._iterations - self._done))
        if took > 0.0:
            self._now = max(1, int(self._now * min(2.0, STEP_SECONDS / took)))
        return self._now

    def share(self, pace: StagePace) -> float:
        """How much of the stage is done; counts a step."""
        if self._iterations is None:
            return pace.share()
        share = self._done / max(1, self._iterations)
        self._done += -(-self._iterations // STEPS)
        return share


def plan_of(like: Plan, routes: Routes) -> Plan:
    """The routes as a plan, timed exactly."""
    plan = Plan(like.planner)
    for shift, visits in routes.items():
        change = plan.change(shift, visits)
        if change is None:
            raise AssertionError(f"the search holds a route for shift {shift} that cannot be timed: {visits}")
        plan.apply(change)
    return plan
