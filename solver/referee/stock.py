"""Parts: what each van holds, what each warehouse has left, followed through the plan in time order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from solver.problem import Visit, Warehouse
from solver.referee.case import Case, by_technician
from solver.referee.violation import Rule, Violation
from solver.solution import Stop
from solver.words import clock


@dataclass(frozen=True, slots=True)
class Event:
    """A stop that takes parts out of a van or puts some in."""

    case: Case
    place: int
    stop: Stop
    thing: Visit | Warehouse
    needed_later: Mapping[str, int]  # by the visits that come after it in its shift


def events(cases: Sequence[Case]) -> list[Event]:
    """All such stops of the plan in time order of their start; ties go by the order of the problem's shifts.

    A stop never comes before one that is earlier in its own van, whatever its stated start.
    """
    timed: list[tuple[tuple[int, int, int], Event]] = []
    for van in by_technician(cases).values():
        latest = -(1 << 62)
        for turn, case in enumerate(van):
            for event in _of_shift(case):
                latest = max(latest, event.stop.start)
                timed.append(((latest, van[0].rank, turn), event))
    timed.sort(key=lambda pair: pair[0])
    return [event for _, event in timed]


def _of_shift(case: Case) -> list[Event]:
    later: dict[str, int] = {}
    found = []
    for place in range(len(case.things) - 1, -1, -1):
        thing = case.things[place]
        if isinstance(thing, Visit | Warehouse):
            found.append(Event(case, place, case.route.stops[place], thing, dict(later)))
        if isinstance(thing, Visit):
            for part, count in thing.parts.items():
                later[part] = later.get(part, 0) + count
    return found[::-1]


def parts(cases: Sequence[Case]) -> Iterator[Violation]:
    """No visit uses a part its van does not hold, and no warehouse hands out more than it has left."""
    vans = {name: dict(van[0].technician.van_stock) for name, van in by_technician(cases).items()}
    left: dict[str, dict[str, int]] = {}
    for event in events(cases):
        van = vans[event.case.technician.id]
        if isinstance(event.thing, Visit):
            yield from _use(event, event.thing, van, cases)
        else:
            yield from _load(event, event.thing, van, left, cases)


def _use(event: Event, visit: Visit, van: dict[str, int], cases: Sequence[Case]) -> Iterator[Violation]:
    for part, count in visit.parts.items():
        has = van.get(part, 0)
        if has < count:
            message = f"Visit {visit.id!r} needs {count} of {part!r}; the van of {event.case.technician.id!r} holds "
            yield _violation(Rule.PART, f"{message}{has} at that stop.", event, cases)
        van[part] = max(0, has - count)


def _load(
    event: Event, warehouse: Warehouse, van: dict[str, int], left: dict[str, dict[str, int]], cases: Sequence[Case]
) -> Iterator[Violation]:
    stock = None if warehouse.stock is None else left.setdefault(warehouse.id, dict(warehouse.stock))
    wanted = event.stop.load
    if wanted is None:
        missing = {part: max(0, need - van.get(part, 0)) for part, need in event.needed_later.items()}
        wanted = missing if stock is None else {part: min(n, stock.get(part, 0)) for part, n in missing.items()}
    for part, count in wanted.items():
        if stock is not None:
            if count > stock.get(part, 0):
                message = f"{event.case.technician.id!r} loads {count} of {part!r} at warehouse {warehouse.id!r} at "
                message += f"{clock(event.stop.start)}, which has {stock.get(part, 0)} left by then."
                yield _violation(Rule.STOCK, message, event, cases)
            stock[part] = max(0, stock.get(part, 0) - count)
        van[part] = van.get(part, 0) + max(0, count)


def _violation(rule: Rule, message: str, event: Event, cases: Sequence[Case]) -> Violation:
    """A breach by this van and by all who drew on the warehouses it uses."""
    own = [case for case in cases if case.technician.id == event.case.technician.id]
    places = {warehouse.id for case in own for _, _, warehouse in case.warehouses()}
    sharing = [case for case in cases if any(w.id in places for _, _, w in case.warehouses())]
    shifts = frozenset(case.shift.id for case in (*own, *sharing))
    return Violation(rule, message, event.case.shift.id, event.place, shifts)
