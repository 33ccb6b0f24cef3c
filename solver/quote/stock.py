"""Parts in the vans and warehouses, as the present routes use them."""

from collections.abc import Mapping, Sequence

import numpy as np

from solver.compiled import NEVER, BoolArray, Compiled, IntArray
from solver.timing.supplies import Stock

Load = Mapping[str, int] | None


class Vans:
    """What each van has over and above what its routes use up, and what the warehouses have left."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        shifts, parts = len(compiled.duties), len(compiled.parts)
        self.spare: IntArray = np.zeros((shifts, parts), dtype=np.int64)
        """(s, p) what a further visit of the shift may use up and all that follows still has what it needs."""
        self.needed: IntArray = np.zeros((shifts, parts), dtype=np.int64)
        """(s, p) what the shift's visits use up."""
        self.fetches: BoolArray = np.zeros(shifts, dtype=np.bool_)
        """(s,) whether the route stops at a warehouse."""
        self._start: IntArray = np.zeros((shifts, parts), dtype=np.int64)
        self.kept: IntArray = np.zeros((shifts, parts), dtype=np.int64)
        """(s, p) what later shifts take from what the van has after this one."""
        self._stops: list[tuple[int, ...]] = [()] * shifts
        self._loads: list[list[Load]] = [[] for _ in range(shifts)]
        self._drawn: list[IntArray] = [np.zeros((0, parts), dtype=np.int64) for _ in range(shifts)]
        self._index = {part: p for p, part in enumerate(compiled.parts)}

    def enter(self, shift: int, stops: tuple[int, ...], loads: Sequence[Load]) -> None:
        """The shift's stops as rows of the arrays, and the load of each warehouse stop; needs `follow` afterwards."""
        self._stops[shift], self._loads[shift] = stops, list(loads)
        self.needed[shift] = self.compiled.need[[stop for stop in stops if stop < len(self.compiled.windows)]].sum(
            axis=0
        )
        self.fetches[shift] = bool(loads)

    def follow(self, technician: int) -> None:
        """Works out the levels of the technician's van through all shifts."""
        crew = self.compiled.crews[technician]
        level = np.array(crew.van, dtype=np.int64)
        lows, ends = [], []
        for s in crew.shifts:
            self._start[s] = level
            level, low = self._through(s, level)
            lows.append(low)
            ends.append(level)
        later = np.full_like(level, NEVER)
        for s, low, end in zip(reversed(crew.shifts), reversed(lows), reversed(ends), strict=True):
            self.kept[s] = np.maximum(0, end - later)
            later = np.minimum(later, low)
            self.spare[s] = later

    def van(self, shift: int) -> tuple[int, ...]:
        """Parts in the van at the start of the shift."""
        return tuple(self._start[shift].tolist())

    def stock(self, shift: int) -> Stock:
        """What the warehouses have left for this shift, all other routes kept."""
        stores = self.compiled.stores
        left = [None if store.stock is None else np.array(store.stock, dtype=np.int64) for store in stores]
        for s, stops in enumerate(self._stops):
            if s != shift and self._loads[s]:
                where = [stop - len(self.compiled.windows) for stop in stops if stop >= len(self.compiled.windows)]
                for w, drawn in zip(where, self._drawn[s], strict=True):
                    have = left[w]
                    if have is not None:
                        have -= drawn
        return tuple(None if have is None else tuple(have.tolist()) for have in left)

    def _through(self, shift: int, level: IntArray) -> tuple[IntArray, IntArray]:
        """(level after the shift, least level on the way)."""
        need, stops = self.compiled.need, self._stops[shift]
        visits = len(self.compiled.windows)
        low = level
        drawn = []
        loads = iter(self._loads[shift])
        for i, stop in enumerate(stops):
            if stop < visits:
                level = level - need[stop]
            else:
                load = self._loaded(next(loads), level, [v for v in stops[i:] if v < visits])
                drawn.append(load)
                level = level + load
            low = np.minimum(low, level)
        self._drawn[shift] = np.array(drawn, dtype=np.int64).reshape(len(drawn), len(level))
        return level, low

    def _loaded(self, load: Load, level: IntArray, later: Sequence[int]) -> IntArray:
        """What is loaded at a stop; not stated: what later visits of the shift need beyond what the van has."""
        if load is None:
            wanted: IntArray = np.maximum(0, self.compiled.need[list(later)].sum(axis=0) - level)
            return wanted
        found = np.zeros_like(level)
        for part, count in load.items():
            if part in self._index:
                found[self._index[part]] = count
        return found
