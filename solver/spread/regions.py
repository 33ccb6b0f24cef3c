"""A plan cut into regions: technicians whose routes lie together, with the visits left out that are near them.

Each round cuts along other lines, so that the border of one round lies inside a region of the next.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from solver.compiled import FloatArray, IntArray
from solver.compiling import may_serve
from solver.spread.groups import Groups
from solver.spread.plane import direction
from solver.spread.whole import Ground, Whole, visits_of

TOGETHER: Final = 4
"""Technicians tied by links stay together up to one in so many of a region's visits."""


@dataclass(frozen=True, slots=True)
class Region:
    """Technicians planned together, and the visits left out that they are offered; indices of the problem."""

    technicians: tuple[int, ...]
    offered: tuple[int, ...]


def regions(ground: Ground, whole: Whole, parts: int, number: int) -> list[Region]:
    """The regions of the numbered round, `parts` of them at the most, of about as many visits each."""
    crews = _Crews(ground, whole)
    used = [group for group in crews.together(parts) if crews.weight[group].sum()]
    cut = list(_cut(crews, used, min(parts, max(1, len(used))), number)) if used else [[] for _ in range(parts)]
    cut = crews.with_idle(cut, number)
    owner = {t: r for r, technicians in enumerate(cut) for t in technicians}
    offers: list[list[int]] = [[] for _ in cut]
    for visits, r in _offered(ground, whole, owner, len(cut), number):
        offers[r].extend(visits)
    return [Region(tuple(sorted(cut[r])), tuple(sorted(offers[r]))) for r in range(len(cut)) if cut[r]]


class _Crews:
    """Per technician with a shift: how many visits the present routes have and where they lie."""

    def __init__(self, ground: Ground, whole: Whole) -> None:
        people = ground.problem.technicians
        self.ground, self.whole = ground, whole
        self.weight: IntArray = np.zeros(len(people), dtype=np.int64)
        self.point: FloatArray = np.zeros((len(people), 2))
        for shift, route in whole.routes.items():
            places = [ground.problem.visits[ground.visit[name]].location for name in visits_of(route)]
            self.weight[ground.owner[shift]] += len(places)
            self.point[ground.owner[shift]] += ground.points[places].sum(axis=0)
        served = self.weight > 0
        self.point[served] /= self.weight[served, None]
        self.idle = [t for t, person in enumerate(people) if person.shifts and not served[t]]
        for t in self.idle:
            self.point[t] = ground.points[people[t].shifts[0].start_location]

    def together(self, parts: int) -> list[list[int]]:
        """Technicians in groups that are not to be parted: those tied by links, while there are few of them."""
        groups = Groups(self.weight.tolist(), int(self.weight.sum()) // (TOGETHER * parts))
        who = {name: self.ground.owner[s] for s, route in self.whole.routes.items() for name in visits_of(route)}
        for link in self.ground.problem.links:
            tied = [who[name] for name in link.visits if name in who]
            for one in tied[1:]:
                groups.join(tied[0], one)
        return [group for group in groups.all() if self.ground.problem.technicians[group[0]].shifts]

    def with_idle(self, cut: list[list[int]], number: int) -> list[list[int]]:
        """The technicians without visits dealt to the regions near them, about as many to each."""
        room = [-(-len(self.idle) // len(cut))] * len(cut)
        centre = [self.point[group].mean(axis=0) if group else np.zeros(2) for group in cut]
        found = [list(group) for group in cut]
        turn = number % len(self.idle) if self.idle else 0
        for t in self.idle[turn:] + self.idle[:turn]:
            near = np.array([np.hypot(*(self.point[t] - c)) if room[r] else np.inf for r, c in enumerate(centre)])
            r = int(np.argmin(near))
            room[r] -= 1
            found[r].append(t)
        return found


def _cut(crews: _Crews, groups: Sequence[Sequence[int]], parts: int, number: int) -> Iterator[list[int]]:
    """The groups in so many parts of about as many visits, by halving across one direction, then across the other."""
    if parts == 1 or len(groups) < 2:
        yield [t for group in groups for t in group]
        return
    left = parts // 2
    weight = np.array([int(crews.weight[group].sum()) for group in groups], dtype=np.int64)
    point = np.array([np.average(crews.point[g], axis=0, weights=crews.weight[g]) for g in map(list, groups)])
    order = np.argsort(point @ direction(number), kind="stable")
    before = np.cumsum(weight[order]) - weight[order] / 2
    first = int(np.searchsorted(before, weight.sum() * left / parts))
    first = min(max(first, 1), len(groups) - 1)
    across = number ^ 1  # the direction at right angles
    yield from _cut(crews, [groups[i] for i in order[:first]], left, across)
    yield from _cut(crews, [groups[i] for i in order[first:]], parts - left, across)


def _offered(
    ground: Ground, whole: Whole, owner: dict[int, int], parts: int, number: int
) -> Iterator[tuple[list[int], int]]:
    """Visits left out, those tied together together, and the region that they are offered to.

    By turns that is the nearest region in which somebody could serve the first of them, or the next.
    """
    left = set(whole.left)
    groups = Groups([1] * len(ground.problem.visits), len(left))
    partners: dict[int, set[int]] = {}
    who = {ground.visit[name]: s for s, route in whole.routes.items() for name in visits_of(route)}
    for tied in ground.ties:
        waiting = [v for v in tied if v in left]
        for v in waiting:
            partners.setdefault(v, set()).update(owner[ground.owner[who[o]]] for o in tied if o in who)
            groups.join(waiting[0], v)
    for visits in groups.of(sorted(left)):
        bound = {r for v in visits for r in partners.get(v, ())}
        bound |= {owner[ground.owner[pin.shift]] for v in visits if (pin := ground.problem.visits[v].pinned)}
        near = sorted(bound) if bound else _near(ground, whole, owner, parts, visits[0])
        if near and len(bound) < 2:
            yield visits, near[number % min(2, len(near))]


def _near(ground: Ground, whole: Whole, owner: dict[int, int], parts: int, visit: int) -> list[int]:
    """The regions in which somebody could serve the visit, the nearest first."""
    people, wanted = ground.problem.technicians, ground.problem.visits[visit]
    able = {r for t, r in owner.items() if may_serve(wanted, people[t])}
    away = [np.inf] * parts
    for t, r in owner.items():
        for place in _places(ground, whole, t):
            away[r] = min(away[r], float(np.hypot(*(ground.points[place] - ground.points[wanted.location]))))
    return sorted(able, key=lambda r: (away[r], r))


def _places(ground: Ground, whole: Whole, technician: int) -> Iterable[int]:
    """Where a technician starts and has visits."""
    for shift in ground.problem.technicians[technician].shifts:
        yield shift.start_location
        if shift.id in whole.routes:
            yield from (stop.location for stop in whole.routes[shift.id].stops if stop.location is not None)
