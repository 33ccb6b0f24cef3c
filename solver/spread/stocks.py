"""The warehouses' stock divided among regions: what their routes load now, and a share of what nobody does."""

from collections import Counter
from collections.abc import Iterable, Sequence

from solver.problem import Problem, Visit, Warehouse
from solver.solution import Route, StopKind

Loads = Counter[tuple[str, str]]
"""Units by warehouse and part."""


def loads_of(routes: Iterable[Route]) -> Loads:
    """What these routes load."""
    found: Loads = Counter()
    for route in routes:
        for stop in route.stops:
            if stop.kind is StopKind.WAREHOUSE:
                for part, count in (stop.load or {}).items():
                    found[stop.id, part] += count
    return found


def divided(
    problem: Problem, routes: Sequence[Iterable[Route]], visits: Sequence[Iterable[Visit]], turn: int
) -> list[dict[str, dict[str, int]]]:
    """Per region the stock of each warehouse whose stock is limited; together no more than there is.

    routes, visits: of each region. What no route loads is shared in proportion to what the visits need; units that
    cannot be shared go to the regions that are nearest to one more, the turn-th first among equals.
    """
    loads = [loads_of(some) for some in routes]
    needs: list[Counter[str]] = [Counter() for _ in loads]
    for need, some in zip(needs, visits, strict=True):
        for visit in some:
            need.update(visit.parts)
    found: list[dict[str, dict[str, int]]] = [{} for _ in loads]
    for warehouse in problem.warehouses:
        for region, stock in enumerate(_stocks(warehouse, loads, needs, turn)):
            found[region][warehouse.id] = stock
    return found


def _stocks(
    warehouse: Warehouse, loads: Sequence[Loads], needs: Sequence[Counter[str]], turn: int
) -> list[dict[str, int]]:
    found: list[dict[str, int]] = [{} for _ in loads]
    for part, stock in (warehouse.stock or {}).items():
        left = stock - sum(load[warehouse.id, part] for load in loads)
        extra = shares(left, [need[part] for need in needs], turn)
        for region, load in enumerate(loads):
            found[region][part] = load[warehouse.id, part] + extra[region]
    return found


def shares(units: int, needs: Sequence[int], turn: int = 0) -> list[int]:
    """Whole units in proportion to needs, by largest remainders; nothing is shared where nobody needs any."""
    total = sum(needs)
    if not total:
        return [0] * len(needs)
    found = [units * need // total for need in needs]
    rests = [(-(units * need % total), (i - turn) % len(needs), i) for i, need in enumerate(needs)]
    for _, _, i in sorted(rests)[: units - sum(found)]:
        found[i] += 1
    return found
