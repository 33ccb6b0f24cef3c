"""`Problem` -> `Compiled`: ids become indices here and nowhere else."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from solver.buffers import buffer_of, leg_spread, with_variance
from solver.compiled import (
    ANY_TIME,
    NEVER,
    PER_HOUR,
    PER_KM,
    SCALE,
    Bonus,
    BoolArray,
    Compiled,
    Crew,
    Duty,
    FloatArray,
    IntArray,
    Service,
    Store,
)
from solver.problem import Departure, Problem, Shift, Technician, Visit, Warehouse, Window

STOPS_BESIDE: Final = 5
"""Legs of a route beside those to its visits, at the most: to warehouses and home."""


def compile_problem(problem: Problem) -> Compiled:
    """The problem as arrays; the problem must be valid (see the validation of `solver.problem`)."""
    parts = sorted({part for visit in problem.visits for part in visit.parts})
    part_index = {part: i for i, part in enumerate(parts)}
    tools = {tool: i for i, tool in enumerate(sorted({tool for visit in problem.visits for tool in visit.tools}))}
    duties, crews = _crews(problem, parts, tools)
    stores = tuple(_store(w, parts, tools) for w in problem.warehouses)
    visits = problem.visits
    seconds = np.where(problem.travel.seconds < 0, NEVER, problem.travel.seconds).astype(np.int64)
    metres = _metres(problem)
    shift_index = {shift.id: i for i, shift in enumerate(_shifts(problem))}
    previous = {stop.visit: (stop.start, route.technician) for route in problem.previous for stop in route.stops}
    need = _need(visits, part_index)
    visit_tools = tuple(frozenset(tools[tool] for tool in visit.tools) for visit in visits)
    duration = np.array([[visit.duration.of(t.id) for t in problem.technicians] for visit in visits], dtype=np.int64)
    duration = duration.reshape(len(visits), len(problem.technicians))
    windows = tuple(_windows(visit) for visit in visits)
    late_rate = tuple(PER_HOUR * v.late_cost_per_hour if v.due is not None else 0 for v in visits)
    bonus = tuple(_bonus(problem, visit, previous.get(visit.id)) for visit in visits)
    must = np.array([v.unserved_cost is None or v.pinned is not None for v in visits], dtype=bool)
    return Compiled(
        problem=problem,
        seconds=seconds,
        metres=metres,
        seconds_to=np.ascontiguousarray(seconds.T),
        metres_to=np.ascontiguousarray(metres.T),
        duties=duties,
        crews=crews,
        stores=stores,
        location=_column([v.location for v in visits]),
        setup=_column([v.setup for v in visits]),
        at_store=np.array([v.location in {w.location for w in problem.warehouses} for v in visits], dtype=bool),
        duration=duration,
        window_open=_column([w[0][0] if w else 0 for w in windows]),
        window_close=_closings(visits, windows, duration),
        windows=windows,
        opens=_padded([[low for low, _ in w] for w in windows]),
        closes=_padded([[high for _, high in w] for w in windows]),
        due=_column([NEVER if v.due is None else v.due for v in visits]),
        late_rate=late_rate,
        late_estimate=np.array(late_rate, dtype=np.float64),
        need=need,
        parts_of=tuple(tuple(sorted((part_index[k], n) for k, n in v.parts.items() if n)) for v in visits),
        tools=visit_tools,
        supplied=need.any(axis=1) | np.array([bool(names) for names in visit_tools], dtype=bool),
        technician_of=_column([duty.technician for duty in duties]),
        start_location=_column([duty.start_location for duty in duties]),
        rates=np.array([[c.travel_rate, c.duty_rate, c.metre_rate] for c in crews], dtype=np.float64).reshape(-1, 3).T,
        allowed=_allowed(problem, crews, stores, need, visit_tools, shift_index),
        bonus=bonus,
        bonus_estimate=_bonus_estimate(bonus, len(crews)),
        unserved=_unserved(problem, must, duties, crews),
        must=must,
        pinned_shift=_column([shift_index[v.pinned.shift] if v.pinned else -1 for v in visits]),
        pinned_order=_column([-1 if v.pinned is None or v.pinned.order is None else v.pinned.order for v in visits]),
        previous_start=tuple(previous[v.id][0] if v.id in previous else None for v in visits),
        promised=tuple(_promised(visit, own) for visit, own in zip(visits, windows, strict=True)),
        parts=tuple(parts),
        shift_index=shift_index,
    )


def _need(visits: Sequence[Visit], part_index: Mapping[str, int]) -> IntArray:
    """(n, p) how many of each part each visit uses up."""
    need = np.zeros((len(visits), len(part_index)), dtype=np.int64)
    for v, visit in enumerate(visits):
        for part, count in visit.parts.items():
            need[v, part_index[part]] = count
    return need


def _bonus_estimate(bonus: Sequence[Bonus], technicians: int) -> FloatArray:
    """(n, t) what each visit saves with each technician, for estimates."""
    return np.array([[b.of(t) for t in range(technicians)] for b in bonus], dtype=np.float64).reshape(
        len(bonus), technicians
    )


def _column(values: Sequence[int]) -> IntArray:
    return np.array(values, dtype=np.int64)


def _or_never(value: int | None) -> int:
    return NEVER if value is None else value


def _padded(rows: Sequence[Sequence[int]]) -> IntArray:
    padded = np.full((len(rows), max([1, *map(len, rows)])), NEVER, dtype=np.int64)
    for i, row in enumerate(rows):
        padded[i, : len(row)] = row
    return padded


def _shifts(problem: Problem) -> list[Shift]:
    return [shift for technician in problem.technicians for shift in technician.shifts]


def _metres(problem: Problem) -> IntArray:
    metres = problem.travel.metres
    return np.zeros_like(problem.travel.seconds) if metres is None else np.maximum(metres, 0)


def _crews(
    problem: Problem, parts: Sequence[str], tools: Mapping[str, int]
) -> tuple[tuple[Duty, ...], tuple[Crew, ...]]:
    duties: list[Duty] = []
    crews = []
    for t, technician in enumerate(problem.technicians):
        first = len(duties)
        duties.extend(_duty(t, shift, technician.shifts) for shift in technician.shifts)
        order = sorted(range(first, len(duties)), key=lambda s: duties[s].start)
        crews.append(_crew(technician, parts, tools, tuple(order)))
    return tuple(duties), tuple(crews)


def _crew(technician: Technician, parts: Sequence[str], tools: Mapping[str, int], shifts: tuple[int, ...]) -> Crew:
    return Crew(
        travel_rate=PER_HOUR * technician.cost_per_travel_hour,
        duty_rate=PER_HOUR * technician.cost_per_duty_hour,
        overtime_rate=PER_HOUR * technician.cost_per_overtime_hour,
        metre_rate=PER_KM * technician.cost_per_km,
        fixed=SCALE * technician.fixed_cost,
        van=tuple(technician.van_stock.get(part, 0) for part in parts),
        tools=frozenset(tools[tool] for tool in technician.tools if tool in tools),
        shifts=shifts,
    )


def _duty(technician: int, shift: Shift, siblings: Sequence[Shift]) -> Duty:
    later = [other.start for other in siblings if other.start > shift.start]
    return Duty(
        technician=technician,
        start=shift.start,
        end=shift.end,
        hard_end=min([shift.end + shift.max_overtime, *later]),
        start_location=shift.start_location,
        end_location=-1 if shift.end_location is None else shift.end_location,
        max_visits=_or_never(shift.max_visits),
        max_travel=_or_never(shift.max_travel),
        at_start=shift.departure is Departure.AT_START,
        breaks=tuple(b for b in shift.breaks if not b.optional or not b.paid),
    )


def _store(warehouse: Warehouse, parts: Sequence[str], tools: Mapping[str, int]) -> Store:
    stock = None if warehouse.stock is None else tuple(warehouse.stock.get(part, 0) for part in parts)
    service = Service(warehouse.location, warehouse.windows or ANY_TIME, warehouse.handling)
    return Store(service, stock, frozenset(tools[tool] for tool in warehouse.tools if tool in tools))


def _windows(visit: Visit) -> tuple[Window, ...]:
    windows = visit.windows or ANY_TIME
    if visit.pinned is None or visit.pinned.start is None:
        return windows
    start = visit.pinned.start
    return ((start, start),) if any(low <= start <= high for low, high in windows) else ()


def _promised(visit: Visit, used: Sequence[Window]) -> tuple[int, ...]:
    """Per window that may be used, the close of the visit's window that it lies in; none where any time will do."""
    return tuple(close for _, high in used for low, close in visit.windows if low <= high <= close)


def _closings(visits: Sequence[Visit], windows: Sequence[tuple[Window, ...]], duration: IntArray) -> IntArray:
    closings = [w[-1][1] if w else -NEVER for w in windows]
    for v, visit in enumerate(visits):
        if visit.finish_by is not None and duration.shape[1]:
            closings[v] = min(closings[v], visit.finish_by - int(duration[v].min()))
    return _column(closings)


def _bonus(problem: Problem, visit: Visit, before: tuple[int, str] | None) -> Bonus:
    index = {technician.id: t for t, technician in enumerate(problem.technicians)}
    changed = SCALE * problem.costs.change_technician if before is not None and before[1] in index else 0
    own = {index[before[1]]: 0} if before is not None and changed else {}
    for name, saved in visit.technicians.preferred.items():
        own[index[name]] = own.get(index[name], changed) - SCALE * saved
    return Bonus(changed, own)


def _unserved(problem: Problem, must: BoolArray, duties: Sequence[Duty], crews: Sequence[Crew]) -> tuple[int, ...]:
    """Units per visit left out; a mandatory one weighs more than all that a whole plan can cost or save."""
    weight = _most(problem, duties, crews)
    return tuple(weight if must[v] else SCALE * (visit.unserved_cost or 0) for v, visit in enumerate(problem.visits))


def _most(problem: Problem, duties: Sequence[Duty], crews: Sequence[Crew]) -> int:
    """Units that no plan's cost can reach, whatever is in it."""
    last = max((duty.hard_end for duty in duties), default=0)
    road = 0 if problem.travel.metres is None else int(problem.travel.metres.max(initial=0))
    most = sum(crew.fixed for crew in crews) + SCALE
    buffer = _most_buffer(problem) if problem.costs.buffer_per_hour else 0
    for duty in duties:
        crew = crews[duty.technician]
        most += (crew.travel_rate + crew.duty_rate + crew.overtime_rate) * (duty.hard_end - duty.start)
    for visit in problem.visits:
        most += SCALE * ((visit.unserved_cost or 0) + problem.costs.change_technician)
        most += SCALE * sum(visit.technicians.preferred.values())
        if visit.due is not None:
            most += PER_HOUR * visit.late_cost_per_hour * max(0, last - visit.due)
        most += PER_HOUR * problem.costs.change_start_per_hour * last
        most += PER_HOUR * problem.costs.buffer_per_hour * buffer
    legs = len(problem.visits) + STOPS_BESIDE * len(duties)
    return most + max((crew.metre_rate for crew in crews), default=0) * road * legs


def _most_buffer(problem: Problem) -> int:
    """Seconds that no stop's buffer can pass: that of one route through every visit over the longest legs."""
    longest = leg_spread(int(problem.travel.seconds.max(initial=0)), problem.travel.spread_percent)
    variance = 0
    for visit in problem.visits:
        variance = with_variance(with_variance(variance, visit.spread), longest)
    for _ in range(STOPS_BESIDE):
        variance = with_variance(variance, longest)
    return buffer_of(variance, problem.costs.buffer_percent)


def _allowed(
    problem: Problem,
    crews: Sequence[Crew],
    stores: Sequence[Store],
    need: IntArray,
    tools: Sequence[frozenset[int]],
    shift_index: Mapping[str, int],
) -> BoolArray:
    able = np.zeros((len(problem.visits), len(problem.technicians)), dtype=bool)
    alike: dict[tuple[object, ...], list[int]] = {}
    for v, visit in enumerate(problem.visits):
        rule = visit.technicians
        key = (tuple(sorted(visit.skills.items())), tools[v], rule.only, rule.never)
        alike.setdefault(key, []).append(v)
    for t, (technician, crew) in enumerate(zip(problem.technicians, crews, strict=True)):
        stocked = _obtainable(np.array(crew.van, dtype=np.int64), stores)
        lent = crew.tools.union(*(store.tools for store in stores))
        for same in alike.values():
            able[same, t] = tools[same[0]] <= lent and may_serve(problem.visits[same[0]], technician)
        able[:, t] &= np.all(need <= stocked, axis=1)
    owner = [t for t, technician in enumerate(problem.technicians) for _ in technician.shifts]
    allowed: BoolArray = able[:, owner]
    for v, visit in enumerate(problem.visits):
        if visit.pinned is not None:
            keep = allowed[v, shift_index[visit.pinned.shift]]
            allowed[v] = False
            allowed[v, shift_index[visit.pinned.shift]] = keep
    return allowed


def _obtainable(van: IntArray, stores: Sequence[Store]) -> IntArray:
    """Units of each part that a van may ever hold on a day: its own and all that the warehouses have."""
    total = van.copy()
    for store in stores:
        total = total + (NEVER if store.stock is None else np.array(store.stock, dtype=np.int64))
    return total


def may_serve(visit: Visit, technician: Technician) -> bool:
    """Whether skills and the visit's technician rule let this technician do it."""
    rule = visit.technicians
    if technician.id in rule.never or (rule.only is not None and technician.id not in rule.only):
        return False
    return all(technician.skills.get(name, 0) >= level for name, level in visit.skills.items())
