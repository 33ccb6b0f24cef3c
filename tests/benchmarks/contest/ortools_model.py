"""OR-Tools' routing solver, a plain model of it: nothing of ours but the problem. One core.

The search is its iterated local search (ruin and recreate by string removals and random walks), with the settings
found best by trying on the VRPTW instances.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2, routing_ils_pb2

from solver.problem import Departure, Problem, Visit
from tests.benchmarks.contest.clock import Clock
from tests.benchmarks.contest.fitness import classes
from tests.benchmarks.contest.protocol import Finish, Orders, Request
from tests.benchmarks.contest.rates import IntMatrix, a_second, leg_costs, units_a_cent

MOVES: Final = frozenset({"relocate", "exchange", "cross", "two_opt", "or_opt"})
MOVES_OF_OPTIONAL: Final = frozenset({"make_active", "make_inactive", "swap_active", "extended_swap_active"})
ON, OFF = 3, 2
"""OptionalBoolean's BOOL_TRUE and BOOL_FALSE."""
TIME: Final = "time"


class Model:
    """A problem in OR-Tools' terms. Nodes: the visits in order, then the start, then the end of each shift."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.units = units_a_cent(problem)
        self.shifts = [(technician, shift) for technician in problem.technicians for shift in technician.shifts]
        count, vehicles = len(problem.visits), len(self.shifts)
        self.starts = list(range(count, count + vehicles))
        self.ends = list(range(count + vehicles, count + 2 * vehicles))
        self.manager = pywrapcp.RoutingIndexManager(count + 2 * vehicles, vehicles, self.starts, self.ends)
        self.routing = pywrapcp.RoutingModel(self.manager)
        ends = [-1 if shift.end_location is None else shift.end_location for _, shift in self.shifts]
        self.rows = np.array(
            [*(v.location for v in problem.visits), *(shift.start_location for _, shift in self.shifts), *ends]
        )
        self.time: Any = None

    def state(self) -> None:
        """States every rule and cost of the problem."""
        self._state_travel()
        self._state_times()
        self._state_shifts()
        self._state_fitness()
        self._state_parts()
        for node, visit in enumerate(self.problem.visits):
            if visit.unserved_cost is not None:
                self.routing.AddDisjunction([self._index(node)], visit.unserved_cost * self.units)

    def orders(self, found: Any) -> Orders:
        """A solution of OR-Tools as visits by shift."""
        return {shift.id: tuple(self._visits(found, vehicle)) for vehicle, (_, shift) in enumerate(self.shifts)}

    def _visits(self, found: Any, vehicle: int) -> Iterator[str]:
        index = found.Value(self.routing.NextVar(self.routing.Start(vehicle)))
        while not self.routing.IsEnd(index):
            yield self.problem.visits[self.manager.IndexToNode(index)].id
            index = found.Value(self.routing.NextVar(index))

    def _index(self, node: int) -> int:
        index: int = self.manager.NodeToIndex(node)
        return index

    def _between(self, matrix: IntMatrix) -> IntMatrix:
        """A matrix of places as one of nodes; the way to an end that is anywhere is nothing."""
        nodes = matrix[np.ix_(np.maximum(self.rows, 0), np.maximum(self.rows, 0))]
        nodes[:, self.rows < 0] = 0
        return nodes

    def _state_travel(self) -> None:
        known: dict[tuple[int, int], int] = {}
        for vehicle, (technician, _) in enumerate(self.shifts):
            rates = (technician.cost_per_travel_hour, technician.cost_per_km)
            if rates not in known:
                costs = self._between(leg_costs(self.problem, technician, self.units))
                known[rates] = self.routing.RegisterTransitMatrix(costs.tolist())
            self.routing.SetArcCostEvaluatorOfVehicle(known[rates], vehicle)
            self.routing.SetFixedCostOfVehicle(technician.fixed_cost * self.units, vehicle)

    def _state_times(self) -> None:
        seconds = self.problem.travel.seconds
        last = max(shift.end + shift.max_overtime for _, shift in self.shifts)
        lengths = np.zeros(len(self.rows), dtype=np.int64)
        lengths[: len(self.problem.visits)] = [visit.duration.default for visit in self.problem.visits]
        transit = self._between(np.where(seconds < 0, last + 1, seconds)) + lengths[:, None]
        evaluator = self.routing.RegisterTransitMatrix(transit.tolist())
        self.routing.AddDimension(evaluator, last, last, False, TIME)
        self.time = self.routing.GetDimensionOrDie(TIME)
        for node, visit in enumerate(self.problem.visits):
            self._state_windows(self._index(node), visit, last)
        self._lengths = lengths

    def _state_windows(self, index: int, visit: Visit, last: int) -> None:
        cumul = self.time.CumulVar(index)
        windows = [(max(0, opens), min(closes, last)) for opens, closes in visit.windows] or [(0, last)]
        cumul.SetRange(windows[0][0], windows[-1][1])
        for (_, closes), (opens, _) in pairwise(windows):
            cumul.RemoveInterval(closes + 1, opens - 1)
        if visit.due is not None and visit.late_cost_per_hour:
            rate = a_second(visit.late_cost_per_hour, self.units)
            self.time.SetCumulVarSoftUpperBound(index, max(0, visit.due), rate)

    def _state_shifts(self) -> None:
        solver = self.routing.solver()
        for vehicle, (technician, shift) in enumerate(self.shifts):
            start, end = self.routing.Start(vehicle), self.routing.End(vehicle)
            leaves = shift.start if shift.departure is Departure.AT_START else shift.end
            self.time.CumulVar(start).SetRange(shift.start, leaves)
            self.time.CumulVar(end).SetRange(shift.start, shift.end + shift.max_overtime)
            duty = a_second(technician.cost_per_duty_hour, self.units)
            if duty:
                self.time.SetSpanCostCoefficientForVehicle(duty, vehicle)
            overtime = a_second(technician.cost_per_overtime_hour, self.units)
            if overtime and shift.max_overtime:
                self.time.SetCumulVarSoftUpperBound(end, shift.end, overtime)
            if shift.breaks:
                rests = [
                    solver.FixedDurationIntervalVar(rest.earliest, rest.latest, rest.duration, False, rest.id)
                    for rest in shift.breaks
                    if not rest.optional
                ]
                self.time.SetBreakIntervalsOfVehicle(rests, vehicle, self._lengths.tolist())
            self.routing.AddVariableMinimizedByFinalizer(self.time.CumulVar(end))
            self.routing.AddVariableMaximizedByFinalizer(self.time.CumulVar(start))

    def _state_fitness(self) -> None:
        allowed: list[list[int]] = [[] for _ in self.problem.visits]
        number: dict[str, list[int]] = {}
        for vehicle, (technician, _) in enumerate(self.shifts):
            number.setdefault(technician.id, []).append(vehicle)
        for may, technicians in classes(self.problem).items():
            vehicles = [vehicle for technician in technicians for vehicle in number[technician.id]]
            for able, those in zip(may, allowed, strict=True):
                those.extend(vehicles if able else ())
        for node, vehicles in enumerate(allowed):
            if len(vehicles) < len(self.shifts):
                self.routing.VehicleVar(self._index(node)).SetValues([-1, *vehicles])

    def _state_parts(self) -> None:
        for part in sorted({part for visit in self.problem.visits for part in visit.parts}):
            needs = [visit.parts.get(part, 0) for visit in self.problem.visits]
            evaluator = self.routing.RegisterUnaryTransitVector([*needs, *[0] * (2 * len(self.shifts))])
            stocks = [technician.van_stock.get(part, 0) for technician, _ in self.shifts]
            self.routing.AddDimensionWithVehicleCapacity(evaluator, 0, stocks, True, f"part {part}")


def run(request: Request) -> Finish:
    """OR-Tools within the request's seconds."""
    clock = Clock(request.seconds)
    model = Model(request.problem)
    model.state()
    optional = any(visit.unserved_cost is not None for visit in request.problem.visits)
    parameters = _parameters(clock.left(), optional)
    model.routing.solver().ReSeed(request.seed)
    model.routing.CloseModelWithParameters(parameters)
    found = model.routing.SolveWithIteratedLocalSearch(parameters)
    return Finish(orders=model.orders(found)) if found else Finish(told="no plan within the time")


def _parameters(seconds: float, optional: bool) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    moves = MOVES | MOVES_OF_OPTIONAL if optional else MOVES
    operators = parameters.local_search_operators
    for operator in operators.DESCRIPTOR.fields:
        setattr(operators, operator.name, ON if operator.name.removeprefix("use_") in moves else OFF)
    parameters.time_limit.FromMilliseconds(round(1000 * seconds))
    _state_ruin_and_recreate(parameters.iterated_local_search_parameters)
    parameters.use_iterated_local_search = True
    return parameters


def _state_ruin_and_recreate(search: Any) -> None:
    """Strings of about ten visits or a random walk of ten taken out, put back where cheapest, improved, annealed."""
    ruin_and_recreate = search.ruin_recreate_parameters
    strings = ruin_and_recreate.ruin_strategies.add().sisr
    strings.max_removed_sequence_size, strings.avg_num_removed_visits, strings.bypass_factor = 10, 10, 0.01
    ruin_and_recreate.ruin_strategies.add().random_walk.num_removed_visits = 10
    ruin_and_recreate.ruin_composition_strategy = routing_ils_pb2.RuinCompositionStrategy.RUN_ONE_RANDOMLY
    recreate = routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION
    ruin_and_recreate.recreate_strategy.heuristic = recreate
    search.improve_perturbed_solution = True
    annealing = search.reference_solution_acceptance_strategy.simulated_annealing
    annealing.automatic_temperatures = True
