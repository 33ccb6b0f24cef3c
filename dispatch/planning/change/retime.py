"""Timing routes anew after a change by hand: the order is the scheduler's, the times are the cheapest there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dispatch.errors import RuleBroken
from dispatch.planning.change.drafts import RouteDraft, of_solution
from dispatch.planning.day.build import Built
from dispatch.planning.day.horizon import Horizon
from dispatch.planning.day.ids import reverse
from solver.compiling import compile_problem
from solver.insertion.plan import Change, Plan
from solver.outcome import routes_of
from solver.problem import Technician, Visit
from solver.timing.planner import Planner


@dataclass(frozen=True, slots=True)
class Wish:
    """A visit and where it is to be; shift_id None: in no route, position None: where it costs least."""

    visit_id: int
    shift_id: int | None
    position: int | None


def retime(built: Built, horizon: Horizon, present: Mapping[int, RouteDraft], wish: Wish) -> list[RouteDraft]:
    """The routes that differ once the wish is granted, timed as cheaply as may be; present ones by shift id.

    Raises RuleBroken when the visit does not fit there, and says why.
    """
    return _Desk(built, horizon, present).grant(wish)


class _Desk:
    """The present routes, laid out so that one can be changed and timed."""

    def __init__(self, built: Built, horizon: Horizon, present: Mapping[int, RouteDraft]) -> None:
        self.built, self.horizon, self.present = built, horizon, present
        self.compiled = compile_problem(built.problem)
        self.plan = Plan(Planner(self.compiled))
        self.number = {visit.id: i for i, visit in enumerate(built.problem.visits)}
        self.visit_names = reverse(built.ids.visits)
        self.shift_names = reverse(built.ids.shifts)
        for shift_id in sorted(present):
            order = self._order(shift_id)
            change = self.plan.change(self._shift(shift_id), order) if order and shift_id in self.shift_names else None
            # A present route that its rows no longer allow takes no part: its visits are then in no route here.
            if change is not None:
                self.plan.apply(change)
        self.before = list(self.plan.routes)

    def grant(self, wish: Wish) -> list[RouteDraft]:
        """Makes the change; every route that is another afterwards, and both ends of the move."""
        name = self.visit_names.get(wish.visit_id, "")
        visit = self.number.get(name, -1)
        source = next((s for s, draft in self.present.items() if wish.visit_id in draft.visit_ids), None)
        if source is not None and source in self.shift_names:
            rest = tuple(v for v in self._order(source) if v != visit)
            self._make(self.plan.change(self._shift(source), rest), f"without {name} that route cannot be timed")
        if wish.shift_id is not None:
            self._make(self._best(visit, wish), self._why_not(name, wish))
        touched = {source, wish.shift_id} - {None}
        routes = {route.shift: route for route in routes_of(self.plan)}
        changed = {n for n, (old, new) in enumerate(zip(self.before, self.plan.routes, strict=True)) if old != new}
        drafts = []
        for shift_id, shift_name in self.shift_names.items():
            if shift_id in touched or self.compiled.shift_index[shift_name] in changed:
                route = routes.get(shift_name)
                empty = RouteDraft(shift_id)
                drafts.append(empty if route is None else of_solution(route, self.built.ids, self.horizon))
        return drafts

    def _order(self, shift_id: int) -> tuple[int, ...]:
        names = (self.visit_names.get(visit) for visit in self.present[shift_id].visit_ids)
        return tuple(self.number[name] for name in names if name is not None)

    def _shift(self, shift_id: int) -> int:
        return self.compiled.shift_index[self.shift_names[shift_id]]

    def _best(self, visit: int, wish: Wish) -> Change | None:
        shift = self._shift(wish.shift_id or 0)
        length = len(self.plan.visits(shift))
        places: Sequence[int] = range(length + 1) if wish.position is None else [min(wish.position, length)]
        found = [change for place in places if (change := self.plan.insertion(visit, shift, place)) is not None]
        return min(found, key=lambda change: change.cost, default=None)

    def _make(self, change: Change | None, why_not: str) -> None:
        if change is None:
            raise RuleBroken(why_not)
        self.plan.apply(change)

    def _why_not(self, name: str, wish: Wish) -> str:
        visit = self.built.problem.visits[self.number[name]]
        shift = self.shift_names[wish.shift_id or 0]
        owner = next(t for t in self.built.problem.technicians if any(s.id == shift for s in t.shifts))
        reason = refusal(visit, owner, shift)
        if reason is None:
            where = "anywhere" if wish.position is None else f"at place {wish.position}"
            reason = f"no times keep all windows, breaks, parts and the shift's end with it {where}; try another place"
        return f"visit {name} does not fit into shift {shift}: {reason}"


def refusal(visit: Visit, technician: Technician, shift: str) -> str | None:
    """Why this technician may never do the visit in this shift; None when it is only a question of time or parts."""
    rule = visit.technicians
    if visit.pinned is not None and visit.pinned.shift != shift:
        return f"it is pinned to shift {visit.pinned.shift}; unpin it first"
    if technician.id in rule.never:
        return f"technician {technician.id} is excluded from it"
    if rule.only is not None and technician.id not in rule.only:
        return f"only {', '.join(sorted(rule.only)) or 'nobody'} may do it"
    for skill, level in visit.skills.items():
        has = technician.skills.get(skill, 0)
        if has < level:
            return f"it needs {skill} at level {level}, and technician {technician.id} has {has or 'none'}"
    return None
