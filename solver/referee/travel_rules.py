"""The rules of being on the road: every leg driven in full, no more and no less."""

from collections.abc import Iterator

from solver.referee.case import Case, Leg
from solver.referee.driving import Driven, drive
from solver.referee.violation import Rule, Violation
from solver.words import clock, span


def driven_legs(case: Case) -> list[tuple[Leg, Driven]]:
    """Each leg with what it comes to, driven from where and when the stop before it leaves."""
    legs, leaves = [], case.route.depart
    for leg in case.legs():
        found = drive(case.problem.travel, leg, case.route.stops, leaves, case.is_drive(leg))
        legs.append((leg, found))
        if leg.stop is not None:
            leaves = case.route.stops[leg.stop].depart
    return legs


def travelled(case: Case) -> tuple[int, int]:
    """(seconds, metres) driven in the route; a leg without a road counts nothing."""
    if not case.route.stops:
        return 0, 0
    legs = driven_legs(case)
    return sum(found.seconds or 0 for _, found in legs), sum(found.metres for _, found in legs)


def no_road(case: Case) -> Iterator[Violation]:
    """There is a road for every leg."""
    if case.route.stops:
        for leg, found in driven_legs(case):
            if found.seconds is None:
                message = f"No road leads from location {leg.origin} to {leg.destination}."
                yield case.violation(Rule.NO_ROAD, message, leg.stop)


def travel_time(case: Case) -> Iterator[Violation]:
    """Who leaves a stop arrives at the next after exactly the driving and the breaks between; waiting comes after."""
    for leg, found in driven_legs(case):
        yield from _breaks_in_time(case, leg, found)
        if leg.stop is None or found.seconds is None:
            continue
        stop = case.route.stops[leg.stop]
        if stop.arrive != found.arrive:
            message = f"{case.technician.id!r} arrives at {stop.id!r} at {clock(stop.arrive)}; "
            message += f"driving {span(found.seconds)} means {clock(found.arrive)}."
            yield case.violation(Rule.TRAVEL_TIME, message, leg.stop)


def _breaks_in_time(case: Case, leg: Leg, found: Driven) -> Iterator[Violation]:
    """A break of the leg begins neither before the stop before it is left nor after all driving is done."""
    stops = case.route.stops
    for i in leg.breaks:
        leaves = stops[i - 1].depart if i else case.route.depart
        if stops[i].arrive < leaves:
            message = f"Break {stops[i].id!r} is reached at {clock(stops[i].arrive)}, before the stop before it is "
            yield case.violation(Rule.TRAVEL_TIME, f"{message}left at {clock(leaves)}.", i)
    for i in found.late_breaks:
        message = f"Break {stops[i].id!r} is reached at {clock(stops[i].arrive)}, when all driving was done before; "
        yield case.violation(Rule.TRAVEL_TIME, f"{message}waiting comes between its arrive and its start.", i)


def return_time(case: Case) -> Iterator[Violation]:
    """The route is back when the way home is driven; without an end place, when the last stop is done."""
    if not case.route.stops:
        return
    leg, found = driven_legs(case)[-1]
    if found.seconds is not None and case.route.return_ != found.arrive:
        why = "the last stop is done" if case.shift.end_location is None else f"location {leg.destination} is reached"
        message = (
            f"{case.technician.id!r} is back at {clock(found.arrive)}, when {why}, not {clock(case.route.return_)}."
        )
        yield case.violation(Rule.RETURN_TIME, message)


def travel_total(case: Case) -> Iterator[Violation]:
    """The seconds and metres stated are those of the legs."""
    seconds, metres = travelled(case)
    if case.route.travel_seconds != seconds:
        message = f"Shift {case.shift.id!r} states {case.route.travel_seconds} s of travel; its legs take {seconds} s."
        yield case.violation(Rule.TRAVEL_TOTAL, message)
    if case.route.travel_metres != metres:
        message = f"Shift {case.shift.id!r} states {case.route.travel_metres} m of travel; its legs are {metres} m."
        yield case.violation(Rule.TRAVEL_TOTAL, message)


def max_travel(case: Case) -> Iterator[Violation]:
    """A shift drives no longer than it may, the way home included."""
    seconds, limit = travelled(case)[0], case.shift.max_travel
    if limit is not None and seconds > limit:
        message = f"Shift {case.shift.id!r} drives {span(seconds)}, but may drive {span(limit)}."
        yield case.violation(Rule.MAX_TRAVEL, message)


TRAVEL_RULES = (no_road, travel_time, return_time, travel_total, max_travel)
