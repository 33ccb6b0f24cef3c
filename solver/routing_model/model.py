"""The routing model put together: one vehicle per shift, one statement per rule."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ortools.constraint_solver import pywrapcp

from solver.compiled import IntArray
from solver.routing_model.network import Network


class Model(NamedTuple):
    """An OR-Tools routing model under construction, with what its rules need to know.

    manager, routing: `pywrapcp` objects, which carry no types. node_of: the node of each visit of the scope.
    """

    network: Network
    manager: Any
    routing: Any
    node_of: Mapping[int, int]

    def index_of(self, node: int) -> int:
        """OR-Tools' index of a visit or reload node."""
        return int(self.manager.NodeToIndex(node))

    def visit_nodes(self) -> list[tuple[int, int, int]]:
        """(node, index, visit) of every visit."""
        return [(node, self.index_of(node), visit) for node, visit in enumerate(self.network.scope.visits)]

    def reload_nodes(self) -> list[tuple[int, int, int, int]]:
        """(node, index, vehicle, store) of every warehouse stop on offer."""
        first = self.network.first_reload
        return [
            (first + i, self.index_of(first + i), reload.vehicle, reload.store)
            for i, reload in enumerate(self.network.reloads)
        ]

    def matrix(self, values: IntArray) -> int:
        """Registers a matrix between nodes, for use as arc cost or transit."""
        return int(self.routing.RegisterTransitMatrix(values.tolist()))

    def vector(self, values: list[int]) -> int:
        """Registers a transit that depends on the node left only."""
        return int(self.routing.RegisterUnaryTransitVector(values))


def empty_model(network: Network) -> Model:
    """A model with nodes and vehicles, and no rule yet."""
    manager = pywrapcp.RoutingIndexManager(network.size, len(network.scope.shifts), network.starts, network.ends)
    node_of = {visit: node for node, visit in enumerate(network.scope.visits)}
    return Model(network, manager, pywrapcp.RoutingModel(manager), node_of)
