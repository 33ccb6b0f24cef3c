"""Timing routes anew after a change by hand: the order is the scheduler's, the times are the cheapest there are."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.errors import RuleBroken
from dispatch.planning.change.drafts import RouteDraft, of_solution
from dispatch.planning.day.build import Built
from dispatch.planning.day.horizon import Horizon
from dispatch.planning.day.ids import reverse
from solver.compiling import compile_problem
from solver.insertion.plan import Change, Plan
from solver.outcome import routes_of
from solver.problem import Pinned, Problem, Technician, Visit
from solver.timing.planner import Planner


@dataclass(frozen=True, slots=True)
class Wish:
    """A visit and where it is to be; shift_id None: in no route, position None: where it costs least.

    starts_at: exactly when; None: at the cheapest of its times.
    """

    visit_id: int
    shift_id: int | None
    position: int | None = None
    starts_at: datetime | None = None


def retime(built: Built, horizon: Horizon, present: Mapping[int, RouteDraft], wish: Wish) -> list[RouteDraft]:
    """The routes that differ once the wish is granted, timed as cheaply as may be; present ones by shift id.

    A visit that is taken out takes those out with it that start together with it.

    Raises RuleBroken when the visit does not fit there, and says why.
    """
    wishes = [wish]
    if wish.shift_id is None:
        placed = {visit for draft in present.values() for visit in draft.visit_ids}
        wishes += [Wish(visit, None) for visit in together_with(built, wish.visit_id) if visit in placed]
    return place(built, horizon, present, wishes)


def place(
    built: Built, horizon: Horizon, present: Mapping[int, RouteDraft], wishes: Sequence[Wish]
) -> list[RouteDraft]:
    """As `retime`, for several visits at once: all are taken out of their routes first, then placed in this order.

    Raises RuleBroken when one of them does not fit, or would start together with one that is in no route.
    """
    _refuse_alone(built, present, wishes)
    return _Desk(built, horizon, present, wishes).grant(wishes)


def together_with(built: Built, visit_id: int) -> list[int]:
    """The other visits of the day that start together with this one."""
    name = reverse(built.ids.visits).get(visit_id)
    links = (link for link in built.problem.links if link.kind == "same_start" and name in link.visits)
    return [built.ids.visits[other] for link in links for other in link.visits if other != name]


class _Desk:
    """The present routes that the wishes may concern, laid out so that they can be changed and timed."""

    def __init__(
        self, built: Built, horizon: Horizon, present: Mapping[int, RouteDraft], wishes: Sequence[Wish]
    ) -> None:
        self.built, self.horizon, self.present = built, horizon, present
        self.visit_names = reverse(built.ids.visits)
        self.shift_names = reverse(built.ids.shifts)
        near = self._near(wishes)
        self.compiled = compile_problem(self._problem(wishes, near))
        self.plan = Plan(Planner(self.compiled))
        self.number = {visit.id: i for i, visit in enumerate(built.problem.visits)}
        for shift_id in sorted(near & present.keys()):
            order = self._order(shift_id)
            change = self.plan.change(self._shift(shift_id), order) if order else None
            # A present route that its rows no longer allow takes no part: its visits are then in no route here.
            if change is not None:
                self.plan.apply(change)
        self.before = list(self.plan.routes)

    def grant(self, wishes: Sequence[Wish]) -> list[RouteDraft]:
        """Makes the changes; every route that is another afterwards, and both ends of each move."""
        touched: set[int] = set()
        for source, visits in self._sources(wishes).items():
            touched.add(source)
            rest = tuple(v for v in self._order(source) if v not in visits)
            name = self.built.problem.visits[visits[0]].id if visits[0] >= 0 else ""
            self._make(self.plan.change(self._shift(source), rest), f"without {name} that route cannot be timed")
        for wish in wishes:
            if wish.shift_id is not None:
                touched.add(wish.shift_id)
                name = self.visit_names.get(wish.visit_id, "")
                self._make(self._best(self.number.get(name, -1), wish), self._why_not(name, wish))
        routes = {route.shift: route for route in routes_of(self.plan)}
        changed = {n for n, (old, new) in enumerate(zip(self.before, self.plan.routes, strict=True)) if old != new}
        drafts = []
        tied = self._tied({*touched, *(s for s, name in self.shift_names.items() if self._is(name, changed))})
        for shift_id, shift_name in self.shift_names.items():
            if shift_id in touched or self._is(shift_name, changed) or shift_id in tied:
                route = routes.get(shift_name)
                empty = RouteDraft(shift_id)
                drafts.append(empty if route is None else of_solution(route, self.built.ids, self.horizon))
        return [draft for draft in drafts if draft.shift_id not in tied or self._differs(draft)]

    def _is(self, shift: str, numbers: Container[int]) -> bool:
        return self.compiled.shift_index[shift] in numbers

    def _differs(self, draft: RouteDraft) -> bool:
        stored = self.present.get(draft.shift_id)
        return stored is None or stored.stops != draft.stops or stored.departs_at != draft.departs_at

    def _tied(self, shifts: set[int]) -> set[int]:
        """Other shifts that hold visits whose starts are tied to these ones': they are stored with their times here."""
        keys = self.built.ids.visits
        home = {keys[self.built.problem.visits[v].id]: s for s in self.shift_names for v in self._planned(s)}
        found, wanted = set[int](), set(shifts)
        while not wanted <= found:
            found |= wanted
            for link in self.built.problem.links:
                ends = {home[keys[name]] for name in link.visits if keys[name] in home}
                wanted |= ends if link.kind in ("same_start", "precedes") and ends & found else set()
        return found - shifts

    def _planned(self, shift_id: int) -> tuple[int, ...]:
        return self.plan.visits(self._shift(shift_id))

    def _sources(self, wishes: Iterable[Wish]) -> dict[int, list[int]]:
        """By shift: the visits that leave it; -1 for one that is not in the problem."""
        found: dict[int, list[int]] = {}
        for wish in wishes:
            source = next((s for s, draft in self.present.items() if wish.visit_id in draft.visit_ids), None)
            if source is not None and source in self.shift_names:
                number = self.number.get(self.visit_names.get(wish.visit_id, ""), -1)
                found.setdefault(source, []).append(number)
        return found

    def _near(self, wishes: Iterable[Wish]) -> set[int]:
        """The shifts whose routes may change: both ends, their technicians' others, and what is tied to them."""
        home = {visit: shift for shift, draft in self.present.items() for visit in draft.visit_ids}
        keys, crews = self.built.ids.visits, self._crews()
        ties = [{home[keys[name]] for name in link.visits if keys[name] in home} for link in self.built.problem.links]
        wanted = {end for wish in wishes for end in (wish.shift_id, home.get(wish.visit_id)) if end is not None}
        tied = {visit for wish in wishes for visit in together_with(self.built, wish.visit_id)}
        wanted |= {home[visit] for visit in tied if visit in home}
        near: set[int] = set()
        while not wanted <= near:
            near |= wanted
            wanted = {other for shift in near for other in crews.get(shift, {shift})}
            wanted |= {shift for tie in ties if tie & near for shift in tie}
        return {shift for shift in near if shift in self.shift_names}

    def _crews(self) -> dict[int, set[int]]:
        """By shift: all shifts of its technician."""
        ids = self.built.ids.shifts
        own = [{ids[shift.id] for shift in technician.shifts} for technician in self.built.problem.technicians]
        return {shift: shifts for shifts in own for shift in shifts}

    def _problem(self, wishes: Iterable[Wish], near: set[int]) -> Problem:
        """The day's problem with the wishes' starts, and what the routes left aside take from warehouses taken off."""
        problem = self.built.problem
        at = {wish.visit_id: wish for wish in wishes if wish.starts_at is not None and wish.shift_id is not None}
        visits = [self._started(visit, at.get(self.built.ids.visits[visit.id])) for visit in problem.visits]
        parts, taken = reverse(self.built.ids.parts), Counter[tuple[int, str]]()
        for shift_id, draft in self.present.items():
            for stop in draft.stops if shift_id not in near else ():
                for part, count in (stop.load or {}).items():
                    taken[stop.warehouse_id or 0, parts.get(part, "")] += count
        stores = [
            store
            if store.stock is None
            else replace(store, stock={
                part: max(0, count - taken[self.built.ids.warehouses[store.id], part])
                for part, count in store.stock.items()
            })
            for store in problem.warehouses
        ]  # fmt: skip
        return replace(problem, visits=tuple(visits), warehouses=tuple(stores))

    def _started(self, visit: Visit, wish: Wish | None) -> Visit:
        if wish is None or wish.starts_at is None:
            return visit
        return replace(visit, pinned=Pinned(self.shift_names[wish.shift_id or 0], self.horizon.seconds(wish.starts_at)))

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
            tied = "".join(f", starting together with {self.visit_names[v]}" for v in self._partners(wish))
            reason = f"no times keep all windows, breaks, parts and the shift's end with it {where}{tied}"
            reason += "; try another place"
        return f"visit {name} does not fit into shift {shift}: {reason}"

    def _partners(self, wish: Wish) -> list[int]:
        return together_with(self.built, wish.visit_id)


def _refuse_alone(built: Built, present: Mapping[int, RouteDraft], wishes: Sequence[Wish]) -> None:
    """What starts together is placed together."""
    placed = {visit for draft in present.values() for visit in draft.visit_ids}
    placed -= {wish.visit_id for wish in wishes if wish.shift_id is None}
    placed |= {wish.visit_id for wish in wishes if wish.shift_id is not None}
    names = reverse(built.ids.visits)
    for wish in wishes:
        missing = [v for v in together_with(built, wish.visit_id) if v not in placed]
        if wish.shift_id is not None and missing:
            raise RuleBroken(
                f"visit {names[wish.visit_id]} starts together with {names[missing[0]]}, which is in no route: "
                "plan both by a planning run or an appointment, or take the tie between them away"
            )


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
