"""A route as it may be stored: database ids and instants. Between the optimiser's routes, stored rows and JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from db.models import Route, Stop, StopKind
from dispatch.planning.day.build import Built
from dispatch.planning.day.horizon import Horizon
from dispatch.planning.day.ids import Ids, reverse
from solver import referee
from solver import solution as s
from solver.problem import Problem

ROUTE_COSTS = ("travel", "distance", "duty", "overtime", "fixed", "lateness", "preference", "buffer")
"""The parts of the cost that one route has by itself."""


@dataclass(frozen=True, slots=True)
class StopDraft:
    """A stop as it may be stored. load: {part id: quantity}."""

    kind: StopKind
    arrives_at: datetime
    starts_at: datetime
    departs_at: datetime
    visit_id: int | None = None
    warehouse_id: int | None = None
    shift_break_id: int | None = None
    load: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class RouteDraft:
    """A shift's route as it may be stored; without stops it is empty. cost: the parts in `ROUTE_COSTS`."""

    shift_id: int
    departs_at: datetime | None = None
    returns_at: datetime | None = None
    travel_seconds: int = 0
    travel_metres: int = 0
    cost: Mapping[str, int] = field(default_factory=dict)
    stops: tuple[StopDraft, ...] = ()

    @property
    def visit_ids(self) -> list[int]:
        """The visits in order."""
        return [stop.visit_id for stop in self.stops if stop.visit_id is not None]


def of_solution(route: s.Route, ids: Ids, horizon: Horizon) -> RouteDraft:
    """A route of the optimiser, its cost still unknown."""
    return RouteDraft(
        shift_id=ids.shifts[route.shift],
        departs_at=horizon.instant(route.depart),
        returns_at=horizon.instant(route.return_),
        travel_seconds=route.travel_seconds,
        travel_metres=route.travel_metres,
        stops=tuple(_stop_of_solution(stop, ids, horizon) for stop in route.stops),
    )


def _stop_of_solution(stop: s.Stop, ids: Ids, horizon: Horizon) -> StopDraft:
    return StopDraft(
        kind=StopKind(stop.kind.value),
        arrives_at=horizon.instant(stop.arrive),
        starts_at=horizon.instant(stop.start),
        departs_at=horizon.instant(stop.depart),
        visit_id=ids.visits[stop.id] if stop.kind is s.StopKind.VISIT else None,
        warehouse_id=ids.warehouses[stop.id] if stop.kind is s.StopKind.WAREHOUSE else None,
        shift_break_id=ids.breaks[stop.id] if stop.kind is s.StopKind.BREAK else None,
        load=None if stop.load is None else {ids.parts[part]: count for part, count in stop.load.items()},
    )


class Translator:
    """Turns drafts into routes of one built problem."""

    def __init__(self, built: Built, horizon: Horizon) -> None:
        self._built, self._horizon = built, horizon
        ids = built.ids
        self._shifts, self._visits = reverse(ids.shifts), reverse(ids.visits)
        self._warehouses, self._breaks, self._parts = reverse(ids.warehouses), reverse(ids.breaks), reverse(ids.parts)
        self._owner = {shift.id: t.id for t in built.problem.technicians for shift in t.shifts}
        self._location = {visit.id: visit.location for visit in built.problem.visits}
        self._store = {warehouse.id: warehouse.location for warehouse in built.problem.warehouses}

    def route(self, draft: RouteDraft) -> s.Route | None:
        """The draft as the optimiser knows it; None when its shift or one of its stops is not in the problem.

        An empty draft is a route without stops that leaves and returns at second 0.
        """
        shift = self._shifts.get(draft.shift_id)
        if shift is None:
            return None
        stops = [self._stop(stop) for stop in draft.stops]
        known = [stop for stop in stops if stop is not None]
        if len(known) < len(stops):
            return None
        return s.Route(
            shift=shift,
            technician=self._owner[shift],
            depart=0 if draft.departs_at is None else self._horizon.seconds(draft.departs_at),
            return_=0 if draft.returns_at is None else self._horizon.seconds(draft.returns_at),
            travel_seconds=draft.travel_seconds,
            travel_metres=draft.travel_metres,
            stops=tuple(known),
        )

    def _stop(self, draft: StopDraft) -> s.Stop | None:
        names: Mapping[int, str]
        names, key, places = {
            StopKind.VISIT: (self._visits, draft.visit_id, self._location),
            StopKind.WAREHOUSE: (self._warehouses, draft.warehouse_id, self._store),
            StopKind.BREAK: (self._breaks, draft.shift_break_id, {}),
        }[draft.kind]
        name = names.get(key or 0)
        load = {self._parts.get(part): count for part, count in (draft.load or {}).items()}
        if name is None or None in load or (draft.kind is StopKind.WAREHOUSE and name not in self._store):
            return None
        return s.Stop(
            kind=s.StopKind(draft.kind.value),
            id=name,
            location=places.get(name),
            arrive=self._horizon.seconds(draft.arrives_at),
            start=self._horizon.seconds(draft.starts_at),
            depart=self._horizon.seconds(draft.departs_at),
            load=None if draft.load is None else {part: count for part, count in load.items() if part is not None},
        )

    def priced(self, draft: RouteDraft) -> RouteDraft:
        """The draft with what it costs by itself."""
        route = self.route(draft)
        if route is None or not draft.stops:
            return replace(draft, cost={})
        return replace(draft, cost=route_cost(self._built.problem, route))


def route_cost(problem: Problem, route: s.Route) -> dict[str, int]:
    """What the referee says the route costs by itself; each part is rounded by itself."""
    cost = referee.cost(problem, [route])
    return {part: getattr(cost, part) for part in ROUTE_COSTS}


def of_row(route: Route) -> RouteDraft:
    """A stored route; its stops must be loaded."""
    return RouteDraft(
        shift_id=route.shift_id,
        departs_at=route.departs_at,
        returns_at=route.returns_at,
        travel_seconds=route.travel_seconds,
        travel_metres=route.travel_metres,
        cost=dict(route.cost),
        stops=tuple(_stop_of_row(stop) for stop in sorted(route.stops, key=lambda stop: stop.position)),
    )


def _stop_of_row(stop: Stop) -> StopDraft:
    return StopDraft(
        kind=stop.kind,
        arrives_at=stop.arrives_at,
        starts_at=stop.starts_at,
        departs_at=stop.departs_at,
        visit_id=stop.visit_id,
        warehouse_id=stop.warehouse_id,
        shift_break_id=stop.shift_break_id,
        load=None if stop.load is None else {int(part): count for part, count in stop.load.items()},
    )


def to_json(drafts: Iterable[RouteDraft]) -> list[dict[str, Any]]:
    """The drafts as plain values; instants in ISO 8601, UTC."""
    return [
        {
            "shift_id": draft.shift_id,
            "departs_at": _written(draft.departs_at),
            "returns_at": _written(draft.returns_at),
            "travel_seconds": draft.travel_seconds,
            "travel_metres": draft.travel_metres,
            "cost": dict(draft.cost),
            "stops": [_stop_to_json(stop) for stop in draft.stops],
        }
        for draft in drafts
    ]


def _stop_to_json(stop: StopDraft) -> dict[str, Any]:
    what = {"visit_id": stop.visit_id, "warehouse_id": stop.warehouse_id, "shift_break_id": stop.shift_break_id}
    return {
        "kind": stop.kind.value,
        **{field: key for field, key in what.items() if key is not None},
        "arrives_at": _written(stop.arrives_at),
        "starts_at": _written(stop.starts_at),
        "departs_at": _written(stop.departs_at),
        **({} if stop.load is None else {"load": {str(part): count for part, count in stop.load.items()}}),
    }


def from_json(stored: Sequence[Mapping[str, Any]]) -> list[RouteDraft]:
    """The drafts as `to_json` wrote them."""
    return [
        RouteDraft(
            shift_id=route["shift_id"],
            departs_at=_read(route["departs_at"]),
            returns_at=_read(route["returns_at"]),
            travel_seconds=route["travel_seconds"],
            travel_metres=route["travel_metres"],
            cost=route["cost"],
            stops=tuple(_stop_from_json(stop) for stop in route["stops"]),
        )
        for route in stored
    ]


def _stop_from_json(stop: Mapping[str, Any]) -> StopDraft:
    load = stop.get("load")
    return StopDraft(
        kind=StopKind(stop["kind"]),
        arrives_at=datetime.fromisoformat(stop["arrives_at"]),
        starts_at=datetime.fromisoformat(stop["starts_at"]),
        departs_at=datetime.fromisoformat(stop["departs_at"]),
        visit_id=stop.get("visit_id"),
        warehouse_id=stop.get("warehouse_id"),
        shift_break_id=stop.get("shift_break_id"),
        load=None if load is None else {int(part): count for part, count in load.items()},
    )


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
