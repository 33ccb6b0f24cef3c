"""Warehouses as the bound sees them: which a shift must have visited before it can serve a visit."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from solver.compiled import NEVER, BoolArray, Compiled, IntArray
from solver.problem import Shift

MOST: Final = 3
"""Warehouses considered for a shift; what a visit can get at another one counts as always at hand."""


class Stores(NamedTuple):
    """The warehouses considered, and the fields of `Sheet` that they decide."""

    kept: tuple[int, ...]
    able: BoolArray
    need: IntArray
    stock: IntArray


def stores_of(compiled: Compiled, technician: int, shift: Shift, visits: Sequence[int]) -> Stores:
    """What the shift may lack, and where it is to be had.

    Parts count in a technician's first shift only: for later ones they may have been loaded before.
    """
    shifts = compiled.problem.technicians[technician].shifts
    first = shift.start == min(other.start for other in shifts)
    parts = _scarce(compiled, technician, visits) if first else []
    helpful = [w for w in range(len(compiled.stores)) if _helps(compiled, w, technician, visits, parts)]
    kept, others = tuple(helpful[:MOST]), helpful[MOST:]
    parts = [p for p in parts if not any(_has(compiled, w, p) for w in others)]
    lent = frozenset[int]().union(*(compiled.stores[w].tools for w in others)) | compiled.crews[technician].tools
    nodes = len(visits) + len(kept)
    need = np.zeros((nodes, len(parts)), dtype=np.int64)
    need[: len(visits)] = compiled.need[np.ix_(list(visits), parts)]
    stock = np.array(
        [_stock(compiled, technician, kept, mask, parts) for mask in range(1 << len(kept))], dtype=np.int64
    )
    stock = stock.reshape(1 << len(kept), len(parts))
    able = np.ones((nodes, 1 << len(kept)), dtype=bool)
    for mask in range(1 << len(kept)):
        tools = lent.union(*(compiled.stores[w].tools for b, w in enumerate(kept) if mask >> b & 1))
        for i, visit in enumerate(visits):
            able[i, mask] = compiled.tools[visit] <= tools and bool(np.all(need[i] <= stock[mask]))
    return Stores(kept, able, need, stock)


def _scarce(compiled: Compiled, technician: int, visits: Sequence[int]) -> list[int]:
    """Parts of which all the visits together need more than is in the van."""
    total = compiled.need[list(visits)].sum(axis=0)
    return [p for p, held in enumerate(compiled.crews[technician].van) if total[p] > held]


def _helps(compiled: Compiled, store: int, technician: int, visits: Sequence[int], parts: Sequence[int]) -> bool:
    own = compiled.crews[technician].tools
    lent = compiled.stores[store].tools - own
    return any(_has(compiled, store, p) for p in parts) or any(compiled.tools[v] & lent for v in visits)


def _has(compiled: Compiled, store: int, part: int) -> bool:
    stock = compiled.stores[store].stock
    return stock is None or stock[part] > 0


def _stock(compiled: Compiled, technician: int, kept: Sequence[int], mask: int, parts: Sequence[int]) -> list[int]:
    """Units of each part that van and visited warehouses hold together."""
    held = [compiled.crews[technician].van[p] for p in parts]
    for bit, store in enumerate(kept):
        stock = compiled.stores[store].stock
        if mask >> bit & 1:
            held = [n + (NEVER if stock is None else stock[p]) for n, p in zip(held, parts, strict=True)]
    return held
