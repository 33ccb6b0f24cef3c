"""Building and improving stages of a search: chains run to its end, their routes recombined on the way."""

import time
from typing import Final

from solver.compiled import Compiled
from solver.improve.chains import Chains, Routes
from solver.improve.loops import is_tied
from solver.improve.tied_plan import tied_plan
from solver.insertion.plan import Plan
from solver.jit import compiled_before, note_compiled
from solver.recombine import Column, column_of, recombine
from solver.search import COMPILING, Search, StagePace
from solver.ties.face import hangs_together

STEP_SECONDS: Final = 0.05
STEPS: Final = 200
"""Steps of a search whose iterations are counted."""
PLAN_EVERY: Final = 1.0
"""Seconds from one plan shown to the next."""
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
    return plan_of(search.best, chains.best_stops())


def chains_of(search: Search) -> Chains:
    """The chains of this search."""
    if search.chains is None:
        compiled = search.best.compiled
        _compile(search, compiled)
        search.chains = Chains(compiled, max(1, search.limits.threads), search.limits.seed)
    return search.chains


def _compile(search: Search, compiled: Compiled) -> None:
    """Compiles the search where that was not done before; the time it takes is not counted."""
    what = "routes-together" if is_tied(compiled) else "routes-apart"
    if compiled_before(what):
        return
    with search.uncounted(COMPILING):
        chains = Chains(compiled, 1, 0)
        chains.try_out()
        plan_of(search.best, chains.best_stops())
    note_compiled(what)


def improve(search: Search, pace: StagePace) -> None:
    """Improves the best plan until the pace is over."""
    plan = search.best
    chains = chains_of(search)
    chains.start({s: plan.visits(s) for s, route in enumerate(plan.routes) if route is not None})
    rhythm = Rhythm(pace)
    left = search.remaining()
    shown, cost = time.monotonic(), chains.best_cost()
    for cycle_over in chains.run(lambda: 1.0 if pace.over() else pace.share(), rhythm.steps):
        now = time.monotonic()
        if cycle_over:
            _recombined(search, chains, left)
        if chains.best_cost() < cost and now - shown > PLAN_EVERY and search.limits.iterations is None:
            shown, cost = now, chains.best_cost()
            search.improved(plan_of(plan, chains.best_stops()))
    search.improved(plan_of(plan, chains.best_stops()))


def _recombined(search: Search, chains: Chains, seconds: float) -> None:
    """Puts the best set of all routes seen in place of the chains' best plan, where it is cheaper."""
    compiled = search.best.compiled
    if hangs_together(compiled):
        return
    plan = plan_of(search.best, chains.best_stops())
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
    """The routes seen as columns; timed in full where their loads, duties or tardiness count in other routes."""
    compiled = plan.compiled
    alone = all(len(crew.shifts) == 1 for crew in compiled.crews)
    if alone and not chains.arrays.finite and not chains.tied:
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

    def __init__(self, pace: StagePace) -> None:
        self._pace, self._now = pace, 20
        left = pace.left()
        self._share = None if left is None else -(-left // STEPS)

    def steps(self, took: float) -> int:
        """How many the next step has, which count as done; took: seconds of the last one."""
        left = self._pace.left()
        if left is None or self._share is None:
            if took > 0.0:
                self._now = max(1, int(self._now * min(2.0, STEP_SECONDS / took)))
            return self._now
        count = max(1, min(self._share, left))
        self._pace.went(count)
        return count


def plan_of(like: Plan, routes: Routes) -> Plan:
    """The routes as a plan, timed exactly."""
    if is_tied(like.compiled):
        return tied_plan(like, routes)
    plan = Plan(like.planner)
    for shift, visits in routes.items():
        change = plan.change(shift, visits)
        if change is None:
            raise AssertionError(f"the search holds a route for shift {shift} that cannot be timed: {visits}")
        plan.apply(change)
    return plan
