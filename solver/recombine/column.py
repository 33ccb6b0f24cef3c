"""Columns: routes as the choice among them sees them, each with all it needs to be judged beside others."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from solver.compiled import PER_HOUR, Compiled
from solver.timing.planner import TimedRoute


class Column(NamedTuple):
    """A route of one shift, with its times as they are; shifts and visits are indices of `Compiled`.

    cost: units of this route alone (travel, distance, duty, overtime, lateness, moved starts, preferences), without
    the technician's fixed cost. duty: seconds, unpaid breaks apart. tardiness: the most seconds by which a visit
    starts after it was due. loads: (warehouse, part, count). starts: of each visit.
    """

    shift: int
    visits: tuple[int, ...]
    cost: float
    duty: int
    tardiness: int
    depart: int
    return_: int
    loads: tuple[tuple[int, int, int], ...]
    starts: tuple[int, ...]


def column_of(compiled: Compiled, route: TimedRoute) -> Column:
    """The timed route as a column."""
    times = route.schedule
    starts = tuple(start for stop, start in zip(route.stops, times.starts, strict=True) if stop >= 0)
    late = (start - compiled.due.item(visit) for visit, start in zip(route.visits, starts, strict=True))
    loads: Counter[tuple[int, int]] = Counter()
    for store, load in route.loads:
        for part, count in load:
            loads[store, part] += count
    return Column(
        shift=route.shift,
        visits=route.visits,
        cost=route.cost,
        duty=times.return_ - times.depart - sum(rests.unpaid for rests in times.rests),
        tardiness=max(0, *late),
        depart=times.depart,
        return_=times.return_,
        loads=tuple((store, part, count) for (store, part), count in sorted(loads.items())),
        starts=starts,
    )


def from_van(compiled: Compiled, column: Column) -> Counter[int]:
    """How many of each part the route takes out of what was in the van before: what it uses up but does not load."""
    used: Counter[int] = Counter()
    for visit in column.visits:
        used.update(dict(compiled.parts_of[visit]))
    for _, part, count in column.loads:
        used[part] -= count
    return +used


class Traits:
    """What tells two columns with the same shift and visits apart, in the problem at hand, beside their costs."""

    def __init__(self, compiled: Compiled) -> None:
        problem = compiled.problem
        self._compiled = compiled
        self._duty = problem.costs.imbalance_per_hour > 0
        self._tardiness = problem.costs.max_tardiness_per_hour > 0
        self._stock = any(store.stock is not None for store in compiled.stores)
        timed = {name for link in problem.links if link.kind in {"same_start", "precedes"} for name in link.visits}
        self._timed = {v for v, visit in enumerate(problem.visits) if visit.id in timed}

    def of(self, column: Column) -> tuple[object, ...]:
        """A key; of columns with the same key only the cheapest can be part of a cheapest plan."""
        technician = self._compiled.duties[column.shift].technician
        several = len(self._compiled.crews[technician].shifts) > 1
        limited = self._compiled.problem.technicians[technician].max_duty is not None
        starts = zip(column.visits, column.starts, strict=True)
        return (
            column.shift,
            frozenset(column.visits),
            column.duty if self._duty or limited else 0,
            column.tardiness if self._tardiness else 0,
            (column.depart, column.return_) if several else (),
            column.loads if self._stock or several else (),
            frozenset(pair for pair in starts if pair[0] in self._timed),
        )


def distinct(compiled: Compiled, columns: Iterable[Column]) -> list[Column]:
    """The columns without those that another one makes superfluous, in order; of equals the first stays."""
    traits = Traits(compiled)
    kept: dict[tuple[object, ...], Column] = {}
    for column in columns:
        key = traits.of(column)
        other = kept.get(key)
        if other is None or column.cost < other.cost:
            kept[key] = column
    return list(kept.values())


def total(compiled: Compiled, chosen: Mapping[int, Column]) -> float:
    """Units that a plan of these routes (by shift) costs: every part of the cost, with the weight of the left out."""
    costs = compiled.problem.costs
    served = {visit for column in chosen.values() for visit in column.visits}
    left = sum(units for visit, units in enumerate(compiled.unserved) if visit not in served)
    fixed = sum(crew.fixed for crew in compiled.crews if any(s in chosen for s in crew.shifts))
    duty = [sum(chosen[s].duty for s in crew.shifts if s in chosen) for crew in compiled.crews if crew.shifts]
    apart = max(duty, default=0) - min(duty, default=0)
    late = max((column.tardiness for column in chosen.values()), default=0)
    ties = PER_HOUR * (costs.imbalance_per_hour * apart + costs.max_tardiness_per_hour * late)
    return sum(column.cost for column in chosen.values()) + fixed + left + ties
