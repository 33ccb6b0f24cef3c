"""Remedies at the expense of one other visit: it moves, is left out, or is no longer pinned."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from solver.explain.day import Day
from solver.explain.easing import Easing, eased
from solver.explain.wish import Offer, Wish
from solver.insertion.places import TRIALS, cheapest_place
from solver.insertion.plan import Plan
from solver.insertion.regret import PLACES, best_place
from solver.outcome import routes_of
from solver.problem import Problem, Visit
from solver.solution import Route, StopKind
from solver.words import clock

MOVED: Final = 3
"""Visits of one shift, the cheapest to do without, for which another place is looked for."""
UNPINNED: Final = 2


class Swap(NamedTuple):
    """A plan with the visit in the place of another one. cost: what it costs more, in units."""

    cost: int
    gone: int
    plan: Plan


def moves(wish: Wish, shift: int) -> Iterator[Offer]:
    """Another visit of the shift makes room: done elsewhere or at another time, or left out where that may be."""
    swaps = sorted(_swaps(wish, shift), key=lambda swap: (swap.cost, swap.gone))
    for swap in swaps[:MOVED]:
        yield from _moved(wish, shift, swap)
    for swap in swaps:
        visit = wish.scene.problem.visits[swap.gone]
        if _may_go(visit, wish.thing):
            says = f"Leave out {visit.id!r} in its place, which costs {visit.unserved_cost}."
            yield changing(wish, "leave out", shift, says, changed(wish.scene.plan, swap.plan))
            return


def _may_go(other: Visit, wanted: Visit) -> bool:
    """Whether the other visit may be left out, and leaving it out costs no more than leaving out the one wanted."""
    if other.unserved_cost is None or other.pinned is not None:
        return False
    return wanted.unserved_cost is None or wanted.pinned is not None or other.unserved_cost <= wanted.unserved_cost


def _swaps(wish: Wish, shift: int) -> Iterator[Swap]:
    scene = wish.scene
    visits = scene.plan.visits(shift)
    for gone in visits:
        scene.work.spend()
        less = scene.plan.change(shift, tuple(visit for visit in visits if visit != gone))
        if less is None:
            continue
        plan = scene.plan.copy()
        plan.apply(less)
        change = best_place(plan, wish.visit, shift)
        if change is not None:
            scene.work.spend()
            plan.apply(change)
            yield Swap(less.cost + change.cost, gone, plan)


def _moved(wish: Wish, shift: int, swap: Swap) -> Iterator[Offer]:
    scene = wish.scene
    scene.work.spend(TRIALS * PLACES)
    change = cheapest_place(swap.plan, swap.gone)
    if change is None:
        return
    plan = swap.plan.copy()
    plan.apply(change)
    routes = changed(scene.plan, plan)
    name, target = scene.problem.visits[swap.gone].id, plan.shift_of[swap.gone]
    was = clock(scene.starts[swap.gone])
    new = clock(_start(routes[target], name))
    if target == shift:
        says = f"Move {name!r} from {was} to {new}."
    else:
        whose, to = scene.technician(shift).id, scene.technician(target).id
        says = f"Move {name!r} from {whose!r} at {was} to {to!r} at {new}."
    yield changing(wish, "move", shift, says, routes)


def unpins(wish: Wish, shift: int) -> Iterator[Offer]:
    """A pinned visit of the shift stays in it, but at another time or place."""
    scene = wish.scene
    visits = scene.plan.visits(shift)
    pinned = [visit for visit in visits if _fixed(wish, visit)]
    for other in pinned[:UNPINNED]:
        thing = scene.problem.visits[other]
        if thing.pinned is None:
            continue
        easing = Easing(("visits", other, "pinned"), replace(thing.pinned, start=None, order=None))
        problem = eased(scene.problem, [easing])
        rest = tuple(visit for visit in visits if visit != other)
        for first, last in ((wish.visit, other), (other, wish.visit)):
            found = _both(wish, shift, problem, rest, (first, last))
            if found is not None:
                says = f"Unpin {thing.id!r} and move it from {clock(scene.starts[other])} to "
                says += f"{clock(_start(found, thing.id))}."
                yield wish.offer("unpin", shift, says, (easing,), found)
                break


def _fixed(wish: Wish, visit: int) -> bool:
    pin = wish.scene.problem.visits[visit].pinned
    return pin is not None and (pin.start is not None or pin.order is not None)


def _both(wish: Wish, shift: int, problem: Problem, rest: tuple[int, ...], pair: tuple[int, int]) -> Route | None:
    """The shift's route with both visits besides the rest: the first where it is cheapest, then the second."""
    day = Day(wish.scene, problem, shift, (*rest, pair[0]))
    best = day.best()
    if best is None:
        return None
    whole = Day(wish.scene, problem, shift, (*day.order(best), pair[1]))
    second = whole.best()
    return None if second is None else whole.route(second)


def changing(wish: Wish, kind: str, shift: int, says: str, routes: dict[int, Route | None]) -> Offer:
    """An offer that changes several routes and eases nothing."""
    route = routes[shift]
    if route is None:
        raise AssertionError("the shift has at least the visit that was put in")
    return wish.offer(kind, shift, says, (), route)._replace(routes=routes)


def changed(plan: Plan, other: Plan) -> dict[int, Route | None]:
    """The routes of another plan that are not this one's."""
    differ = [s for s, (one, two) in enumerate(zip(plan.routes, other.routes, strict=True)) if one != two]
    part = Plan(plan.planner)
    for shift in differ:
        part.routes[shift] = other.routes[shift]
    found: dict[int, Route | None] = dict.fromkeys(differ)
    found.update({plan.compiled.shift_index[route.shift]: route for route in routes_of(part)})
    return found


def _start(route: Route | None, name: str) -> int:
    """When a visit starts in a route that has it."""
    stops = () if route is None else route.stops
    return next(stop.start for stop in stops if stop.kind is StopKind.VISIT and stop.id == name)
