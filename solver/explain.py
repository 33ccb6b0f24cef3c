"""Why a visit is left out: for every technician the first rule in the way, and for each rule a dispatcher's sentence.

A technician's rules are gone through in the order of `ReasonCode`; the code of whoever gets furthest comes first.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from solver.compiled import NEVER, SCALE, Compiled, IntArray
from solver.insertion.legs import IMPOSSIBLE, estimate, legs_of
from solver.insertion.plan import Plan
from solver.insertion.regret import best_place
from solver.reasons import sentence
from solver.solution import Reason, ReasonCode, Unserved

TRIALS: Final = 5
"""Shifts in which a left-out visit is timed exactly; for further ones the estimate stands."""

ORDER: Final = tuple(ReasonCode)


class Obstacle(NamedTuple):
    """What stops one technician from a visit. extra: cents that serving it would add, where it is not worth it."""

    technician: int
    code: ReasonCode
    extra: int = 0


def explain(plan: Plan, left: Sequence[int]) -> tuple[Unserved, ...]:
    """For each of these visits, which the plan leaves out, why."""
    if not left:
        return ()
    return _Inquiry(plan, left).all()


class _Inquiry:
    """Estimates for all visits left out in all shifts, alone and beside what is planned."""

    def __init__(self, plan: Plan, left: Sequence[int]) -> None:
        self.plan, self.left = plan, list(left)
        self.compiled: Compiled = plan.compiled
        self.idle = Plan(plan.planner)
        self.alone = self._costs(self.idle)
        self.beside = self._costs(plan)

    def all(self) -> tuple[Unserved, ...]:
        """The reasons for every visit."""
        return tuple(self._unserved(row) for row in range(len(self.left)))

    def _costs(self, plan: Plan) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Per visit and shift the least estimated cost of a place; infinite where there is none."""
        rows: IntArray = np.array(self.left, dtype=np.int64)
        columns = [estimate(self.compiled, rows, legs_of(plan, s)).min(axis=1) for s in range(len(plan.routes))]
        return np.stack(columns, axis=1) if columns else np.zeros((rows.size, 0))

    def _unserved(self, row: int) -> Unserved:
        visit = self.compiled.problem.visits[self.left[row]]
        if not self.compiled.duties:
            return Unserved(visit.id, (Reason(ReasonCode.NO_TECHNICIAN, "There is no technician with a shift."),))
        obstacles = [self._obstacle(row, t) for t, crew in enumerate(self.compiled.crews) if crew.shifts]
        codes = sorted({obstacle.code for obstacle in obstacles}, key=ORDER.index, reverse=True)
        reasons = [
            Reason(code, sentence(self.compiled, self.left[row], code, [o for o in obstacles if o.code is code]))
            for code in codes
        ]
        return Unserved(visit.id, tuple(reasons))

    def _obstacle(self, row: int, technician: int) -> Obstacle:
        """The rule that stops the technician, whichever shift gets furthest."""
        code = self._unable(self.left[row], technician)
        if code is not None:
            return Obstacle(technician, code)
        shifts = self.compiled.crews[technician].shifts
        found = [self._in_shift(row, technician, shift) for shift in shifts]
        return max(found, key=lambda obstacle: (ORDER.index(obstacle.code), -obstacle.extra))

    def _unable(self, v: int, technician: int) -> ReasonCode | None:
        """The first rule about the technician as such."""
        compiled = self.compiled
        visit, person = compiled.problem.visits[v], compiled.problem.technicians[technician]
        crew = compiled.crews[technician]
        if any(person.skills.get(name, 0) < level for name, level in visit.skills.items()):
            return ReasonCode.SKILL
        if compiled.tools[v] - crew.tools.union(*(store.tools for store in compiled.stores)):
            return ReasonCode.TOOL
        if any(obtainable(compiled, technician, part) < count for part, count in compiled.parts_of[v]):
            return ReasonCode.PART
        rule = visit.technicians
        if person.id in rule.never or (rule.only is not None and person.id not in rule.only):
            return ReasonCode.TECHNICIAN_EXCLUDED
        return None

    def _in_shift(self, row: int, technician: int, shift: int) -> Obstacle:
        """The first rule about one shift of the technician."""
        compiled, v = self.compiled, self.left[row]
        duty = compiled.duties[shift]
        visit = compiled.problem.visits[v]
        if visit.pinned is not None and compiled.pinned_shift[v] != shift:
            return Obstacle(technician, ReasonCode.TECHNICIAN_EXCLUDED)
        if not any(low <= duty.hard_end and high >= duty.start for low, high in compiled.windows[v]):
            return Obstacle(technician, ReasonCode.WINDOW)
        if not self._reachable(v, shift):
            return Obstacle(technician, ReasonCode.UNREACHABLE)
        if not self._fits(self.idle, row, shift, self.alone) and compiled.pinned_order[v] <= 0:
            return Obstacle(technician, ReasonCode.SHIFT_TOO_SHORT)
        if not self._fits(self.plan, row, shift, self.beside):
            return Obstacle(technician, ReasonCode.PINNED_CONFLICT if visit.pinned else ReasonCode.CAPACITY)
        change = best_place(self.plan, v, shift)
        if change is None:
            return Obstacle(technician, ReasonCode.CAPACITY)
        return Obstacle(technician, ReasonCode.NOT_WORTH_IT, -(-change.cost // SCALE))

    def _reachable(self, v: int, shift: int) -> bool:
        duty, seconds = self.compiled.duties[shift], self.compiled.seconds
        place = int(self.compiled.location[v])
        there = int(seconds[duty.start_location, place]) < NEVER
        return there and (duty.end_location < 0 or int(seconds[place, duty.end_location]) < NEVER)

    def _fits(self, plan: Plan, row: int, shift: int, costs: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> bool:
        """Whether the visit has a place in the shift: timed exactly in the few cheapest shifts, estimated in others."""
        if costs[row, shift] == IMPOSSIBLE:
            return False
        near = np.argsort(costs[row], kind="stable")[:TRIALS]
        return shift not in near or best_place(plan, self.left[row], shift) is not None


def obtainable(compiled: Compiled, technician: int, part: int) -> int:
    """How many of a part the technician's van and all warehouses have together, at the start."""
    stocks = [store.stock for store in compiled.stores]
    if any(stock is None for stock in stocks):
        return NEVER
    return compiled.crews[technician].van[part] + sum(stock[part] for stock in stocks if stock is not None)
