"""The rules that one route keeps or breaks by itself, each a function named after its rule."""

from collections import Counter
from collections.abc import Callable, Iterator

from solver.problem import Break, Departure, Visit, Warehouse
from solver.referee.case import Case
from solver.referee.violation import Rule, Violation
from solver.solution import StopKind
from solver.words import clock, listed, plural, span

RouteRule = Callable[[Case], Iterator[Violation]]


def named(thing: Visit | Break | Warehouse) -> str:
    """What a stop is called in a message."""
    word = {Visit: "Visit", Break: "Break", Warehouse: "Warehouse"}[type(thing)]
    return f"{word} {thing.id!r}"


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


def departure(case: Case) -> Iterator[Violation]:
    """Nobody leaves before the shift starts; where it says so, everybody leaves as it starts."""
    shift, left = case.shift, case.route.depart
    if left < shift.start:
        message = f"{_who(case)} leaves at {clock(left)}, before shift {shift.id!r} starts at {clock(shift.start)}."
        yield case.violation(Rule.DEPARTURE, message)
    elif shift.departure == Departure.AT_START and left != shift.start:
        message = f"{_who(case)} leaves at {clock(left)}, but shift {shift.id!r} leaves at its start, "
        yield case.violation(Rule.DEPARTURE, f"{message}{clock(shift.start)}.")


def service_time(case: Case) -> Iterator[Violation]:
    """A stop starts when its technician is there or later, and takes exactly as long as it takes."""
    here = case.shift.start_location
    for i, (stop, thing) in enumerate(zip(case.route.stops, case.things, strict=True)):
        if thing is None:
            continue
        if stop.start < stop.arrive:
            message = f"{named(thing)} starts at {clock(stop.start)}, before {_who(case)} is there at "
            yield case.violation(Rule.SERVICE_TIME, f"{message}{clock(stop.arrive)}.", i)
        seconds = _seconds(case, thing, here)
        if stop.depart != stop.start + seconds:
            message = f"{named(thing)} takes {span(seconds)} from {clock(stop.start)}, until "
            message += f"{clock(stop.start + seconds)}, not {clock(stop.depart)}."
            yield case.violation(Rule.SERVICE_TIME, message, i)
        if not isinstance(thing, Break):
            here = thing.location


def _seconds(case: Case, thing: Visit | Break | Warehouse, here: int) -> int:
    """How long a stop takes this technician, who comes from `here`."""
    if isinstance(thing, Break):
        return thing.duration
    if isinstance(thing, Warehouse):
        return thing.handling
    return thing.duration.of(case.technician.id) + (thing.setup if thing.location != here else 0)


def window(case: Case) -> Iterator[Violation]:
    """Service starts within a window of the visit or warehouse, both ends included."""
    for i, (stop, thing) in enumerate(zip(case.route.stops, case.things, strict=True)):
        if not isinstance(thing, Visit | Warehouse) or not thing.windows:
            continue
        if not any(low <= stop.start <= high for low, high in thing.windows):
            allowed = listed((f"{clock(low)}–{clock(high)}" for low, high in thing.windows), "or")
            message = f"{named(thing)} starts at {clock(stop.start)}, but must start within {allowed}."
            yield case.violation(Rule.WINDOW, message, i)


def finish_by(case: Case) -> Iterator[Violation]:
    """Service ends by the visit's latest end."""
    for i, stop, visit in case.visits():
        if visit.finish_by is not None and stop.depart > visit.finish_by:
            message = f"{named(visit)} ends at {clock(stop.depart)}, but must end by {clock(visit.finish_by)}."
            yield case.violation(Rule.FINISH_BY, message, i)


def shift_end(case: Case) -> Iterator[Violation]:
    """Every stop, and the way home, is done by the shift's end with its overtime."""
    latest = case.shift.end + case.shift.max_overtime
    done: list[tuple[int, int | None]] = [(stop.depart, i) for i, stop in enumerate(case.route.stops)]
    if done:
        done.append((case.route.return_, None))
    for end, i in done:
        if end > latest:
            what = "is back" if i is None else f"is done with stop {i}"
            extra = f", {span(case.shift.max_overtime)} of overtime included" if case.shift.max_overtime else ""
            message = f"{_who(case)} {what} at {clock(end)}; shift {case.shift.id!r} ends at {clock(latest)}{extra}."
            yield case.violation(Rule.SHIFT_END, message, i)
            return


def break_time(case: Case) -> Iterator[Violation]:
    """A break starts between its earliest and latest start."""
    for i, stop, rest in case.breaks():
        if not rest.earliest <= stop.start <= rest.latest:
            message = f"{named(rest)} starts at {clock(stop.start)}, but must start within "
            yield case.violation(Rule.BREAK_TIME, f"{message}{clock(rest.earliest)}–{clock(rest.latest)}.", i)


def break_missing(case: Case) -> Iterator[Violation]:
    """A break that is not optional is taken in every used shift under way at its latest start."""
    taken = {rest.id for _, _, rest in case.breaks()}
    for rest in case.shift.breaks:
        owed = bool(case.route.stops) and case.route.depart <= rest.latest < case.route.return_
        if owed and not rest.optional and rest.id not in taken:
            message = f"{_who(case)} is under way at {clock(rest.latest)} without having taken break {rest.id!r}."
            yield case.violation(Rule.BREAK_MISSING, message)


def break_twice(case: Case) -> Iterator[Violation]:
    """A break is taken once."""
    seen = set()
    for i, _, rest in case.breaks():
        if rest.id in seen:
            yield case.violation(Rule.BREAK_TWICE, f"{_who(case)} takes break {rest.id!r} a second time.", i)
        seen.add(rest.id)


def skill(case: Case) -> Iterator[Violation]:
    """The technician has every skill the visit needs, at its level or better."""
    for i, _, visit in case.visits():
        for name, level in visit.skills.items():
            has = case.technician.skills.get(name, 0)
            if has < level:
                message = f"{named(visit)} needs {name!r} at level {level}; {_who(case)} has level {has}."
                yield case.violation(Rule.SKILL, message, i)


def tool(case: Case) -> Iterator[Violation]:
    """The technician carries every tool the visit needs, or was lent it by a warehouse earlier in the shift."""
    at_hand = set(case.technician.tools)
    for i, thing in enumerate(case.things):
        if isinstance(thing, Warehouse):
            at_hand |= thing.tools
        elif isinstance(thing, Visit) and not thing.tools <= at_hand:
            missing = listed(f"{name!r}" for name in sorted(thing.tools - at_hand))
            message = f"{named(thing)} needs {missing}, which {_who(case)} does not have at that stop."
            yield case.violation(Rule.TOOL, message, i)


def technician_excluded(case: Case) -> Iterator[Violation]:
    """The visit's own choice of technicians is kept; `never` wins over `only`."""
    for i, _, visit in case.visits():
        rule = visit.technicians
        if case.technician.id in rule.never:
            message = f"{named(visit)} must never be done by {_who(case)}."
        elif rule.only is not None and case.technician.id not in rule.only:
            allowed = listed((f"{name!r}" for name in sorted(rule.only)), "or") or "nobody"
            message = f"{named(visit)} may be done by {allowed} only, not by {_who(case)}."
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


def _who(case: Case) -> str:
    return f"{case.technician.id!r}"


ROUTE_RULES: tuple[RouteRule, ...] = (
    unknown_stop,
    wrong_technician,
    wrong_location,
    departure,
    service_time,
    window,
    finish_by,
    shift_end,
    break_time,
    break_missing,
    break_twice,
    skill,
    tool,
    technician_excluded,
    pinned,
    max_visits,
    load,
    served_twice,
)
