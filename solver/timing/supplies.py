"""Parts and tools along one route: what lacks, where it can be fetched, and what is loaded where."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from solver.compiled import Compiled, Crew

Stops = tuple[int, ...]
"""A route's located stops in order: a visit v as v, a warehouse w as ~w."""

Stock = tuple[tuple[int, ...] | None, ...]
"""What each warehouse has left of each part; None: unlimited."""

Loads = tuple[tuple[int, tuple[tuple[int, int], ...]], ...]
"""(warehouse, its (part, count) loaded) per warehouse stop, in order."""

MAX_RELOADS: Final = 3
"""Warehouse stops tried in one route; more than three on one day is no day's work."""


class Lack(NamedTuple):
    """The first stop that lacks something: its position and the part or the tool (-1: none)."""

    position: int
    part: int
    tool: int


def supplied(compiled: Compiled, crew: Crew, stops: Stops, van: Sequence[int], stock: Stock) -> Loads | Lack:
    """What is loaded along the way, or the first lack: a load is what later visits need beyond what the van has."""
    later: Counter[int] = Counter()
    for stop in stops:
        if stop >= 0:
            later.update(dict(compiled.parts_of[stop]))
    has = {part: van[part] for part in later}
    tools = crew.tools
    loads: list[tuple[int, tuple[tuple[int, int], ...]]] = []
    taken: Counter[tuple[int, int]] = Counter()
    for position, stop in enumerate(stops):
        if stop < 0:
            load = _load(~stop, has, later, stock, taken)
            loads.append((~stop, load))
            tools = tools | compiled.stores[~stop].tools
            continue
        missing = compiled.tools[stop] - tools
        if missing:
            return Lack(position, -1, min(missing))
        for part, count in compiled.parts_of[stop]:
            has[part] -= count
            later[part] -= count
            if has[part] < 0:
                return Lack(position, part, -1)
    return tuple(loads)


def _load(
    store: int, has: dict[int, int], later: Counter[int], stock: Stock, taken: Counter[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """Fills the van up for later visits, as far as the stock goes; notes it in `has` and `taken`."""
    left = stock[store]
    load = []
    for part in sorted(later):
        wanted = later[part] - has[part]
        count = wanted if left is None else min(wanted, left[part] - taken[store, part])
        if count > 0:
            has[part] += count
            taken[store, part] += count
            load.append((part, count))
    return tuple(load)


def reloads(
    compiled: Compiled, crew: Crew, stops: Stops, van: Sequence[int], stock: Stock, depth: int = MAX_RELOADS
) -> Iterator[tuple[Stops, Loads]]:
    """Every way to fetch what lacks, each with its loads; the stops as they are when nothing lacks."""
    found = supplied(compiled, crew, stops, van, stock)
    if not isinstance(found, Lack):
        yield stops, found
        return
    if not depth:
        return
    for store in range(len(compiled.stores)):
        if _helps(compiled, store, found, stock):
            for position in range(found.position + 1):
                longer = (*stops[:position], ~store, *stops[position:])
                yield from reloads(compiled, crew, longer, van, stock, depth - 1)


def _helps(compiled: Compiled, store: int, lack: Lack, stock: Stock) -> bool:
    left = stock[store]
    if lack.part >= 0:
        return left is None or left[lack.part] > 0
    return lack.tool in compiled.stores[store].tools
