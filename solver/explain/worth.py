"""Remedies for a visit that has a place but costs more than leaving it out."""

from collections.abc import Iterator

from solver.explain.day import cheapest
from solver.explain.easing import Easing, eased
from solver.explain.moves import changed, changing
from solver.explain.ties import last_that
from solver.explain.verdict import Verdicts
from solver.explain.wish import Offer, Wish, minutes
from solver.insertion.regret import PLACES, best_place
from solver.problem import MAX_TIME
from solver.words import clock


def as_it_is(wish: Wish, shift: int) -> Iterator[Offer]:
    """The visit goes where it has a place; what leaving it out costs is raised by whoever prices the offer."""
    scene, says = wish.scene, f"Give it to {wish.person(shift).id!r}."
    placed = cheapest(scene, scene.problem, shift, wish.visit)
    if placed is not None:
        yield wish.offer("worth", shift, says, (), placed)
    elif scene.links_of[wish.visit]:  # it may have a place when linked visits of other routes move
        scene.work.spend(PLACES)
        change = best_place(scene.plan, wish.visit, shift)
        if change is not None:
            plan = scene.plan.copy()
            plan.apply(change)
            yield changing(wish, "worth", shift, says, changed(scene.plan, plan))


def later_due(wish: Wish, shift: int, verdicts: Verdicts) -> Iterator[Offer]:
    """The visit is due so much later that being late no longer costs more than leaving it out."""
    scene, thing, path = wish.scene, wish.thing, wish.path("due")
    if thing.due is None or not thing.late_cost_per_hour or thing.unserved_cost is None:
        return
    worth, now = thing.unserved_cost, thing.due

    def offered(due: int) -> Offer | None:
        easing = Easing(path, due)
        placed = cheapest(scene, eased(scene.problem, [easing]), shift, wish.visit)
        if placed is None:
            return None
        says = f"Make it due {minutes(due - now)} later, at {clock(due)} instead of {clock(now)}."
        return wish.offer("due", shift, says, (easing,), placed)

    def pays(due: int) -> bool:
        offer = offered(due)
        more = None if offer is None else verdicts.more(wish.visit, offer.easings, offer.routes)
        return more is not None and more < worth

    free = offered(MAX_TIME)
    if free is None or not pays(MAX_TIME):
        return
    latest = wish.start(next(route for route in free.routes.values() if route is not None))
    if latest <= thing.due:
        return
    least = latest - last_that(lambda less: pays(latest - less), 0, latest - thing.due)
    offer = offered(least)
    if offer is not None:
        yield offer
