"""Remedies for links: a gap as much shorter or longer as does, or the link undone."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from solver.explain.day import cheapest
from solver.explain.easing import REMOVED, Easing, eased
from solver.explain.scene import Scene
from solver.explain.wish import Offer, Wish
from solver.problem import Link
from solver.solution import Route
from solver.words import listed, span


def ties(wish: Wish, shift: int) -> Iterator[Offer]:
    """Each of the visit's links, loosened as little as does, else undone."""
    scene = wish.scene
    for number in dict.fromkeys(scene.links_of[wish.visit]):
        link = scene.problem.links[number]
        beside = {visit for _, visit in scene.linked(wish.visit)}
        others = listed(repr(name) for name in link.visits if name != wish.thing.id)
        if link.all_or_none and not beside:
            says = f"Let it be done without {others}."
            yield from _eased(wish, shift, f"link {number}", says, Easing(("links", number, "all_or_none"), False))
        elif link.kind == "precedes":
            yield from _gap(wish, shift, number, link)
        else:
            says = f"Undo its link {link.kind.replace('_', ' ')!r} with {others}."
            yield from _eased(wish, shift, f"link {number}", says, Easing(("links", number), REMOVED))


def _eased(wish: Wish, shift: int, kind: str, says: str, easing: Easing) -> Iterator[Offer]:
    placed = cheapest(wish.scene, eased(wish.scene.problem, [easing]), shift, wish.visit)
    if placed is not None:
        yield wish.offer(kind, shift, says, (easing,), placed)


def _gap(wish: Wish, shift: int, number: int, link: Link) -> Iterator[Offer]:
    """The gap between the two starts may be shorter, or else longer."""
    scene = wish.scene

    def placed(field: str, value: int | None) -> Route | None:
        problem = eased(scene.problem, [Easing(("links", number, field), value)])
        return cheapest(scene, problem, shift, wish.visit)

    first, then = map(repr, link.visits)
    if link.min_gap and placed("min_gap", 0) is not None:
        gap = last_that(lambda value: placed("min_gap", value) is not None, 0, link.min_gap)
        says = f"Let {then} start {span(gap)} after {first} already, instead of {span(link.min_gap)}."
        yield from _eased(wish, shift, f"link {number}", says, Easing(("links", number, "min_gap"), gap))
    elif link.max_gap is not None:
        free = placed("max_gap", None)
        most = 0 if free is None else max(*scene.starts.values(), wish.start(free))
        if most > link.max_gap:
            gap = most - last_that(lambda less: placed("max_gap", most - less) is not None, 0, most - link.max_gap)
            says = f"Let {then} start {span(gap)} after {first} still, instead of {span(link.max_gap)} at most."
            yield from _eased(wish, shift, f"link {number}", says, Easing(("links", number, "max_gap"), gap))


def doer_tied(scene: Scene, visit: int, technician: int) -> bool:
    """Whether a link to what others do keeps the technician from the visit, whenever it starts."""
    for number, other in scene.linked(visit):
        kind = scene.problem.links[number].kind
        same = scene.owner[scene.plan.shift_of[other]][0] == technician
        if kind != "precedes" and same != (kind == "same_technician"):
            return True
    return False


def start_tied(scene: Scene, visit: int, shift: int) -> bool:
    """Whether the visit, which has no place in the shift, would have one without its links."""
    name = scene.problem.visits[visit].id
    free = replace(scene.problem, links=tuple(link for link in scene.problem.links if name not in link.visits))
    return cheapest(scene, free, shift, visit) is not None


def last_that(does: Callable[[int], bool], good: int, bad: int) -> int:
    """The greatest value that does, between one that does and one that does not; whatever is less than it does."""
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if does(middle) else (good, middle)
    return good
