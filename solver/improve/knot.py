"""What the search over tied routes holds besides the plan: partners of visits, the best plan's warehouse stops."""

from typing import NamedTuple

import numpy as np

from solver.compiled import IntArray
from solver.improve.arrays import PRECEDES, Arrays
from solver.improve.state import RELOADS

OPTIONS = 4
"""Ways to fetch what lacks that are timed: those that lead least out of the way."""


class Knot(NamedTuple):
    """n visits, s shifts. `mate` holds the partners of visit v from `mate_from[v]` up to `mate_from[v + 1]`."""

    mate_from: IntArray  # (n + 1,)
    mate: IntArray  # partners through links that tie times
    halves: IntArray  # links of which all visits are served, or none
    gone: IntArray  # (n,) visits taken out together
    home: IntArray  # (s,) the shifts they were in
    route: IntArray  # (2, stops) a route with its warehouse stops, before and after a change
    way: IntArray  # (stops,) the stops of the cheapest way to fetch what lacks
    way_size: IntArray  # (1,) how many they are
    stores: IntArray  # (s,) of the best plan, as in `State`
    store_stop: IntArray  # (s, RELOADS)
    store_place: IntArray  # (s, RELOADS)


def knot_for(arrays: Arrays) -> Knot:
    """For one chain of the search."""
    n, s = arrays.visits, len(arrays.start)
    mates: list[list[int]] = [[] for _ in range(n)]
    for link, kind in enumerate(arrays.link_kind.tolist()):
        members = arrays.link_visit[arrays.link_from[link] : arrays.link_from[link + 1]].tolist()
        for visit in members if kind <= PRECEDES or arrays.link_all[link] else ():
            mates[visit] += [other for other in members if other != visit and other not in mates[visit]]
    size = n + RELOADS + 2
    return Knot(
        mate_from=np.cumsum([0, *(len(row) for row in mates)], dtype=np.int64),
        mate=np.array([visit for row in mates for visit in row], dtype=np.int64),
        halves=np.flatnonzero(arrays.link_all).astype(np.int64),
        gone=np.zeros(n, dtype=np.int64),
        home=np.zeros(s, dtype=np.int64),
        route=np.zeros((2, size), dtype=np.int64),
        way=np.zeros(size, dtype=np.int64),
        way_size=np.zeros(1, dtype=np.int64),
        stores=np.zeros(s, dtype=np.int64),
        store_stop=np.zeros((s, RELOADS), dtype=np.int64),
        store_place=np.zeros((s, RELOADS), dtype=np.int64),
    )
