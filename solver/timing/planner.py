"""One shift's visits in a given order, as the cheapest whole route: warehouse stops placed, times chosen."""

from functools import cached_property
from typing import Final, NamedTuple

from solver.compiled import NEVER, Compiled, Service, service_of
from solver.timing.schedule import Schedule, Timer
from solver.timing.supplies import Loads, Stock, Stops, reloads

MEMORY: Final = 100_000
"""Routes remembered at most; a route of ten stops takes about two kilobytes."""


class TimedRoute(NamedTuple):
    """A shift's route. `cost`: everything of this route but the technician's fixed cost, in units."""

    shift: int
    visits: tuple[int, ...]
    stops: Stops
    loads: Loads
    cost: int
    travel: int
    metres: int
    drives: tuple[int, ...]
    seconds: tuple[int, ...]
    schedule: Schedule


class Planner:
    """Times routes of one compiled problem and remembers them."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._services: dict[tuple[int, int], Service] = {}
        self._known: dict[tuple[int, tuple[int, ...], tuple[int, ...], Stock], TimedRoute | None] = {}

    @cached_property
    def _timer(self) -> Timer:
        return Timer(self.compiled)

    def service(self, stop: int, technician: int) -> Service:
        """The stop (a visit, or ~warehouse) as this technician does it."""
        if stop < 0:
            return self.compiled.stores[~stop].service
        found = self._services.get((stop, technician))
        if found is None:
            found = self._services[stop, technician] = service_of(self.compiled, stop, technician)
        return found

    def route(self, shift: int, visits: tuple[int, ...], van: tuple[int, ...], stock: Stock) -> TimedRoute | None:
        """The cheapest route of the shift with these visits in this order; None when no hard rule-abiding one exists.

        van: parts in the van at the shift's start. stock: what the warehouses have left for this route.
        """
        key = (shift, visits, van, stock)
        if key not in self._known:
            if len(self._known) >= MEMORY:
                self._known.clear()
            self._known[key] = self._cheapest(shift, visits, van, stock)
        return self._known[key]

    def fixed(self, shift: int, stops: Stops, loads: Loads) -> TimedRoute | None:
        """The route with exactly these stops, at the least cost; None when no times keep its bounds."""
        return self._timed(self._draft(shift, stops, loads)[1])

    def _cheapest(self, shift: int, visits: tuple[int, ...], van: tuple[int, ...], stock: Stock) -> TimedRoute | None:
        compiled = self.compiled
        duty = compiled.duties[shift]
        if len(visits) > duty.max_visits or not all(compiled.allowed.item(v, shift) for v in visits):
            return None
        if any(0 <= compiled.pinned_order.item(v) != place for place, v in enumerate(visits)):
            return None
        crew = compiled.crews[duty.technician]
        drafts = [self._draft(shift, *found) for found in reloads(compiled, crew, visits, van, stock)]
        best: TimedRoute | None = None
        for bound, draft in sorted(drafts, key=lambda pair: pair[0]):
            if best is not None and bound >= best.cost:
                break
            timed = self._timed(draft)
            if timed is not None and (best is None or timed.cost < best.cost):
                best = timed
        return best

    def _draft(self, shift: int, stops: Stops, loads: Loads) -> tuple[int, TimedRoute]:
        """(bound on the cost from below, the route yet without times)."""
        compiled = self.compiled
        duty = compiled.duties[shift]
        crew = compiled.crews[duty.technician]
        place = duty.start_location
        drives, seconds, metres, bonus = [], [], 0, 0
        for stop in stops:
            service = self.service(stop, duty.technician)
            drives.append(compiled.seconds.item(place, service.location))
            metres += compiled.metres.item(place, service.location)
            elsewhere = place != service.location
            seconds.append(service.seconds + (service.setup if elsewhere else 0))
            place = service.location
            bonus += compiled.bonus[stop].of(duty.technician) if stop >= 0 else 0
        home = duty.end_location if duty.end_location >= 0 else place
        drives.append(compiled.seconds.item(place, home) if duty.end_location >= 0 else 0)
        metres += compiled.metres.item(place, home) if duty.end_location >= 0 else 0
        travel = sum(drives)
        fixed = crew.travel_rate * travel + crew.metre_rate * metres + bonus
        draft = TimedRoute(
            shift=shift,
            visits=tuple(stop for stop in stops if stop >= 0),
            stops=stops,
            loads=loads,
            cost=fixed,
            travel=travel,
            metres=metres,
            drives=tuple(drives),
            seconds=tuple(seconds),
            schedule=Schedule(0, 0, 0, (), (), 0, 0),
        )
        return fixed + crew.duty_rate * (travel + sum(seconds)), draft

    def _timed(self, draft: TimedRoute) -> TimedRoute | None:
        compiled = self.compiled
        duty = compiled.duties[draft.shift]
        if draft.travel > duty.max_travel or draft.travel >= NEVER:
            return None
        times = self._timer.schedule(draft.shift, draft.stops)
        return None if times is None else draft._replace(cost=draft.cost + times.cost, schedule=times)
