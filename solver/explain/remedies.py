"""The smallest changes that would let a visit in: looked for kind by kind, judged by the referee, cheapest first."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from solver.explain.day import cheapest
from solver.explain.easing import Easing, eased, edit_of
from solver.explain.moves import moves, unpins
from solver.explain.near import Nearness, Ranks
from solver.explain.scene import Exhausted, Scene, Work
from solver.explain.supply import in_store, in_van, stocked
from solver.explain.ties import ties
from solver.explain.times import finish_by, max_travel, max_visits, overtime, window
from solver.explain.verdict import Verdicts
from solver.explain.waivers import Waiver, lent, unpinned, waived, waivers
from solver.explain.wish import Offer, Wish
from solver.explain.worth import as_it_is, later_due
from solver.insertion.plan import Plan
from solver.solution import Remedy, Route

MOST: Final = 5
"""Remedies told of one visit."""
ALIKE: Final = 2
"""Remedies of one kind told of one visit."""
TRIED: Final = 3
"""Shifts looked at for one kind of remedy: those that seem best."""
NEAR: Final = 2
"""The same for kinds that take longer."""

Kind = Callable[[Wish, int], Iterator[Offer]]


class Judged(NamedTuple):
    """An offer that the referee lets pass, and what the plan then costs more, in cents."""

    more: int
    offer: Offer


class Found(NamedTuple):
    """A remedy, and the routes by shift that go with it (None: not used any more)."""

    remedy: Remedy
    routes: Mapping[int, Route | None]


class Remedies:
    """Finds remedies for the visits that one plan leaves out."""

    def __init__(self, plan: Plan) -> None:
        self._scene = Scene(plan)
        self._verdicts = Verdicts(self._scene)
        self._near = Nearness(self._scene)

    def of(self, visit: int, work: Work) -> tuple[tuple[Found, ...], bool]:
        """The remedies for a visit, cheapest first, and whether all were looked for within the work allowed."""
        self._scene.work = work
        ranks = self._near.ranks(visit)
        needs = {shift: waivers(self._scene, visit, shift) for shift in range(len(self._scene.owner))}
        wish = Wish(self._scene, visit, ranks, [shift for shift, found in needs.items() if not found])
        judged: list[Judged] = []
        try:
            self._judge(wish, self._single(wish, needs, judged), judged)
            if not judged:
                self._judge(wish, _double(wish, needs), judged)
        except Exhausted:
            return self._told(wish, judged), False
        return self._told(wish, judged), True

    def _judge(self, wish: Wish, offers: Iterable[Offer], judged: list[Judged]) -> None:
        for offer in offers:
            more = self._verdicts.more(wish.visit, offer.easings, offer.routes)
            if more is not None:
                judged.append(Judged(more, offer))

    def _single(self, wish: Wish, needs: dict[int, list[Waiver]], judged: list[Judged]) -> Iterator[Offer]:
        """Changes of one rule, in the order in which they are worth trying; `judged` grows while they are taken."""
        ranks, able = wish.ranks, wish.able
        fitting = set[int]()
        for shift in ranks.best(ranks.beside, TRIED, able):
            yield from as_it_is(wish, shift)
            if judged and shift in judged[-1].offer.routes:
                fitting.add(shift)
        yield from _waived(wish, needs)
        able = [shift for shift in able if shift not in fitting]
        ready = [shift for shift in wish.ready() if shift not in fitting]
        yield from _tried(wish, ranks.best(ranks.late, TRIED, ready), overtime, max_visits)
        yield from _tried(wish, ranks.best(ranks.outside, NEAR, ready), window, finish_by)
        if wish.thing.parts:
            yield from _supplied(wish, ranks.best(ranks.beside, NEAR, able))
        near = ranks.best(ranks.way, NEAR, able)
        kinds = [unpinned] if wish.thing.pinned is not None else []
        kinds += [lent] if wish.thing.tools else []
        yield from _tried(wish, near, max_travel, *kinds)
        if self._scene.links_of[wish.visit]:
            yield from _tried(wish, ranks.best(ranks.way, NEAR, wish.able), ties)
        yield from _tried(wish, ranks.best(ranks.late, NEAR, ready), moves, unpins)
        for shift in ranks.best(ranks.beside, NEAR, sorted(fitting)):
            yield from later_due(wish, shift, self._verdicts)

    def _told(self, wish: Wish, judged: list[Judged]) -> tuple[Found, ...]:
        """The cheapest, one for each kind and technician, no more than a few of a kind."""
        kept: list[Judged] = []
        kinds: Counter[str] = Counter()
        for one in sorted(judged, key=lambda one: one.more):
            key = (one.offer.kind, one.offer.technician)
            if kinds[one.offer.kind] < ALIKE and all(key != (k.offer.kind, k.offer.technician) for k in kept):
                kinds[one.offer.kind] += 1
                kept.append(one)
        return tuple(Found(_remedy(wish, one), one.offer.routes) for one in kept[:MOST])


def _remedy(wish: Wish, one: Judged) -> Remedy:
    """The offer as a remedy; where serving does not pay yet, what leaving out must cost for that is part of it."""
    easings, says = one.offer.easings, one.offer.says
    worth = wish.thing.unserved_cost
    if worth is not None and Easing(wish.path("pinned"), None) in easings:  # it must be served as before
        easings = (*easings, Easing(wish.path("unserved_cost"), None))
    elif worth is not None and wish.thing.pinned is None and one.more >= worth:
        easings = (*easings, Easing(wish.path("unserved_cost"), one.more + 1))
        says += f" It pays as soon as leaving it out costs {one.more + 1}; now that costs {worth}."
    return Remedy(says, tuple(map(edit_of, easings)), one.more)


def _tried(wish: Wish, shifts: Iterable[int], *kinds: Kind) -> Iterator[Offer]:
    for shift in shifts:
        for kind in kinds:
            yield from kind(wish, shift)


def _supplied(wish: Wish, shifts: Iterable[int]) -> Iterator[Offer]:
    for shift in shifts:
        yield from in_van(wish, shift)
        for store in range(len(wish.scene.problem.warehouses)):
            yield from in_store(wish, shift, store)


def _waived(wish: Wish, needs: dict[int, list[Waiver]]) -> Iterator[Offer]:
    """For each rule about technicians, the best shifts of those for whom it is the only one in the way."""
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for shift, found in needs.items():
        if len(found) == 1:
            alike[found[0].kind].append(shift)
    for shifts in alike.values():
        for shift in wish.ranks.best(wish.ranks.beside, TRIED, shifts):
            yield from waived(wish, shift, needs[shift][0])


def _double(wish: Wish, needs: dict[int, list[Waiver]]) -> Iterator[Offer]:
    """Changes of more than one rule, for when no single one helps."""
    ranks: Ranks = wish.ranks
    lacking = {shift: stocked(wish, shift) for shift in needs} if wish.thing.parts else {}
    needs = {shift: [*found, *([more] if (more := lacking.get(shift)) else [])] for shift, found in needs.items()}
    fewest = sorted((len(found), shift) for shift, found in needs.items() if found)
    shifts = [shift for count, shift in fewest if count <= fewest[0][0] + 1]
    for shift in ranks.best(ranks.late, TRIED, shifts):
        yield from _all_waived(wish, shift, needs[shift], overtime)
    for shift in ranks.best(ranks.outside, TRIED, shifts):
        yield from _all_waived(wish, shift, needs[shift], window)


def _all_waived(
    wish: Wish, shift: int, found: list[Waiver], besides: Callable[[Wish, int, tuple[Easing, ...]], Iterator[Offer]]
) -> Iterator[Offer]:
    """Everything about the technician waived, and one thing besides when that does not do."""
    base = tuple(easing for waiver in found for easing in waiver.easings)
    says = " ".join(waiver.says for waiver in found)
    placed = cheapest(wish.scene, eased(wish.scene.problem, base), shift, wish.visit)
    offers = besides(wish, shift, base) if placed is None else [wish.offer("", shift, "", base, placed)]
    kind = " and ".join(waiver.kind for waiver in found)
    for offer in offers:
        yield offer._replace(kind=f"{kind} {offer.kind}".strip(), says=f"Only together: {says} {offer.says.strip()}")
