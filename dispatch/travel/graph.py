"""The road network as a directed graph of arcs, and places put onto it."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dispatch.travel.lines import F64, I64
from dispatch.travel.roads import RoadData
from dispatch.travel.snapping import Snapped
from dispatch.travel.speeds import kmh

_ARC = ("tail", "head", "link", "start", "end", "time", "length")


@dataclass(frozen=True, eq=False)
class Graph:
    """Directed arcs between `nodes` nodes; arc a is the piece of `link[a]` from part `start[a]` to part `end[a]`.

    `time` is in hundredths of a second and `length` in tenths of a metre, whole numbers, so that sums are exact.
    """

    nodes: int
    tail: I64
    head: I64
    link: I64
    start: F64
    end: F64
    time: I64
    length: I64

    @classmethod
    def of(cls, roads: RoadData, hour: int | None) -> "Graph":
        """Each link along its shape, and against it unless it is one-way; times as of an hour, all rounded up."""
        back = (~roads.one_way).nonzero()[0]
        link = np.concatenate([np.arange(roads.links), back])
        forward = np.arange(len(link)) < roads.links
        ends = roads.link_from.astype(np.int64)[link], roads.link_to.astype(np.int64)[link]
        along, against = kmh(roads, hour)
        speed = np.where(forward, along[link], against[link])
        return cls(
            nodes=roads.nodes,
            tail=np.where(forward, *ends),
            head=np.where(forward, *reversed(ends)),
            link=link,
            start=np.where(forward, 0.0, 1.0),
            end=np.where(forward, 1.0, 0.0),
            # centimetres / (km/h / 3.6) are hundredths of a second
            time=np.maximum(1, np.ceil(roads.length_cm[link] * 3.6 / speed)).astype(np.int64),
            length=np.maximum(1, -(-roads.length_cm.astype(np.int64)[link] // 10)),
        )

    def with_places(self, snapped: Snapped) -> tuple["Graph", I64]:
        """This graph with the places as further nodes on their links, and the node of each place.

        The pieces of a link add up to the whole link exactly, so no answer depends on which other places there are.
        Places on the same point share a node.
        """
        spots: dict[int, set[float]] = defaultdict(set)
        for link, part in zip(snapped.link.tolist(), snapped.part.tolist(), strict=True):
            spots[link].add(part)
        new = [(link, part) for link in sorted(spots) for part in sorted(spots[link])]
        node = {spot: self.nodes + index for index, spot in enumerate(new)}
        on_links = np.isin(self.link, list(spots)).nonzero()[0].tolist()
        pieces = [piece for arc in on_links for piece in self._pieces(arc, spots[int(self.link[arc])], node)]
        columns = zip(*pieces, strict=True) if pieces else [()] * len(_ARC)
        arcs = {
            name: np.concatenate([getattr(self, name), np.array(column, dtype=getattr(self, name).dtype)])
            for name, column in zip(_ARC, columns, strict=True)
        }
        grown = Graph(self.nodes + len(new), **arcs)
        at = [node[spot] for spot in zip(snapped.link.tolist(), snapped.part.tolist(), strict=True)]
        return grown, np.array(at, dtype=np.int64)

    def _pieces(
        self, arc: int, spots: set[float], node: dict[tuple[int, float], int]
    ) -> list[tuple[int, int, int, float, float, int, int]]:
        """An arc cut at the spots on its link, in its direction."""
        link, start, end = int(self.link[arc]), float(self.start[arc]), float(self.end[arc])
        parts = [start, *sorted(spots, reverse=end < start), end]
        nodes = [int(self.tail[arc]), *(node[link, part] for part in parts[1:-1]), int(self.head[arc])]
        # Rounding where each cut lies, not each piece: the pieces then add up.
        done = [abs(part - start) for part in parts]
        times = [round(part * int(self.time[arc])) for part in done]
        lengths = [round(part * int(self.length[arc])) for part in done]
        return [
            (nodes[i], nodes[i + 1], link, parts[i], parts[i + 1], times[i + 1] - times[i], lengths[i + 1] - lengths[i])
            for i in range(len(parts) - 1)
        ]


def main_component(roads: RoadData) -> NDArray[np.bool_]:
    """Which nodes are in the largest part of the network where every node can be reached from every other."""
    back = ~roads.one_way
    tail = np.concatenate([roads.link_from, roads.link_to[back]])
    head = np.concatenate([roads.link_to, roads.link_from[back]])
    graph = coo_array((np.ones(len(tail)), (tail, head)), shape=(roads.nodes, roads.nodes)).tocsr()
    _, label = connected_components(graph, directed=True, connection="strong")
    inside: NDArray[np.bool_] = label == np.bincount(label).argmax()
    return inside
