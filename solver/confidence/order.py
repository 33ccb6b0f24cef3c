"""The order in which a plan's events can be simulated: each after all that it waits for."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from solver.confidence.courses import Course, Event
from solver.problem import Link

Group = Sequence[Event]
"""Events that start together: visits tied by `same_start`, or a single one."""


def ordered(links: Iterable[Link], courses: Sequence[Course], rows: Sequence[Sequence[Event]]) -> list[Group]:
    """The events of all courses (one row each) in groups, each group after those that it waits for.

    An event waits for the one before it, the first of a course for the end of the technician's course before, and a
    visit for those that precede it.
    """
    together = _together(links)
    keys: list[list[Hashable]] = [
        [together.get(event.visit, event.visit) or (number, i) for i, event in enumerate(row)]
        for number, row in enumerate(rows)
    ]
    groups: dict[Hashable, list[Event]] = {}
    behind: dict[Hashable, set[Hashable]] = {}
    for course, own, row in zip(courses, keys, rows, strict=True):
        last = keys[course.behind][-1] if course.behind >= 0 else None
        for key, event in zip(own, row, strict=True):
            groups.setdefault(key, []).append(event)
            waits = {last, *(together.get(first, first) for first, _ in event.after)}
            behind.setdefault(key, set()).update(waits - {None, key})
            last = key
    return [groups[key] for key in _sorted(behind, groups) if key in groups]


def _together(links: Iterable[Link]) -> Mapping[str, str]:
    """Per visit that starts with others, one visit that stands for them all."""
    lead: dict[str, str] = {}

    def top(visit: str) -> str:
        while lead.get(visit, visit) != visit:
            visit = lead[visit]
        return visit

    for link in links:
        if link.kind == "same_start":
            for visit in link.visits:
                lead[top(visit)] = top(link.visits[0])
    return {visit: top(visit) for visit in lead}


def _sorted(behind: Mapping[Hashable, set[Hashable]], groups: Mapping[Hashable, Group]) -> list[Hashable]:
    try:
        return list(TopologicalSorter(behind).static_order())
    except CycleError:
        # In a plan that keeps the rules, only what starts in the same second can wait for each other in a ring.
        return sorted(groups, key=lambda key: groups[key][0].planned)
