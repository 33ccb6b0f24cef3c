"""Remedies for rules about a technician as such: skills, tools, who may, pins."""

from collections.abc import Iterator
from typing import NamedTuple

from solver.explain.day import cheapest
from solver.explain.easing import Easing, eased
from solver.explain.scene import Scene
from solver.explain.wish import Offer, Wish
from solver.problem import Technician, Visit
from solver.words import clock, listed


class Waiver(NamedTuple):
    """One rule about a technician, eased just so far that it no longer keeps them from the visit. says: a sentence."""

    kind: str
    says: str
    easings: tuple[Easing, ...]


def waivers(scene: Scene, visit: int, shift: int) -> list[Waiver]:
    """What must be waived for the shift's technician to be able and allowed to do the visit; empty when nothing."""
    thing, person = scene.problem.visits[visit], scene.technician(shift)
    found = [_skill(visit, thing, person), _tool(scene, visit, scene.owner[shift][0]), _allowed(visit, thing, person)]
    if thing.pinned is not None and thing.pinned.shift != scene.shift(shift).id:
        says = f"Unpin it from shift {thing.pinned.shift!r}."
        found.append(Waiver("pin", says, (Easing(("visits", visit, "pinned"), None),)))
    return [waiver for waiver in found if waiver is not None]


def _skill(visit: int, thing: Visit, person: Technician) -> Waiver | None:
    """The visit asks for no more than the technician can do."""
    lacks = {name: level for name, level in thing.skills.items() if person.skills.get(name, 0) < level}
    if not lacks:
        return None
    lower = {name: min(level, person.skills.get(name, 0)) for name, level in thing.skills.items()}
    how = [
        f"level {lower[name]} of {level} in {name!r}" if lower[name] else f"no {name!r} (level {level} is asked)"
        for name, level in lacks.items()
    ]
    easing = Easing(("visits", visit, "skills"), {name: level for name, level in lower.items() if level})
    return Waiver("skill", f"Let {person.id!r} do it with {listed(how)}.", (easing,))


def _tool(scene: Scene, visit: int, technician: int) -> Waiver | None:
    """The technician gets the tools that no warehouse lends."""
    lent = frozenset[str]().union(*(store.tools for store in scene.problem.warehouses))
    missing = scene.problem.visits[visit].tools - scene.problem.technicians[technician].tools - lent
    return _lent(scene, technician, missing) if missing else None


def _lent(scene: Scene, technician: int, tools: frozenset[str]) -> Waiver:
    person = scene.problem.technicians[technician]
    easing = Easing(("technicians", technician, "tools"), person.tools | tools)
    return Waiver("tool", f"Lend {person.id!r} {listed(map(repr, sorted(tools)))}.", (easing,))


def _allowed(visit: int, thing: Visit, person: Technician) -> Waiver | None:
    """The technician may do the visit."""
    rule, easings = thing.technicians, []
    if person.id in rule.never:
        easings.append(Easing(("visits", visit, "technicians", "never"), rule.never - {person.id}))
    if rule.only is not None and person.id not in rule.only:
        easings.append(Easing(("visits", visit, "technicians", "only"), rule.only | {person.id}))
    return Waiver("technician", f"Let {person.id!r} do it, who may not so far.", tuple(easings)) if easings else None


def waived(wish: Wish, shift: int, waiver: Waiver) -> Iterator[Offer]:
    """The visit goes into the shift with this one rule waived; with all its tools lent when a loan would not do."""
    scene = wish.scene
    technician = scene.owner[shift][0]
    ways = [waiver]
    if waiver.kind == "tool":
        missing = wish.thing.tools - scene.problem.technicians[technician].tools
        ways.append(_lent(scene, technician, missing))
    for way in ways:
        placed = cheapest(scene, eased(scene.problem, way.easings), shift, wish.visit)
        if placed is not None:
            yield wish.offer(way.kind, shift, way.says, way.easings, placed)
            return


def lent(wish: Wish, shift: int) -> Iterator[Offer]:
    """The technician gets tools that a warehouse would lend, and saves the way there."""
    technician = wish.scene.owner[shift][0]
    missing = wish.thing.tools - wish.scene.problem.technicians[technician].tools
    if missing:
        yield from waived(wish, shift, _lent(wish.scene, technician, missing)._replace(kind="lent"))


def unpinned(wish: Wish, shift: int) -> Iterator[Offer]:
    """The visit stays in the shift it is pinned to, at another time or place in it."""
    scene, pin = wish.scene, wish.thing.pinned
    if pin is None or pin.shift != scene.shift(shift).id:
        return
    for field, says in (
        ("start", f"Unpin it from {clock(pin.start or 0)}."),
        ("order", f"Unpin it from being number {(pin.order or 0) + 1} of its shift."),
    ):
        if getattr(pin, field) is not None:
            easings = (Easing(wish.path("pinned", field), None),)
            placed = cheapest(scene, eased(scene.problem, easings), shift, wish.visit)
            if placed is not None:
                yield wish.offer(f"pin {field}", shift, says, easings, placed)
