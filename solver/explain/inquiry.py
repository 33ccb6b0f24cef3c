"""Why a visit is left out: for every technician the first rule in the way, and for each rule a dispatcher's sentence.

A technician's rules are gone through in the order of `ReasonCode`; the code of whoever gets furthest comes first.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from solver.compiled import NEVER, SCALE, BoolArray, Compiled, IntArray
from solver.explain.reasons import sentence
from solver.explain.remedies import Remedies
from solver.explain.scene import Scene, Work
from solver.explain.ties import doer_tied, start_tied
from solver.insertion.legs import IMPOSSIBLE, estimate, legs_of
from solver.insertion.places import TRIALS
from solver.insertion.plan import Change, Plan
from solver.insertion.regret import best_place
from solver.solution import Obstacle, Reason, ReasonCode, Unserved

ORDER: Final = tuple(ReasonCode)


WORK: Final = 10_000
"""Routes timed at most in search of remedies for one plan."""
LEAST: Final = 100
"""Routes timed for one visit at least, as long as there are any left; visits after that get no remedies."""


class Stopped(NamedTuple):
    """What stops one technician from a visit. extra: cents that serving it would add, where that was worked out."""

    technician: int
    code: ReasonCode
    extra: int | None = None


def explain(plan: Plan, left: Sequence[int], work: int = WORK) -> tuple[Unserved, ...]:
    """For each of these visits, which the plan leaves out, why, and what would let it in.

    work: how many routes may be timed in search of remedies, 0 for none; counted, so that the answer is the same on
    any machine. What must be served, and what costs most to leave out, is looked at first.
    """
    if not left:
        return ()
    told = _Inquiry(plan, left).all()
    if not plan.routes or not work:
        return tuple(replace(unserved, explored=not plan.routes) for unserved in told)
    return _with_remedies(plan, left, told, work)


def _with_remedies(plan: Plan, left: Sequence[int], told: tuple[Unserved, ...], work: int) -> tuple[Unserved, ...]:
    remedies = Remedies(plan)
    found = list(told)
    for done, row in enumerate(sorted(range(len(left)), key=lambda row: -plan.compiled.unserved[left[row]])):
        own = Work(min(work, max(LEAST, work // (len(left) - done))))
        work -= own.left
        offers, explored = remedies.of(left[row], own)
        work += own.left
        found[row] = replace(found[row], remedies=tuple(offer.remedy for offer in offers), explored=explored)
    return tuple(found)


class _Prospects:
    """Where visits might go in a plan: estimates for all shifts, exact timing in the few that look cheapest."""

    def __init__(self, plan: Plan, visits: Sequence[int]) -> None:
        self._plan, self._visits = plan, visits
        rows: IntArray = np.array(visits, dtype=np.int64)
        columns = [estimate(plan.compiled, rows, legs_of(plan, s)).min(axis=1) for s in range(len(plan.routes))]
        self._costs = np.stack(columns, axis=1)
        order = np.argsort(self._costs, axis=1, kind="stable")[:, :TRIALS]
        self._near = [
            [int(s) for s in row if costs[s] < IMPOSSIBLE] for row, costs in zip(order, self._costs, strict=True)
        ]
        self._possible = (self._costs < IMPOSSIBLE).tolist()

    def possible(self, row: int, shift: int) -> bool:
        """Whether the estimate finds a place in the shift."""
        return bool(self._possible[row][shift])

    def near(self, row: int, shift: int) -> bool:
        """Whether the shift is one of the few in which the visit is timed exactly."""
        return shift in self._near[row]

    def exact(self, row: int, shift: int) -> Change | None:
        """The cheapest insertion into the shift."""
        return best_place(self._plan, self._visits[row], shift)

    def fits(self, row: int) -> bool:
        """Whether one of those few shifts has a place."""
        return any(self.exact(row, shift) is not None for shift in self._near[row])


class _Inquiry:
    """The visits left out, each before every technician, alone and beside what is planned."""

    def __init__(self, plan: Plan, left: Sequence[int]) -> None:
        self.plan, self.left = plan, list(left)
        self.compiled: Compiled = plan.compiled
        self.alone = _Prospects(Plan(plan.planner), self.left) if plan.routes else None
        self.beside = _Prospects(plan, self.left) if plan.routes else None
        self.linked = Scene(plan) if self.compiled.problem.links else None
        if self.linked is not None:
            self.linked.work = Work(NEVER)
        self.on_shift = [t for t, crew in enumerate(self.compiled.crews) if crew.shifts]
        rows: IntArray = np.array(self.left, dtype=np.int64)
        self.on_duty = _on_duty(self.compiled, rows)
        self.reachable = _reachable(self.compiled, rows)

    def all(self) -> tuple[Unserved, ...]:
        """The reasons for every visit."""
        return tuple(self._unserved(row) for row in range(len(self.left)))

    def _unserved(self, row: int) -> Unserved:
        visit = self.compiled.problem.visits[self.left[row]]
        if self.alone is None or self.beside is None:
            return Unserved(visit.id, (Reason(ReasonCode.NO_TECHNICIAN, "There is no technician with a shift."),))
        fits = self.beside.fits(row)
        found = sorted(
            (self._obstacle(row, t, self.alone, self.beside, fits) for t in self.on_shift),
            key=lambda stopped: -ORDER.index(stopped.code),
        )
        alike = {code: [one for one in found if one.code is code] for code in dict.fromkeys(one.code for one in found)}
        reasons = tuple(Reason(code, self._sentence(row, stopped)) for code, stopped in alike.items())
        return Unserved(visit.id, reasons, technicians=tuple(self._told(row, one) for one in found))

    def _told(self, row: int, stopped: Stopped) -> Obstacle:
        technician = self.compiled.problem.technicians[stopped.technician]
        return Obstacle(technician.id, stopped.code, self._sentence(row, [stopped]))

    def _sentence(self, row: int, stopped: Sequence[Stopped]) -> str:
        return sentence(self.compiled, self.left[row], stopped[0].code, stopped, len(self.on_shift))

    def _obstacle(self, row: int, technician: int, alone: _Prospects, beside: _Prospects, fits: bool) -> Stopped:
        """The rule that stops the technician, whichever shift gets furthest."""
        code = self._unable(self.left[row], technician)
        if code is not None:
            return Stopped(technician, code)
        shifts = self.compiled.crews[technician].shifts
        found = [
            self._shut_out(row, technician, shift, alone) or self._crowded_out(row, technician, shift, beside, fits)
            for shift in shifts
        ]
        return max(found, key=lambda obstacle: (ORDER.index(obstacle.code), -(obstacle.extra or 0)))

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

    def _shut_out(self, row: int, technician: int, shift: int, alone: _Prospects) -> Stopped | None:
        """The first rule that keeps the visit out of an otherwise empty shift."""
        compiled, v = self.compiled, self.left[row]
        if compiled.pinned_shift[v] >= 0 and compiled.pinned_shift[v] != shift:
            return Stopped(technician, ReasonCode.TECHNICIAN_EXCLUDED)
        if not self.on_duty[row][shift]:
            return Stopped(technician, ReasonCode.WINDOW)
        if not self.reachable[row][shift]:
            return Stopped(technician, ReasonCode.UNREACHABLE)
        if _comes_too_late(compiled, v, shift):
            return Stopped(technician, ReasonCode.WINDOW)
        if compiled.pinned_order[v] > 0:  # cannot be judged alone: others come before it
            return None
        if not alone.possible(row, shift) or (alone.near(row, shift) and alone.exact(row, shift) is None):
            return Stopped(technician, ReasonCode.SHIFT_TOO_SHORT)
        return None

    def _crowded_out(self, row: int, technician: int, shift: int, beside: _Prospects, fits: bool) -> Stopped:
        """What keeps the visit out of the shift as it is planned.

        fits: whether a nearer shift has a place for it; then a far one that seems to have one is dearer still.
        """
        v = self.left[row]
        if self.linked is not None and doer_tied(self.linked, v, technician):
            return Stopped(technician, ReasonCode.LINK)
        full = ReasonCode.PINNED_CONFLICT if self.compiled.pinned_shift[v] >= 0 else ReasonCode.CAPACITY
        if not beside.possible(row, shift):
            return Stopped(technician, full)
        if not beside.near(row, shift):
            return Stopped(technician, ReasonCode.NOT_WORTH_IT if fits else full)
        change = beside.exact(row, shift)
        if change is None:
            tied = self.linked is not None and self.linked.links_of[v] and start_tied(self.linked, v, shift)
            return Stopped(technician, ReasonCode.LINK if tied else full)
        return Stopped(technician, ReasonCode.NOT_WORTH_IT, -(-change.cost // SCALE))


def _on_duty(compiled: Compiled, visits: IntArray) -> list[list[bool]]:
    """Per visit and shift, whether a window of the visit meets the shift's hours."""
    starts = np.array([duty.start for duty in compiled.duties], dtype=np.int64)
    ends = np.array([duty.hard_end for duty in compiled.duties], dtype=np.int64)
    opens, closes = compiled.opens[visits][:, :, None], compiled.closes[visits][:, :, None]
    meets: BoolArray = np.any((opens <= ends) & (closes >= starts) & (opens < NEVER), axis=1)
    found: list[list[bool]] = meets.tolist()
    return found


def _comes_too_late(compiled: Compiled, v: int, shift: int) -> bool:
    """Whether who drives there first thing comes after the visit's last window; not told of roads that change."""
    if compiled.problem.travel.speed:
        return False
    duty, opens = compiled.duties[shift], compiled.opens[v]
    arrival = duty.start + int(compiled.seconds_to[compiled.location[v], duty.start_location])
    return arrival > int(np.max(compiled.closes[v][opens < NEVER], initial=-1))


def _reachable(compiled: Compiled, visits: IntArray) -> list[list[bool]]:
    """Per visit and shift, whether roads lead there from the start place, and on to the end place."""
    places = compiled.location[visits]
    ends = np.array([duty.end_location for duty in compiled.duties], dtype=np.int64)
    there = compiled.seconds_to[places][:, compiled.start_location] < NEVER
    back = (compiled.seconds[places][:, np.maximum(ends, 0)] < NEVER) | (ends < 0)
    found: list[list[bool]] = (there & back).tolist()
    return found


def obtainable(compiled: Compiled, technician: int, part: int) -> int:
    """How many of a part the technician's van and all warehouses have together, at the start."""
    stocks = [store.stock for store in compiled.stores]
    if any(stock is None for stock in stocks):
        return NEVER
    return compiled.crews[technician].van[part] + sum(stock[part] for stock in stocks if stock is not None)
