"""The rules of when: departure, service, windows, breaks and shift end, each a function named after its rule."""

from collections.abc import Iterator

from solver.problem import Break, Departure, Visit, Warehouse
from solver.referee.case import Case, named
from solver.referee.violation import Rule, Violation
from solver.words import clock, listed, span


def departure(case: Case) -> Iterator[Violation]:
    """Nobody leaves before the shift starts; where it says so, everybody leaves as it starts."""
    shift, left = case.shift, case.route.depart
    if left < shift.start:
        message = f"{case.who} leaves at {clock(left)}, before shift {shift.id!r} starts at {clock(shift.start)}."
        yield case.violation(Rule.DEPARTURE, message)
    elif shift.departure == Departure.AT_START and left != shift.start:
        message = f"{case.who} leaves at {clock(left)}, but shift {shift.id!r} leaves at its start, "
        yield case.violation(Rule.DEPARTURE, f"{message}{clock(shift.start)}.")


def service_time(case: Case) -> Iterator[Violation]:
    """A stop starts when its technician is there or later, and takes exactly as long as it takes."""
    here = case.shift.start_location
    for i, (stop, thing) in enumerate(zip(case.route.stops, case.things, strict=True)):
        if thing is None:
            continue
        if stop.start < stop.arrive:
            message = f"{named(thing)} starts at {clock(stop.start)}, before {case.who} is there at "
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
            message = f"{case.who} {what} at {clock(end)}; shift {case.shift.id!r} ends at {clock(latest)}{extra}."
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
            message = f"{case.who} is under way at {clock(rest.latest)} without having taken break {rest.id!r}."
            yield case.violation(Rule.BREAK_MISSING, message)


def break_twice(case: Case) -> Iterator[Violation]:
    """A break is taken once."""
    seen = set()
    for i, _, rest in case.breaks():
        if rest.id in seen:
            yield case.violation(Rule.BREAK_TWICE, f"{case.who} takes break {rest.id!r} a second time.", i)
        seen.add(rest.id)


TIME_RULES = (departure, service_time, window, finish_by, shift_end, break_time, break_missing, break_twice)
