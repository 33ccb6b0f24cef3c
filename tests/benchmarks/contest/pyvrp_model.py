"""PyVRP on the features it can state; its own best search, one core.

Skills, tools and rules on technicians: a profile for each kind of technician, in which no road leads to what they may
not do, as PyVRP's documentation proposes. Several windows: a group of clients of which one is visited. Parts: loads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from pyvrp import Client, ClientGroup, Depot, Location, ProblemData, Solution, VehicleType, solve

from solver.problem import MAX_TIME, Departure, Problem, Shift, Technician
from tests.benchmarks.contest.clock import Clock
from tests.benchmarks.contest.fitness import classes
from tests.benchmarks.contest.protocol import Finish, Orders, Request
from tests.benchmarks.contest.rates import IntMatrix, a_second, leg_costs, units_a_cent

ANY_TIME: Final = ((0, MAX_TIME),)
FORBIDDEN: Final = MAX_TIME
"""Of ways that are not to be gone; with PyVRP's own MAX_VALUE its penalties pass 64 bits and it never ends."""

Rates = tuple[int, int]
"""Of a technician: cents per hour of driving and per kilometre."""


@dataclass(slots=True)
class Model:
    """A problem as PyVRP states it. Locations: the visits in order, then the places where shifts start and end.

    visit_of: the visit behind each client. shifts_of: the shifts that each vehicle type stands for. open: costs and
    seconds by rates, before anything is forbidden.
    """

    problem: Problem
    visit_of: list[str] = field(default_factory=list)
    shifts_of: list[list[str]] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    groups: list[ClientGroup] = field(default_factory=list)
    types: list[VehicleType] = field(default_factory=list)
    costs: list[Any] = field(default_factory=list)
    seconds: list[Any] = field(default_factory=list)
    open: dict[Rates, tuple[IntMatrix, IntMatrix]] = field(default_factory=dict)

    def data(self) -> ProblemData:
        """PyVRP's data."""
        self._add_clients()
        for may, technicians in classes(self.problem).items():
            for rates, paid in _by_rates(technicians).items():
                self._add_types(len(self.costs), paid)
                self._add_profile(may, rates, paid[0])
        first = len(self.problem.visits)
        depots = [Depot(first + i) for i in range(len(self.places))]
        locations = [Location(0, 0)] * (first + len(depots))
        return ProblemData(locations, self.clients, depots, self.types, self.costs, self.seconds, self.groups)

    def orders(self, found: Solution) -> Orders:
        """A solution of PyVRP as visits by shift."""
        free = [iter(shifts) for shifts in self.shifts_of]
        return {
            next(free[route.vehicle_type()]): tuple(self.visit_of[stop.idx] for stop in route if stop.is_client())
            for route in found.routes()
        }

    @property
    def units(self) -> int:
        """Units of PyVRP's cost in a cent."""
        return units_a_cent(self.problem)

    @property
    def parts(self) -> list[str]:
        """Parts that visits need: the dimensions of load."""
        return sorted({part for visit in self.problem.visits for part in visit.parts})

    @property
    def places(self) -> list[int]:
        """Where shifts start and end; -1, at the end, for wherever the last stop is."""
        ends = {place for _, shift in self._shifts() for place in (shift.start_location, shift.end_location)}
        return [*sorted(place for place in ends if place is not None), *([-1] if None in ends else [])]

    def _shifts(self) -> list[tuple[Technician, Shift]]:
        return [(technician, shift) for technician in self.problem.technicians for shift in technician.shifts]

    def _add_clients(self) -> None:
        parts, units = self.parts, self.units
        for location, visit in enumerate(self.problem.visits):
            windows = visit.windows or ANY_TIME
            must = visit.unserved_cost is None
            group = None
            if len(windows) > 1:
                group = len(self.groups)
                chosen = range(len(self.clients), len(self.clients) + len(windows))
                self.groups.append(ClientGroup(list(chosen), required=must))
            for opens, closes in windows:
                client = Client(
                    location,
                    delivery=[visit.parts.get(part, 0) for part in parts],
                    service_duration=visit.duration.default,
                    tw_early=max(0, opens),
                    tw_late=closes,
                    prize=(visit.unserved_cost or 0) * units,
                    required=must and group is None,
                    group=group,
                )
                self.clients.append(client)
                self.visit_of.append(visit.id)

    def _add_profile(self, may: Sequence[bool], rates: Rates, technician: Technician) -> None:
        if rates not in self.open:
            self.open[rates] = self._matrices(technician)
        closed = np.flatnonzero(~np.array(may, dtype=bool))
        for given, kept in zip(self.open[rates], (self.costs, self.seconds), strict=True):
            matrix = given.copy()
            matrix[:, closed] = FORBIDDEN
            matrix[closed, closed] = 0
            kept.append(matrix)

    def _matrices(self, technician: Technician) -> tuple[IntMatrix, IntMatrix]:
        """Costs and seconds between all locations, for who may do everything."""
        places, seconds = self.places, self.problem.travel.seconds
        rows = np.array([*(visit.location for visit in self.problem.visits), *(max(0, place) for place in places)])
        grid = np.ix_(rows, rows)
        found = []
        for given in (leg_costs(self.problem, technician, self.units), seconds):
            matrix = np.where(seconds < 0, FORBIDDEN, given)[grid]
            np.fill_diagonal(matrix, 0)
            if places[-1] < 0:
                matrix[:, -1] = 0
            found.append(matrix)
        return found[0], found[1]

    def _add_types(self, profile: int, technicians: Sequence[Technician]) -> None:
        alike: dict[tuple[object, ...], list[tuple[Technician, Shift]]] = {}
        for technician in technicians:
            for shift in technician.shifts:
                alike.setdefault(_kind(technician, shift), []).append((technician, shift))
        for shifts in alike.values():
            self.types.append(self._type(profile, *shifts[0], len(shifts)))
            self.shifts_of.append([shift.id for _, shift in shifts])

    def _type(self, profile: int, technician: Technician, shift: Shift, count: int) -> VehicleType:
        places, units = self.places, self.units
        return VehicleType(
            num_available=count,
            capacity=[technician.van_stock.get(part, 0) for part in self.parts],
            start_depot=places.index(shift.start_location),
            end_depot=len(places) - 1 if shift.end_location is None else places.index(shift.end_location),
            fixed_cost=technician.fixed_cost * units,
            tw_early=shift.start,
            tw_late=shift.end,
            unit_distance_cost=1,
            unit_duration_cost=a_second(technician.cost_per_duty_hour, units),
            profile=profile,
            start_late=shift.start if shift.departure is Departure.AT_START else None,
        )


def run(request: Request) -> Finish:
    """PyVRP within the request's seconds; its best plan if that keeps all rules."""
    clock = Clock(request.seconds)
    model = Model(request.problem)
    found = solve(model.data(), clock.over, request.seed, collect_stats=False, display=False).best
    return Finish(orders=model.orders(found)) if found.is_feasible() else Finish(told="no plan within the time")


def _by_rates(technicians: Sequence[Technician]) -> dict[Rates, list[Technician]]:
    found: dict[Rates, list[Technician]] = {}
    for technician in technicians:
        found.setdefault((technician.cost_per_travel_hour, technician.cost_per_km), []).append(technician)
    return found


def _kind(technician: Technician, shift: Shift) -> tuple[object, ...]:
    """Shifts of which this is equal are one type of vehicle."""
    return (
        *(shift.start, shift.end, shift.start_location, shift.end_location, shift.departure),
        *(technician.cost_per_duty_hour, technician.fixed_cost, frozenset(technician.van_stock.items())),
    )
