"""The rules that tie the routes of a plan together."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from solver.referee.case import Case, by_technician, paid_seconds
from solver.referee.stock import parts
from solver.referee.violation import Rule, Violation
from solver.words import clock, listed, span

PlanRule = Callable[[Sequence[Case]], Iterator[Violation]]


def route_twice(cases: Sequence[Case]) -> Iterator[Violation]:
    """A shift has one route."""
    for before, case in pairwise(cases):
        if before.shift.id == case.shift.id:
            yield case.violation(Rule.ROUTE_TWICE, f"Shift {case.shift.id!r} has more than one route.")


def served_once(cases: Sequence[Case]) -> Iterator[Violation]:
    """No visit is done in two shifts."""
    seen: dict[str, Case] = {}
    for case in cases:
        for i, _, visit in case.visits():
            other = seen.setdefault(visit.id, case)
            if other is not case:
                message = f"Visit {visit.id!r} is in shift {case.shift.id!r} and in shift {other.shift.id!r} too."
                both = frozenset({case.shift.id, other.shift.id})
                yield Violation(Rule.SERVED_TWICE, message, case.shift.id, i, both)


def routes_overlap(cases: Sequence[Case]) -> Iterator[Violation]:
    """A technician is back from one route before leaving for the next."""
    for one, two in _successive(cases):
        if two.route.depart < one.route.return_:
            message = f"{two.technician.id!r} leaves for shift {two.shift.id!r} at {clock(two.route.depart)}, but is "
            message += f"back from shift {one.shift.id!r} at {clock(one.route.return_)}."
            yield _between(Rule.ROUTES_OVERLAP, message, one, two)


def min_rest(cases: Sequence[Case]) -> Iterator[Violation]:
    """A technician rests long enough from one return to the next departure."""
    for one, two in _successive(cases):
        rest, least = two.route.depart - one.route.return_, two.technician.min_rest
        if least is not None and 0 <= rest < least:
            message = f"{two.technician.id!r} rests {span(rest)} between shifts {one.shift.id!r} and {two.shift.id!r}, "
            yield _between(Rule.MIN_REST, f"{message}but needs {span(least)}.", one, two)


def max_duty(cases: Sequence[Case]) -> Iterator[Violation]:
    """A technician's duty over all shifts stays within its limit."""
    for own in by_technician(cases).values():
        duty, limit = sum(map(paid_seconds, own)), own[0].technician.max_duty
        if limit is not None and duty > limit:
            names = listed(repr(case.shift.id) for case in own)
            message = (
                f"{own[0].technician.id!r} is on duty for {span(duty)} over {names}, but may be for {span(limit)}."
            )
            shifts = frozenset(case.shift.id for case in own)
            yield Violation(Rule.MAX_DUTY, message, own[-1].shift.id, None, shifts)


def _successive(cases: Sequence[Case]) -> Iterator[tuple[Case, Case]]:
    """Each technician's used routes, two and two, in time order of their shifts."""
    for own in by_technician(cases).values():
        yield from ((one, two) for one, two in pairwise(own) if one.shift.id != two.shift.id)


def _between(rule: Rule, message: str, one: Case, two: Case) -> Violation:
    return Violation(rule, message, two.shift.id, None, frozenset({one.shift.id, two.shift.id}))


PLAN_RULES: tuple[PlanRule, ...] = (route_twice, served_once, routes_overlap, min_rest, max_duty, parts)
