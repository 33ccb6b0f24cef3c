"""A compiled problem as arrays alone, which is what the kernels read.

A stop is an index: visits are 0..n-1, warehouses n..n+m-1. Costs are floats in units (`solver.compiled.SCALE` to the
cent): whole numbers below 2^53, so sums of them are exact. Times are seconds.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from solver.compiled import NEVER, PER_HOUR, BoolArray, Compiled, FloatArray, IntArray, Service, service_of
from solver.problem import Link

SmallArray = npt.NDArray[np.int32]

FAR: Final = 2**31 - 1
"""Stands for "no road" in the matrices here."""
NO_LIMIT: Final = NEVER

SAME_START, PRECEDES, DIFFERENT, SAME = 0, 1, 2, 3
"""Kinds of links."""
KINDS: Final = {"same_start": SAME_START, "precedes": PRECEDES, "different_technicians": DIFFERENT}


class Arrays(NamedTuple):
    """n visits, m warehouses, s shifts, t technicians, p parts, l links. `x_from` arrays: x's entries of row i are
    `x_from[i]` up to, not including, `x_from[i + 1]`.
    """

    seconds: SmallArray  # (places, places), FAR where no road leads
    seconds_to: SmallArray  # transposed: rows are what is driven to
    metres: SmallArray  # the same; (1, 1) when there are none
    has_metres: bool
    speed_from: IntArray  # (bands,) instants from which a speed holds; none: full speed always
    speed: IntArray  # (bands,) percent
    # stops: visits, then warehouses
    location: IntArray  # (n + m,)
    service: IntArray  # (n + m, t) seconds, setup apart
    setup: IntArray  # (n + m,)
    any_setup: bool
    open: IntArray  # (n + m,) first opening
    close: IntArray  # (n + m,) last closing
    window_from: IntArray  # (n + m + 1,)
    window_open: IntArray
    window_close: IntArray
    window_promised: IntArray  # the close that was promised, NO_LIMIT where none was; a pinned start closes earlier
    finish_by: IntArray  # (n + m,)
    due: IntArray  # (n + m,)
    late_rate: FloatArray  # (n + m,) units per second after `due`
    has_due: BoolArray  # (n + m,) counts for the largest tardiness
    away_from: IntArray  # (n + m,)
    away_rate: FloatArray  # (n + m,) units per second away from the previous start
    spread: IntArray  # (n + m,) standard deviation of the service
    buffer_rate: FloatArray  # (n + m,) units per second after `window_promised` less the buffer (`solver.buffers`)
    spread_percent: int  # standard deviation of a leg, in percent
    buffer_percent: int  # hundredths of a standard deviation in the buffer; 0: no start is within one
    soft: BoolArray  # (n + m,) its cost depends on its start, or it has several windows
    # visits
    must: BoolArray  # (n,)
    unserved: FloatArray  # (n,) units when left out; for `must` visits 0, as their weight is the search's affair
    allowed: BoolArray  # (n, s)
    shifts_from: IntArray  # (n + 1,) the same as lists of shifts
    shifts: IntArray
    bonus: FloatArray  # (n, t)
    any_bonus: bool  # one of them is not 0
    pinned_shift: IntArray  # (n,) -1: free
    pinned_order: IntArray  # (n,) -1: free
    any_order: bool  # some visit's place is pinned
    need_from: IntArray  # (n + 1,) parts used up
    need_part: IntArray
    need_count: IntArray
    tool_from: IntArray  # (n + 1,) tools needed
    tool: IntArray
    # shifts
    technician: IntArray  # (s,)
    start: IntArray  # (s,)
    end: IntArray  # (s,)
    hard_end: IntArray  # (s,)
    start_location: IntArray  # (s,)
    end_location: IntArray  # (s,) -1: the day ends at the last stop
    max_visits: IntArray  # (s,)
    max_travel: IntArray  # (s,)
    at_start: BoolArray  # (s,)
    alike: IntArray  # (s,) the first shift that no cost and no rule tells from it
    break_from: IntArray  # (s + 1,)
    break_earliest: IntArray
    break_latest: IntArray
    break_seconds: IntArray
    break_paid: BoolArray
    break_optional: BoolArray
    # technicians
    travel_rate: FloatArray  # (t,) units per second
    duty_rate: FloatArray
    overtime_rate: FloatArray
    metre_rate: FloatArray  # (t,) units per metre
    fixed: FloatArray  # (t,) units
    van: IntArray  # (t, p)
    has_tool: BoolArray  # (t, tools)
    own_from: IntArray  # (t + 1,) the technician's shifts in time order
    own: IntArray
    min_rest: IntArray  # (t,)
    max_duty: IntArray  # (t,)
    # warehouses
    stock: IntArray  # (m, p), NO_LIMIT: unlimited
    lends: BoolArray  # (m, tools)
    complete: BoolArray  # (m,) who stops there lacks nothing afterwards
    finite: bool  # some stock is limited
    most_needed: IntArray  # (p,) the most that one visit uses up
    # links
    link_kind: IntArray  # (l,)
    link_from: IntArray  # (l + 1,)
    link_visit: IntArray
    link_min_gap: IntArray  # (l,)
    link_max_gap: IntArray  # (l,) NO_LIMIT: none
    link_all: BoolArray  # (l,)
    of_visit_from: IntArray  # (n + 1,) the links of each visit
    of_visit: IntArray
    tied: bool  # some link ties times
    # the plan as a whole
    tardiness_rate: float  # units per second of the largest tardiness
    imbalance_rate: float  # units per second between most and least duty
    counted: BoolArray  # (t,) technicians that have a shift

    @property
    def visits(self) -> int:
        """How many visits there are."""
        return len(self.must)


def arrays_of(compiled: Compiled) -> Arrays:
    """The problem as arrays, each of them contiguous."""
    fields = {
        **_travel(compiled),
        **_stops(compiled),
        **_visits(compiled),
        **_shifts(compiled),
        **_technicians(compiled),
        **_warehouses(compiled),
        **_links(compiled),
    }
    whole = {name: np.ascontiguousarray(v) if isinstance(v, np.ndarray) else v for name, v in fields.items()}
    return Arrays(**whole)  # type: ignore[arg-type]


def _travel(compiled: Compiled) -> dict[str, object]:
    travel = compiled.problem.travel
    has_metres = travel.metres is not None and any(crew.metre_rate for crew in compiled.crews)
    return {
        "seconds": np.minimum(compiled.seconds, FAR).astype(np.int32),
        "seconds_to": np.minimum(compiled.seconds_to, FAR).astype(np.int32),
        "metres": np.minimum(compiled.metres, FAR).astype(np.int32) if has_metres else np.zeros((1, 1), dtype=np.int32),
        "has_metres": bool(has_metres),
        "speed_from": ints(begins for begins, _ in travel.speed),
        "speed": ints(percent for _, percent in travel.speed),
    }


def _stops(compiled: Compiled) -> dict[str, object]:
    services = [_visit_service(compiled, v) for v in range(len(compiled.windows))]
    services += [store.service for store in compiled.stores]
    stores = np.repeat(ints(s.service.seconds for s in compiled.stores)[:, None], len(compiled.crews), axis=1)
    has_due = [visit.due is not None for visit in compiled.problem.visits] + [False] * len(compiled.stores)
    soft = [len(s.windows) > 1 or s.late_rate > 0 or s.away_rate > 0 or s.buffer_rate > 0 for s in services]
    costs = compiled.problem.costs
    window_from, windows = ragged([s.windows for s in services])
    return {
        "location": ints(s.location for s in services),
        "service": np.ascontiguousarray(np.concatenate((compiled.duration, stores)), dtype=np.int64),
        "setup": ints(s.setup for s in services),
        "any_setup": any(s.setup for s in services),
        "open": ints(s.windows[0][0] for s in services),
        "close": ints(s.windows[-1][1] for s in services),
        "window_from": window_from,
        "window_open": ints(w[0] for w in windows),
        "window_close": ints(w[1] for w in windows),
        "window_promised": ints(close for s in services for close in s.promised or [NO_LIMIT] * len(s.windows)),
        "finish_by": ints(s.finish_by for s in services),
        "due": ints(s.due for s in services),
        "late_rate": floats(s.late_rate for s in services),
        "has_due": np.array(has_due, dtype=np.bool_),
        "away_from": ints(s.away_from for s in services),
        "away_rate": floats(s.away_rate for s in services),
        "spread": ints(s.spread for s in services),
        "buffer_rate": floats(s.buffer_rate for s in services),
        "spread_percent": compiled.problem.travel.spread_percent,
        "buffer_percent": costs.buffer_percent if costs.buffer_per_hour else 0,
        "soft": np.array(soft, dtype=np.bool_),
    }


def _visit_service(compiled: Compiled, visit: int) -> Service:
    service = service_of(compiled, visit, 0)
    return service if service.windows else service._replace(windows=((NO_LIMIT, -NO_LIMIT),))


def _visits(compiled: Compiled) -> dict[str, object]:
    n = len(compiled.windows)
    shifts_from, shifts = ragged([np.flatnonzero(compiled.allowed[v]).tolist() for v in range(n)])
    need_from, needs = ragged(compiled.parts_of)
    tool_from, tools = ragged([sorted(wanted) for wanted in compiled.tools])
    unserved = [0 if compiled.must[v] else compiled.unserved[v] for v in range(n)]
    return {
        "must": compiled.must,
        "unserved": floats(unserved),
        "allowed": compiled.allowed,
        "shifts_from": shifts_from,
        "shifts": ints(shifts),
        "any_bonus": bool(np.any(compiled.bonus_estimate)),
        "bonus": np.ascontiguousarray(compiled.bonus_estimate),
        "pinned_shift": compiled.pinned_shift,
        "pinned_order": compiled.pinned_order,
        "any_order": bool((compiled.pinned_order >= 0).any()),
        "need_from": need_from,
        "need_part": ints(part for part, _ in needs),
        "need_count": ints(count for _, count in needs),
        "tool_from": tool_from,
        "tool": ints(tools),
    }


def _shifts(compiled: Compiled) -> dict[str, object]:
    duties = compiled.duties
    break_from, breaks = ragged([duty.breaks for duty in duties])
    return {
        "technician": compiled.technician_of,
        "start": ints(d.start for d in duties),
        "end": ints(d.end for d in duties),
        "hard_end": ints(d.hard_end for d in duties),
        "start_location": ints(d.start_location for d in duties),
        "end_location": ints(d.end_location for d in duties),
        "max_visits": ints(d.max_visits for d in duties),
        "max_travel": ints(d.max_travel for d in duties),
        "at_start": np.array([d.at_start for d in duties], dtype=np.bool_),
        "alike": _alike(compiled),
        "break_from": break_from,
        "break_earliest": ints(b.earliest for b in breaks),
        "break_latest": ints(b.latest for b in breaks),
        "break_seconds": ints(b.duration for b in breaks),
        "break_paid": np.array([b.paid for b in breaks], dtype=np.bool_),
        "break_optional": np.array([b.optional for b in breaks], dtype=np.bool_),
    }


def _alike(compiled: Compiled) -> IntArray:
    """Per shift, the first shift that no cost and no rule tells from it."""
    first: dict[object, int] = {}
    found = []
    for s, duty in enumerate(compiled.duties):
        t = duty.technician
        crew, person = compiled.crews[t], compiled.problem.technicians[t]
        key: object = s
        if len(crew.shifts) == 1:
            columns = (compiled.allowed[:, s], compiled.bonus_estimate[:, t], compiled.duration[:, t])
            rest = (person.min_rest, person.max_duty, tuple(column.tobytes() for column in columns))
            key = (duty._replace(technician=-1), crew._replace(shifts=()), rest)
        found.append(first.setdefault(key, s))
    return ints(found)


def _technicians(compiled: Compiled) -> dict[str, object]:
    crews, people = compiled.crews, compiled.problem.technicians
    tools = 1 + max((tool for owner in (*compiled.tools, *(c.tools for c in crews)) for tool in owner), default=-1)
    own_from, own = ragged([crew.shifts for crew in crews])
    return {
        "travel_rate": floats(c.travel_rate for c in crews),
        "duty_rate": floats(c.duty_rate for c in crews),
        "overtime_rate": floats(c.overtime_rate for c in crews),
        "metre_rate": floats(c.metre_rate for c in crews),
        "fixed": floats(c.fixed for c in crews),
        "van": np.array([c.van for c in crews], dtype=np.int64).reshape(len(crews), len(compiled.parts)),
        "has_tool": flags([c.tools for c in crews], tools),
        "own_from": own_from,
        "own": ints(own),
        "min_rest": ints(0 if p.min_rest is None else p.min_rest for p in people),
        "max_duty": ints(NO_LIMIT if p.max_duty is None else p.max_duty for p in people),
        "lends": flags([{tool for tool in store.tools if tool < tools} for store in compiled.stores], tools),
        "counted": np.array([bool(c.shifts) for c in crews], dtype=np.bool_),
    }


def _warehouses(compiled: Compiled) -> dict[str, object]:
    parts = len(compiled.parts)
    stock = [[NO_LIMIT] * parts if store.stock is None else list(store.stock) for store in compiled.stores]
    costs = compiled.problem.costs
    wanted = frozenset().union(*compiled.tools)
    return {
        "stock": np.array(stock, dtype=np.int64).reshape(len(stock), parts),
        "complete": np.array(
            [store.stock is None and store.tools >= wanted for store in compiled.stores], dtype=np.bool_
        ),
        "most_needed": _most_needed(compiled),
        "finite": any(store.stock is not None for store in compiled.stores),
        "tardiness_rate": float(PER_HOUR * costs.max_tardiness_per_hour),
        "imbalance_rate": float(PER_HOUR * costs.imbalance_per_hour),
    }


def _most_needed(compiled: Compiled) -> IntArray:
    most = np.zeros(len(compiled.parts), dtype=np.int64)
    for parts in compiled.parts_of:
        for part, count in parts:
            most[part] = max(most[part], count)
    return most


def _links(compiled: Compiled) -> dict[str, object]:
    problem = compiled.problem
    index = {visit.id: v for v, visit in enumerate(problem.visits)}
    links: Sequence[Link] = problem.links
    link_from, members = ragged([[index[name] for name in link.visits] for link in links])
    of_visit: list[list[int]] = [[] for _ in problem.visits]
    for number, link in enumerate(links):
        for name in link.visits:
            of_visit[index[name]].append(number)
    of_visit_from, of = ragged(of_visit)
    kinds = [KINDS.get(link.kind, SAME) for link in links]
    return {
        "link_kind": ints(kinds),
        "link_from": link_from,
        "link_visit": ints(members),
        "link_min_gap": ints(link.min_gap for link in links),
        "link_max_gap": ints(NO_LIMIT if link.max_gap is None else link.max_gap for link in links),
        "link_all": np.array([link.all_or_none for link in links], dtype=np.bool_),
        "of_visit_from": of_visit_from,
        "of_visit": ints(of),
        "tied": any(kind in (SAME_START, PRECEDES) for kind in kinds),
    }


def ints(values: Iterable[int]) -> IntArray:
    """As an array of whole numbers, which may be empty."""
    return np.array(list(values), dtype=np.int64)


def floats(values: Iterable[float]) -> FloatArray:
    """As an array of floats, which may be empty."""
    return np.array(list(values), dtype=np.float64)


def flags(owners: Sequence[Iterable[int]], count: int) -> BoolArray:
    """Per owner and index, whether the owner has it."""
    found = np.zeros((len(owners), count), dtype=np.bool_)
    for row, owned in enumerate(owners):
        found[row, list(owned)] = True
    return found


def ragged(rows: Sequence[Sequence[object]]) -> tuple[IntArray, list]:  # type: ignore[type-arg]
    """(where each row begins, one more than there are rows; all entries one after the other)."""
    begins = np.zeros(len(rows) + 1, dtype=np.int64)
    begins[1:] = np.cumsum([len(row) for row in rows])
    return begins, [entry for row in rows for entry in row]
