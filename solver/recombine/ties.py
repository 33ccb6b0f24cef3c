"""What ties routes to one another, each rule or cost stated exactly for columns with their times as they are."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Final

from solver.compiled import PER_HOUR
from solver.recombine.column import from_van
from solver.recombine.program import Draft, Term


def fixed_cost(draft: Draft) -> None:
    """A technician's fixed cost is due once, if any of the shifts is used."""
    for technician, own in draft.of_technician.items():
        crew = draft.compiled.crews[technician]
        if not crew.fixed:
            continue
        if len(crew.shifts) == 1:
            for i in own:
                draft.charge(i, crew.fixed)
            continue
        used = draft.number(1, any(shift in draft.current for shift in crew.shifts), crew.fixed)
        for shift in crew.shifts:
            draft.row([*((i, 1) for i in draft.of_shift.get(shift, ())), (used, -1)], high=0)


def imbalance(draft: Draft) -> None:
    """The largest less the smallest duty over the technicians that have a shift costs; idle is 0."""
    rate = PER_HOUR * draft.compiled.problem.costs.imbalance_per_hour
    crews = [(t, crew) for t, crew in enumerate(draft.compiled.crews) if crew.shifts]
    if not rate or not crews:
        return
    limits = [_most_duty(draft, draft.of_technician.get(t, ())) for t, _ in crews]
    now = [sum(draft.current[s].duty for s in crew.shifts if s in draft.current) for _, crew in crews]
    most = draft.number(max(limits), max(now), rate)
    least = draft.number(min(limits), min(now), -rate)
    for own in draft.of_technician.values():
        duties = _duties(draft, own)
        draft.row([*duties, (most, -1)], high=0)
        draft.row([*duties, (least, -1)], low=0)


def max_tardiness(draft: Draft) -> None:
    """The visit that starts latest after it was due costs."""
    rate = PER_HOUR * draft.compiled.problem.costs.max_tardiness_per_hour
    largest = max((column.tardiness for column in draft.columns), default=0)
    if not rate or not largest:
        return
    now = max((column.tardiness for column in draft.current.values()), default=0)
    worst = draft.number(largest, now, rate)
    for own in draft.of_shift.values():
        late = [(i, draft.columns[i].tardiness) for i in own if draft.columns[i].tardiness]
        if late:
            draft.row([*late, (worst, -1)], high=0)


def max_duty(draft: Draft) -> None:
    """A technician's duty over all shifts stays within its limit."""
    for technician, own in draft.of_technician.items():
        limit = draft.compiled.problem.technicians[technician].max_duty
        if limit is not None and _most_duty(draft, own) > limit:
            draft.row(_duties(draft, own), high=limit)


def min_rest(draft: Draft) -> None:
    """A technician is back from one route, and rested, before leaving for the next."""
    for technician, crew in zip(draft.compiled.problem.technicians, draft.compiled.crews, strict=True):
        rest = technician.min_rest or 0
        for one, two in combinations(crew.shifts, 2):
            back = [(draft.columns[i].return_ + rest, i) for i in draft.of_shift.get(one, ())]
            draft.exclude(back, [(draft.columns[i].depart, i) for i in draft.of_shift.get(two, ())])


def van_stock(draft: Draft) -> None:
    """What the shifts of a technician take out of the van's own stock is no more than it holds."""
    for technician, own in draft.of_technician.items():
        crew = draft.compiled.crews[technician]
        if len(crew.shifts) == 1:
            continue  # its columns were timed with all of it
        taken = {i: from_van(draft.compiled, draft.columns[i]) for i in own}
        for part in sorted({part for used in taken.values() for part in used}):
            draft.row(((i, used[part]) for i, used in taken.items() if used[part]), high=crew.van[part])


def warehouse_stock(draft: Draft) -> None:
    """What all routes load of a part at a warehouse is no more than it has."""
    loaded: dict[tuple[int, int], list[Term]] = {}
    for i, column in enumerate(draft.columns):
        for store, part, count in column.loads:
            loaded.setdefault((store, part), []).append((i, count))
    for (store, part), loads in loaded.items():
        stock = draft.compiled.stores[store].stock
        if stock is not None:
            draft.row(loads, high=stock[part])


def _duties(draft: Draft, columns: Iterable[int]) -> list[Term]:
    return [(i, draft.columns[i].duty) for i in columns]


def _most_duty(draft: Draft, columns: Iterable[int]) -> int:
    """The longest duty that one column of each shift can add up to."""
    most: Counter[int] = Counter()
    for i in columns:
        column = draft.columns[i]
        most[column.shift] = max(most[column.shift], column.duty)
    return most.total()


TIES: Final[tuple[Callable[[Draft], None], ...]] = (
    fixed_cost,
    imbalance,
    max_tardiness,
    max_duty,
    min_rest,
    van_stock,
    warehouse_stock,
)
