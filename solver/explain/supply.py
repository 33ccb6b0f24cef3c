"""Remedies of parts: so many more in the van by the shift's start, or at a warehouse by the time of the stop there."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from solver.explain.day import cheapest
from solver.explain.easing import Easing, eased
from solver.explain.waivers import Waiver
from solver.explain.wish import Offer, Wish
from solver.solution import Route, StopKind
from solver.words import clock, listed

Parts = Mapping[str, int]


def in_van(wish: Wish, shift: int) -> Iterator[Offer]:
    """The van starts with more."""
    scene = wish.scene
    technician = scene.owner[shift][0]
    stock = scene.problem.technicians[technician].van_stock
    path = ("technicians", technician, "van_stock")
    found = _fewest(wish, shift, lambda more: Easing(path, _sum(stock, more)))
    if found is not None:
        more, easing, placed = found
        says = f"Put {_more(more)} in the van of {scene.technician(shift).id!r} by {clock(scene.shift(shift).start)}."
        yield wish.offer("van", shift, says, (easing,), placed)


def stocked(wish: Wish, shift: int) -> Waiver | None:
    """The van starts with all that lacks, so that no warehouse is needed."""
    more = _lacking(wish, shift)
    if not more:
        return None
    technician = wish.scene.owner[shift][0]
    person = wish.scene.problem.technicians[technician]
    easing = Easing(("technicians", technician, "van_stock"), _sum(person.van_stock, more))
    says = f"Put {_more(more)} in the van of {person.id!r} by {clock(wish.scene.shift(shift).start)}."
    return Waiver("van", says, (easing,))


def in_store(wish: Wish, shift: int, store: int) -> Iterator[Offer]:
    """A warehouse has more."""
    scene = wish.scene
    warehouse = scene.problem.warehouses[store]
    if warehouse.stock is None:
        return
    stock, path = warehouse.stock, ("warehouses", store, "stock")
    found = _fewest(wish, shift, lambda more: Easing(path, _sum(stock, more)))
    if found is None:
        return
    more, easing, placed = found
    stops = [s for s in placed.stops if s.kind is StopKind.WAREHOUSE and s.id == warehouse.id]
    if stops:
        by = f"by {clock(stops[0].start)}, when {scene.technician(shift).id!r} stops there"
        says = f"Have {_more(more)} at warehouse {warehouse.id!r} {by}."
        yield wish.offer(f"store {store}", shift, says, (easing,), placed)


def _fewest(wish: Wish, shift: int, easing: Callable[[Parts], Easing]) -> tuple[Parts, Easing, Route] | None:
    """The fewest more of each part that do, none of which can be spared; None when no number does, or none is needed.

    Every part is first given in full, then each in turn as few as do.
    """
    scene = wish.scene

    def placed(more: Parts) -> Route | None:
        return cheapest(scene, eased(scene.problem, [easing(more)]), shift, wish.visit)

    more = _lacking(wish, shift)
    best = placed(more) if more else None
    if best is None:
        return None
    for part, most in sorted(more.items()):
        for fewer in range(most):
            found = placed({**more, part: fewer})
            if found is not None:
                more, best = {**more, part: fewer}, found
                break
    more = {part: count for part, count in more.items() if count}
    return (more, easing(more), best) if more else None


def _lacking(wish: Wish, shift: int) -> dict[str, int]:
    """What the shift's visits and this one need beyond what the van has."""
    scene = wish.scene
    need: Counter[str] = Counter()
    for visit in (*scene.plan.visits(shift), wish.visit):
        need.update(scene.problem.visits[visit].parts)
    van = dict(zip(scene.compiled.parts, scene.plan.van_now(shift), strict=True))
    return {
        part: need[part] - van[part] for part, count in wish.thing.parts.items() if count and need[part] > van[part]
    }


def _sum(stock: Parts, more: Parts) -> dict[str, int]:
    return {part: stock.get(part, 0) + more.get(part, 0) for part in sorted({*stock, *more})}


def _more(more: Parts) -> str:
    return listed(f"{count} more of {part!r}" for part, count in sorted(more.items()))
