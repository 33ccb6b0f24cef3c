"""What one routing model is about: some shifts and visits of a plan, everything else staying as it is."""

from collections.abc import Sequence
from typing import NamedTuple

from solver.compiled import Compiled
from solver.insertion.plan import Plan
from solver.routing_model.outside import Outside, outside
from solver.timing.supplies import Stock, Stops


class Scope(NamedTuple):
    """Shifts (the model's vehicles, in order), visits (its first nodes, in order) and where the search starts.

    vans: parts at hand per shift. stock: what the warehouses have left for these shifts. routes: the present stops.
    outside: what all other routes hold these to.
    """

    compiled: Compiled
    shifts: tuple[int, ...]
    visits: tuple[int, ...]
    vans: tuple[tuple[int, ...], ...]
    stock: Stock
    routes: tuple[Stops, ...]
    outside: Outside


def scope_of(plan: Plan, shifts: Sequence[int], extra: Sequence[int]) -> Scope:
    """These shifts with the visits they have now, and some visits left out that may join.

    Who joins only together with others left out (`all_or_none`) brings them along.
    """
    routes = [plan.routes[shift] for shift in shifts]
    visits = sorted({v for route in routes if route is not None for v in route.visits} | _with_partners(plan, extra))
    return Scope(
        compiled=plan.compiled,
        shifts=tuple(shifts),
        visits=tuple(visits),
        vans=tuple(_van(plan, shift, set(shifts)) for shift in shifts),
        stock=plan.stock_for(shifts),
        routes=tuple(() if route is None else route.stops for route in routes),
        outside=outside(plan, shifts),
    )


def _with_partners(plan: Plan, extra: Sequence[int]) -> set[int]:
    problem = plan.compiled.problem
    found = set(extra)
    groups = [set(link.visits) for link in problem.links if link.all_or_none]
    if found and groups:
        left_out = {problem.visits[v].id: v for v in plan.left_out()}
        names, size = {problem.visits[v].id for v in found}, 0
        while size < len(names):
            size = len(names)
            names = names.union(*(group & left_out.keys() for group in groups if group & names))
        found |= {left_out[name] for name in names}
    return found


def _van(plan: Plan, shift: int, chosen: set[int]) -> tuple[int, ...]:
    """What the shift may use of a van that several shifts of the technician share.

    The first chosen shift gets what no other uses at present, the others what they use themselves.
    """
    compiled = plan.compiled
    crew = compiled.crews[compiled.duties[shift].technician]
    others = [s for s in crew.shifts if s != shift]
    if not others:
        return crew.van
    first = next(s for s in crew.shifts if s in chosen) == shift
    used = {s: _used(plan, s) for s in crew.shifts}
    if first:
        return tuple(max(0, has - sum(used[s][p] for s in others)) for p, has in enumerate(crew.van))
    return tuple(min(has, used[shift][p]) for p, has in enumerate(plan.van_now(shift)))


def _used(plan: Plan, shift: int) -> tuple[int, ...]:
    return tuple(int(n) for n in plan.compiled.need[list(plan.visits(shift))].sum(axis=0))
