"""Nodes of the routing model: visits, warehouse stops that a shift may make, and each shift's start and end place."""

from typing import NamedTuple

import numpy as np

from solver.compiled import NEVER, Compiled, IntArray
from solver.routing_model.scope import Scope
from solver.timing.supplies import Stops


class Reload(NamedTuple):
    """A warehouse stop that one vehicle may make, once."""

    vehicle: int
    store: int


class Network(NamedTuple):
    """Node numbers: visits first, then reloads, then starts, then ends, each in the scope's order.

    location: per node, -1 where a route ends anywhere. seconds, metres: (nodes, nodes), 0 to such an end.
    """

    scope: Scope
    reloads: tuple[Reload, ...]
    location: IntArray
    seconds: IntArray
    metres: IntArray

    @property
    def first_reload(self) -> int:
        """Number of the first reload node; also the number of visits."""
        return len(self.scope.visits)

    @property
    def starts(self) -> list[int]:
        """Start node of each vehicle."""
        first = self.first_reload + len(self.reloads)
        return list(range(first, first + len(self.scope.shifts)))

    @property
    def ends(self) -> list[int]:
        """End node of each vehicle."""
        return [start + len(self.scope.shifts) for start in self.starts]

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return int(self.location.size)

    def nodes(self, vehicle: int, stops: Stops) -> list[int]:
        """A route's stops as nodes; warehouse stops the model does not offer are passed over."""
        place = {visit: node for node, visit in enumerate(self.scope.visits)}
        reload = {r.store: self.first_reload + i for i, r in enumerate(self.reloads) if r.vehicle == vehicle}
        found = [place.get(stop) if stop >= 0 else reload.pop(~stop, None) for stop in stops]
        return [node for node in found if node is not None]


def network_of(scope: Scope) -> Network:
    """The nodes of the scope and the travel between them."""
    compiled = scope.compiled
    reloads = tuple(
        Reload(vehicle, store)
        for vehicle in range(len(scope.shifts))
        for store in range(len(compiled.stores))
        if _useful(scope, vehicle, store)
    )
    duties = [compiled.duties[shift] for shift in scope.shifts]
    location = np.array(
        [
            *(int(compiled.location[visit]) for visit in scope.visits),
            *(compiled.stores[reload.store].service.location for reload in reloads),
            *(duty.start_location for duty in duties),
            *(duty.end_location for duty in duties),
        ],
        dtype=np.int64,
    )
    network = Network(scope, reloads, location, *_matrices(compiled, location))
    for matrix in (network.seconds, network.metres):
        matrix[network.starts, network.ends] = 0  # who has no stop stays at home
    return network


def wanting(scope: Scope, vehicle: int) -> IntArray:
    """Per part, how many a shift would lack if it did every visit it may do; never below 0."""
    compiled = scope.compiled
    mine = [v for v in scope.visits if compiled.allowed[v, scope.shifts[vehicle]]]
    van = np.array(scope.vans[vehicle], dtype=np.int64)
    lacking: IntArray = np.maximum(0, compiled.need[mine].sum(axis=0) - van)
    return lacking


def lacking_tools(scope: Scope, vehicle: int) -> frozenset[int]:
    """Tools that visits the shift may do need and its technician has not."""
    compiled = scope.compiled
    shift = scope.shifts[vehicle]
    needed = frozenset(tool for v in scope.visits if compiled.allowed[v, shift] for tool in compiled.tools[v])
    return needed - compiled.crews[compiled.duties[shift].technician].tools


def _useful(scope: Scope, vehicle: int, store: int) -> bool:
    if lacking_tools(scope, vehicle) & scope.compiled.stores[store].tools:
        return True
    lacks = wanting(scope, vehicle) > 0
    stock = scope.stock[store]
    return bool(lacks.any() if stock is None else (lacks & (np.array(stock, dtype=np.int64) > 0)).any())


def _matrices(compiled: Compiled, location: IntArray) -> tuple[IntArray, IntArray]:
    anywhere = location < 0
    rows = np.where(anywhere, 0, location)
    seconds = compiled.seconds[np.ix_(rows, rows)]
    metres = compiled.metres[np.ix_(rows, rows)]
    for matrix in (seconds, metres):
        matrix[:, anywhere] = 0
        matrix[anywhere, :] = 0
    return np.minimum(seconds, NEVER), metres
