"""A finished plan as a `Solution`: ids in place of indices, every stop with its times."""

from collections.abc import Iterator, Sequence

import numpy as np

from solver.compiled import Compiled, IntArray
from solver.insertion.plan import Plan
from solver.solution import Route, Stop, StopKind
from solver.ties.driving import FULL, done_between, driven_by
from solver.timing.planner import TimedRoute
from solver.timing.rests import Rests


def routes_of(plan: Plan) -> tuple[Route, ...]:
    """The used routes of the plan, in the order of the problem's shifts."""
    return tuple(_route(plan.compiled, timed) for timed in plan.routes if timed is not None)


def _route(compiled: Compiled, timed: TimedRoute) -> Route:
    duty = compiled.duties[timed.shift]
    technician = compiled.problem.technicians[duty.technician]
    shift = next(s for s in technician.shifts if compiled.shift_index[s.id] == timed.shift)
    return Route(
        shift=shift.id,
        technician=technician.id,
        depart=timed.schedule.depart,
        return_=timed.schedule.return_,
        travel_seconds=timed.travel,
        travel_metres=timed.metres,
        stops=tuple(_stops(compiled, timed)),
    )


def _stops(compiled: Compiled, timed: TimedRoute) -> Iterator[Stop]:
    clock = timed.schedule.depart
    loads = iter(timed.loads)
    for i, rests in enumerate(timed.schedule.rests):
        breaks, reached = _breaks(compiled, timed.shift, rests, clock, timed.drives[i])
        yield from breaks
        if i < len(timed.stops):
            start = timed.schedule.starts[i]
            clock = start + timed.seconds[i]
            load = next(loads)[1] if timed.stops[i] < 0 else None
            yield _stop(compiled, timed.stops[i], (reached, start, clock), load)


def _breaks(compiled: Compiled, shift: int, rests: Rests, left: int, drive: int) -> tuple[list[Stop], int]:
    """The breaks of a leg left at `left`, each as early as it may be, and when the next stop is reached."""
    stops = []
    clock, speed = left, compiled.problem.travel.speed
    bands = np.array(speed, dtype=np.int64).reshape(-1, 2)
    undone = drive * FULL
    for b in rests.order:
        rest = compiled.duties[shift].breaks[b]
        start = max(clock, rest.earliest)
        arrive = min(start, _done(bands, clock, undone))
        undone -= min(undone, int(done_between(bands, clock, arrive)) if speed else FULL * (arrive - clock))
        clock = start + rest.duration
        stops.append(Stop(StopKind.BREAK, rest.id, None, arrive, start, clock))
    return stops, _done(bands, clock, undone)


def _done(bands: IntArray, clock: int, undone: int) -> int:
    """When hundredths of a second of driving at full speed are done by who takes them up now."""
    return int(driven_by(bands, clock, undone)) if len(bands) else clock - (-undone // FULL)


def _stop(compiled: Compiled, stop: int, times: tuple[int, int, int], load: Sequence[tuple[int, int]] | None) -> Stop:
    arrive, start, depart = times
    if stop < 0:
        warehouse = compiled.problem.warehouses[~stop]
        loaded = {compiled.parts[part]: count for part, count in load or ()}
        return Stop(StopKind.WAREHOUSE, warehouse.id, warehouse.location, arrive, start, depart, loaded)
    visit = compiled.problem.visits[stop]
    return Stop(StopKind.VISIT, visit.id, visit.location, arrive, start, depart)
