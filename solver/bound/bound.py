"""The bound of a problem, in cents, and what it says of a plan."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from solver.bound import pauses, stores
from solver.bound.day import Day, day_of
from solver.bound.proof import Proof, Prover
from solver.bound.sheet import ROAD
from solver.bound.steps import NONE
from solver.bound.worths import Search
from solver.compiled import SCALE
from solver.problem import Problem
from solver.referee import check_routes
from solver.solution import Solution, Status, StopKind

MOST_VISITS: Final = 60
"""More visits are refused: the bound is made for days of up to 30."""
FIRST_SHARE: Final = 0.55
"""Of the time, for the worths of visits."""
THETA: Final = 200
"""Without a plan routes are listed up to this part of the bound beyond their worth, to begin with."""
ROUNDED: Final = 8
"""Parts of the cost that are rounded, each by half a cent at most; the others are whole cents."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What no plan can do better than.

    cost: cents that every plan that serves all that must be served costs at least, up to rounding. possible: False when
    it is proven that there is no such plan. settled: nothing more can be proven without what is `relaxed`. routes: how
    many CP-SAT chose from; 0 when the linear programme alone gave the bound.
    """

    cost: int
    possible: bool
    settled: bool
    relaxed: tuple[str, ...]
    routes: int
    seconds: float

    def gap(self, cost: int) -> float | None:
        """By which share of its cost a plan may be dearer than the cheapest one; None where that says nothing."""
        if not self.possible or cost <= 0:
            return None
        return max(0, cost - self.cost) / cost


def bound(
    problem: Problem,
    seconds: float = 60.0,
    plan: Solution | None = None,
    on_bound: Callable[[Bound], None] | None = None,
    seed: int = 0,
) -> Bound:
    """A lower bound on the cost of any plan, the best proven in about so many seconds after a first rough one.

    plan: one that is known; its routes and its cost make the proof quicker. on_bound: told of each bound on the way.
    Raises ValueError for more than `MOST_VISITS` visits, and OverflowError for costs too large to be summed.
    """
    if len(problem.visits) > MOST_VISITS:
        raise ValueError(f"{len(problem.visits)} visits are too many to bound; the limit is {MOST_VISITS}.")
    day = day_of(problem)
    if day.most * (len(problem.visits) + 2) >= NONE // 2:
        raise OverflowError("The costs are too large for a bound; state them in a larger unit of money.")

    fair = plan is not None and not check_routes(problem, plan.routes)
    search = Search(day, FIRST_SHARE * seconds, _known(day, plan) if plan is not None and fair else ())

    def told(proof: Proof) -> Bound:
        found = _bound(day, proof, time.monotonic() - search.began)
        if on_bound is not None:
            on_bound(found)
        return found

    gain = search.run()
    told(Proof(gain.bound, 0, settled=False))
    known = plan is not None and fair and plan.status is Status.FEASIBLE
    theta = abs(gain.bound) // THETA + SCALE
    if plan is not None and known:
        theta = max(SCALE, SCALE * (plan.cost.total + ROUNDED) - gain.bound)
    return told(Prover(day, gain, search.began + seconds, seed).run(theta, known))


def relaxed(problem: Problem) -> tuple[str, ...]:
    """The rules and costs of this problem that the bound takes more lightly than they are."""
    return tuple(name for name, there in _relaxed(problem) if there)


def _relaxed(problem: Problem) -> Iterator[tuple[str, bool]]:
    shifts = [shift for technician in problem.technicians for shift in technician.shifts]
    several = any(len(technician.shifts) > 1 for technician in problem.technicians)
    places = {warehouse.location for warehouse in problem.warehouses}
    costs = problem.costs
    yield "speed by time of day", bool(problem.travel.speed)
    yield "links in time", any(link.kind in ("same_start", "precedes") for link in problem.links)
    yield "rest between shifts and what several shifts of a technician share", several
    yield "max_duty", any(technician.max_duty is not None for technician in problem.technicians)
    yield "max_tardiness_per_hour", costs.max_tardiness_per_hour > 0
    yield "imbalance_per_hour", costs.imbalance_per_hour > 0
    yield "buffer_per_hour", costs.buffer_per_hour > 0 and costs.buffer_percent > 0
    yield "visits moved to an earlier start", costs.change_start_per_hour > 0 and bool(problem.previous)
    yield "ways that are shorter over a warehouse", any(_shortens(problem, place) for place in places)
    yield "setup at a warehouse", any(visit.setup and visit.location in places for visit in problem.visits)
    yield "warehouse stock in time order", any(warehouse.stock is not None for warehouse in problem.warehouses)
    yield f"more than {pauses.MOST} breaks in a shift", any(len(shift.breaks) > pauses.MOST for shift in shifts)
    yield f"more than {stores.MOST} warehouses", len(problem.warehouses) > stores.MOST


def _shortens(problem: Problem, place: int) -> bool:
    """Whether the way from one place to another is shorter over this one."""
    for matrix in (problem.travel.seconds, problem.travel.metres):
        if matrix is not None:
            ways = np.where(problem.travel.seconds < 0, ROAD, matrix).astype(np.int64)
            if bool(np.any(ways[:, [place]] + ways[[place], :] < ways)):
                return True
    return False


def _bound(day: Day, proof: Proof, seconds: float) -> Bound:
    return Bound(
        cost=_cents(proof.bound),
        possible=proof.bound < day.most,
        settled=proof.settled,
        relaxed=relaxed(day.problem),
        routes=proof.routes,
        seconds=seconds,
    )


def _cents(units: int) -> int:
    """The least whole cents of a plan that costs so many units before its parts are rounded, half up."""
    return (2 * units - ROUNDED * SCALE) // (2 * SCALE) + 1


def _known(day: Day, plan: Solution) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The plan's routes, and each without one of its visits, as (shift, nodes of its sheet)."""
    visits = {visit.id: v for v, visit in enumerate(day.problem.visits)}
    warehouses = {warehouse.id: w for w, warehouse in enumerate(day.problem.warehouses)}
    owned = [shift.id for technician in day.problem.technicians for shift in technician.shifts]
    for route in plan.routes:
        s = owned.index(route.shift)
        shift = day.shifts[s]
        nodes = []
        for stop in route.stops:
            if stop.kind is StopKind.VISIT:
                nodes.append(shift.visits.index(visits[stop.id]))
            elif stop.kind is StopKind.WAREHOUSE and warehouses[stop.id] in shift.stores:
                nodes.append(len(shift.visits) + shift.stores.index(warehouses[stop.id]))
        yield s, tuple(nodes)
        for place, node in enumerate(nodes):
            if node < len(shift.visits):
                yield s, (*nodes[:place], *nodes[place + 1 :])
