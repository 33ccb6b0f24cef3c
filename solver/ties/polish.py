"""The best times of routes that hang together, their order, breaks and windows as they are: exact, by CP-SAT.

Timing one route after another holds who is tied at the earliest start. Where duty, lateness, previous starts, the
largest tardiness and imbalance pull in different directions, all times are chosen at once here: each start, departure
and return is a whole second bounded by differences, and what it costs is piecewise linear in it.
"""

from collections.abc import Iterable
from itertools import pairwise
from math import inf
from typing import Final, NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from solver.buffers import buffers
from solver.compiled import NEVER, PER_HOUR, Compiled, Service, service_of
from solver.insertion.plan import Change, Plan
from solver.problem import Link
from solver.ties.face import schedule_cost, tardiness
from solver.timing.planner import TimedRoute
from solver.timing.schedule import Schedule

EFFORT: Final = 2.0
"""Deterministic seconds that CP-SAT may take."""

Line = cp_model.LinearExprT


def gains_by_polish(plan: Plan) -> bool:
    """Whether times of the plan may depend on one another, so that `polish` may find better ones."""
    return not plan.compiled.problem.travel.speed and bool(_tied(plan))


def polish(plan: Plan, seconds: float = inf) -> Plan:
    """The plan with the same stops at better times where there are any: never dearer. The plan given is not changed.

    Plans under speed bands stay as they are, and so do routes that nothing ties to others.
    seconds: CP-SAT may take no longer than this, nor than `EFFORT`, which is the same on every machine.
    """
    if not gains_by_polish(plan):
        return plan
    routes = _Sheet(plan, _tied(plan)).solved(seconds)
    better = plan.copy()
    if routes is not None:
        better.apply(Change(dict(routes), 0))
    return better if better.cost() < plan.cost() else plan


def _tied(plan: Plan) -> list[int]:
    """Used shifts whose times others depend on; all, when costs of the whole plan do."""
    compiled, costs = plan.compiled, plan.compiled.problem.costs
    used = [s for s, route in enumerate(plan.routes) if route is not None]
    if costs.max_tardiness_per_hour or costs.imbalance_per_hour:
        return used
    found = {plan.shift_of[v] for link, members in _time_links(compiled) for v in members}
    for s in used:
        person = compiled.problem.technicians[compiled.duties[s].technician]
        if person.min_rest or person.max_duty is not None:
            found.add(s)
    return [s for s in used if s in found]


def _time_links(compiled: Compiled) -> list[tuple[Link, list[int]]]:
    number = {visit.id: v for v, visit in enumerate(compiled.problem.visits)}
    links = [link for link in compiled.problem.links if link.kind in ("same_start", "precedes")]
    return [(link, [number[name] for name in link.visits]) for link in links]


class _Times(NamedTuple):
    """The variables of one route."""

    route: TimedRoute
    services: tuple[Service, ...]
    depart: cp_model.IntVar
    starts: tuple[cp_model.IntVar, ...]
    back: cp_model.IntVar


class _Sheet:
    """The model: every rule and every cost of the times of some routes, all else of the plan as it is."""

    def __init__(self, plan: Plan, shifts: Iterable[int]) -> None:
        self.plan, self.compiled = plan, plan.compiled
        self.model = cp_model.CpModel()
        self.end = max(duty.hard_end for duty in plan.compiled.duties)
        self.cost: list[Line] = []
        self.start_of: dict[int, cp_model.IntVar] = {}
        self.times: dict[int, _Times] = {}
        for shift in shifts:
            route = plan.routes[shift]
            if route is not None:
                self.times[shift] = self._route(route)
        self._links()
        self._people()
        self._shared()

    def solved(self, seconds: float) -> dict[int, TimedRoute] | None:
        """The routes at their best times; None when none better were found."""
        self.model.minimize(sum(self.cost))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = EFFORT
        if seconds < inf:
            solver.parameters.max_time_in_seconds = seconds
        if solver.solve(self.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return {shift: self._read(times, solver) for shift, times in self.times.items()}

    def _route(self, route: TimedRoute) -> _Times:
        compiled, model, times = self.compiled, self.model, route.schedule
        duty = compiled.duties[route.shift]
        crew = compiled.crews[duty.technician]
        services = tuple(
            compiled.stores[~stop].service if stop < 0 else service_of(compiled, stop, duty.technician)
            for stop in route.stops
        )
        first = duty.start if duty.at_start else max(duty.start, times.depart_from)
        last = duty.start if duty.at_start else duty.hard_end
        depart = self._var(first, last, times.depart)
        starts = tuple(map(self._start, services, route.seconds, times.starts))
        self.start_of |= {stop: start for stop, start in zip(route.stops, starts, strict=True) if stop >= 0}
        back = self._var(duty.start, min(duty.hard_end, times.return_by), times.return_)
        leaves: list[Line] = [depart, *(start + stay for start, stay in zip(starts, route.seconds, strict=True))]
        for left, drive, rests, reached in zip(leaves, route.drives, times.rests, (*starts, None), strict=True):
            arrives = left + drive + rests.seconds
            if rests.order:
                model.add(left <= rests.depart_by)
            if reached is None:
                model.add_max_equality(back, [arrives, rests.ready_from] if rests.order else [arrives])
            else:
                model.add(reached >= arrives)
                if rests.order:
                    model.add(reached >= rests.ready_from)
        self.cost.append(crew.duty_rate * (back - depart))
        self._above(back, duty.end, crew.overtime_rate)
        self._stops(route, services, starts)
        return _Times(route, services, depart, starts, back)

    def _start(self, service: Service, seconds: int, now: int) -> cp_model.IntVar:
        """A start within the window it is in."""
        low, high = next((low, high) for low, high in service.windows if low <= now <= high)
        return self._var(max(low, 0), min(high, service.finish_by - seconds, self.end), now)

    def _stops(self, route: TimedRoute, services: tuple[Service, ...], starts: tuple[cp_model.IntVar, ...]) -> None:
        costs = self.compiled.problem.costs
        spreads = np.array([service.spread for service in services], dtype=np.int64)
        drives = np.array(route.drives[: len(services)], dtype=np.int64)
        kept = [0] * len(services)
        if costs.buffer_percent and costs.buffer_per_hour:
            percent = self.compiled.problem.travel.spread_percent
            kept = buffers(spreads, drives, percent, costs.buffer_percent).tolist()
        for service, start, now, buffer in zip(services, starts, route.schedule.starts, kept, strict=True):
            self._above(start, service.due, service.late_rate)
            self._above(start, service.away_from, 2 * service.away_rate)
            self.cost.append(service.away_rate * (service.away_from - start))
            for (low, high), promised in zip(service.windows, service.promised, strict=False):
                if low <= now <= high:
                    self._above(start, promised - buffer, service.buffer_rate)

    def _above(self, time: Line, limit: int, rate: int) -> None:
        """Charges each second after the limit."""
        if rate and limit < NEVER:
            over = self._var(0, max(0, self.end - limit), None)
            self.model.add(over >= time - limit)
            self.cost.append(rate * over)

    def _links(self) -> None:
        for link, members in _time_links(self.compiled):
            starts = [self.start_of[v] for v in members if v in self.start_of]
            for one, other in pairwise(starts):
                if link.kind == "same_start":
                    self.model.add(one == other)
                else:
                    self.model.add(other - one >= link.min_gap)
                    if link.max_gap is not None:
                        self.model.add(other - one <= link.max_gap)

    def _people(self) -> None:
        """Rest between the shifts of one technician, and duty over all of them."""
        for t, crew in enumerate(self.compiled.crews):
            person = self.compiled.problem.technicians[t]
            own = [self.times[s] for s in crew.shifts if s in self.times]
            for one, other in pairwise(own):
                self.model.add(other.depart - one.back >= (person.min_rest or 0))
            if person.max_duty is not None and own:
                self.model.add(sum(map(self._duty, own)) <= person.max_duty)

    def _duty(self, times: _Times) -> Line:
        return times.back - times.depart - sum(rests.unpaid for rests in times.route.schedule.rests)

    def _shared(self) -> None:
        """The largest tardiness and imbalance, which every used route has a part in."""
        compiled, costs = self.compiled, self.compiled.problem.costs
        if costs.max_tardiness_per_hour:
            now = max(tardiness(compiled, times.route) for times in self.times.values())
            due = min((int(compiled.due[visit]) for visit in self.start_of), default=self.end)
            worst = self._var(0, max(0, self.end - due), now)
            for visit, start in self.start_of.items():
                if compiled.due[visit] < NEVER:
                    self.model.add(worst >= start - int(compiled.due[visit]))
            self.cost.append(PER_HOUR * costs.max_tardiness_per_hour * worst)
        if costs.imbalance_per_hour:
            hours = sum(duty.hard_end - duty.start for duty in compiled.duties)
            most, least = self._var(0, hours, None), self._var(0, hours, None)
            for crew in compiled.crews:
                if crew.shifts:
                    duty = sum(self._duty(self.times[s]) for s in crew.shifts if s in self.times)
                    self.model.add(most >= duty)
                    self.model.add(least <= duty)
            self.cost.append(PER_HOUR * costs.imbalance_per_hour * (most - least))

    def _var(self, low: int, high: int, now: int | None) -> cp_model.IntVar:
        found = self.model.new_int_var(low, max(low, high), "")
        if now is not None:
            self.model.add_hint(found, now)
        return found

    def _read(self, times: _Times, solver: cp_model.CpSolver) -> TimedRoute:
        route, old = times.route, times.route.schedule
        starts = tuple(solver.value(start) for start in times.starts)
        new: Schedule = old._replace(depart=solver.value(times.depart), return_=solver.value(times.back), starts=starts)
        new = new._replace(cost=schedule_cost(self.compiled, route.shift, times.services, route.drives, new))
        return route._replace(cost=route.cost - old.cost + new.cost, schedule=new)
