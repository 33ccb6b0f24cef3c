"""The ties between visits. A link binds those of its visits that are served."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from solver.problem import Link
from solver.referee.case import Case
from solver.referee.violation import Rule, Violation
from solver.solution import Stop
from solver.words import clock, listed, span


@dataclass(frozen=True, slots=True)
class Served:
    """A visit of a link where the plan has it."""

    visit: str
    case: Case
    place: int
    stop: Stop


LinkRule = Callable[[Link, Sequence[Served]], Iterator[str]]


def same_start(link: Link, served: Sequence[Served]) -> Iterator[str]:
    """All start at the same second, by different technicians."""
    if len({s.stop.start for s in served}) > 1:
        starts = listed(f"{s.visit!r} at {clock(s.stop.start)}" for s in served)
        yield f"Visits that must start together do not: {starts}."
    yield from different_technicians(link, served)


def precedes(link: Link, served: Sequence[Served]) -> Iterator[str]:
    """The second starts no sooner than `min_gap` and no later than `max_gap` after the first starts."""
    if len(served) < 2:
        return
    first, then = served
    gap = then.stop.start - first.stop.start
    if gap < link.min_gap or (link.max_gap is not None and gap > link.max_gap):
        limit = f"at least {span(link.min_gap)}"
        limit += f" and at most {span(link.max_gap)}" if link.max_gap is not None else ""
        yield f"Visit {then.visit!r} starts {span(gap)} after {first.visit!r} starts; it must be {limit}."


def different_technicians(link: Link, served: Sequence[Served]) -> Iterator[str]:
    """No technician does two of them."""
    for name in sorted({s.case.technician.id for s in served}):
        own = [repr(s.visit) for s in served if s.case.technician.id == name]
        if len(own) > 1:
            yield f"Visits {listed(own)} need different technicians, but {name!r} does them all."


def same_technician(link: Link, served: Sequence[Served]) -> Iterator[str]:
    """One technician does them all."""
    if len({s.case.technician.id for s in served}) > 1:
        doers = listed(f"{s.visit!r} by {s.case.technician.id!r}" for s in served)
        yield f"Visits that one technician must do are split: {doers}."


LINK_RULES: Final[Mapping[str, tuple[Rule, LinkRule]]] = {
    "same_start": (Rule.SAME_START, same_start),
    "precedes": (Rule.PRECEDES, precedes),
    "different_technicians": (Rule.DIFFERENT_TECHNICIANS, different_technicians),
    "same_technician": (Rule.SAME_TECHNICIAN, same_technician),
}


def links(ties: Sequence[Link], cases: Sequence[Case]) -> Iterator[Violation]:
    """Every link holds among those of its visits that are served."""
    where: dict[str, Served] = {}
    for case in cases:
        for place, stop, visit in case.visits():
            where.setdefault(visit.id, Served(visit.id, case, place, stop))
    for link in ties:
        served = [where[name] for name in link.visits if name in where]
        rule, judge = LINK_RULES[link.kind]
        for message in judge(link, served):
            yield _violation(rule, message, served)
        if link.all_or_none and served and len(served) < len(link.visits):
            missing = listed(repr(name) for name in link.visits if name not in where)
            done = listed(repr(s.visit) for s in served)
            message = f"All of a link's visits must be served or none: {done} is, {missing} is not."
            yield _violation(Rule.ALL_OR_NONE, message, served)


def _violation(rule: Rule, message: str, served: Sequence[Served]) -> Violation:
    last = max(served, key=lambda s: s.stop.start)
    return Violation(rule, message, last.case.shift.id, last.place, frozenset(s.case.shift.id for s in served))
