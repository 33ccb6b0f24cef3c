"""The search of the routing model: warm start, guided local search, and every better plan handed on as it is found."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from solver.routing_model.breaks import state_breaks
from solver.routing_model.costs import state_costs
from solver.routing_model.duty_limits import state_duty_limits
from solver.routing_model.limits import state_limits
from solver.routing_model.links import state_links
from solver.routing_model.model import Model, empty_model
from solver.routing_model.network import network_of
from solver.routing_model.parts import state_supplies
from solver.routing_model.scope import Scope
from solver.routing_model.shared_costs import state_shared_costs
from solver.routing_model.skills import state_skills
from solver.routing_model.windows import TIME, state_windows


class Answer(NamedTuple):
    """The model's route of a shift: visits in order with their starts, departure and return, in seconds.

    The times keep what ties routes together; where the routes are not tied, the timing finds better ones.
    """

    visits: tuple[int, ...]
    starts: tuple[int, ...]
    depart: int
    return_: int


Found = Callable[[Sequence[Answer]], None]
"""Told the route of each shift of the scope whenever the model's cost falls."""

OPERATORS: Final = (
    "relocate",
    "exchange",
    "cross",
    "two_opt",
    "or_opt",
    "make_active",
    "make_inactive",
    "swap_active",
    "extended_swap_active",
    "relocate_and_make_active",
)

OPERATORS_FOR_LINKS: Final = (
    "global_cheapest_insertion_close_nodes_lns",
    "relocate_path_global_cheapest_insertion_insert_unperformed",
)
"""Those that put in, or move, several visits at once, which the ties between visits often need."""

CHECKS_A_SOLUTION: Final = 200
"""Where solutions are counted: so often OR-Tools may look at its limits per solution allowed before it ends anyway."""


FAILURES_A_SOLUTION: Final = 20
LEAST_FAILURES: Final = 60
"""And so often it may fail; three failures a solution are usual."""


class Effort(NamedTuple):
    """How long a search may take: seconds, or solutions gone through; whichever is given."""

    seconds: float | None
    solutions: int | None
    seed: int


def build(scope: Scope) -> Model:
    """The routing model of the scope, all rules stated, not yet closed."""
    model = empty_model(network_of(scope))
    state_skills(model)
    time = state_windows(model)
    state_breaks(model, time)
    state_supplies(model)
    state_limits(model)
    state_costs(model, time)
    state_links(model, time)
    state_duty_limits(model, time)
    state_shared_costs(model, time)
    return model


def search(scope: Scope, effort: Effort, found: Found, stop: Callable[[], bool]) -> int:
    """Searches from the scope's present routes; returns how many solutions it went through.

    Where there are breaks, OR-Tools first does without its linear programmes (exact spans are not stated then), which
    is several times faster; they are used when it cannot time the present routes without.
    """
    plain = any(scope.compiled.duties[shift].breaks for shift in scope.shifts)
    return _searched(scope, effort, found, stop, plain) or (
        _searched(scope, effort, found, stop, False) if plain else 0
    )


def _searched(scope: Scope, effort: Effort, found: Found, stop: Callable[[], bool], plain: bool) -> int:
    model = build(scope)
    parameters = _parameters(effort, bool(scope.compiled.problem.links))
    parameters.disable_scheduling_beware_this_may_degrade_performance = plain
    model.routing.solver().ReSeed(effort.seed)
    monitor = _Monitor(model, found, stop, effort.solutions)
    limit = model.routing.solver().CustomLimit(monitor.finished)
    model.routing.AddSearchMonitor(limit)
    if effort.solutions is not None:
        # It may fail for ever over times that no departure satisfies, without ever asking `finished`.
        failures = model.routing.solver().FailuresLimit(max(LEAST_FAILURES, FAILURES_A_SOLUTION * effort.solutions))
        model.routing.AddSearchMonitor(failures)
    model.routing.AddAtSolutionCallback(monitor.solution)
    model.routing.CloseModelWithParameters(parameters)
    start = _start(model)
    if start is not None:
        model.routing.SolveFromAssignmentWithParameters(start, parameters)
    monitor.let_go()
    if monitor.error is not None:
        raise monitor.error
    return monitor.solutions


def _start(model: Model) -> Any | None:
    """The present routes as OR-Tools' assignment, or None where the model cannot hold them.

    Not `ReadAssignmentFromRoutes`: it searches the whole time limit for better times before anything else is done.
    """
    stops = [model.network.nodes(vehicle, route) for vehicle, route in enumerate(model.network.scope.routes)]
    routes = [[model.index_of(node) for node in nodes] for nodes in stops]
    if not all(model.routing.VehicleVar(i).Contains(k) for k, route in enumerate(routes) for i in route):
        return None
    assignment = model.routing.solver().Assignment()
    return assignment if model.routing.RoutesToAssignment(routes, True, True, assignment) else None


class _Monitor:
    """Asked and told by OR-Tools; an error is kept, since it must not travel through OR-Tools."""

    def __init__(self, model: Model, found: Found, stop: Callable[[], bool], solutions: int | None) -> None:
        self.solutions = 0
        self.error: Exception | None = None
        self._model: Model | None = model
        self._found: Found = found
        self._stop = stop
        self._checks_left = None if solutions is None else solutions * CHECKS_A_SOLUTION
        self._least: int | None = None

    def finished(self) -> bool:
        """Whether OR-Tools is to end its search."""
        if self._checks_left is not None:
            self._checks_left -= 1
            if self._checks_left < 0:
                return True
        try:
            return self.error is not None or self._stop()
        except Exception as error:  # noqa: BLE001 - raised again by `search`, once OR-Tools has returned
            self.error = error
            return True

    def solution(self) -> None:
        """Hands the routes on when the model's cost fell."""
        self.solutions += 1
        if self._model is None or self.error is not None:
            return
        try:
            cost = self._model.routing.CostVar().Min()
            if self._least is None or cost < self._least:
                self._least = cost
                self._found([_answer(self._model, k) for k in range(len(self._model.network.scope.shifts))])
        except Exception as error:  # noqa: BLE001 - raised again by `search`, once OR-Tools has returned
            self.error = error

    def let_go(self) -> None:
        """Forgets the model and the callers: OR-Tools holds this object, and would keep all of them for ever."""
        self._model, self._found, self._stop = None, _ignore, _never


def _ignore(_routes: Sequence[Answer]) -> None:
    """Nobody is told any more."""


def _never() -> bool:
    return False


def _answer(model: Model, vehicle: int) -> Answer:
    """The vehicle's route in the solution OR-Tools is at."""
    routing, scope = model.routing, model.network.scope
    time = routing.GetDimensionOrDie(TIME)
    visits, starts = [], []
    index = routing.NextVar(routing.Start(vehicle)).Value()
    while not routing.IsEnd(index):
        node = model.manager.IndexToNode(index)
        if node < len(scope.visits):
            visits.append(scope.visits[node])
            starts.append(time.CumulVar(index).Min())
        index = routing.NextVar(index).Value()
    depart, back = (time.CumulVar(end(vehicle)).Min() for end in (routing.Start, routing.End))
    return Answer(tuple(visits), tuple(starts), depart, back)


def _parameters(effort: Effort, linked: bool) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    operators = parameters.local_search_operators
    chosen = {*OPERATORS, *(OPERATORS_FOR_LINKS if linked else ())}
    for field in operators.DESCRIPTOR.fields:
        setattr(operators, field.name, 3 if field.name.removeprefix("use_") in chosen else 2)
    parameters.fallback_to_cp_sat_size_threshold = 0  # it takes minutes over a handful of visits that cannot be timed
    if effort.seconds is not None:
        parameters.time_limit.FromMilliseconds(max(1, round(1000 * effort.seconds)))
    if effort.solutions is not None:
        parameters.solution_limit = max(1, effort.solutions)
        parameters.lns_time_limit.FromSeconds(
            1
        )  # far from what timing a neighbour takes, so that no result hangs on it
    return parameters
