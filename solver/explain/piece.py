"""One shift cut out of a problem, all else as planned: small enough to be compiled and timed at once.

What the rest of the plan leaves is stated in the piece itself: hours between the technician's other routes, parts in
the van and in the warehouses, and for links to visits of other routes the starts they allow.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from solver.explain.scene import Scene
from solver.problem import (
    MAX_TIME,
    Departure,
    Duration,
    Link,
    PreviousRoute,
    Problem,
    Shift,
    Technician,
    TechnicianRule,
    Travel,
    Visit,
    Warehouse,
    Window,
)
from solver.solution import StopKind

ALWAYS: Final[Window] = (-MAX_TIME, MAX_TIME)


class Piece(NamedTuple):
    """The piece; `places[i]` is what the whole problem calls its location i."""

    problem: Problem
    places: tuple[int, ...]


def piece(scene: Scene, problem: Problem, shift: int, visits: Sequence[int]) -> Piece | None:
    """The shift with these visits, out of `problem`, which is the scene's or an eased one.

    None where a visit is pinned to another shift, or links to what others do leave it no start.
    """
    t, k = scene.owner[shift]
    person = problem.technicians[t]
    if any(_elsewhere(problem.visits[visit], person.shifts[k]) for visit in visits):
        return None
    own = [_tied(scene, problem, visit, visits, person) for visit in visits]
    found = [visit for visit in own if visit is not None]
    if len(found) < len(own):
        return None
    day = _bounded(scene, person, shift, person.shifts[k])
    if day.end < day.start:
        return None
    stores = _stores(scene, problem, shift)
    ends = [place for place in (day.start_location, day.end_location) if place is not None]
    places = tuple(sorted({*ends, *(visit.location for visit in found), *(store.location for store in stores)}))
    row = {place: i for i, place in enumerate(places)}
    small = Problem(
        travel=_travel(problem, places),
        technicians=(_person(scene, person, shift, _moved(day, row)),),
        visits=tuple(replace(visit, location=row[visit.location]) for visit in found),
        warehouses=tuple(replace(store, location=row[store.location]) for store in stores),
        links=tuple(_within(scene, problem, visits)),
        previous=tuple(_previous(scene, found, day.id, person.id)),
        costs=problem.costs,
    )
    return Piece(small, places)


def _travel(problem: Problem, places: Sequence[int]) -> Travel:
    travel, among = problem.travel, np.ix_(places, places)
    return replace(
        travel, seconds=travel.seconds[among], metres=None if travel.metres is None else travel.metres[among]
    )


def _moved(day: Shift, row: Mapping[int, int]) -> Shift:
    end = None if day.end_location is None else row[day.end_location]
    return replace(day, start_location=row[day.start_location], end_location=end)


def _bounded(scene: Scene, person: Technician, shift: int, day: Shift) -> Shift:
    """The shift between the technician's routes before and after it."""
    before, after = scene.neighbours(shift)
    rest = person.min_rest or 0
    start, last = day.start, day.end + day.max_overtime
    if before is not None and day.departure is Departure.FLEXIBLE:
        start = max(start, before.return_ + rest)
    if after is not None:
        last = min(last, after.depart - rest)
    end = min(day.end, last)
    return replace(day, start=start, end=end, max_overtime=last - end)


def _person(scene: Scene, person: Technician, shift: int, day: Shift) -> Technician:
    """The technician with this shift alone, and in the van what no other shift needs."""
    index = scene.owner[shift][0]
    crew = scene.compiled.crews[index]
    others = [s for s in crew.shifts if s != shift]
    left = None
    if person.max_duty is not None:
        left = max(0, person.max_duty - sum(_duty(scene, s) for s in others))
    given = scene.problem.technicians[index].van_stock
    van = {
        part: max(0, count - _needed_later(scene, shift, p) + person.van_stock.get(part, 0) - given.get(part, 0))
        for p, (part, count) in enumerate(zip(scene.compiled.parts, scene.plan.van_now(shift), strict=True))
    }
    return replace(person, shifts=(day,), van_stock=van, min_rest=None, max_duty=left)


def _duty(scene: Scene, shift: int) -> int:
    """Seconds on duty in a shift as planned."""
    route = scene.routes.get(shift)
    if route is None:
        return 0
    unpaid = {rest.id: rest.duration for rest in scene.shift(shift).breaks if not rest.paid}
    rests = sum(unpaid.get(stop.id, 0) for stop in route.stops if stop.kind is StopKind.BREAK)
    return route.return_ - route.depart - rests


def _needed_later(scene: Scene, shift: int, part: int) -> int:
    """How many of a part the technician's later shifts take from the van as it is after this one."""
    crew = scene.compiled.crews[scene.owner[shift][0]]
    later = [s for s in crew.shifts[crew.shifts.index(shift) + 1 :] if s in scene.routes]
    need = sum(int(scene.compiled.need[visit, part]) for s in later for visit in scene.plan.visits(s))
    if not need:
        return 0
    name = scene.compiled.parts[part]
    return max(0, need - sum((stop.load or {}).get(name, 0) for s in later for stop in scene.routes[s].stops))


def _stores(scene: Scene, problem: Problem, shift: int) -> list[Warehouse]:
    """The warehouses with what the other routes leave in them."""
    return [
        store if store.stock is None or left is None else replace(store, stock=_stock(scene, given, store, left))
        for given, store, left in zip(
            scene.problem.warehouses, problem.warehouses, scene.plan.stock_for([shift]), strict=True
        )
    ]


def _stock(scene: Scene, given: Warehouse, store: Warehouse, left: Sequence[int]) -> dict[str, int]:
    before, now = given.stock or {}, store.stock or {}
    return {
        part: max(0, count + now.get(part, 0) - before.get(part, 0))
        for part, count in zip(scene.compiled.parts, left, strict=True)
    }


def _previous(scene: Scene, visits: Sequence[Visit], shift: str, technician: str) -> Iterator[PreviousRoute]:
    for visit in visits:
        if visit.id in scene.before:
            route, stop = scene.before[visit.id]
            yield PreviousRoute(shift, technician if route.technician == technician else "another", (stop,))


def _links(scene: Scene, problem: Problem, visit: int) -> list[Link]:
    """The links that a visit has in `problem`."""
    if problem.links is scene.problem.links:
        return [problem.links[i] for i in scene.links_of[visit]]
    name = scene.problem.visits[visit].id
    return [link for link in problem.links if name in link.visits]


def _within(scene: Scene, problem: Problem, visits: Sequence[int]) -> Iterator[Link]:
    """The links among these visits; what ties them to others is in their windows."""
    names = {problem.visits[visit].id for visit in visits}
    seen: list[Link] = []
    for link in (link for visit in visits for link in _links(scene, problem, visit)):
        among = tuple(name for name in link.visits if name in names)
        if len(among) > 1 and link not in seen:
            seen.append(link)
            yield replace(link, visits=among, all_or_none=False)


def _tied(scene: Scene, problem: Problem, index: int, beside: Sequence[int], person: Technician) -> Visit | None:
    """The visit as this technician may do it, within what links to the visits of other routes leave of its windows."""
    visit = problem.visits[index]
    rule = visit.technicians
    only = None if rule.only is None else rule.only & {person.id}
    preferred = {name: saved for name, saved in rule.preferred.items() if name == person.id}
    visit = replace(
        visit, technicians=TechnicianRule(only, rule.never & {person.id}, preferred), duration=_own(visit, person)
    )
    low, high = ALWAYS
    for link in _links(scene, problem, index):
        for other in _others(scene, link, index, beside):
            doer = scene.technician(scene.plan.shift_of[other]).id
            bounds = _start(link, visit.id, scene.starts[other], doer == person.id)
            if bounds is None:
                return None
            low, high = max(low, bounds[0]), min(high, bounds[1])
    if (low, high) == ALWAYS:
        return visit
    windows = _clipped(visit.windows or (ALWAYS,), low, high)
    return replace(visit, windows=windows) if windows else None


def _elsewhere(visit: Visit, day: Shift) -> bool:
    return visit.pinned is not None and visit.pinned.shift != day.id


def _own(visit: Visit, person: Technician) -> Duration:
    return Duration(visit.duration.of(person.id))


def _others(scene: Scene, link: Link, visit: int, beside: Sequence[int]) -> Iterator[int]:
    """The visits of a link that other routes serve."""
    for name in link.visits:
        other = scene.visit_index[name]
        if other != visit and other in scene.starts and other not in beside:
            yield other


def _start(link: Link, visit: str, other: int, same: bool) -> Window | None:
    """When the visit may start for the link's sake.

    other: the start of the other visit. same: whether one technician would do both.
    """
    if link.kind == "precedes":
        gap = MAX_TIME if link.max_gap is None else link.max_gap
        return (other - gap, other - link.min_gap) if link.visits[0] == visit else (other + link.min_gap, other + gap)
    if same != (link.kind == "same_technician"):
        return None
    return (other, other) if link.kind == "same_start" else ALWAYS


def _clipped(windows: Sequence[Window], low: int, high: int) -> tuple[Window, ...]:
    return tuple((max(low, a), min(high, b)) for a, b in windows if a <= high and b >= low)
