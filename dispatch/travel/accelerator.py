"""The same table as `shortest.Ways.table`, by contraction hierarchies (the optional package pyroutingkit).

Its weights are 31-bit, too narrow for time and length in one number, so three tables are made: of times T, and of
`scale × time + length` for two scales. What the last two add to `scale × T`, call it f(scale), is the least of
`scale × (t - T) + l` over all ways of time t and length l: a concave function that never falls and in the end is the
length of the shortest of the quickest ways. Where f is the same for `scale - 1` and `scale` it is flat from there on,
so the length is proved; the few sources with a cell where it is not are searched again by Dijkstra. The answers are
therefore the same whether or not the package is installed.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.travel.graph import Graph
from dispatch.travel.lines import F64, I64
from dispatch.travel.shortest import NONE, Ways

try:
    import pyroutingkit
except ImportError:
    pyroutingkit = None

INSTALLED: Final = pyroutingkit is not None

_LEAST_SCALE: Final = 64
"""With a smaller scale too many cells would be in doubt."""


def table(ways: Ways, degrees: F64, sources: I64, targets: I64) -> tuple[I64, I64]:
    """Time and length from each source to each target, as `Ways.table`; `degrees` are the nodes' points, n × 2."""
    graph = ways.graph
    tables = _Tables(graph, degrees, sources, targets)
    time = tables.least(graph.time)
    reached = time < tables.none
    longest = int(time[reached].max(initial=1))
    scale = tables.none // longest - 1 - _steepest(graph)
    if scale < _LEAST_SCALE:
        return ways.table(sources, targets)
    length, sure = _lengths(tables, graph, time, scale)
    time, length = np.where(reached, time, NONE), np.where(reached, length, NONE)
    doubtful = np.flatnonzero((reached & ~sure).any(axis=1))
    if len(doubtful):
        time[doubtful], length[doubtful] = ways.table(sources[doubtful], targets)
    return time, length


def _lengths(tables: "_Tables", graph: Graph, time: I64, scale: int) -> tuple[I64, NDArray[np.bool_]]:
    """Lengths of the quickest ways, and where they are proved."""
    raised = tables.least(scale * graph.time + graph.length)
    lowered = tables.least((scale - 1) * graph.time + graph.length)
    length = raised - scale * time
    return length, (raised < tables.none) & (length == lowered - (scale - 1) * time)


def _steepest(graph: Graph) -> int:
    """At most how many units of length go by in one unit of time."""
    moving = graph.time > 0
    return int(np.ceil((graph.length[moving] / graph.time[moving]).max(initial=0)))


class _Tables:
    """Tables of least weights over one graph for any weights."""

    def __init__(self, graph: Graph, degrees: F64, sources: I64, targets: I64) -> None:
        proper = graph.tail != graph.head
        self._proper = proper
        self._sources, self._targets = sources.astype(np.uint32), targets.astype(np.uint32)
        self._topology = pyroutingkit.CCHTopology()
        self._topology.build(
            graph.tail[proper].astype(np.uint32),
            graph.head[proper].astype(np.uint32),
            degrees[:, 1].astype(np.float32),
            degrees[:, 0].astype(np.float32),
            graph.nodes,
        )
        self.none = int(pyroutingkit.INF_WEIGHT)

    def least(self, weight: I64) -> I64:
        """The least sum of weights from each source to each target; `none` where there is no way."""
        metric = pyroutingkit.CCHMetric(self._topology)
        metric.customize(np.minimum(weight[self._proper], self.none).astype(np.uint32))
        least: I64 = metric.distances_many_to_many(self._sources, self._targets).astype(np.int64)
        return least
