"""Problems reduced to what a peer can state, so that both sides solve the same."""

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from typing import Final

from solver.problem import (
    MAX_TIME,
    Costs,
    Departure,
    Problem,
    Shift,
    Technician,
    TechnicianRule,
    Visit,
    Window,
)
from tests.benchmarks.contest.fitness import classes


class Feature(StrEnum):
    """What a solver may or may not be able to state, beyond skills, tools, windows, shifts, travel and fixed costs."""

    BREAKS = "breaks"
    DEPARTURE = "departure at the shift's start"
    DUTY = "duty costs"
    LATENESS = "lateness"
    LIMITS = "visits and travel per shift"
    OVERTIME = "overtime"
    RULES = "rules on technicians"
    SETUP = "setup"


CAN_STATE: Final = {
    "pyvrp": frozenset({Feature.DEPARTURE, Feature.DUTY, Feature.RULES}),
    "vroom": frozenset({Feature.BREAKS, Feature.LIMITS, Feature.RULES, Feature.SETUP}),
    "ortools": frozenset({Feature.DEPARTURE, Feature.DUTY, Feature.LATENESS, Feature.OVERTIME, Feature.RULES}),
    "ortools-breaks": frozenset(Feature) - {Feature.LIMITS, Feature.SETUP},
}
"""PyVRP counts overtime from so many hours of a route on, not from the end of the shift, so it is not shared."""

MOST_BYTES: Final = 2**30
"""PyVRP needs two matrices for each kind of technician; beyond this much it goes without rules on technicians."""


def shared(peer: str, problem: Problem) -> frozenset[Feature]:
    """What the peer can state of the problem at its size."""
    can = CAN_STATE[peer]
    if peer == "pyvrp" and len(classes(problem)) * 16 * len(problem.visits) ** 2 > MOST_BYTES:
        return can - {Feature.RULES}
    return can


def reduced(problem: Problem, kept: Collection[Feature]) -> Problem:
    """The problem with these features alone.

    Pins become rules on technicians and windows, `finish_by` an end of the windows; parts, warehouses, what they lend,
    preferences, links and the plan in force are dropped. Without duty costs, driving costs what duty did besides. Every
    visit is worth serving, so that costs are those of the same visits as far as both find room for them.
    Raises ValueError when a technician has several shifts, which no peer knows.
    """
    several = [technician.id for technician in problem.technicians if len(technician.shifts) > 1]
    if several:
        raise ValueError(f"technician {several[0]} has several shifts; compare on days of one shift each")
    lent = frozenset(tool for warehouse in problem.warehouses for tool in warehouse.tools)
    owner = {shift.id: technician.id for technician in problem.technicians for shift in technician.shifts}
    value = worth_serving(problem)
    return replace(
        problem,
        technicians=tuple(_technician(technician, kept) for technician in problem.technicians),
        visits=tuple(_visit(visit, kept, lent, owner, value) for visit in problem.visits),
        warehouses=(),
        links=(),
        previous=(),
        costs=Costs(),
    )


def worth_serving(problem: Problem) -> int:
    """Ten times what the dearest shift can cost, in cents: no visit is left out to save some."""
    metres = 0 if problem.travel.metres is None else int(problem.travel.metres.max(initial=0))
    return 10 * max((_dearest(technician, shift, metres) for technician, shift in _shifts(problem)), default=1)


def _shifts(problem: Problem) -> list[tuple[Technician, Shift]]:
    return [(technician, shift) for technician in problem.technicians for shift in technician.shifts]


def _dearest(technician: Technician, shift: Shift, metres: int) -> int:
    """What the shift costs when it is all driving, between the places farthest apart once an hour."""
    hours = 1 + (shift.end + shift.max_overtime - shift.start) // 3600
    rates = technician.cost_per_travel_hour + technician.cost_per_duty_hour + technician.cost_per_overtime_hour
    return technician.fixed_cost + hours * (rates + metres * technician.cost_per_km // 1000)


def _technician(technician: Technician, kept: Collection[Feature]) -> Technician:
    duty = technician.cost_per_duty_hour
    return replace(
        technician,
        shifts=tuple(_shift(shift, kept) for shift in technician.shifts),
        van_stock={},
        cost_per_travel_hour=technician.cost_per_travel_hour + (0 if Feature.DUTY in kept else duty),
        cost_per_duty_hour=duty if Feature.DUTY in kept else 0,
        cost_per_overtime_hour=technician.cost_per_overtime_hour if Feature.OVERTIME in kept else 0,
        min_rest=None,
        max_duty=None,
    )


def _shift(shift: Shift, kept: Collection[Feature]) -> Shift:
    limits = Feature.LIMITS in kept
    return replace(
        shift,
        max_overtime=shift.max_overtime if Feature.OVERTIME in kept else 0,
        breaks=tuple(rest for rest in shift.breaks if not rest.optional) if Feature.BREAKS in kept else (),
        max_visits=shift.max_visits if limits else None,
        max_travel=shift.max_travel if limits else None,
        departure=shift.departure if Feature.DEPARTURE in kept else Departure.FLEXIBLE,
    )


def _visit(visit: Visit, kept: Collection[Feature], lent: frozenset[str], owner: dict[str, str], value: int) -> Visit:
    late = Feature.LATENESS in kept
    return replace(
        visit,
        duration=replace(visit.duration, by_technician={}),
        setup=visit.setup if Feature.SETUP in kept else 0,
        windows=_windows(visit, visit.setup if Feature.SETUP in kept else 0),
        finish_by=None,
        due=visit.due if late else None,
        late_cost_per_hour=visit.late_cost_per_hour if late else 0,
        tools=visit.tools - lent,
        parts={},
        unserved_cost=value,
        technicians=_rule(visit, owner) if Feature.RULES in kept else TechnicianRule(),
        pinned=None,
    )


def _rule(visit: Visit, owner: dict[str, str]) -> TechnicianRule:
    if visit.pinned is not None:
        return TechnicianRule(only=frozenset({owner[visit.pinned.shift]}))
    return replace(visit.technicians, preferred={})


def _windows(visit: Visit, setup: int) -> tuple[Window, ...]:
    """The windows, ended by `finish_by` or a pinned start; any time is said as such."""
    if visit.pinned is not None and visit.pinned.start is not None:
        return ((visit.pinned.start, visit.pinned.start),)
    if visit.finish_by is None:
        return visit.windows
    last = visit.finish_by - visit.duration.default - setup
    found = tuple((opens, min(closes, last)) for opens, closes in visit.windows or ((0, MAX_TIME),) if opens <= last)
    return found or ((last, last),)
