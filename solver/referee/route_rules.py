"""The rules of who and what in one route, each a function named after its rule."""

from collections import Counter
from collections.abc import Iterator

from solver.problem import Visit, Warehouse
from solver.referee.case import Case, named
from solver.referee.violation import Rule, Violation
from solver.solution import StopKind
from solver.words import clock, listed, plural


def unknown_stop(case: Case) -> Iterator[Violation]:
    """Every stop is a visit or warehouse of the problem, or a break of this shift."""
    for i, (stop, thing) in enumerate(zip(case.route.stops, case.things, strict=True)):
        if thing is None:
            owner = f"shift {case.shift.id!r}" if stop.kind is StopKind.BREAK else "the problem"
            yield case.violation(Rule.UNKNOWN_STOP, f"Stop {i}: {owner} has no {stop.kind} {stop.id!r}.", i)


def wrong_technician(case: Case) -> Iterator[Violation]:
    """A shift is worked by the technician it belongs to."""
    if case.route.technician != case.technician.id:
        yield case.violation(
            Rule.WRONG_TECHNICIAN,
            f"Shift {case.shift.id!r} is {case.technician.id!r}'s, but the route names {case.route.technician!r}.",
        )


def wrong_location(case: Case) -> Iterator[Violation]:
    """A stop is where the problem says it is; a break is nowhere."""
    for i, (stop, thing) in enumerate(zip(case.route.stops, case.things, strict=True)):
        right = thing.location if isinstance(thing, Visit | Warehouse) else None
        if thing is not None and stop.location != right:
            place = "has no location of its own" if right is None else f"is at location {right}"
            yield case.violation(Rule.WRONG_LOCATION, f"{named(thing)} {place}, not {stop.location}.", i)


def skill(case: Case) -> Iterator[Violation]:
    """The technician has every skill the visit needs, at its level or better."""
    for i, _, visit in case.visits():
        for name, level in visit.skills.items():
            has = case.technician.skills.get(name, 0)
            if has < level:
                message = f"{named(visit)} needs {name!r} at level {level}; {case.who} has level {has}."
                yield case.violation(Rule.SKILL, message, i)


def tool(case: Case) -> Iterator[Violation]:
    """The technician carries every tool the visit needs, or was lent it by a warehouse earlier in the shift."""
    at_hand = set(case.technician.tools)
    for i, thing in enumerate(case.things):
        if isinstance(thing, Warehouse):
            at_hand |= thing.tools
        elif isinstance(thing, Visit) and not thing.tools <= at_hand:
            missing = listed(f"{name!r}" for name in sorted(thing.tools - at_hand))
            message = f"{named(thing)} needs {missing}, which {case.who} does not have at that stop."
            yield case.violation(Rule.TOOL, message, i)


def technician_excluded(case: Case) -> Iterator[Violation]:
    """The visit's own choice of technicians is kept; `never` wins over `only`."""
    for i, _, visit in case.visits():
        rule = visit.technicians
        if case.technician.id in rule.never:
            message = f"{named(visit)} must never be done by {case.who}."
        elif rule.only is not None and case.technician.id not in rule.only:
            allowed = listed((f"{name!r}" for name in sorted(rule.only)), "or") or "nobody"
            message = f"{named(visit)} may be done by {allowed} only, not by {case.who}."
        else:
            continue
        yield case.violation(Rule.TECHNICIAN_EXCLUDED, message, i)


def pinned(case: Case) -> Iterator[Violation]:
    """A pinned visit keeps its shift, and its start and its place among the shift's visits where given."""
    for order, (i, stop, visit) in enumerate(case.visits()):
        pin = visit.pinned
        if pin is None:
            continue
        if pin.shift != case.shift.id:
            message = f"{named(visit)} is pinned to shift {pin.shift!r}, not {case.shift.id!r}."
            yield case.violation(Rule.PINNED, message, i)
            continue
        if pin.start is not None and stop.start != pin.start:
            message = f"{named(visit)} is pinned to {clock(pin.start)}, but starts at {clock(stop.start)}."
            yield case.violation(Rule.PINNED, message, i)
        if pin.order is not None and order != pin.order:
            message = f"{named(visit)} is pinned to place {pin.order} among the shift's visits, but is at {order}."
            yield case.violation(Rule.PINNED, message, i)


def max_visits(case: Case) -> Iterator[Violation]:
    """A shift does no more visits than it may; warehouses and breaks do not count."""
    count = sum(1 for _ in case.visits())
    if case.shift.max_visits is not None and count > case.shift.max_visits:
        message = f"Shift {case.shift.id!r} has {plural(count, 'visit')}, but may have {case.shift.max_visits}."
        yield case.violation(Rule.MAX_VISITS, message)


def load(case: Case) -> Iterator[Violation]:
    """Only a warehouse stop loads parts, and never fewer than none."""
    for i, (stop, thing) in enumerate(zip(case.route.stops, case.things, strict=True)):
        if stop.load is None or thing is None:
            continue
        if not isinstance(thing, Warehouse):
            yield case.violation(Rule.LOAD, f"{named(thing)} cannot load parts; only a warehouse can.", i)
        for part, count in stop.load.items():
            if count < 0:
                yield case.violation(Rule.LOAD, f"{named(thing)} loads {count} of {part!r}; it must be 0 or more.", i)


def served_twice(case: Case) -> Iterator[Violation]:
    """No visit is done twice in one route."""
    for name, count in Counter(visit.id for _, _, visit in case.visits()).items():
        if count > 1:
            yield case.violation(Rule.SERVED_TWICE, f"Visit {name!r} is {count} times in shift {case.shift.id!r}.")


ROUTE_RULES = (
    unknown_stop,
    wrong_technician,
    wrong_location,
    skill,
    tool,
    technician_excluded,
    pinned,
    max_visits,
    load,
    served_twice,
)
