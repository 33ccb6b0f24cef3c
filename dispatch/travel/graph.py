"""The road network as a directed graph of arcs, and the shortest ways through it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dispatch.travel.roads import RoadData

I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Arcs:
    """Directed arcs: each link once along its shape, and once against it unless it is one-way.

    Per arc: `tail`, `head` (node indices), `link`, `forward` (along the link's shape).
    """

    tail: I64
    head: I64
    link: I64
    forward: NDArray[np.bool_]

    @classmethod
    def of(cls, roads: RoadData) -> "Arcs":
        """The arcs of a road network."""
        along = np.arange(roads.links)
        back = (~roads.one_way).nonzero()[0]
        start, end = roads.link_from.astype(np.int64), roads.link_to.astype(np.int64)
        return cls(
            tail=np.concatenate([start, end[back]]),
            head=np.concatenate([end, start[back]]),
            link=np.concatenate([along, back]),
            forward=np.concatenate([np.ones(len(along), dtype=np.bool_), np.zeros(len(back), dtype=np.bool_)]),
        )


def main_component(roads: RoadData) -> NDArray[np.bool_]:
    """Which nodes are in the largest part of the network where every node can be reached from every other."""
    arcs = Arcs.of(roads)
    graph = coo_array((np.ones(len(arcs.tail)), (arcs.tail, arcs.head)), shape=(roads.nodes, roads.nodes))
    _, label = connected_components(graph.tocsr(), directed=True, connection="strong")
    inside: NDArray[np.bool_] = label == np.bincount(label).argmax()
    return inside
