"""Every choice among a few columns, judged by plain loops: the optimum that recombining must find."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product

from solver.compiled import SCALE, Compiled
from solver.problem import Link
from solver.recombine import Column

Choice = Mapping[int, Column]


def best(compiled: Compiled, columns: Sequence[Column]) -> float:
    """Units of the cheapest choice that keeps all rules."""
    return min(price(compiled, choice) for choice in choices(compiled, columns) if lawful(compiled, choice))


def choices(compiled: Compiled, columns: Sequence[Column]) -> Iterator[Choice]:
    """One column or none for each shift, in all ways."""
    by_shift = [[None, *(c for c in columns if c.shift == s)] for s in range(len(compiled.duties))]
    for picked in product(*by_shift):
        yield {s: column for s, column in enumerate(picked) if column is not None}


def price(compiled: Compiled, choice: Choice) -> float:
    """The whole cost in units: routes, fixed costs, the left out, tardiness of the worst, imbalance."""
    problem = compiled.problem
    units = sum(column.cost for column in choice.values())
    served = {visit for column in choice.values() for visit in column.visits}
    units += sum(compiled.unserved[visit] for visit in range(len(problem.visits)) if visit not in served)
    duties = []
    for technician, crew in zip(problem.technicians, compiled.crews, strict=True):
        own = [choice[s] for s in crew.shifts if s in choice]
        units += SCALE * technician.fixed_cost if own else 0
        duties.append(sum(column.duty for column in own))
    units += SCALE * problem.costs.imbalance_per_hour * (max(duties) - min(duties)) / 3600
    worst = max((column.tardiness for column in choice.values()), default=0)
    return units + SCALE * problem.costs.max_tardiness_per_hour * worst / 3600


def lawful(compiled: Compiled, choice: Choice) -> bool:
    """Whether no rule is broken that the routes only break together."""
    served = [visit for column in choice.values() for visit in column.visits]
    return (
        len(served) == len(set(served))
        and _rested(compiled, choice)
        and _supplied(compiled, choice)
        and all(_kept(compiled, link, choice) for link in compiled.problem.links)
    )


def _rested(compiled: Compiled, choice: Choice) -> bool:
    for technician, crew in zip(compiled.problem.technicians, compiled.crews, strict=True):
        own = [choice[s] for s in crew.shifts if s in choice]
        gaps = [two.depart - one.return_ for one, two in pairwise(own)]
        if any(gap < (technician.min_rest or 0) for gap in gaps):
            return False
        if technician.max_duty is not None and sum(column.duty for column in own) > technician.max_duty:
            return False
    return True


def _supplied(compiled: Compiled, choice: Choice) -> bool:
    for part in range(len(compiled.parts)):
        for number, store in enumerate(compiled.stores):
            loads = sum(n for c in choice.values() for w, p, n in c.loads if (w, p) == (number, part))
            if store.stock is not None and loads > store.stock[part]:
                return False
        for crew in compiled.crews:
            own = [choice[s] for s in crew.shifts if s in choice] if len(crew.shifts) > 1 else []
            used = sum(int(compiled.need[v, part]) for column in own for v in column.visits)
            loaded = sum(n for column in own for _, p, n in column.loads if p == part)
            if used - loaded > crew.van[part]:
                return False
    return True


def _kept(compiled: Compiled, link: Link, choice: Choice) -> bool:
    names = [visit.id for visit in compiled.problem.visits]
    starts, doers = {}, {}
    for shift, column in choice.items():
        for visit, start in zip(column.visits, column.starts, strict=True):
            if names[visit] in link.visits:
                starts[names[visit]] = start
                doers[names[visit]] = compiled.duties[shift].technician
    if link.all_or_none and 0 < len(starts) < len(link.visits):
        return False
    alone = len(set(doers.values())) == len(doers)
    if link.kind == "same_start":
        return alone and len(set(starts.values())) <= 1
    if link.kind == "different_technicians":
        return alone
    if link.kind == "same_technician":
        return len(set(doers.values())) <= 1
    if len(starts) < 2:
        return True
    gap = starts[link.visits[1]] - starts[link.visits[0]]
    return link.min_gap <= gap and (link.max_gap is None or gap <= link.max_gap)
