"""Parts and tools for a further visit: which shifts lack something, and the ways to a warehouse they then have."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from solver.compiled import BoolArray, IntArray
from solver.problem import Visit
from solver.quote.book import UNKNOWN, Book
from solver.quote.kernels import AFTER, FIRST, FROM, LAST, ROUTE, candidates

NO_STORES = np.zeros(0, dtype=np.int64)


class Need(NamedTuple):
    """What the visit needs. parts: (p,) counts. known: whether somebody has each of the tools."""

    parts: IntArray
    tools: frozenset[int]
    known: bool


class Ways(NamedTuple):
    """Tours with their stops, and the candidates among them (`solver.quote.kernels`)."""

    tours: IntArray
    stops: IntArray
    found: IntArray


def need_of(book: Book, visit: Visit) -> Need:
    """The visit's parts and tools as the book numbers them."""
    index = {part: p for p, part in enumerate(book.compiled.parts)}
    parts = np.zeros(len(index), dtype=np.int64)
    for part, count in visit.parts.items():
        parts[index.get(part, index[UNKNOWN])] += count
    tools = frozenset(book.tools[tool] for tool in visit.tools if tool in book.tools)
    return Need(parts, tools, visit.tools <= book.tools.keys())


def lacks(book: Book, need: Need) -> BoolArray:
    """(s,) whether the technician would have to fetch something for the visit in this shift."""
    short = (book.vans.spare < need.parts).any(axis=1, where=need.parts > 0)
    without = np.array([not need.tools <= crew.tools for crew in book.compiled.crews], dtype=np.bool_)
    lacking: BoolArray = short | without[book.arrays.technician]
    return lacking


def plain_ways(book: Book, tours: IntArray, stops: IntArray) -> Iterator[Ways]:
    """The visit at every place of tours that lack nothing, and of them with their warehouse stops chosen anew."""
    yield _ways(tours, stops, NO_STORES)
    fetching = tours[book.vans.fetches[tours[:, ROUTE]]]
    if len(fetching):
        visits = len(book.compiled.windows)
        rows, places = [], []
        for tour in fetching:
            shift = int(tour[ROUTE])
            first, last = _among_visits(book, tour)
            for other in book.otherwise(shift):
                before = list(accumulate((stop < visits for stop in other), initial=0))
                fit = [place for place, count in enumerate(before) if first <= count <= last]
                if fit:
                    rows.append((shift, other))
                    places.append((fit[0], fit[-1]))
        yield _ways(*_as_tours(rows, places), NO_STORES)


def every_place(tours: IntArray) -> Ways:
    """The visit at every place of tours without stops."""
    return _ways(tours, NO_STORES, NO_STORES)


def _among_visits(book: Book, tour: IntArray) -> tuple[int, int]:
    """The tour's first and last place as counts of the visits before them."""
    visits, stops = len(book.compiled.windows), book.stops[int(tour[ROUTE])]
    if tour[FIRST] > tour[LAST]:
        return 0, -1
    first, last = (sum(stop < visits for stop in stops[: int(tour[column])]) for column in (FIRST, LAST))
    return first, last


def _as_tours(
    rows: Sequence[tuple[int, tuple[int, ...]]], places: Sequence[tuple[int, int]]
) -> tuple[IntArray, IntArray]:
    """(tours, all their stops) of (shift, stops) and (first place, last place)."""
    tours = np.zeros((len(rows), 5), dtype=np.int64)
    ends = np.cumsum([len(stops) for _, stops in rows], dtype=np.int64)
    tours[:, ROUTE] = [shift for shift, _ in rows]
    tours[:, AFTER] = ends
    tours[:, FROM] = ends - [len(stops) for _, stops in rows]
    tours[:, FIRST : LAST + 1] = np.array(places, dtype=np.int64).reshape(len(rows), 2)
    return tours, np.array([stop for _, stops in rows for stop in stops], dtype=np.int64)


def ways_to_fetch(book: Book, need: Need, tours: IntArray, stops: IntArray, shifts: IntArray) -> Iterator[Ways]:
    """Every way of these shifts, which lack something, to fetch it and do the visit.

    A shift is simple when its route stops at no warehouse yet and lacks nothing but at the new visit. Simple shifts
    that lack the same are looked at together. A shift whose van is to keep such parts for a later one is left out.
    """
    visits = len(book.compiled.windows)
    short = np.maximum(0, need.parts - np.maximum(0, book.vans.spare))
    shifts = shifts[(book.vans.kept[shifts] == 0).all(axis=1, where=need.parts > 0)]
    simple = (book.vans.needed == 0).all(axis=1, where=short > 0) & ~book.vans.fetches
    alike: dict[tuple[frozenset[int], bytes], list[int]] = {}
    for s in shifts[simple[shifts]].tolist():
        missing = need.tools - book.compiled.crews[book.arrays.technician.item(s)].tools
        alike.setdefault((missing, short[s].tobytes()), []).append(s)
    for (missing, _), same in alike.items():
        stores = _single_stores(book, missing, short[same[0]], same[0])
        if stores is None:
            yield from (_tried(book, need, s, tours[s]) for s in same)
        elif stores:
            yield _ways(tours[same], stops, np.array(stores, dtype=np.int64) + visits)
    yield from (_tried(book, need, s, tours[s]) for s in shifts[~simple[shifts]].tolist())


def _ways(tours: IntArray, stops: IntArray, stores: IntArray) -> Ways:
    """The visit at every place of the tours, after a stop at one of the stores, if any, at every place before it."""
    places = tours[:, LAST] - tours[:, FIRST] + 1
    room = int((places * np.maximum(1, len(stores) * (tours[:, LAST] + 1))).clip(0).sum())
    found = np.zeros((room, 4), dtype=np.int64)
    return Ways(tours, stops, found[: candidates(tours, stores, found)])


def _single_stores(book: Book, missing: frozenset[int], short: IntArray, shift: int) -> tuple[int, ...] | None:
    """The warehouses at each of which everything that lacks is found; None: some have only a part of it."""
    found = []
    for w, (store, stock) in enumerate(zip(book.compiled.stores, book.vans.stock(shift), strict=True)):
        wanted = [(p, short.item(p)) for p in np.flatnonzero(short).tolist()]
        has = [tool in store.tools for tool in missing] + [stock is None or stock[p] > 0 for p, _ in wanted]
        if any(has):
            if not all(has) or (stock is not None and any(stock[p] < count for p, count in wanted)):
                return None
            found.append(w)
    return tuple(found)


def _tried(book: Book, need: Need, shift: int, tour: IntArray) -> Ways:
    """The visit at every place among the shift's visits, with warehouse stops chosen anew in every way there is."""
    guest, visits = book.guest, len(book.compiled.windows)
    parts = tuple((p, int(need.parts[p])) for p in np.flatnonzero(need.parts).tolist())
    compiled = book.compiled._replace(
        parts_of=(*book.compiled.parts_of[:guest], parts), tools=(*book.compiled.tools[:guest], need.tools)
    )
    order = tuple(stop for stop in book.stops[shift] if stop < visits)
    first, last = _among_visits(book, tour)
    seen = dict.fromkeys(
        stops
        for place in range(first, last + 1)
        for stops in book.reloaded(compiled, shift, (*order[:place], guest, *order[place:]))
    )
    at = [stops.index(guest) for stops in seen]
    rows = [(shift, stops[:place] + stops[place + 1 :]) for stops, place in zip(seen, at, strict=True)]
    return _ways(*_as_tours(rows, [(place, place) for place in at]), NO_STORES)
