"""What serving each visit is worth: prices of visits under which the sum of what all shifts can gain is a bound.

Column generation with a Lagrangian bound: for any worths, a plan costs at least the worths of all visits plus, for each
technician, the least that routes cost beyond the worths of what they serve. Worths are whole units, so that the bound
is exact whatever the linear programme rounds.
"""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

import numpy as np

from solver.bound.completions import Memory, completions, memory, openings, traced
from solver.bound.day import Day
from solver.bound.master import Column, priced
from solver.bound.sheet import Sheet
from solver.bound.steps import NONE, buckets, route_cost, widened
from solver.compiled import SCALE, FloatArray, IntArray

STAGES: Final = ((512, 5), (256, 6), (128, 7))
"""Seconds of a bucket (powers of two, so that buckets nest), visits remembered: from coarse and quick to fine."""
MOST_BUCKETS: Final = 1000
"""Of a shift in one table; in longer shifts they are wider."""
CELLS: Final = 24_000_000
"""Values held at most for one shift."""
THREADS: Final = 2
"""Shifts priced at a time; more would need more memory."""
SMOOTH: Final = 0.6
"""Share of the best worths so far in those tried next (Wentges 1997, "Weighted Dantzig-Wolfe decomposition")."""
CLOSE: Final = 0.0005
"""A stage ends when bound and programme differ by no more than this share."""


class Grid(NamedTuple):
    """How finely a shift's routes are priced."""

    step: int
    memory: Memory


class Gain(NamedTuple):
    """The bound from some worths. least: per shift, units its routes cost at least beyond the worths, at most 0."""

    bound: int
    worths: IntArray
    least: tuple[int, ...]


class Search:
    """Column generation under way; `began` is when its seconds began to count."""

    def __init__(self, day: Day, seconds: float, known: Iterable[tuple[int, tuple[int, ...]]] = ()) -> None:
        self.day = day
        self.began = time.monotonic()
        self._seconds = seconds
        self.best: Gain | None = None
        self._known = list(known)
        self._columns: dict[tuple[int, tuple[int, ...]], Column] = {}

    def run(self) -> Gain:
        """The best worths found; after one pass over the shifts at least."""
        if not self.day.unserved or not self.day.shifts:
            return Gain(
                sum(self.day.unserved), np.array(self.day.unserved, dtype=np.int64), (0,) * len(self.day.shifts)
            )
        for stage, (step, size) in enumerate(STAGES):
            grids = [grid(shift.sheet, step, size) for shift in self.day.shifts]
            self._stage(grids, first=stage == 0)
        if self.best is None:
            raise AssertionError("the first stage prices at least once")
        return self.best

    def _stage(self, grids: Sequence[Grid], first: bool) -> None:
        before = [*self._known, *self._columns]
        self._columns = {}
        for s, nodes in before:
            self._enter(s, nodes, grids[s].step)
        centre = None if self.best is None else self.best.worths.astype(np.float64)
        while first or time.monotonic() < self.began + self._seconds:
            solved = priced(self.day, list(self._columns.values()))
            aim = np.minimum(solved.worth * SCALE, np.array(self.day.unserved, dtype=np.float64))
            gain, fresh = self._priced(grids, aim if centre is None else SMOOTH * centre + (1 - SMOOTH) * aim)
            if not fresh and centre is not None:
                gain, fresh = self._priced(grids, aim)
            if self.best is None or gain.bound >= self.best.bound:
                self.best = gain
            centre = self.best.worths.astype(np.float64)
            if first:  # the kernels may have had to be compiled, which is no time for a proof
                first, self.began = False, time.monotonic()
            if not fresh or solved.value * SCALE - self.best.bound <= CLOSE * abs(self.best.bound):
                return

    def _priced(self, grids: Sequence[Grid], aim: FloatArray) -> tuple[Gain, bool]:
        """The bound at these worths, and whether routes were found that cost less than they are worth."""
        worths = np.floor(aim).astype(np.int64)
        least, fresh = [], False
        duals = [duals_of(self.day, s, worths) for s in range(len(self.day.shifts))]
        sheets = [shift.sheet for shift in self.day.shifts]
        with ThreadPoolExecutor(THREADS) as pool:
            for s, (value, routes) in enumerate(pool.map(cheapest, sheets, grids, duals)):
                least.append(min(0, value + self.day.shifts[s].constant))
                for nodes in routes:
                    cost = self._enter(s, nodes, grids[s].step)
                    fresh |= cost < int(duals[s][list(nodes)].sum())
        return gained(self.day, worths, tuple(least)), fresh

    def _enter(self, s: int, nodes: tuple[int, ...], step: int) -> int:
        """Take a route into the programme, if it is a new one; what it costs."""
        if not nodes or (s, nodes) in self._columns:
            return NONE
        shift = self.day.shifts[s]
        cost = int(route_cost(shift.sheet, np.array(nodes), step)) + shift.constant
        if cost < NONE // 2:
            self._columns[s, nodes] = Column(s, nodes, cost)
        return cost


def gained(day: Day, worths: IntArray, least: tuple[int, ...]) -> Gain:
    """The bound that these worths give when no route of a shift costs less beyond them than `least`."""
    return Gain(int(worths.sum()) + sum(technicians(day, least)), worths, least)


def technicians(day: Day, least: Sequence[int]) -> list[int]:
    """Per technician the least units beyond the worths, fixed cost included; 0 when better not used."""
    totals = list(day.fixed)
    for shift, units in zip(day.shifts, least, strict=True):
        totals[shift.technician] += units
    return [min(0, total) for total in totals]


def duals_of(day: Day, s: int, worths: IntArray) -> IntArray:
    """The worths of a shift's nodes; a warehouse is worth nothing."""
    shift = day.shifts[s]
    duals = np.zeros(shift.sheet.legs.shape[2], dtype=np.int64)
    duals[: len(shift.visits)] = worths[list(shift.visits)]
    return duals


def cheapest(sheet: Sheet, grid: Grid, duals: IntArray) -> tuple[int, list[tuple[int, ...]]]:
    """The least units of a route beyond what its stops are worth, and the cheapest route to each first stop."""
    rest = completions(sheet, grid.memory, duals, grid.step)
    found = openings(sheet, duals, grid.step, rest)
    routes = []
    for j in np.flatnonzero(found[:, 0] < 0):
        nodes = traced(sheet, grid.memory, duals, grid.step, rest, int(j), int(found[j, 1]), int(found[j, 2]))
        routes.append(tuple(int(node) for node in nodes))
    return int(found[:, 0].min(initial=0)), routes


def grid(sheet: Sheet, step: int, size: int) -> Grid:
    """Buckets of `step` seconds and `size` visits remembered, or coarser where the table would grow too large."""
    step = widened(sheet, step, MOST_BUCKETS)
    nodes, sets = sheet.able.shape
    cells = nodes * sets * (1 << len(sheet.breaks)) * int(buckets(sheet, step))
    return Grid(step, memory(sheet, max(0, min(size, (CELLS // max(1, cells)).bit_length() - 1))))
