"""One shift as the bound sees it: arrays in which no cost and no time is greater than in a route that keeps the rules.

What can be stated exactly is: driving, distance, service, setup, windows, `finish_by`, lateness, waiting, breaks,
departures, overtime, preferences, changes of technician, warehouses and what a van lacks. What is relaxed, always in
the direction that makes routes cheaper, is listed in solver/README.md, "How far from optimal".
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from solver.bound.pauses import Pauses, pauses_of
from solver.bound.stores import Stores, stores_of
from solver.compiled import NEVER, PER_HOUR, BoolArray, Compiled, IntArray
from solver.problem import Departure, Shift

ROAD: Final = 1 << 30
"""From so many seconds on there is no road."""


DRIVE, PRICE, WORK = 0, 1, 2
"""Planes of `Sheet.legs`."""
HOME_DRIVE, HOME_PRICE, FINISH, DUE, LATE, BEFORE, AWAY, PLACE = 0, 1, 2, 3, 4, 5, 6, 7
"""Columns of `Sheet.nodes`."""
LATEST, TAKEN_FROM, OWED = 0, 1, 2
"""Columns of `Sheet.breaks`."""


class Sheet(NamedTuple):
    """What the kernels read. Nodes: the m visits this shift may serve, then its w warehouses; row m + w: the start.

    Times are seconds, costs units. Few arrays, as each of them costs time in every call of a kernel.
    """

    visits: int
    legs: IntArray
    """(3, m + w + 1, m + w) from i to j: seconds of driving; units of driving and kilometres, of duty while driving
    and serving j, and of what serving j saves; seconds of service at j after i."""
    nodes: IntArray
    """(m + w, 8) driving and units home, `finish_by`, `due`, units per second after it, the start in the plan in force,
    units per second after that, the pinned place among the visits (-1: free)."""
    window_from: IntArray
    """(m + w + 1,) places in `windows`."""
    windows: IntArray
    """(all windows, 2) opening and close."""
    able: BoolArray
    """(m + w, 2**w) whether it may be served with these warehouses visited before."""
    need: IntArray
    """(m + w, p) of the parts that count."""
    stock: IntArray
    """(2**w, p) at most so much of them with these warehouses visited."""
    rest_from: IntArray
    """(2**b + 1,) places in `rests`, by breaks settled."""
    rests: IntArray
    """(all, 5) what may be taken on a leg, see `solver.bound.pauses`."""
    breaks: IntArray
    """(b, 3) latest start, when it can have been settled at the earliest, 1 if it is owed."""
    start: int
    end: int
    last: int
    at_start: bool
    most: int
    most_travel: int
    duty: int
    overtime: int


class Bounded(NamedTuple):
    """A shift: its sheet, the problem's indices of its visits and warehouses, units added to every route."""

    sheet: Sheet
    visits: tuple[int, ...]
    stores: tuple[int, ...]
    technician: int
    constant: int


def bounded(compiled: Compiled, technician: int, shift: Shift, index: int) -> Bounded:
    """The shift (number `index` of the problem) as the bound sees it."""
    visits = tuple(int(v) for v in np.flatnonzero(compiled.allowed[:, index]))
    stores = stores_of(compiled, technician, shift, visits)
    pauses, constant = pauses_of(shift, compiled.crews[technician].duty_rate)
    sheet = _sheet(compiled, technician, shift, visits, stores, pauses)
    return Bounded(sheet, visits, stores.kept, technician, constant)


def only(sheet: Sheet, nodes: Sequence[int]) -> Sheet:
    """The same shift with these visits alone, and all its warehouses."""
    kept = [*nodes, *range(sheet.visits, sheet.legs.shape[2])]
    spans = [(int(sheet.window_from[i]), int(sheet.window_from[i + 1])) for i in kept]
    return sheet._replace(
        visits=len(nodes),
        legs=np.ascontiguousarray(sheet.legs[:, [*kept, sheet.legs.shape[1] - 1]][:, :, kept]),
        nodes=sheet.nodes[kept],
        window_from=np.cumsum([0, *(high - low for low, high in spans)]).astype(np.int64),
        windows=sheet.windows[[w for low, high in spans for w in range(low, high)]].reshape(-1, 2),
        able=sheet.able[kept],
        need=sheet.need[kept],
    )


def _sheet(
    compiled: Compiled, technician: int, shift: Shift, visits: tuple[int, ...], stores: Stores, pauses: Pauses
) -> Sheet:
    crew = compiled.crews[technician]
    last = shift.end + shift.max_overtime
    roads = _roads(compiled, shift, last)
    places = _places(compiled, visits, stores.kept)
    rows = np.append(places, shift.start_location).astype(np.int64)
    drive, metres = roads[0][np.ix_(rows, places)], roads[1][np.ix_(rows, places)]
    work = _work(compiled, technician, visits, stores.kept, rows)
    price = crew.travel_rate * drive + crew.metre_rate * metres + crew.duty_rate * (drive + work)
    price = np.where(drive >= ROAD, 0, price) + _extra(compiled, technician, visits, len(places))
    home_drive, home_metres = _home(roads, shift, places)
    home_price = np.where(
        home_drive >= ROAD, 0, (crew.travel_rate + crew.duty_rate) * home_drive + crew.metre_rate * home_metres
    )
    windows = [compiled.windows[v] for v in visits] + [compiled.stores[w].service.windows for w in stores.kept]
    return Sheet(
        visits=len(visits),
        legs=np.stack([drive, price, work]),
        nodes=np.stack([home_drive, home_price, *_nodes(compiled, visits, len(places))], axis=1),
        window_from=np.cumsum([0, *map(len, windows)]).astype(np.int64),
        windows=np.array([window for own in windows for window in own], dtype=np.int64).reshape(-1, 2),
        able=stores.able,
        need=stores.need,
        stock=stores.stock,
        rest_from=pauses.rest_from,
        rests=pauses.rests,
        breaks=pauses.breaks,
        start=shift.start,
        end=shift.end,
        last=last,
        at_start=shift.departure is Departure.AT_START,
        most=NEVER if shift.max_visits is None else shift.max_visits,
        most_travel=NEVER if shift.max_travel is None else shift.max_travel,
        duty=crew.duty_rate,
        overtime=crew.overtime_rate,
    )


def _nodes(compiled: Compiled, visits: Sequence[int], count: int) -> list[IntArray]:
    """The columns of `Sheet.nodes` after the way home."""
    return [
        _filled([compiled.problem.visits[v].finish_by for v in visits], count, NEVER),
        _filled([int(compiled.due[v]) for v in visits], count, NEVER),
        _filled([compiled.late_rate[v] for v in visits], count, 0),
        _filled([compiled.previous_start[v] for v in visits], count, NEVER),
        _filled([_away(compiled, v) for v in visits], count, 0),
        _filled([int(compiled.pinned_order[v]) for v in visits], count, -1),
    ]


def _roads(compiled: Compiled, shift: Shift, last: int) -> tuple[IntArray, IntArray]:
    """(m, m) seconds at the best speed of the shift and metres, each the least of the direct way and over warehouses.

    So a warehouse stop that helps nothing never makes a way shorter than it is here, and need not be considered.
    """
    percent = _best_speed(compiled.problem.travel.speed, shift.start, last)
    seconds = np.where(compiled.seconds >= NEVER, ROAD, np.minimum(ROAD, -(-compiled.seconds * 100 // percent)))
    metres = np.where(compiled.seconds >= NEVER, ROAD, np.minimum(ROAD, compiled.metres))
    for store in compiled.stores:
        at = store.service.location
        seconds = np.minimum(seconds, seconds[:, [at]] + seconds[[at], :])
        metres = np.minimum(metres, metres[:, [at]] + metres[[at], :])
    return seconds, metres


def _best_speed(bands: Sequence[tuple[int, int]], start: int, last: int) -> int:
    """The greatest percentage in force at any second of `start..last`."""
    froms = [-NEVER, *(begins for begins, _ in bands)]
    percents = [100, *(percent for _, percent in bands)]
    untils = [*froms[1:], NEVER]
    return max(p for low, high, p in zip(froms, untils, percents, strict=True) if low <= last and high > start)


def _places(compiled: Compiled, visits: Sequence[int], stores: Sequence[int]) -> IntArray:
    places = [int(compiled.location[v]) for v in visits] + [compiled.stores[w].service.location for w in stores]
    return np.array(places, dtype=np.int64)


def _work(
    compiled: Compiled, technician: int, visits: Sequence[int], stores: Sequence[int], rows: IntArray
) -> IntArray:
    """(rows, nodes) seconds of service; no setup where a warehouse stop that is not considered could have saved it."""
    columns = [_service(compiled, technician, visit, rows) for visit in visits]
    columns += [np.full(len(rows), compiled.stores[w].service.seconds, dtype=np.int64) for w in stores]
    return np.stack(columns, axis=1) if columns else np.zeros((len(rows), 0), dtype=np.int64)


def _service(compiled: Compiled, technician: int, visit: int, rows: IntArray) -> IntArray:
    setup = 0 if compiled.at_store[visit] else int(compiled.setup[visit])
    seconds: IntArray = compiled.duration[visit, technician] + setup * (rows != compiled.location[visit])
    return seconds


def _extra(compiled: Compiled, technician: int, visits: Sequence[int], nodes: int) -> IntArray:
    """(nodes,) units for a change of technician, less preference, and for a start that must be earlier than before."""
    extra = np.zeros(nodes, dtype=np.int64)
    for i, visit in enumerate(visits):
        before, windows = compiled.previous_start[visit], compiled.windows[visit]
        sooner = max(0, before - windows[-1][1]) if before is not None and windows else 0
        extra[i] = compiled.bonus[visit].of(technician) + _away(compiled, visit) * sooner
    return extra


def _away(compiled: Compiled, visit: int) -> int:
    return 0 if compiled.previous_start[visit] is None else PER_HOUR * compiled.problem.costs.change_start_per_hour


def _home(roads: tuple[IntArray, IntArray], shift: Shift, places: IntArray) -> tuple[IntArray, IntArray]:
    if shift.end_location is None:
        return np.zeros(len(places), dtype=np.int64), np.zeros(len(places), dtype=np.int64)
    return roads[0][places, shift.end_location], roads[1][places, shift.end_location]


def _filled(values: Sequence[int | None], length: int, otherwise: int) -> IntArray:
    """The values, None as `otherwise`, filled up with `otherwise` for the warehouses."""
    filled = np.full(length, otherwise, dtype=np.int64)
    for i, value in enumerate(values):
        filled[i] = otherwise if value is None else value
    return filled
