"""Visits pinned to a place in their shift's order: other visits are put before them, even ones not worth it alone.

A beam search over the first visits of the shift, one place after another, timed exactly. Half of the beam are the
cheapest beginnings, half those that leave their last visit earliest, so that a pinned visit is still reached in time.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from heapq import nsmallest
from typing import Final, NamedTuple

import numpy as np

from solver.compiled import NEVER, IntArray
from solver.insertion.legs import LEAVE, columns_of
from solver.insertion.plan import Plan
from solver.insertion.regret import insert_all

BEAM: Final = 5
"""Beginnings kept at each place of each kind: the cheapest, and the earliest done."""
NEXT: Final = 6
"""Visits tried after a beginning of each kind: the cheapest, and the earliest done."""
FINALS: Final = 8
"""Beginnings tried as whole plans."""


class _Start(NamedTuple):
    """The first visits of a shift. value: their cost less what leaving them out would cost; leave: at the earliest."""

    visits: tuple[int, ...]
    value: int
    leave: int


def settle(
    plan: Plan, stop: Callable[[], bool] = lambda: False, shifts: Collection[int] | None = None, most: int | None = None
) -> bool:
    """Serves visits pinned to a place by filling the places before them; whether any could be served.

    stop: asked before each shift. shifts: those tried, None: all. most: so many of them at most.
    """
    settled = False
    for shift in [s for s in _stuck(plan) if shifts is None or s in shifts][:most]:
        for movable in (False, True):
            if stop():
                return settled
            if shift in _stuck(plan):
                settled |= _settled(plan, shift, movable)
    return settled


def _stuck(plan: Plan) -> list[int]:
    """Shifts to which a visit left out is pinned at a place, where they may serve it at all."""
    compiled = plan.compiled
    waiting = [v for v in plan.left_out() if compiled.pinned_order[v] >= 0]
    able = [v for v in waiting if compiled.allowed[v, compiled.pinned_shift[v]]]
    return sorted({int(compiled.pinned_shift[v]) for v in able})


def _settled(plan: Plan, shift: int, movable: bool) -> bool:
    """Whether a better plan with one more pinned visit in the shift was found; movable: from other shifts too."""
    pinned = np.flatnonzero((plan.compiled.pinned_shift == shift) & (plan.compiled.pinned_order >= 0))
    waiting = {int(v) for v in pinned if plan.shift_of[v] < 0}
    starts = [s for s in _starts(plan, shift, pinned, movable) if s.visits[-1] in pinned]
    ends = [s for s in starts if not waiting.isdisjoint(s.visits)]
    for start in nsmallest(FINALS, ends, key=lambda s: s.value):
        draft = _with(plan, shift, start.visits)
        if draft is not None and draft.cost() < plan.cost():
            plan.take(draft)
            return True
    return False


def _starts(plan: Plan, shift: int, pinned: IntArray, movable: bool) -> Iterator[_Start]:
    """Beginnings of the shift's route up to the last place that a visit is pinned to."""
    compiled = plan.compiled
    free = np.array(_fillers(plan, shift, movable), dtype=np.int64)
    beam = [_Start((), 0, compiled.duties[shift].start)]
    for place in range(int(compiled.pinned_order[pinned].max()) + 1):
        here = pinned[compiled.pinned_order[pinned] == place].tolist()
        found: list[_Start] = []
        for start in beam:
            after = (_extended(plan, shift, start, visit) for visit in (*here, *_next(plan, shift, start, free)))
            found.extend(longer for longer in after if longer is not None)
        yield from found
        cheapest = nsmallest(BEAM, found, key=lambda s: s.value)
        beam = list(dict.fromkeys([*cheapest, *nsmallest(BEAM, found, key=lambda s: (s.leave, s.value))]))


def _fillers(plan: Plan, shift: int, movable: bool) -> list[int]:
    """Visits without a pinned place that the shift may serve and no pinned place elsewhere depends on."""
    compiled = plan.compiled
    able = np.flatnonzero(compiled.allowed[:, shift] & (compiled.pinned_order < 0)).tolist()
    held = {v for s in range(len(plan.routes)) if s != shift for v in _held(plan, plan.visits(s))} if movable else set()
    return [v for v in able if plan.shift_of[v] in (-1, shift) or (movable and v not in held)]


def _held(plan: Plan, visits: tuple[int, ...]) -> tuple[int, ...]:
    """Those up to the last one that is pinned to its place."""
    last = max((i for i, v in enumerate(visits) if plan.compiled.pinned_order[v] >= 0), default=-1)
    return visits[: last + 1]


def _next(plan: Plan, shift: int, start: _Start, free: IntArray) -> list[int]:
    """The visits that look best after a beginning."""
    compiled = plan.compiled
    duty = compiled.duties[shift]
    here = int(compiled.location[start.visits[-1]]) if start.visits else duty.start_location
    rest = free[~np.isin(free, start.visits)]
    arrive = start.leave + compiled.seconds[here, compiled.location[rest]]
    done = np.maximum(arrive, compiled.window_open[rest]) + compiled.duration[rest, duty.technician]
    fits = (arrive <= compiled.window_close[rest]) & (done < NEVER)
    rest, done = rest[fits], done[fits]
    crew = compiled.crews[duty.technician]
    rate = crew.travel_rate + crew.duty_rate
    cost = [rate * float(t) - _worth(plan, shift, v) for v, t in zip(rest.tolist(), done.tolist(), strict=True)]
    cheapest = np.argsort(np.array(cost), kind="stable")[:NEXT]
    earliest = np.argsort(done, kind="stable")[:NEXT]
    return list(dict.fromkeys(rest[np.concatenate([cheapest, earliest])].tolist()))


def _extended(plan: Plan, shift: int, start: _Start, visit: int) -> _Start | None:
    visits = (*start.visits, visit)
    change = plan.change(shift, visits)
    route = None if change is None else change.routes[shift]
    if change is None or route is None:
        return None
    value = change.cost - sum(_worth(plan, shift, v) for v in visits)
    return _Start(visits, value, int(columns_of(plan, route)[LEAVE, -1]))


def _worth(plan: Plan, shift: int, visit: int) -> int:
    """What leaving it out of the shift would cost, in units: nothing where another shift serves it."""
    return plan.compiled.unserved[visit] if plan.shift_of[visit] in (-1, shift) else 0


def _with(plan: Plan, shift: int, start: tuple[int, ...]) -> Plan | None:
    """A plan in which the shift begins like this; what it served besides goes after that, or where it fits."""
    draft = plan.copy()
    if not draft.remove(v for v in start if draft.shift_of[v] not in (-1, shift)):
        return None
    others = [v for v in draft.visits(shift) if v not in start]
    change = draft.change(shift, (*start, *others)) or draft.change(shift, start)
    if change is None:
        return None
    draft.apply(change)
    insert_all(draft, _without_place(draft, others), range(len(draft.routes)))
    return draft


def _without_place(plan: Plan, visits: Iterable[int]) -> list[int]:
    return [v for v in visits if plan.shift_of[v] < 0]
