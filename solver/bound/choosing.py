"""CP-SAT picks the cheapest set of routes that serves each visit once; what it proves is the bound."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ortools.sat.python import cp_model

from solver.bound.day import Day
from solver.compiled import SCALE
from solver.problem import Link

WORKERS: Final = 8
"""Search workers of CP-SAT: it needs them in this number for its mix of strategies, whatever the cores."""

Routes = Mapping[tuple[int, frozenset[int]], int]
"""Least units of each (shift, visits of the problem)."""


class Choice(NamedTuple):
    """What CP-SAT found. bound: units, None when no choice is possible. picked: the routes of a proven best choice."""

    bound: int | None
    picked: tuple[tuple[int, frozenset[int]], ...]


class Chooser:
    """The set partitioning model of a day over some routes."""

    def __init__(self, day: Day, routes: Routes) -> None:
        self._day = day
        self._model = cp_model.CpModel()
        self._routes = {key: self._model.new_bool_var("") for key in routes}
        self._left = [self._model.new_bool_var("") for _ in day.unserved]
        self._used = [self._model.new_bool_var("") for _ in day.fixed]
        self._served_once()
        self._one_route_a_shift()
        self._stocks()
        for link in day.problem.links:
            self._tie(link)
        self._model.minimize(self._cost(routes))

    def solve(self, seconds: float, seed: int) -> Choice:
        """The best bound proven in so many seconds."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = WORKERS
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.random_seed = seed
        status = solver.solve(self._model)
        if status == cp_model.INFEASIBLE:
            return Choice(None, ())
        if status == cp_model.OPTIMAL:
            picked = tuple(key for key, var in self._routes.items() if solver.boolean_value(var))
            return Choice(_floor(solver.objective_value), picked)
        return Choice(_floor(solver.best_objective_bound), ())

    def _served_once(self) -> None:
        serving: list[list[cp_model.IntVar]] = [[] for _ in self._left]
        for (_, visits), var in self._routes.items():
            for visit in visits:
                serving[visit].append(var)
        for visit, vars_ in enumerate(serving):
            self._model.add_exactly_one([*vars_, self._left[visit]])
            if self._day.must[visit]:
                self._model.add(self._left[visit] == 0)

    def _one_route_a_shift(self) -> None:
        for s, shift in enumerate(self._day.shifts):
            own = [var for (of, _), var in self._routes.items() if of == s]
            self._model.add(sum(own) <= self._used[shift.technician])

    def _cost(self, routes: Routes) -> cp_model.LinearExprT:
        day = self._day
        left = sum(units * var for units, var, must in zip(day.unserved, self._left, day.must, strict=True) if not must)
        fixed = sum(units * var for units, var in zip(day.fixed, self._used, strict=True))
        return sum(units * self._routes[key] for key, units in routes.items()) + left + fixed

    def _stocks(self) -> None:
        """What technicians use beyond their vans is no more than all warehouses have."""
        problem = self._day.problem
        stocks = [warehouse.stock for warehouse in problem.warehouses]
        for part in sorted({part for visit in problem.visits for part in visit.parts}):
            need = [visit.parts.get(part, 0) for visit in problem.visits]
            total = sum(stock.get(part, 0) for stock in stocks if stock is not None)
            if any(stock is None for stock in stocks) or sum(need) <= total:
                continue
            loads = []
            for t, technician in enumerate(problem.technicians):
                own = [key for key in self._routes if self._by(key) == t]
                used = cp_model.LinearExpr.sum([sum(need[v] for v in key[1]) * self._routes[key] for key in own])
                loads.append(self._model.new_int_var(0, sum(need), ""))
                self._model.add(used - loads[-1] <= technician.van_stock.get(part, 0))
            self._model.add(sum(loads) <= total)

    def _by(self, key: tuple[int, frozenset[int]]) -> int:
        return self._day.shifts[key[0]].technician

    def _tie(self, link: Link) -> None:
        """What a link says of who serves its visits, and whether; what it says of times is relaxed."""
        names = [visit.id for visit in self._day.problem.visits]
        tied = [names.index(name) for name in link.visits]
        if link.all_or_none:
            for visit in tied[1:]:
                self._model.add(self._left[visit] == self._left[tied[0]])
        for t in range(len(self._day.fixed)):
            if link.kind in ("same_start", "different_technicians"):
                self._model.add(cp_model.LinearExpr.sum([self._serves(t, visit) for visit in tied]) <= 1)
            elif link.kind == "same_technician":
                for one in tied:
                    for other in tied:
                        if one != other:
                            # whoever serves the one serves the other, unless that is left out
                            self._model.add(self._serves(t, one) <= self._left[other] + self._serves(t, other))

    def _serves(self, technician: int, visit: int) -> cp_model.LinearExpr:
        """1 when this technician serves the visit, else 0."""
        own = [var for key, var in self._routes.items() if visit in key[1] and self._by(key) == technician]
        return cp_model.LinearExpr.sum(own)


def _floor(value: float) -> int:
    """The units surely reached, whatever a double rounded off."""
    whole = int(value // 1)
    return whole - abs(whole) // 2**50 - (1 if abs(whole) > SCALE * 2**30 else 0)
